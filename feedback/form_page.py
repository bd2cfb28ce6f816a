"""The page behind a link. The blank form is rendered once per version, language and kind; a visit fills in its gaps.

What differs from window to window, a partnership's own statement too, is a gap, cut out of the rendered page: nothing
that is filled in is ever read as a template, and nothing of a partnership is kept in memory.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cache
from zoneinfo import ZoneInfo

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.html import conditional_escape
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from core import dates, months
from core.components import Problem
from core.http import absolute_url
from feedback import form
from feedback.choices import ITEMS, OWN
from feedback.form import FormText, Question
from feedback.forms import SKIPPED, Posted
from feedback.links import Asked, Receipt
from feedback.months import report_day
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
    own: str
    answered: str = ""
    changed: str = ""
    code: str = ""


def blank_page(asked: Asked, language: str, changed: Sequence[FollowThrough]) -> bytes:
    """The form as everybody sees it first, whoever they are and whatever they answered before."""
    with translation.override(language):
        words = render_to_string("feedback/_changed.html", {"changed": changed}) if changed else ""
        gaps = replace(gaps_of(asked), changed=words)
    return _fill(_skeleton(FORM, asked, language), gaps)


def thanks_page(receipt: Receipt, language: str, *, withdrawn: bool, code: str = "") -> bytes:
    """What happens next, and once the code of a conversation; nothing of what was answered."""
    with translation.override(language):
        gaps = replace(gaps_of(receipt.asked), answered=str(receipt.answered), code=code)
    skeleton = _skeleton(THANKS, receipt.asked, language)
    return _fill(replace(skeleton, withdrawn=withdrawn, with_code=bool(code)), gaps)


def page_with(posted: Posted, problems: Sequence[Problem], *, language: str, asked: Asked | None = None) -> bytes:
    """The form with everything that was typed still in it. Without ``asked`` for when the database cannot be asked."""
    version = asked.form_version if asked else form.CURRENT
    with translation.override(language):
        gaps = gaps_of(asked) if asked else None
        text = form.text_in(version, language)
        with_names = asked is not None and asked.with_names
        return _render_form(text, posted, problems=problems, gaps=gaps, with_names=with_names).encode()


def language_of(wanted: str | None, asked: Asked | None = None) -> str:
    """The language asked for in the address, or the partnership's."""
    if wanted in LANGUAGES:
        return wanted
    return asked.language if asked else LANGUAGES[0]


def gaps_of(asked: Asked) -> Gaps:
    """Names and dates of one window, in the active language and the partnership's zone."""
    zone, language = ZoneInfo(asked.zone), translation.get_language() or LANGUAGES[0]
    return Gaps(
        partnership=asked.partnership,
        meeting=asked.meeting,
        met=dates.day(asked.met_at.astimezone(zone)),
        closes=dates.day_time(asked.closes_at.astimezone(zone)),
        report=dates.day(report_day(months.current(at=asked.met_at, zone=asked.zone))),
        invited=str(asked.invited),
        own=asked.own(language),
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
    with_names: bool
    with_own: bool
    withdrawn: bool = False
    with_code: bool = False


def _skeleton(template: str, asked: Asked, language: str) -> Skeleton:
    with_own = template == FORM and bool(asked.own(language))
    return Skeleton(template, asked.form_version, language, asked.with_names, with_own)


def _fill(skeleton: Skeleton, gaps: Gaps) -> bytes:
    pieces = _pieces.__wrapped__(skeleton) if settings.DEBUG else _pieces(skeleton)
    return "".join(conditional_escape(getattr(gaps, piece)) if is_gap else piece for piece, is_gap in pieces).encode()


@cache
def _pieces(skeleton: Skeleton) -> tuple[tuple[str, bool], ...]:
    """The page cut at its gaps: text, and names of gaps."""
    names = [field.name for field in fields(Gaps)]
    gaps = Gaps(**{name: mark_safe(f"{MARK}{name}{MARK}") for name in names})  # noqa: S308 -- our own marks
    text, with_names = form.text_in(skeleton.version, skeleton.language), skeleton.with_names
    with translation.override(skeleton.language):
        if skeleton.template == FORM:
            shown = gaps if skeleton.with_own else replace(gaps, own="")
            page = _render_form(text, Posted(), problems=(), gaps=shown, with_names=with_names)
        else:
            context = {"text": text, "gaps": gaps, "with_names": with_names, "withdrawn": skeleton.withdrawn}
            context |= {"with_code": skeleton.with_code, "talk_url": absolute_url(reverse("feedback:talk"))}
            page = render_to_string(skeleton.template, context)
    return tuple((piece, bool(place % 2)) for place, piece in enumerate(re.split(f"{MARK}(\\w+){MARK}", page)))


def _render_form(
    text: FormText, posted: Posted, *, problems: Sequence[Problem], gaps: Gaps | None, with_names: bool
) -> str:
    own = gaps.own if gaps else _("Our partnership’s own line") if OWN in posted.choices else ""
    questions = text.with_own(own) if own else text.questions
    problem_at = {problem.anchor: problem.text for problem in problems}
    return render_to_string(
        FORM,
        {
            "text": text,
            "asked": [_asked(question, posted) for question in questions],
            "intro": text.intro_named if with_names else text.intro,
            "promise": text.promise_named if with_names else text.promise,
            "with_names": with_names,
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
