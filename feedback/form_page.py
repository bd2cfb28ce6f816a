"""The page behind a link. The blank form is rendered once per version and language; a visit only fills in its gaps.

The gaps are cut out of the rendered page, so nothing that is filled in is ever read as a template.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cache
from zoneinfo import ZoneInfo

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.html import conditional_escape
from django.utils.safestring import mark_safe

from core import dates, months
from core.components import Problem
from feedback import form
from feedback.choices import ITEMS
from feedback.form import FormText, Question
from feedback.forms import SKIPPED, Posted
from feedback.months import report_day
from feedback.sealed import Asked, Receipt
from feedback.selectors import FollowThrough

FORM, THANKS = "feedback/window_answer.html", "feedback/window_thanks.html"
MARK = "\ue000"  # a private-use character: no page of ours contains it
LANGUAGES = tuple(code for code, _name in settings.LANGUAGES)


@dataclass(frozen=True)
class Choice:
    id: str
    value: str
    word: str
    is_checked: bool


@dataclass(frozen=True)
class Drawn:
    """One question as the template draws it."""

    key: str
    text: str
    choices: tuple[Choice, ...]
    skip: Choice


@dataclass(frozen=True)
class Gaps:
    """What differs from visit to visit; each is text, escaped when it is filled in."""

    partnership: str
    meeting: str
    met: str
    closes: str
    report: str
    invited: str
    answered: str = ""
    changed: str = ""


def blank_page(asked: Asked, language: str, changed: Sequence[FollowThrough]) -> bytes:
    """The form as everybody sees it first, whoever they are and whatever they answered before."""
    with translation.override(language):
        words = render_to_string("feedback/_changed.html", {"changed": changed}) if changed else ""
        gaps = replace(gaps_of(asked), changed=words)
    return _fill(Skeleton(FORM, asked.form_version, language), gaps)


def thanks_page(receipt: Receipt, language: str, *, withdrawn: bool) -> bytes:
    """What happens next; nothing of what was answered."""
    with translation.override(language):
        gaps = replace(gaps_of(receipt.asked), answered=str(receipt.answered))
    return _fill(Skeleton(THANKS, receipt.asked.form_version, language, withdrawn=withdrawn), gaps)


def page_with(posted: Posted, problems: Sequence[Problem], *, language: str, asked: Asked | None = None) -> bytes:
    """The form with everything that was typed still in it. Without ``asked`` for when the database cannot be asked."""
    version = asked.form_version if asked else form.CURRENT
    with translation.override(language):
        gaps = gaps_of(asked) if asked else None
        return _render_form(form.text_in(version, language), posted, problems=problems, gaps=gaps).encode()


def language_of(wanted: str | None, asked: Asked | None = None) -> str:
    """The language asked for in the address, or the partnership's."""
    if wanted in LANGUAGES:
        return wanted
    return asked.language if asked else LANGUAGES[0]


def gaps_of(asked: Asked) -> Gaps:
    """Names and dates of one window, in the active language and the partnership's zone."""
    zone = ZoneInfo(asked.zone)
    return Gaps(
        partnership=asked.partnership,
        meeting=asked.meeting,
        met=dates.day(asked.met_at.astimezone(zone)),
        closes=dates.day_time(asked.closes_at.astimezone(zone)),
        report=dates.day(report_day(months.current(at=asked.met_at, zone=asked.zone))),
        invited=str(asked.invited),
    )


def languages_beside(language: str) -> list[Mapping[str, str]]:
    """The other languages, each with its own name for itself."""
    return [translation.get_language_info(code) for code in LANGUAGES if code != language]


@dataclass(frozen=True)
class Skeleton:
    """A page without its gaps."""

    template: str
    version: str
    language: str
    withdrawn: bool = False


def _fill(skeleton: Skeleton, gaps: Gaps) -> bytes:
    pieces = _pieces.__wrapped__(skeleton) if settings.DEBUG else _pieces(skeleton)
    return "".join(conditional_escape(getattr(gaps, piece)) if is_gap else piece for piece, is_gap in pieces).encode()


@cache
def _pieces(skeleton: Skeleton) -> tuple[tuple[str, bool], ...]:
    """The page cut at its gaps: text, and names of gaps."""
    names = [field.name for field in fields(Gaps)]
    gaps = Gaps(**{name: mark_safe(f"{MARK}{name}{MARK}") for name in names})  # noqa: S308 -- our own marks
    text = form.text_in(skeleton.version, skeleton.language)
    with translation.override(skeleton.language):
        if skeleton.template == FORM:
            page = _render_form(text, Posted(), problems=(), gaps=gaps)
        else:
            page = render_to_string(skeleton.template, {"text": text, "gaps": gaps, "withdrawn": skeleton.withdrawn})
    return tuple((piece, bool(place % 2)) for place, piece in enumerate(re.split(f"{MARK}(\\w+){MARK}", page)))


def _render_form(text: FormText, posted: Posted, *, problems: Sequence[Problem], gaps: Gaps | None) -> str:
    problem_at = {problem.anchor: problem.text for problem in problems}
    return render_to_string(
        FORM,
        {
            "text": text,
            "asked": [_asked(question, posted) for question in text.questions],
            "posted": posted,
            "problems": problems,
            "problem_first": problem_at.get(f"{ITEMS[0]}-1", ""),
            "problem_comment": problem_at.get("comment", ""),
            "problem_withdraw": problem_at.get("withdraw", ""),
            "gaps": gaps,
            "other_languages": languages_beside(text.language),
            "most": form.COMMENT_LENGTH,
        },
    )


def _asked(question: Question, posted: Posted) -> Drawn:
    picked = posted.choices.get(question.key)
    choices = [
        Choice(f"{question.key}-{value}", str(value), word, picked == str(value))
        for value, word in enumerate(question.scale, start=1)
    ]
    skip = Choice(f"{question.key}-{SKIPPED}", SKIPPED, question.skip, picked == SKIPPED)
    return Drawn(question.key, question.text, tuple(choices), skip)
