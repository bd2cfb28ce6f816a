"""What the page says about a file of earlier rounds before anything is written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from core.components import Fact
from exchange.services.rounds import carried
from exchange.survey.answers import Question, is_ours
from exchange.survey.odd import MAX_LISTED, Fate
from exchange.survey.rounds import Reading
from exchange.survey.words import FATES, item_name, problem_sentence, value_in_words
from feedback import past
from feedback.choices import INDEX, ITEMS
from partners.models import Partnership

MOST_WORDINGS = 60


@dataclass(frozen=True, slots=True)
class RoundRow:
    """``refusal`` is empty for a round that will be brought in; ``missing`` names our lines it says nothing about."""

    draft: past.PastDraft
    missing: list[str]
    refusal: str


@dataclass(frozen=True, slots=True)
class OddRow:
    line: int
    value: str
    what: str


@dataclass(frozen=True, slots=True)
class Wording:
    """A question of the file, what it stands for, and the lowest and highest value it has."""

    text: str
    item: str
    name: str
    answers: int
    values: str


@dataclass(frozen=True)
class DryRun:
    facts: list[Fact]
    rounds: list[RoundRow]
    wordings: list[Wording]
    own_wordings: list[Wording]
    items: list[tuple[str, str]]
    problems: list[OddRow]
    problem_count: int
    ledger: list[tuple[str, str, int]]
    line_count: int
    carried: str


def dry_run(reading: Reading, *, partnership: Partnership, now: datetime) -> DryRun:
    """Everything the page shows, and the signed sums that the import will take."""
    months = past.by_month(reading.rounds)
    refused = past.refusals(partnership, months, now=now)
    accepted = [one for one in reading.rounds if one.month not in refused]
    count = sum(reading.fates.values())
    return DryRun(
        facts=[
            Fact(_("Rounds to bring in"), str(len(accepted)), of=str(len(reading.rounds))),
            Fact(_("Answers counted"), str(reading.fates.get(Fate.COUNTED, 0)), of=str(count)),
            Fact(_("Things worth a look"), str(len(reading.problems))),
        ],
        rounds=[_round(one, refused) for one in reading.rounds],
        wordings=[_wording(question) for question in reading.questions if is_ours(question.text)],
        own_wordings=[_wording(question) for question in reading.questions if not is_ours(question.text)][
            :MOST_WORDINGS
        ],
        items=[(item, item_name(item)) for item in ITEMS],
        problems=[
            OddRow(one.line, value_in_words(one), problem_sentence(one)) for one in reading.problems[:MAX_LISTED]
        ],
        problem_count=len(reading.problems),
        ledger=[(str(name), str(words), reading.fates.get(fate, 0)) for fate, (name, words) in FATES.items()],
        line_count=count,
        carried=carried(accepted, partnership_id=partnership.pk) if accepted else "",
    )


def _round(draft: past.PastDraft, refused: Mapping[date, str]) -> RoundRow:
    missing = [item_name(item) for item in ITEMS if item not in draft.cells]
    if INDEX not in draft.cells:
        missing.append(_("the eight questions together"))
    return RoundRow(draft, missing, refused.get(draft.month, ""))


def _wording(question: Question) -> Wording:
    values = "–" if question.low is None else f"{question.low:g} – {question.high:g}"
    name = item_name(question.item) if question.item else ""
    return Wording(question.text, question.item, name, question.lines, values)


def chosen_meanings(texts: Sequence[str], meanings: Sequence[str]) -> dict[str, str]:
    """Which line each wording stands for, as the page was filled in."""
    return {text.casefold(): item for text, item in zip(texts, meanings, strict=False) if item in ITEMS}
