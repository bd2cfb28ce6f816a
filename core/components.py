"""What pages hand to the components: small typed values, and the words, shapes and tones of every status."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from django.forms import BaseForm
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from core.texts import StrOrPromise

Tone = Literal["ok", "risk", "off", "done", "none"]


@dataclass(frozen=True)
class Status:
    """Shape and word say it; the tone only repeats it for those who see colour."""

    word: StrOrPromise
    tone: Tone
    icon: str


STATUSES: Mapping[str, Status] = {
    # Indicators and goals
    "met": Status(_("Met"), "done", "rosette-discount-check"),
    "nearly": Status(_("Nearly met"), "ok", "circle-half-2"),
    "missed": Status(_("Missed"), "off", "circle-x"),
    "on_track": Status(_("On track"), "ok", "circle-check"),
    "needs_push": Status(_("Needs a push"), "risk", "alert-triangle"),
    "off_track": Status(_("Off track"), "off", "alert-octagon"),
    "wrong_way": Status(_("Going the wrong way"), "off", "arrow-back-up"),
    "early": Status(_("Early"), "none", "plant-2"),
    "stale": Status(_("Stale"), "none", "clock-pause"),
    "not_enough": Status(_("Not enough data"), "none", "circle-dashed"),
    # Actions
    "to_do": Status(_("To do"), "none", "circle-dashed"),
    "under_way": Status(_("Under way"), "ok", "progress"),
    "waiting": Status(_("Waiting on someone"), "risk", "hourglass"),
    "done": Status(_("Done"), "done", "rosette-discount-check"),
    "dropped": Status(_("Dropped"), "none", "minus"),
    # Meetings and reports
    "planned": Status(pgettext_lazy("a meeting", "Planned"), "none", "calendar-event"),
    "held": Status(_("Held"), "done", "rosette-discount-check"),
    "cancelled": Status(_("Cancelled"), "none", "calendar-x"),
    # Collaboration health
    "strong": Status(_("Working well"), "ok", "circle-check"),
    "mixed": Status(_("Mixed"), "risk", "circle-half-2"),
    "concern": Status(_("Needs attention"), "off", "alert-octagon"),
}

TONE_ICONS: Mapping[Tone, str] = {
    "ok": "circle-check",
    "risk": "alert-triangle",
    "off": "alert-octagon",
    "done": "rosette-discount-check",
    "none": "circle-dashed",
}


@dataclass(frozen=True)
class SectorLook:
    """Tint and icon of a sector; its name always stands beside them."""

    tint: str
    icon: str


SECTOR_LOOKS: Mapping[str, SectorLook] = {
    "education": SectorLook("edu", "school"),
    "health": SectorLook("hea", "stethoscope"),
    "community": SectorLook("com", "heart-handshake"),
    "business": SectorLook("bus", "briefcase"),
    "public_services": SectorLook("pub", "building-bank"),
    "funder": SectorLook("fun", "coin"),
    "environment": SectorLook("com", "plant-2"),
    "culture": SectorLook("hea", "palette"),
    "housing": SectorLook("bus", "home"),
    "justice": SectorLook("pub", "scale"),
    "research": SectorLook("edu", "microscope"),
}
UNKNOWN_SECTOR = SectorLook("none", "circle-dashed")


@dataclass(frozen=True)
class Mark:
    """One square of a seen strip: a letter to see, a word to hear."""

    letter: str
    word: StrOrPromise
    look: Literal["y", "s", "n"]


MARKS: Mapping[str, Mark] = {
    "present": Mark("✓", _("came"), "y"),
    "deputy": Mark("s", _("sent someone"), "s"),
    "apologies": Mark("a", _("sent apologies"), "n"),
    "absent": Mark("–", _("missed"), "n"),
    "unknown": Mark("?", _("not recorded yet"), "n"),
    "none": Mark("", pgettext_lazy("before an organisation joined", "not yet a partner"), "n"),
}


@dataclass(frozen=True)
class Fact:
    """A number that leads a page, with its denominator."""

    label: StrOrPromise
    value: StrOrPromise | int
    of: StrOrPromise | int = ""
    detail: StrOrPromise = ""


@dataclass(frozen=True)
class Seen:
    """Whether somebody was at one meeting; ``mark`` is a key of ``MARKS``."""

    when: StrOrPromise
    mark: str


@dataclass(frozen=True)
class Table:
    """The numbers behind a chart. The first cell of a row is its heading; ``numeric`` aligns the others right."""

    columns: Sequence[StrOrPromise]
    rows: Sequence[Sequence[object]]
    numeric: bool = True


@dataclass(frozen=True)
class Problem:
    """One line of an error summary: the field, the words beside it, and where it is."""

    text: str
    anchor: str = ""


def problems_of(form: BaseForm) -> Iterable[Problem]:
    """What concerns the whole form first, then field by field in the order of the page."""
    for text in form.non_field_errors():
        yield Problem(str(text))
    for field in form:
        anchor = field.id_for_label or f"{field.auto_id}_0"
        for text in field.errors:
            yield Problem(gettext("%(name)s: %(value)s") % {"name": field.label, "value": text}, anchor)


def monogram(name: str) -> str:
    """Two letters: the initials of the first two words that begin with one, or the first two of a single word."""
    words = [word for word in name.replace("-", " ").split() if word[0].isalpha() and not word.endswith(".")]
    words = [word for word in words if word[0].isupper()] or words
    if not words:
        return name[:2].upper()
    return (words[0][:2] if len(words) == 1 else words[0][0] + words[1][0]).upper()
