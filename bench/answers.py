"""What visitors send; known to the load generator, which has no Django, and to the check of what arrived."""

RATED = ("communication", "decisions", "goals", "roles", "follow_through", "time", "voice", "trust", "energy")


def fields_of(number: int) -> dict[str, str]:
    """What visitor ``number`` sends: every line, and words that nobody else sends."""
    ratings = {item: str((number + place) % 5 + 1) for place, item in enumerate(RATED)}
    return {**ratings, "comment": words_of(number), "may_quote": "on", "wants_action": "on"}


def words_of(number: int) -> str:
    return f"Visitor {number}: shorter papers, and please send them a week before we meet."
