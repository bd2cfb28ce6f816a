"""What the records say about promises, beside what people say."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from feedback.choices import Dimension
from feedback.selectors.report_lines import Line


@dataclass(frozen=True)
class Records:
    """Sentences, and the small wins by name. Empty where nothing was due and nothing was reached."""

    sentences: Sequence[str] = field(default=())
    perception: str = ""
    differ: bool = False
    wins: Sequence[str] = field(default=())


def read_records(payload: Mapping[str, Any], lines: Sequence[Line]) -> Records:
    promises = payload["promises"]
    opinion = next(line for line in lines if line.key == Dimension.FOLLOW_THROUGH)
    return Records(
        sentences=list(_sentences(promises)),
        perception=_perception(opinion) if promises["due"] and opinion.band else "",
        differ=promises["differ"],
        wins=promises["wins"],
    )


def _sentences(promises: Mapping[str, Any]) -> list[str]:
    if not promises["due"]:
        return [_("Nothing was due this month.")]
    words = {key: promises[key] for key in ("due", "kept", "late", "open", "renegotiated", "median_days_late")}
    found = [
        ngettext(
            "%(due)s promise was due this month: %(kept)s kept on time, %(late)s done late, %(open)s still open.",
            "%(due)s promises were due this month: %(kept)s kept on time, %(late)s done late, %(open)s still open.",
            promises["due"],
        )
        % words
    ]
    if share := promises["kept_share"]:
        found.append(_("That is %(percent)s %% kept on time, likely range %(low)s to %(high)s %%.") % share)
    if promises["median_days_late"] is not None:
        found.append(
            ngettext(
                "Half of the late ones were late by %(median_days_late)s day or more.",
                "Half of the late ones were late by %(median_days_late)s days or more.",
                promises["median_days_late"],
            )
            % words
        )
    if promises["renegotiated"]:
        found.append(
            ngettext(
                "%(renegotiated)s was moved before its date and counts at the new one.",
                "%(renegotiated)s were moved before their date and count at the new one.",
                promises["renegotiated"],
            )
            % words
        )
    return found


def _perception(opinion: Line) -> str:
    words = {"statement": opinion.statement, "value": opinion.mean or opinion.words.lower(), "range": opinion.range}
    return _("What people say to “%(statement)s”: %(value)s, likely range %(range)s.") % words
