"""The questions, as data with a version: an answer means what its form said at the time, so a version never changes.

Each version is one JSON file carrying every language. Its sentences bypass gettext: a translation that changed under a
running window would change the question.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from feedback.choices import ENERGY, OWN, Dimension

CURRENT = "1.0"
COMMENT_LENGTH = 600
FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Question:
    """A sentence to rate. ``scale`` has five words, from 1 (lowest) to 5; ``skip`` is the way out."""

    key: str
    text: str
    scale: tuple[str, ...]
    skip: str


@dataclass(frozen=True)
class FormText:
    """One version in one language."""

    version: str
    language: str
    intro: str
    promise: tuple[str, ...]
    intro_named: str
    promise_named: tuple[str, ...]
    stem: str
    questions: tuple[Question, ...]
    comment: str
    share_words: str
    act_flag: str

    @property
    def statements(self) -> tuple[Question, ...]:
        """The eight that share a scale; energy has its own."""
        return self.questions[:-1]

    def with_own(self, own: str) -> tuple[Question, ...]:
        """Every question in its order, the partnership's own statement after ours and before the one about oneself."""
        first, *_ = self.statements
        return (*self.statements, Question(OWN, own, first.scale, first.skip), self.energy)

    @property
    def energy(self) -> Question:
        return self.questions[-1]


@cache
def load(version: str) -> Mapping[str, FormText]:
    """Every language of one version; FileNotFoundError for a version that never was."""
    data = json.loads((FOLDER / f"v{version.replace('.', '_')}.json").read_text(encoding="utf-8"))
    return {language: _text(data[language], version=data["version"], language=language) for language in ("en", "fr")}


def text_in(version: str, language: str) -> FormText:
    """The form in ``language``, or in English where it does not speak it."""
    form = load(version)
    return form.get(language, form["en"])


def _text(words: Mapping[str, Any], *, version: str, language: str) -> FormText:
    items = dict(words["items"])
    scale, skip = tuple(words["scale"]), str(words["skip"])
    energy = Question(ENERGY, str(words["energy"]), tuple(words["energy_scale"]), str(words["energy_skip"]))
    return FormText(
        version=version,
        language=language,
        intro=str(words["intro"]),
        promise=tuple(words["promise"]),
        intro_named=str(words["intro_named"]),
        promise_named=tuple(words["promise_named"]),
        stem=str(words["stem"]),
        questions=(*(Question(key, items[key], scale, skip) for key in Dimension.values), energy),
        comment=str(words["comment"]),
        share_words=str(words["share_words"]),
        act_flag=str(words["act_flag"]),
    )
