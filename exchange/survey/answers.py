"""From lines to answers: what each line says, and what is odd about it."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache

from django.utils import translation

from exchange.survey.days import DayReader
from exchange.survey.odd import LONGEST_VALUE, MAX_LABEL, Fate, Odd, Problem
from exchange.survey.table import Row
from feedback import form
from feedback.choices import ENERGY, ITEMS, Dimension

NUMBER = re.compile(r"[+-]?\d{1,6}(?:[.,]\d{1,12})?\Z")
LOWEST, HIGHEST = 1, 5
NO_ANSWER, OFF_SCALE = 0, -1


@dataclass(slots=True)
class Answer:
    """One line that names a day, a person, and a question of ours. ``respondent`` never leaves the reader."""

    line: int
    day: date
    label: str
    invited: str
    respondent: str
    item: str
    value: int


@dataclass(slots=True)
class Question:
    """One wording of the file: which of our lines it stands for, and the values it has."""

    text: str
    item: str
    first_line: int
    lines: int = 0
    low: float | None = None
    high: float | None = None
    off_line: int = 0
    off_value: str = ""

    @property
    def is_off_scale(self) -> bool:
        return bool(self.off_line)


@dataclass(slots=True)
class Lines:
    """What the lines of a file say, sorted out."""

    answers: list[Answer] = field(default_factory=list)
    questions: dict[str, Question] = field(default_factory=dict)
    fates: dict[int, Fate] = field(default_factory=dict)
    serials: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)


def read_lines(rows: Sequence[Row], *, meanings: Mapping[str, str], today: date) -> Lines:
    """``meanings``: which item a wording of the file (in small letters) stands for, as somebody said."""
    days = DayReader(row.cells.get("date", "") for row in rows)
    found = Lines()
    for row in rows:
        answer = _read(row, found, days=days, meanings=meanings, today=today)
        if answer:
            found.answers.append(answer)
    _leave_out_other_scales(found)
    _leave_out_repeats(found)
    return found


def _read(row: Row, found: Lines, *, days: DayReader, meanings: Mapping[str, str], today: date) -> Answer | None:
    found.fates[row.line] = Fate.LEFT_OUT
    if not row.cells:
        return None
    day = _day(row, found, days=days, today=today)
    if day is None:
        return None
    question = _question(row, found, meanings)
    value = _value(row.cells["value"], question, row.line)
    if not question.item:
        found.fates[row.line] = Fate.UNKNOWN
    elif value is None:
        found.problems.append(Problem(Odd.NOT_A_NUMBER, row.line, row.cells["value"][:LONGEST_VALUE]))
    elif value == NO_ANSWER:
        found.fates[row.line] = Fate.EMPTY
    elif value != OFF_SCALE:
        found.fates[row.line] = Fate.COUNTED
        label, invited = row.cells.get("label", ""), row.cells.get("invited", "")
        return Answer(row.line, day, label, invited, row.cells["respondent"], question.item, value)
    return None


def _day(row: Row, found: Lines, *, days: DayReader, today: date) -> date | None:
    """The day of a line that also says whose answer it is; None for one that cannot be counted."""
    text = row.cells["date"]
    read = days.read(text)
    odd = None
    if read.day is None:
        odd = (Odd.TWO_DATES if read.is_two else Odd.UNREADABLE_DATE) if text else Odd.NO_DATE
    elif read.day > today:
        odd = Odd.FUTURE
    elif not row.cells["respondent"]:
        odd, text = Odd.NO_RESPONDENT, row.cells["value"]
    if odd:
        found.problems.append(Problem(odd, row.line, text[:LONGEST_VALUE]))
        return None
    if read.is_serial and text not in found.serials:
        found.serials.add(text)
        found.problems.append(Problem(Odd.EXCEL_DAY, row.line, text, {"day": read.day}))
    return read.day


def _question(row: Row, found: Lines, meanings: Mapping[str, str]) -> Question:
    text = row.cells["question"]
    key = text.casefold()
    if key not in found.questions:
        item = _known().get(key) or meanings.get(key, "")
        found.questions[key] = Question(text, item if item in ITEMS else "", row.line)
    found.questions[key].lines += 1
    return found.questions[key]


def _value(text: str, question: Question, line: int) -> int | None:
    """1 to 5, NO_ANSWER, OFF_SCALE (noted at its question), or None for what is no number."""
    if not text or text.casefold() in _skips():
        return NO_ANSWER
    if word := _words().get((question.item == ENERGY, text.casefold())):
        return word
    if not NUMBER.match(text):
        return None
    number = float(text.replace(",", "."))
    question.low = number if question.low is None else min(question.low, number)
    question.high = number if question.high is None else max(question.high, number)
    if number.is_integer() and LOWEST <= number <= HIGHEST:
        return int(number)
    if not question.off_line:
        question.off_line, question.off_value = line, text
    return OFF_SCALE


def _leave_out_other_scales(found: Lines) -> None:
    """A question with one value off our scale was asked on another one: all of it stays out."""
    off = [question for question in found.questions.values() if question.item and question.is_off_scale]
    for question in off:
        facts = {"question": question.text, "low": question.low, "high": question.high}
        found.problems.append(Problem(Odd.OFF_SCALE, question.off_line, question.off_value, facts))
    items = {question.item for question in off}
    kept = []
    for answer in found.answers:
        if answer.item in items:
            found.fates[answer.line] = Fate.LEFT_OUT
        else:
            kept.append(answer)
    found.answers = kept


def _leave_out_repeats(found: Lines) -> None:
    """The first answer of a person to a question counts."""
    first: dict[tuple[date, str, str], int] = {}
    kept = []
    for answer in found.answers:
        key = (answer.day, answer.respondent, answer.item)
        if key in first:
            found.fates[answer.line] = Fate.LEFT_OUT
            found.problems.append(Problem(Odd.TWICE, answer.line, str(answer.value), {"first": first[key]}))
        else:
            first[key] = answer.line
            kept.append(answer)
    found.answers = kept


def label_of(answers: Iterable[Answer], problems: list[Problem]) -> str:
    """The first label of a round; another one is pointed out."""
    label, told = "", False
    for answer in answers:
        label = label or answer.label
        if answer.label != label and answer.label and not told:
            problems.append(Problem(Odd.OTHER_LABEL, answer.line, answer.label[:LONGEST_VALUE], {"label": label}))
            told = True
    if len(label) > MAX_LABEL:
        problems.append(Problem(Odd.LONG_LABEL, 0, label[:LONGEST_VALUE]))
    return label[:MAX_LABEL]


def invited_to(answers: Sequence[Answer], *, answered: int, problems: list[Problem]) -> int | None:
    """The first readable number; None where nobody knows, or where fewer were asked than answered."""
    invited: int | None = None
    told: set[str] = set()
    for answer in answers:
        text = answer.invited
        if not text or text in told:
            continue
        told.add(text)
        whole = re.fullmatch(r"(\d{1,5})(?:[.,]0+)?", text)
        if whole is None:
            problems.append(Problem(Odd.UNREADABLE_INVITED, answer.line, text[:LONGEST_VALUE]))
        elif invited is None:
            invited = int(whole[1])
            if invited < answered:
                problems.append(Problem(Odd.INVITED_TOO_FEW, answer.line, text, {"answered": answered}))
        elif invited != int(whole[1]):
            problems.append(Problem(Odd.OTHER_INVITED, answer.line, text, {"invited": invited}))
    return invited if invited is not None and invited >= answered else None


def is_ours(text: str) -> bool:
    """Whether this is one of our own lines, in any of its names."""
    return text.casefold() in _known()


@cache
def _known() -> Mapping[str, str]:
    """Every way our own lines are called: key, name, and sentence, in each language."""
    names = {item: item for item in ITEMS}
    for language in ("en", "fr"):
        text = form.text_in(form.CURRENT, language)
        names |= {question.text.casefold(): question.key for question in text.questions}
        with translation.override(language):
            names |= {str(one.label).casefold(): one.value for one in Dimension}
    return names


@cache
def _words() -> Mapping[tuple[bool, str], int]:
    """The words of both scales; the first part says whether it is that of energy."""
    texts = [form.text_in(form.CURRENT, language) for language in ("en", "fr")]
    return {
        (question.key == ENERGY, word.casefold()): value
        for text in texts
        for question in (text.statements[0], text.energy)
        for value, word in enumerate(question.scale, start=1)
    }


@cache
def _skips() -> frozenset[str]:
    texts = [form.text_in(form.CURRENT, language) for language in ("en", "fr")]
    return frozenset(question.skip.casefold() for text in texts for question in text.questions)
