"""From answers to rounds of sums. People end here: what is returned holds no line of anybody.

A round of fewer than five people is left out, and so is a question that fewer than five of them answered.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from exchange.survey.answers import Answer, Question, invited_to, label_of, read_lines
from exchange.survey.odd import LONGEST_VALUE, MAX_ROUNDS, Fate, FileRefused, Odd, Problem, Refused
from exchange.survey.table import read_table
from feedback.choices import INDEX, ITEMS, Dimension
from feedback.measure.cells import person_index
from feedback.models.window import MINIMUM_GROUP
from feedback.past import PastCell, PastDraft
from feedback.sums import HIGHEST_SCORE, LOWEST_SCORE

Said = dict[str, int]


@dataclass(frozen=True)
class Reading:
    """Everything a file comes to. ``fates`` counts its lines by what becomes of them."""

    rounds: list[PastDraft]
    questions: list[Question]
    problems: list[Problem]
    fates: Mapping[Fate, int]

    @property
    def unknown(self) -> list[Question]:
        return [question for question in self.questions if not question.item]


def read_rounds(content: bytes, *, today: date, meanings: Mapping[str, str] | None = None) -> Reading:
    """Read a whole file. Raises FileRefused where nothing of it can be trusted."""
    sheet = read_table(content)
    found = read_lines(sheet.rows, meanings=meanings or {}, today=today)
    by_day: defaultdict[date, list[Answer]] = defaultdict(list)
    for answer in found.answers:
        by_day[answer.day].append(answer)
    if len(by_day) > MAX_ROUNDS:
        raise FileRefused(Refused.TOO_MANY_ROUNDS, limit=MAX_ROUNDS)
    problems = [*sheet.problems, *found.problems, *_unknown(found.questions.values())]
    rounds = [_round(day, answers, found.fates, problems) for day, answers in sorted(by_day.items())]
    return Reading(
        rounds=[one for one in rounds if one is not None],
        questions=sorted(found.questions.values(), key=lambda question: (not question.item, question.text)),
        problems=sorted(problems, key=lambda problem: problem.line),
        fates=Counter(found.fates.values()),
    )


def _unknown(questions: Iterable[Question]) -> list[Problem]:
    return [
        Problem(Odd.UNKNOWN_QUESTION, question.first_line, question.text[:LONGEST_VALUE], {"lines": question.lines})
        for question in questions
        if not question.item
    ]


def _round(day: date, answers: Sequence[Answer], fates: dict[int, Fate], problems: list[Problem]) -> PastDraft | None:
    people: defaultdict[str, Said] = defaultdict(dict)
    for answer in answers:
        people[answer.respondent][answer.item] = answer.value
    said = list(people.values())
    label = label_of(answers, problems) or day.isoformat()
    if len(said) < MINIMUM_GROUP:
        problems.append(Problem(Odd.FEW_PEOPLE, 0, label, {"day": day, "people": len(said)}))
        fates |= {answer.line: Fate.TOO_FEW for answer in answers}
        return None
    invited = invited_to(answers, answered=len(said), problems=problems)
    cells = {item: _cell([each[item] for each in said if item in each]) for item in ITEMS}
    for item in [item for item, cell in cells.items() if cell.n < MINIMUM_GROUP]:
        if cells.pop(item).n:
            problems.append(Problem(Odd.FEW_ANSWERS, 0, item, {"day": day}))
            fates |= {answer.line: Fate.TOO_FEW for answer in answers if answer.item == item}
    if not cells:
        return None
    index = _index(said)
    if index.n >= MINIMUM_GROUP:
        cells[INDEX] = index
    elif index.n:
        problems.append(Problem(Odd.FEW_FOR_INDEX, 0, "", {"day": day}))
    alike = sum(len(each.keys() & set(Dimension.values)) == len(Dimension) and _is_alike(each) for each in said)
    return PastDraft(day, label, invited, len(said), alike, cells)


def _is_alike(said: Said) -> bool:
    return len({said[key] for key in Dimension.values}) == 1


def _cell(given: Sequence[int]) -> PastCell:
    counts = tuple(given.count(value) for value in range(1, 6))
    return PastCell(len(given), sum(given), sum(value * value for value in given), counts)


def _index(said: Sequence[Said]) -> PastCell:
    scores = [person_index([each.get(key) for key in Dimension.values]) for each in said]
    given = [score for score in scores if score is not None]
    eighths = tuple(given.count(score) for score in range(LOWEST_SCORE, HIGHEST_SCORE + 1))
    return PastCell(len(given), sum(given), sum(score * score for score in given), eighths=eighths)
