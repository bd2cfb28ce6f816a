"""When somebody wants a mail: their rhythm for its kind, their quiet hours, their days without mail, by their clock."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from accounts.models import Person
from core.clock import at_local_time, start_of_day
from notifications.choices import Rhythm
from notifications.models import MailHours, Preference
from notifications.registry import MailKind, kinds

DAILY_DIGEST = "daily_digest"
WEEKLY_DIGEST = "weekly_digest"
SETTLING = timedelta(minutes=10)
_DIGESTS = {Rhythm.DAILY: DAILY_DIGEST, Rhythm.WEEKLY: WEEKLY_DIGEST}


@dataclass(frozen=True)
class Hours:
    """The hours of one person. Digests come at eight, on Mondays, and it is never quiet, unless chosen."""

    zone: str = "UTC"
    digest_at: time = time(8)
    digest_on: int = 0
    quiet: tuple[time, time] | None = None
    days_off: frozenset[int] = frozenset()

    def open_from(self, moment: datetime) -> datetime:
        """``moment`` itself, or when the quiet hours and days off around it are over."""
        while (later := self._end_of_quiet(moment)) > moment:
            moment = later
        return moment

    def digest_after(self, moment: datetime, *, weekly: bool) -> datetime:
        """When the next digest leaves, at ``moment`` or later."""
        day = self._local(moment).date()
        while True:
            at = at_local_time(datetime.combine(day, self.digest_at), zone=self.zone)
            if at >= moment and (day.weekday() == self.digest_on if weekly else day.weekday() not in self.days_off):
                return at
            day += timedelta(days=1)

    def _local(self, moment: datetime) -> datetime:
        return moment.astimezone(ZoneInfo(self.zone))

    def _end_of_quiet(self, moment: datetime) -> datetime:
        local = self._local(moment)
        if local.weekday() in self.days_off:
            return start_of_day(local.date() + timedelta(days=1), zone=self.zone)
        if self.quiet is None:
            return moment
        begins, ends = self.quiet
        clock = local.time()
        if not is_within(clock, begins, ends):
            return moment
        ends_on = local.date() + timedelta(days=clock >= ends)
        return at_local_time(datetime.combine(ends_on, ends), zone=self.zone)


@dataclass(frozen=True)
class Times:
    """The moments of one message, as its row has them."""

    due_at: datetime
    expires_at: datetime | None = None
    about_at: datetime | None = None


@dataclass(frozen=True)
class Wishes:
    """What one person chose."""

    hours: Hours = field(default_factory=Hours)
    chosen: Mapping[str, Rhythm] = field(default_factory=dict)

    def rhythm_of(self, kind: MailKind) -> Rhythm:
        """As chosen, where the kind still offers that."""
        chosen = self.chosen.get(kind.name, kind.rhythm)
        return chosen if chosen in kind.rhythms else kind.rhythm

    def bundle_of(self, kind: MailKind) -> str:
        """The digest or bundle that mails of this kind go out with; empty when each goes by itself."""
        return _DIGESTS.get(self.rhythm_of(kind), kind.together) if kind.can_be_chosen else ""

    def kinds_in(self, bundle: str) -> list[MailKind]:
        return [kind for kind in kinds() if self.bundle_of(kind) == bundle]

    def moment_for(self, kind: MailKind, times: Times, *, now: datetime) -> datetime:
        """When a mail that is due may leave: ``now`` or later. What would be pointless by then does not wait.

        What is urgent waits until it becomes so, and no longer.
        """
        if not kind.can_be_chosen:
            return now
        bundle = self.bundle_of(kind)
        ready = times.due_at
        if bundle in _DIGESTS.values():
            ready = self.hours.digest_after(ready, weekly=bundle == WEEKLY_DIGEST)
        elif bundle:
            ready += SETTLING
        moment = self.hours.open_from(max(ready, now))
        if times.about_at and kind.urgent_within:
            moment = min(moment, max(times.about_at - kind.urgent_within, now))
        return now if times.expires_at and moment >= times.expires_at else moment


def wishes_of(people: Collection[int]) -> dict[int, Wishes]:
    """The wishes of each of these people, in three queries."""
    chosen: dict[int, dict[str, Rhythm]] = {}
    for person, kind, rhythm in Preference.objects.filter(person__in=people).values_list("person", "kind", "rhythm"):
        chosen.setdefault(person, {})[kind] = Rhythm(rhythm)
    rows = {row.person_id: row for row in MailHours.objects.filter(person__in=people)}
    zones = Person.objects.filter(pk__in=people).values_list("pk", "time_zone")
    return {pk: Wishes(_hours(zone, rows.get(pk)), chosen.get(pk, {})) for pk, zone in zones}


def _hours(zone: str, row: MailHours | None) -> Hours:
    if row is None:
        return Hours(zone)
    quiet = (row.quiet_from, row.quiet_until) if row.quiet_from and row.quiet_until else None
    return Hours(zone, row.digest_at, row.digest_on, quiet, weekdays(row.days_off))


def is_within(clock: time, begins: time | None, ends: time | None) -> bool:
    """Whether a time of day lies in hours that may go over midnight; the end does not belong to them."""
    if begins is None or ends is None:
        return False
    return begins <= clock < ends if begins < ends else clock >= begins or clock < ends


def weekdays(bits: int) -> frozenset[int]:
    """The weekdays, 0 for Monday, that ``MailHours.days_off`` stands for."""
    return frozenset(day for day in range(7) if bits >> day & 1)
