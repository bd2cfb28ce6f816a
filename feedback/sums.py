"""What is kept of a closed window for reports: exact sums, over everybody and over each sector kept apart."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from feedback.choices import INDEX, ITEMS, RATED, Dimension
from feedback.measure.cells import person_index
from feedback.models import FeedbackWindow, WindowSum

LOWEST_SCORE, HIGHEST_SCORE = 8, 40  # eighths of a point

Ratings = Mapping[str, int]


def window_sums(*, window: FeedbackWindow, said: Sequence[tuple[str, Ratings]]) -> Iterator[WindowSum]:
    """``said``: sector and ratings of each answer; the row without a sector is everybody."""
    items = RATED if window.own_question_id else ITEMS
    for sector in sorted({"", *(sector for sector, _ in said)}):
        group = [ratings for own, ratings in said if sector in ("", own)]
        for item in items:
            yield _sum(window, sector, item, [ratings[item] for ratings in group if item in ratings])
        yield _index(window, sector, group)


def _sum(window: FeedbackWindow, sector: str, item: str, given: Sequence[int]) -> WindowSum:
    counts = {f"c{value}": given.count(value) for value in range(1, 6)}
    return WindowSum(window=window, sector=sector, item=item, **_moments(given), **counts)


def _index(window: FeedbackWindow, sector: str, group: Iterable[Ratings]) -> WindowSum:
    scores = [person_index([ratings.get(key) for key in Dimension.values]) for ratings in group]
    given = [score for score in scores if score is not None]
    eighths = [given.count(score) for score in range(LOWEST_SCORE, HIGHEST_SCORE + 1)]
    return WindowSum(window=window, sector=sector, item=INDEX, eighths=eighths, **_moments(given))


def _moments(values: Sequence[int]) -> dict[str, int]:
    return {"n": len(values), "total": sum(values), "squares": sum(value * value for value in values)}
