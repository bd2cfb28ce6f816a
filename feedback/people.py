"""Answers with names, person by person: averaged over a month, and compared with the same person's earlier ones."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from feedback.choices import INDEX, OWN, RATED, Dimension, Mode
from feedback.measure.cells import person_index
from feedback.models import FeedbackWindow, NamedResponse
from feedback.payload.inputs import People

Window = Mapping[str, Any]  # as a payload has it


class Named:
    """Everything said with names in these windows and in those of earlier reports."""

    def __init__(self, windows: Collection[FeedbackWindow], earlier: Iterable[Window]) -> None:
        self.asked = {window.pk: window.answered_count or 0 for window in windows if window.mode == Mode.NAMED}
        self.asked |= {window["id"]: window["answered"] for window in earlier if window["mode"] == Mode.NAMED}
        self.said: defaultdict[int, list[NamedResponse]] = defaultdict(list)
        for row in NamedResponse.objects.filter(window__in=self.asked) if self.asked else ():
            self.said[row.window_id].append(row)

    @property
    def complete(self) -> bool:
        """Nobody was erased since."""
        return self._all_here(self.asked)

    def people(self, windows: Collection[int]) -> People | None:
        """Sum and number of each person's answers by item, where everybody answered with their name."""
        if not windows or not self.asked.keys() >= set(windows) or not self._all_here(windows):
            return None
        given: defaultdict[str, dict[str, tuple[int, int]]] = defaultdict(dict)
        for row in (row for pk in windows for row in self.said[pk]):
            person = given[str(row.person_id)]
            answers = {key: getattr(row, key) for key in RATED if key != OWN}
            answers[INDEX] = person_index([answers[key] for key in Dimension.values])
            for key, answer in answers.items():
                if answer is not None:
                    total, count = person.get(key, (0, 0))
                    person[key] = (total + answer, count + 1)
        return dict(given)

    def alike(self, window: int) -> int:
        """How many gave the same answer to all eight statements."""
        answers = ({getattr(row, key) for key in Dimension.values} for row in self.said[window])
        return sum(len(values) == 1 and None not in values for values in answers)

    def _all_here(self, windows: Iterable[int]) -> bool:
        return all(len(self.said[pk]) == self.asked[pk] for pk in windows)
