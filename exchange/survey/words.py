"""Sentences about a file of earlier rounds."""

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import dates
from core.texts import StrOrPromise
from exchange.survey.odd import Fate, FileRefused, Odd, Problem, Refused
from feedback.choices import ENERGY, Dimension

REFUSALS: Final[Mapping[Refused, StrOrPromise]] = {
    Refused.EMPTY: gettext_lazy("The file has no answers."),
    Refused.TOO_LARGE: gettext_lazy("The file is larger than 1 MB. Please split it, for example by year."),
    Refused.TOO_MANY_LINES: gettext_lazy("The file has more than %(limit)s lines. Please split it."),
    Refused.TOO_MANY_ROUNDS: gettext_lazy("The file has more than %(limit)s rounds. Please split it."),
    Refused.NOT_TEXT: gettext_lazy("This is not a text file we can read. Please save it as CSV (UTF-8)."),
    Refused.SPREADSHEET: gettext_lazy("This is a spreadsheet. Please save the sheet with the answers as CSV (UTF-8)."),
    Refused.COLUMNS_MISSING: gettext_lazy(
        "The first line of the file must name its columns. Missing: %(columns)s. Our template shows how."
    ),
    Refused.COLUMN_TWICE: gettext_lazy("Two columns mean the same: %(column)s."),
    Refused.BROKEN_QUOTES: gettext_lazy("Quotation marks do not match from line %(line)s on."),
}

PROBLEMS: Final[Mapping[Odd, StrOrPromise]] = {
    Odd.NOT_UTF8: gettext_lazy("Not written in UTF-8. Read as Windows text: look whether accents are right."),
    Odd.TOO_FEW_CELLS: gettext_lazy("Fewer cells than columns (%(columns)s). The line is left out."),
    Odd.TOO_MANY_CELLS: gettext_lazy("More cells than columns (%(columns)s). The line is left out."),
    Odd.NO_DATE: gettext_lazy("No date. The line is left out."),
    Odd.UNREADABLE_DATE: gettext_lazy("Not a date we can read. Write 2025-11-30. The line is left out."),
    Odd.TWO_DATES: gettext_lazy("This could be two dates. Write 2025-11-30. The line is left out."),
    Odd.EXCEL_DAY: gettext_lazy("A number of days as Excel counts them. Read as %(day)s."),
    Odd.FUTURE: gettext_lazy("A date in the future. The line is left out."),
    Odd.NO_RESPONDENT: gettext_lazy("Nothing tells whose answer this is, so it cannot be counted once. Left out."),
    Odd.UNKNOWN_QUESTION: gettext_lazy(
        "Not one of our questions. The file has it %(lines)s times. Say above which of ours it is."
    ),
    Odd.NOT_A_NUMBER: gettext_lazy("Neither a whole number from 1 to 5 nor empty. Left out."),
    Odd.OFF_SCALE: gettext_lazy(
        "“%(question)s” has values from %(low)s to %(high)s. Our scale has the whole numbers from 1 to 5, and we do "
        "not convert: results would not compare. The question is left out."
    ),
    Odd.TWICE: gettext_lazy("The same person answered this in the same round on line %(first)s. That one counts."),
    Odd.OTHER_LABEL: gettext_lazy("Another name for a round of this date. It keeps the first, “%(label)s”."),
    Odd.LONG_LABEL: gettext_lazy("The name of this round is longer than 120 characters and is cut."),
    Odd.OTHER_INVITED: gettext_lazy("Another number of people asked in this round. The first counts, %(invited)s."),
    Odd.UNREADABLE_INVITED: gettext_lazy("Not a number of people asked. Taken as not known."),
    Odd.INVITED_TOO_FEW: gettext_lazy("Fewer asked than answered (%(answered)s). Taken as not known."),
    Odd.FEW_PEOPLE: gettext_lazy(
        "Only %(people)s answered on %(day)s. We keep nothing of fewer than five people, so the round is left out."
    ),
    Odd.FEW_ANSWERS: gettext_lazy("Fewer than five people answered this on %(day)s. We keep nothing of it."),
    Odd.FEW_FOR_INDEX: gettext_lazy(
        "On %(day)s fewer than five people answered five of the eight questions, so there is no overall result."
    ),
}

FATES: Final[Mapping[Fate, tuple[StrOrPromise, StrOrPromise]]] = {
    Fate.COUNTED: (gettext_lazy("Counted"), gettext_lazy("becomes part of a sum")),
    Fate.EMPTY: (gettext_lazy("No answer"), gettext_lazy("empty, or not sure")),
    Fate.UNKNOWN: (gettext_lazy("Not our question"), gettext_lazy("until you say which of ours it is")),
    Fate.TOO_FEW: (gettext_lazy("Too few people"), gettext_lazy("fewer than five, so nothing is kept")),
    Fate.LEFT_OUT: (gettext_lazy("Left out"), gettext_lazy("the reason stands above")),
}


def item_name(item: str) -> str:
    """What we call one of our lines."""
    return _("Energy") if item == ENERGY else str(Dimension(item).label)


def refusal_sentence(refused: FileRefused) -> str:
    return str(REFUSALS[refused.why]) % refused.facts


def problem_sentence(problem: Problem) -> str:
    facts = dict(problem.facts)
    if "day" in facts:
        facts["day"] = dates.day_year(facts["day"])  # type: ignore[arg-type]  # days.py made it
    facts |= {key: f"{facts[key]:g}" for key in ("low", "high") if key in facts}
    return str(PROBLEMS[problem.odd]) % facts


def value_in_words(problem: Problem) -> str:
    return item_name(problem.value) if problem.odd is Odd.FEW_ANSWERS else problem.value
