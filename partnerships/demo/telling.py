"""Tell the story through the product's own services, in the order in which it happened.

The clock is moved to each moment; planners and dispatcher run every simulated day as the worker would run them; people
answer feedback through the links in their mails. Nothing is written past the services.
"""

import random
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse

from accounts.models import Person
from core import months
from core.clock import at_local_time
from goals.models import Action, Indicator
from goals.services import actions as action_services
from goals.services import goals as goal_services
from goals.services import indicators as indicator_services
from goals.services import measurements as measurement_services
from meetings import services as meeting_services
from meetings.choices import Presence
from meetings.models import Meeting
from notifications import registry
from notifications.delivery import dispatch_due
from partners.choices import OrganizationKind, Sector
from partners.models import Organization, Participation, Seat
from partners.permissions import Role
from partners.services import organizations, partnerships, seating
from partnerships.demo import calendar, story
from partnerships.demo.answers import Answering

PASSWORD = "first-steps-together"  # noqa: S105 -- printed for whoever tries the demo; refused outside DEBUG
OPERATOR = "operator@tarnvalley.example"
MEETING_HOURS = (time(9, 30), time(11, 30))
SECOND_WEDNESDAY = 8
Event = tuple[datetime, int, Callable[[datetime], object]]


class Telling:
    """Everything known while the story is told. ``today`` is the real day the story ends on."""

    def __init__(self, *, now: datetime) -> None:
        self.now = now
        self.zone = story.TIME_ZONE
        self.today = now.astimezone(ZoneInfo(self.zone)).date()
        self.start = months.shift(months.first_of(self.today), -story.MONTHS)
        self.random = random.Random(2718)  # noqa: S311 -- the same story every time
        self.answering = Answering(self.random)
        self.seats: dict[str, Seat] = {}
        self.participations: dict[str, Participation] = {}
        self.goals: list[Indicator] = []
        self.actions: dict[str, Action] = {}
        self.meetings: dict[int, Meeting] = {}
        self.events: list[Event] = []

    def tell(self) -> Iterator[date]:
        """Live through the story; yields each month as it begins."""
        self._plan()
        self.events.sort(key=lambda event: event[:2])
        day, month = self.start, None
        upcoming = iter([*self.events, (self.now, 0, lambda _now: None)])
        event = next(upcoming)
        while day <= self.today:
            if day.replace(day=1) != month:
                month = day.replace(day=1)
                yield month
            end_of_day = self._at(day, time(18))
            while event and event[0] <= min(end_of_day, self.now):
                self._move_clock(event[0])
                event[2](event[0])
                event = next(upcoming, None)  # type: ignore[assignment]
            self._work(min(end_of_day, self.now))
            day += timedelta(days=1)
        settings.CLOCK_OFFSET_SECONDS = 0

    # -- time ---------------------------------------------------------------------------------------------------------

    def _at(self, day: date, hour: time) -> datetime:
        return at_local_time(datetime.combine(day, hour), zone=self.zone)

    def _moment(self, month: float, hour: time = time(14)) -> datetime:
        """``month`` 2.5 is the middle of the third month."""
        whole = int(month)
        first = months.shift(self.start, whole)
        days = (months.last_day(first) - first).days
        return self._at(first + timedelta(days=round(days * (month - whole))), hour)

    def _meeting_day(self, month: int) -> date:
        first = months.shift(self.start, month)
        return first + timedelta(days=(2 - first.weekday()) % 7 + 7)

    def _move_clock(self, moment: datetime) -> None:
        settings.CLOCK_OFFSET_SECONDS = round((moment - datetime.now(UTC)).total_seconds())

    def _work(self, moment: datetime) -> None:
        """What worker and clock do all day, in one go."""
        self._move_clock(moment)
        for planner in registry.planners():
            planner.run(moment)
        while dispatch_due(now=moment):
            pass
        self.answering.read_mail(month=self._month_index(moment))

    def _month_index(self, moment: datetime) -> int:
        day = moment.astimezone(ZoneInfo(self.zone)).date()
        return min(story.MONTHS - 1, (day.year - self.start.year) * 12 + day.month - self.start.month)

    def _add(self, moment: datetime, order: int, happen: Callable[[datetime], object]) -> None:
        if moment <= self.now:
            self.events.append((moment, order, happen))

    # -- what happens -------------------------------------------------------------------------------------------------

    def _plan(self) -> None:
        self._add(self._at(self.start, time(9)), 0, self._begin)
        for partner in story.PARTNERS[1:]:
            day = self.start if not partner.joins_in_month else self._meeting_day(partner.joins_in_month)
            self._add(self._at(day, time(9, 5)), 1, lambda now, partner=partner: self._join(partner, now))  # type: ignore[misc]
        for number, goal in enumerate(story.GOALS):
            self._add(self._at(self.start, time(10)), 2 + number, lambda now, goal=goal: self._agree_goal(goal, now))  # type: ignore[misc]
            for month in range(len(goal.series)):
                moment = self._at(months.shift(self.start, month + 1) + timedelta(days=2 + number % 3), time(11))
                self._add(moment, 9, lambda now, n=number, m=month: self._measure(n, m, now))  # type: ignore[misc]
        for month in range(story.MONTHS):
            self._plan_meeting(month, self._meeting_day(month))
        self._plan_meeting(story.MONTHS, self.today - timedelta(days=2))
        self._add(self._at(self.today - timedelta(days=1), time(15)), 5, self._look_ahead)
        for promise in calendar.PROMISES:
            self._plan_promise(promise)

    def _begin(self, now: datetime) -> None:
        council = story.PARTNERS[0]
        coordinator = council.people[0]
        person = Person.objects.create_user(
            coordinator.email,
            PASSWORD,
            name=coordinator.name,
            time_zone=self.zone,
            may_start_partnerships=True,
        )
        Person.objects.create_superuser(OPERATOR, PASSWORD, name="Operator", time_zone=self.zone)
        seat = partnerships.start_partnership(
            name=story.NAME,
            by=person,
            organization_name=council.name,
            now=now,
            summary=story.SUMMARY,
            language="en",
            time_zone=self.zone,
        )
        self.partnership = seat.partnership
        self.coordinator = self.seats[coordinator.name] = seat
        participation = seat.participation
        organizations.edit_organization(
            participation=participation,
            organization=self._describe(participation.organization, council),
            profile=organizations.Profile(sectors=council.tags),
            by=seat,
            now=now,
            roles=council.roles,
        )
        self.participations[council.key] = participation
        self._seat_people(council, council.people[1:], now)

    def _describe(self, organization: Organization, partner: story.Partner) -> Organization:
        organization.name, organization.short_name = partner.name, partner.short_name
        organization.kind, organization.main_sector = OrganizationKind(partner.kind), Sector(partner.sector)
        for text in ("mandate", "approach", "strengths", "limitations", "political_context", "needs"):
            setattr(organization, text, getattr(partner, text))
        return organization

    def _join(self, partner: story.Partner, now: datetime) -> None:
        self.participations[partner.key] = organizations.add_organization(
            partnership=self.partnership,
            organization=self._describe(Organization(), partner),
            roles=partner.roles,
            by=self.coordinator,
            now=now,
            profile=organizations.Profile(sectors=partner.tags),
        )
        self._seat_people(partner, partner.people, now)

    def _seat_people(self, partner: story.Partner, people: tuple[story.Person, ...], now: datetime) -> None:
        participation = self.participations[partner.key]
        for human in people:
            seat = seating.invite_to_seat(
                partnership=self.partnership,
                organization=participation.organization,
                name=human.name,
                email=human.email,
                role=human.role,
                title=human.title,
                by=self.coordinator,
                now=now,
            )
            seat.refresh_from_db()
            self.seats[human.name] = seat
            if human.language != seat.person.language:
                Person.objects.filter(pk=seat.person_id).update(language=human.language)

    def _speaker(self, key: str) -> Seat:
        """The seat that answers for a partner."""
        partner = next(partner for partner in story.PARTNERS if partner.key == key)
        names = [human.name for human in partner.people if human.role == Role.REPRESENTATIVE]
        return self.seats[names[0]]

    def _agree_goal(self, goal: story.Goal, now: datetime) -> None:
        shared = goal_services.add_goal(
            partnership=self.partnership,
            title=goal.title,
            description=goal.description,
            level=goal.level,
            lead=self.participations.get(goal.lead),
            by=self.coordinator,
            now=now,
        )
        indicator = indicator_services.add_indicator(
            goal=shared,
            facts=indicator_services.IndicatorFacts(
                title=goal.indicator,
                measure=goal.measure,
                unit=goal.unit,
                decimals=goal.decimals,
                direction=goal.direction,
                value_semantics=goal.semantics,
                frequency=goal.frequency,
                source=goal.source,
            ),
            by=self.coordinator,
            now=now,
        )
        indicator_services.set_baseline(
            indicator=indicator,
            on=self.start,
            value=goal.baseline,
            raw_text=str(goal.baseline),
            by=self.coordinator,
            now=now,
        )
        indicator_services.set_target(
            indicator=indicator,
            by_on=months.last_day(months.shift(self.start, goal.target_month)),
            value=goal.target,
            raw_text=str(goal.target),
            by=self.coordinator,
            now=now,
        )
        self.goals.append(indicator)

    def _measure(self, number: int, month: int, now: datetime) -> None:
        goal = story.GOALS[number]
        value: Decimal | None = goal.series[month]
        first = months.shift(self.start, month)
        measurement_services.record_measurement(
            indicator=self.goals[number],
            period_start=first,
            period_end=months.last_day(first),
            raw_text="" if value is None else str(value),
            comment="The two-year check did not take place in summer." if value is None else "",
            by=self._speaker(goal.lead),
            now=now,
        )

    def _plan_promise(self, promise: calendar.Promise) -> None:
        agreed = self._at(self._meeting_day(promise.agreed), time(11, 10))
        self._add(agreed, 4, lambda now: self._promise(promise, now))
        if promise.started:
            begin = min(agreed + timedelta(days=6), self._moment(promise.due) - timedelta(days=2))
            self._add(max(begin, agreed + timedelta(hours=2)), 5, lambda now: self._start(promise, now))
        if promise.waiting:
            moment = agreed + timedelta(days=12)
            self._add(moment, 6, lambda now: self._wait(promise, now))
        if promise.done is not None:
            done = max(self._moment(promise.done), agreed + timedelta(days=8))
            self._add(done, 7, lambda now: self._finish(promise, now))

    def _promise(self, promise: calendar.Promise, now: datetime) -> None:
        self.actions[promise.title] = meeting_services.agree_action(
            meeting=self.meetings[promise.agreed],
            title=promise.title,
            accountable=self._speaker(promise.by),
            due_on=self._moment(promise.due).date(),
            goal=self.goals[promise.goal].goal,
            responsible=[self._speaker(key) for key in promise.helpers if self._is_here(key)],
            by=self.coordinator,
            now=now,
        )

    def _is_here(self, key: str) -> bool:
        return key in self.participations

    def _start(self, promise: calendar.Promise, now: datetime) -> None:
        action_services.start_action(action=self.actions[promise.title], by=self._speaker(promise.by), now=now)

    def _wait(self, promise: calendar.Promise, now: datetime) -> None:
        action_services.wait_action(
            action=self.actions[promise.title], waiting_on=promise.waiting, by=self._speaker(promise.by), now=now
        )

    def _finish(self, promise: calendar.Promise, now: datetime) -> None:
        action = self.actions[promise.title]
        action_services.complete_action(action=action, by=self._speaker(promise.by), now=now, win=promise.win)

    # -- meetings -----------------------------------------------------------------------------------------------------

    def _plan_meeting(self, month: int, day: date) -> None:
        self._add(self._at(day - timedelta(days=12), time(16)), 3, lambda now: self._invite(month, day, now))
        self._add(self._at(day, time(11, 5)), 3, lambda now: self._decide(month, now))
        self._add(self._at(day, time(11, 40)), 5, lambda now: self._close(month, now))

    def _invite(self, month: int, day: date, now: datetime) -> None:
        starts, ends = (datetime.combine(day, hour) for hour in MEETING_HOURS)
        meeting = meeting_services.plan_meeting(
            plan=meeting_services.MeetingPlan(
                title="Working session" if month == story.MONTHS else "Partners' meeting",
                starts=starts,
                ends=ends,
                time_zone=self.zone,
                place=story.MEETING_PLACE,
                purpose="What moved, what is stuck, what we promise until next time.",
                agenda="A parent speaks first\nNumbers of the month\nPromises: kept, late, new\nDecisions\nRound table",
            ),
            by=self.coordinator,
            now=now,
        )
        seats = self.partnership.seats.held().exclude(role=Role.OBSERVER).select_related("participation")
        meeting_services.invite(meeting=meeting, seats=list(seats), by=self.coordinator, now=now)
        self.meetings[month] = meeting

    def _decide(self, month: int, now: datetime) -> None:
        for decided_in, text, reason in calendar.DECISIONS:
            if decided_in == month:
                meeting_services.record_decision(
                    meeting=self.meetings[month], text=text, reason=reason, by=self.coordinator, now=now
                )

    def _close(self, month: int, now: datetime) -> None:
        meeting = self.meetings[month]
        came = {}
        for partner in story.PARTNERS:
            for human in partner.people:
                if month in partner.misses:
                    came[human.email] = Presence.APOLOGIES if self.random.random() < 0.5 else Presence.ABSENT  # noqa: PLR2004
                elif month in partner.sends_deputy and human is partner.people[0]:
                    came[human.email] = Presence.DEPUTY
        seen = []
        for attendance in meeting.attendances.select_related("person", "seat__participation"):
            presence = came.get(attendance.person.email, Presence.PRESENT)
            deputy = {}
            if presence == Presence.DEPUTY:
                stem = attendance.person.email.split("@")[0]
                deputy = {
                    "deputy_name": f"Deputy of {attendance.person.name}",
                    "deputy_email": f"for.{stem}@tarnvalley.example",
                }
            seen.append(meeting_services.Seen(attendance_id=attendance.pk, presence=presence, **deputy))
        meeting_services.record_attendance(meeting=meeting, seen=seen, by=self.coordinator, now=now)
        meeting_services.close_meeting(meeting=meeting, by=self.coordinator, now=now)

    def _look_ahead(self, now: datetime) -> None:
        """The next meeting is planned and people are invited."""
        first = months.shift(months.first_of(self.today), 1)
        day = first + timedelta(days=(2 - first.weekday()) % 7 + 7)
        self._invite(story.MONTHS + 1, day, now)

    def front_page(self) -> str:
        return f"{settings.SITE_URL}{reverse('reports:home', args=[self.partnership.slug])}"
