"""Places on a page where an app that stands above may add a panel, so that imports still point down.

A page names its slot and hands over what it is about; apps above register builders for the slot in ``AppConfig.ready``.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Panel:
    """A template and what it is given, under the name ``panel``."""

    template: str
    content: object


# Given the reader's seat, what the page is about, and the time; None where there is nothing to show.
Builder = Callable[[Any, Any, datetime], Panel | None]

MEETING = "meeting"  # about a meetings.Meeting
PARTNER = "partner"  # about a partners.Participation

_builders: defaultdict[str, list[Builder]] = defaultdict(list)


def register_panel(slot: str, build: Builder) -> None:
    """Registering the same builder again changes nothing."""
    if build not in _builders[slot]:
        _builders[slot].append(build)


def panels_for(slot: str, *, seat: object, about: object, now: datetime) -> list[Panel]:
    """What every app above has to say here, in the order of registration."""
    built = [build(seat, about, now) for build in _builders[slot]]
    return [panel for panel in built if panel is not None]
