"""What is known while the story is told, and how its months become instants."""

import random
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from core import months
from core.clock import at_local_time
from goals.models import Action, Indicator
from meetings.models import Meeting
from partners.models import Participation, Partnership, Seat
from partners.permissions import Role
from partnerships.demo import story

WEDNESDAY = 2


@dataclass
class World:
    """``today`` is the real day on which the story ends; month 0 is ``story.MONTHS`` months earlier.

    ``codes`` are those of people who asked for a reply, by what they wrote.
    """

    now: datetime
    zone: str = story.TIME_ZONE
    chance: random.Random = field(default_factory=lambda: random.Random(2718))  # noqa: S311 -- the same story every time
    seats: dict[str, Seat] = field(default_factory=dict)
    participations: dict[str, Participation] = field(default_factory=dict)
    indicators: list[Indicator] = field(default_factory=list)
    actions: dict[str, Action] = field(default_factory=dict)
    meetings: dict[int, Meeting] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)

    @property
    def today(self) -> date:
        return self.now.astimezone(ZoneInfo(self.zone)).date()

    @property
    def start(self) -> date:
        return months.shift(months.first_of(self.today), -story.MONTHS)

    @property
    def coordinator(self) -> Seat:
        return self.seats[story.PARTNERS[0].people[0].name]

    @property
    def partnership(self) -> Partnership:
        return self.coordinator.partnership

    def speaker(self, key: str) -> Seat:
        """The seat that answers for a partner."""
        partner = next(partner for partner in story.PARTNERS if partner.key == key)
        return self.seats[next(human.name for human in partner.people if human.role == Role.REPRESENTATIVE)]

    def at(self, day: date, hour: time) -> datetime:
        return at_local_time(datetime.combine(day, hour), zone=self.zone)

    def day_of(self, month: float) -> date:
        """2.5 is the middle of the third month."""
        first = months.shift(self.start, int(month))
        return first + timedelta(days=round((months.last_day(first) - first).days * (month - int(month))))

    def meeting_day(self, month: int) -> date:
        """The second Wednesday."""
        first = months.shift(self.start, month)
        return first + timedelta(days=(WEDNESDAY - first.weekday()) % 7 + 7)

    def month_at(self, moment: datetime) -> int:
        day = moment.astimezone(ZoneInfo(self.zone)).date()
        return min(story.MONTHS - 1, (day.year - self.start.year) * 12 + day.month - self.start.month)
