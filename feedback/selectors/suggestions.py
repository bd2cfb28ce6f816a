"""What to try when a line calls for it: the number that triggered it, the advice, and where the advice comes from.

Sources are printed in full; titles are not translated.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from feedback.choices import ENERGY, Dimension
from feedback.selectors.report_lines import Line, percent, points

SPLIT, COVERAGE = "split", "coverage"

JONES_BARRY = (
    "J. Jones and M. M. Barry, “Factors influencing trust and mistrust in health promotion partnerships”, Global "
    "Health Promotion 25 (2), 2018, 16–24, doi:10.1177/1757975916656364"
)
VANGEN_HUXHAM = (
    "S. Vangen and C. Huxham, “Nurturing Collaborative Relations: Building Trust in Interorganizational "
    "Collaboration”, The Journal of Applied Behavioral Science 39 (1), 2003, 5–31, doi:10.1177/0021886303039001001"
)
MATTESSICH_JOHNSON = (
    "P. W. Mattessich and K. M. Johnson, Collaboration: What Makes It Work, 3rd edition, Fieldstone Alliance, 2018"
)
KANIA_KRAMER = "J. Kania and M. Kramer, “Collective Impact”, Stanford Social Innovation Review 9 (1), 2011, 36–41"
BRYSON = (
    "J. M. Bryson, B. C. Crosby and M. M. Stone, “Designing and Implementing Cross-Sector Collaborations: Needed and "
    "Challenging”, Public Administration Review 75 (5), 2015, 647–663, doi:10.1111/puar.12432"
)
LUONG_ROGELBERG = (
    "A. Luong and S. G. Rogelberg, “Meetings and More Meetings: The Relationship Between Meeting Load and the Daily "
    "Well-Being of Employees”, Group Dynamics: Theory, Research, and Practice 9 (1), 2005, 58–67"
)
LEBRETON_SENTER = (
    "J. M. LeBreton and J. L. Senter, “Answers to 20 Questions About Interrater Reliability and Interrater Agreement”, "
    "Organizational Research Methods 11 (4), 2008, 815–852, doi:10.1177/1094428106296642"
)
HUEBNER_ZACHER = (
    "L.-A. Huebner and H. Zacher, “Following Up on Employee Surveys: A Conceptual Framework and Systematic Review”, "
    "Frontiers in Psychology 12, 2021, 801073, doi:10.3389/fpsyg.2021.801073"
)

ADVICE: Mapping[str, tuple[Any, str]] = {
    Dimension.VOICE.value: (
        gettext_lazy(
            "Go round the table before deciding, let another partner chair each time, and send papers to small "
            "partners first."
        ),
        JONES_BARRY,
    ),
    Dimension.TRUST.value: (
        gettext_lazy(
            "Name small wins aloud, leave time in meetings that is on no agenda, and talk openly about money."
        ),
        VANGEN_HUXHAM,
    ),
    Dimension.COMMUNICATION.value: (
        gettext_lazy("Agree on a short regular check-in, and keep one timeline on one page that everybody has."),
        MATTESSICH_JOHNSON,
    ),
    Dimension.DECISIONS.value: (
        gettext_lazy("Before closing a meeting, write down what was decided, why, and who sees to it."),
        MATTESSICH_JOHNSON,
    ),
    Dimension.GOALS.value: (
        gettext_lazy("Draw the shared aim again together, and tie every action to a goal or drop it."),
        KANIA_KRAMER,
    ),
    Dimension.ROLES.value: (
        gettext_lazy("For each action, write down who answers for it, who does it, who is asked and who is told."),
        BRYSON,
    ),
    Dimension.FOLLOW_THROUGH.value: (
        gettext_lazy("Begin the next meeting with what is late, and promise fewer and smaller things."),
        VANGEN_HUXHAM,
    ),
    Dimension.TIME.value: (
        gettext_lazy("Make the next meeting shorter, or call it off and send the news in writing."),
        LUONG_ROGELBERG,
    ),
    ENERGY: (
        gettext_lazy("Pause something, celebrate what was reached, and move dates that can be moved."),
        LUONG_ROGELBERG,
    ),
    SPLIT: (
        gettext_lazy("Talk for twenty minutes about this one line, without numbers on a screen."),
        LEBRETON_SENTER,
    ),
    COVERAGE: (
        gettext_lazy("Say what became of the last answers before asking again, and ask less."),
        HUEBNER_ZACHER,
    ),
}


@dataclass(frozen=True)
class Suggestion:
    """``key`` is what an action may answer; empty where an action of its own would answer nothing."""

    key: str
    title: str
    reason: str
    advice: str
    source: str


def read_suggestions(payload: Mapping[str, Any], lines: Sequence[Line]) -> list[Suggestion]:
    named = {line.key: line for line in lines}
    return [_read(entry, named) for entry in payload["suggestions"]]


def _read(entry: Mapping[str, Any], named: Mapping[str, Line]) -> Suggestion:
    key = entry["key"]
    about = entry["number"].get("line", key)
    advice, source = ADVICE[key]
    title = named[about].label if about in named else _("Few answers")
    return Suggestion("" if key == COVERAGE else about, title, _reason(entry), str(advice), source)


def _reason(entry: Mapping[str, Any]) -> str:
    number = entry["number"]
    value = _value(number)
    match entry["trigger"]:
        case "change" if "from_tenths" in number:
            return _("Fell from %(before)s to %(now)s, by more than chance.") % {
                "before": points(number["from_tenths"]),
                "now": value,
            }
        case "change":
            return _("Fell by more than chance, now %(now)s.") % {"now": value}
        case "watch":
            return _("Energy is low for %(share)s of those who said.") % {"share": percent(number["share"])}
        case "split":
            return _("Views are split, around an average of %(now)s.") % {"now": value}
        case "few":
            return _("%(answered)s of %(asked)s people answered.") % dict(number)
        case _:
            return _("Needs attention: %(now)s.") % {"now": value}


def _value(number: Mapping[str, Any]) -> str:
    if "tenths" in number and number["tenths"] is not None:
        return points(number["tenths"])
    if "low_tenths" in number:
        words = {"low": points(number["low_tenths"]), "high": points(number["high_tenths"])}
        return _("likely between %(low)s and %(high)s") % words
    return ""
