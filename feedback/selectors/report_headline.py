"""The sentences that lead a report: only what a passed test or a band says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from feedback.selectors.report_lines import AGREEMENT, Line
from feedback.selectors.report_moves import Moves

MOST_POINTS = 3
COVERAGE = {
    "most": gettext_lazy("most people answered"),
    "some": gettext_lazy("some people answered"),
    "few": gettext_lazy("few people answered"),
}


@dataclass(frozen=True)
class KeyPoint:
    """``text`` says how sure we are; it may be empty."""

    lead: str
    text: str = ""

    def __str__(self) -> str:
        return f"{self.lead} {self.text}".strip()


def named(lines: Sequence[Line]) -> str:
    return get_text_list([_("“%(topic)s”") % {"topic": line.label} for line in lines], _("and"))


def title(lines: Sequence[Line], payload: Mapping[str, Any], moves: Moves) -> str:
    """What fell or needs attention, then what rose; else what works, or where most can be gained."""
    first = _troubles(lines, moves)
    rose = [line for line in lines if moves.way_of(line.key) == "up"]
    if rose:
        first += (" " if first else "") + ngettext("%(topics)s rose.", "%(topics)s rose.", len(rose)) % {
            "topics": named(rose)
        }
    if first:
        return first
    lowest = [line for line in lines if line.key in payload["lowest"] and line.band == "mixed"]
    if lowest:
        return _("We can gain most on %(topics)s.") % {"topics": named(lowest)}
    if any(line.band == "strong" for line in lines):
        return _("Every line we can show works well.")
    return _("Too few answers to each line to say more.")


def _troubles(lines: Sequence[Line], moves: Moves) -> str:
    concern = [line for line in lines if line.band == "concern"]
    fell = [line for line in lines if moves.way_of(line.key) == "down"]
    if fell:
        return ngettext("%(topics)s fell.", "%(topics)s fell.", len(fell)) % {"topics": named(fell)}
    if concern:
        sentence = ngettext("%(topics)s needs attention.", "%(topics)s need attention.", len(concern))
        return sentence % {"topics": named(concern)}
    return ""


def lead(month: date, payload: Mapping[str, Any]) -> str:
    words = {
        "answered": payload["answered"],
        "asked": payload["asked"],
        "coverage": COVERAGE[payload["coverage"]] if payload["coverage"] else "",
    }
    if payload["asked"]:
        sentence = ngettext(
            "%(answered)s answer came from the %(asked)s people asked: %(coverage)s.",
            "%(answered)s answers came from the %(asked)s people asked: %(coverage)s.",
            payload["answered"],
        )
    else:
        sentence = ngettext("%(answered)s answer came in.", "%(answered)s answers came in.", payload["answered"])
    sentence %= words
    if any(window["on"] < month.isoformat() for window in payload["windows"]):
        sentence += " " + _("Answers of earlier months that could not be shown alone are part of it.")
    return sentence


def key_points(lines: Sequence[Line], moves: Moves, lowest: Sequence[Line]) -> list[KeyPoint]:
    """At most three: all lines together, what fell, what needs attention, what rose, what works, what splits us."""
    chance = _("This is more than chance.")
    found = []
    if moves.whole:
        beside = _("Lowest: %(lowest)s.") % {"lowest": named(lowest)}
        found.append(KeyPoint(moves.whole.sentence, f"{chance} {beside}"))
    found += [KeyPoint(move.sentence, chance) for move in moves.changes if move.way == "down"]
    found += [_where_it_stands(line) for line in lines if line.is_low and moves.way_of(line.key) != "down"]
    found += [KeyPoint(move.sentence, chance) for move in moves.changes if move.way == "up"]
    strong = [line for line in lines if line.band == "strong" and not moves.way_of(line.key)]
    if strong:
        sentence = ngettext("%(topics)s works well.", "%(topics)s work well.", len(strong))
        found.insert(min(len(found), MOST_POINTS - 1), KeyPoint(sentence % {"topics": named(strong)}))
    split = [line for line in lines if line.agreement == str(AGREEMENT["split"])]
    if split:
        sentence = _("Views are split on %(topics)s.") % {"topics": named(split)}
        found.append(KeyPoint(sentence, _("Talk about this.")))
    return found[:MOST_POINTS]


def _where_it_stands(line: Line) -> KeyPoint:
    words = {"topic": line.label, "words": line.words.lower(), "range": line.range, "certainty": line.certainty}
    words["mean"] = line.mean
    if line.mean:
        text = _("Average %(mean)s, likely range %(range)s, %(certainty)s.") % words
    else:
        text = _("Likely range %(range)s, %(certainty)s.") % words
    return KeyPoint(_("%(topic)s: %(words)s.") % words, text)
