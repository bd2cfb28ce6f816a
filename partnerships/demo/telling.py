"""Tell the story through the product's own services, in the order in which it happened.

The clock is moved to each moment; planners and dispatcher run every simulated day as the worker would run them; people
answer feedback through the links in their mails. Nothing is written past the services.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import partial

from django.conf import settings

from core import months
from feedback import printing
from notifications import registry
from notifications.delivery import dispatch_due
from partnerships.demo import aims, gatherings, people, replies, story, voices, words, work
from partnerships.demo.answers import Answering
from partnerships.demo.calendar import PROMISES, Promise
from partnerships.demo.world import World

CHECKED_IN = 13.4  # the month in which partners look at their own profiles again
LEFT_TO_THE_WORKER = {"feedback.print_reports"}  # half a minute for a year and a half of reports
PRINTING_SECONDS = 6.0  # enough for the newest; whoever runs the demo gets the others within two minutes
Event = tuple[datetime, Callable[[datetime], object]]


def tell(*, now: datetime) -> Iterator[date]:
    """Live through the story until ``now``; yields each month as it begins."""
    world = World(now=now)
    answering = Answering(world)
    events = sorted((event for event in _events(world) if event[0] <= now), key=lambda event: event[0])
    day = world.start
    try:
        while day <= world.today:
            if day.day == 1:
                yield day
            evening = min(world.at(day, time(18)), now)
            while events and events[0][0] <= evening:
                moment, happen = events.pop(0)
                _move_clock(moment)
                happen(moment)
            _work(evening)
            answering.read_mail(month=world.month_at(evening), now=evening)
            day += timedelta(days=1)
        printing.print_reports(now, budget=PRINTING_SECONDS)
    finally:
        settings.CLOCK_OFFSET_SECONDS = 0


def _move_clock(moment: datetime) -> None:
    settings.CLOCK_OFFSET_SECONDS = round((moment - datetime.now(UTC)).total_seconds())


def _work(moment: datetime) -> None:
    """What worker and clock do all day, in one go."""
    _move_clock(moment)
    for planner in registry.planners():
        if planner.name not in LEFT_TO_THE_WORKER:
            planner.run(moment)
    while dispatch_due(now=moment):
        pass


def _events(world: World) -> Iterator[Event]:
    yield world.at(world.start, time(9)), partial(people.begin, world)
    for partner in story.PARTNERS[1:]:
        month = partner.joins_in_month
        day = world.meeting_day(month) - timedelta(days=14) if month else world.start
        yield world.at(day, time(9, 5)), partial(people.join, world, partner)
        yield world.at(world.day_of(CHECKED_IN), time(13)), partial(people.check_profile, world, partner)
    for number, goal in enumerate(aims.GOALS):
        yield world.at(world.start, time(10, number)), partial(work.agree_goal, world, goal)
        for month in range(len(goal.series)):
            day = months.shift(world.start, month + 1) + timedelta(days=2 + number % 3)
            yield world.at(day, time(11)), partial(work.measure, world, number, month)
    for month in range(story.MONTHS):
        yield from _meeting(world, month, world.meeting_day(month))
    # One meeting has just been held, so that its feedback can be answered; the next one is planned.
    yield from _meeting(world, story.MONTHS, world.today - timedelta(days=2))
    ahead = world.meeting_day(story.MONTHS + 1)
    yield (
        world.at(world.today - timedelta(days=1), time(15)),
        partial(gatherings.invite, world, story.MONTHS + 1, ahead),
    )
    for said in PROMISES:
        yield from _promise(world, said)
    yield world.at(world.day_of(words.ASKED_FROM), time(10)), partial(words.ask_own_statement, world)
    for month in words.THEMED:
        named = world.at(months.shift(world.start, month + 1) + timedelta(days=9), time(15))
        yield named, partial(words.name_themes, world, month)
    for month, is_done in replies.REPLIED.items():
        agreed = world.at(months.shift(world.start, month + 1) + timedelta(days=10), time(14))
        yield agreed, partial(replies.agree, world, month)
        if is_done:
            yield agreed + timedelta(days=40), partial(replies.finish, world, month)


def _meeting(world: World, month: int, day: date) -> Iterator[Event]:
    yield (
        world.at(day - timedelta(days=12), time(16)) if month else world.at(world.start, time(12)),
        partial(gatherings.invite, world, month, day),
    )
    yield world.at(day, time(11, 5)), partial(gatherings.decide, world, month)
    if month in voices.NOTES:
        yield world.at(day, time(11, 30)), partial(gatherings.take_notes, world, month)
    yield world.at(day, time(11, 40)), partial(gatherings.close, world, month)
    for days in (10, 14):
        yield world.at(day + timedelta(days=days), time(14)), partial(words.reply, world)
    yield world.at(day + timedelta(days=12), time(20)), partial(words.write_back, world)


def _promise(world: World, said: Promise) -> Iterator[Event]:
    agreed = world.at(world.meeting_day(said.agreed), time(11, 10))
    yield agreed, partial(work.promise, world, said)
    if said.started:
        due = world.at(world.day_of(said.due), time(9))
        yield max(agreed + timedelta(hours=2), min(agreed + timedelta(days=6), due)), partial(work.start, world, said)
    if said.waiting:
        yield agreed + timedelta(days=12), partial(work.wait, world, said)
    if said.done is not None:
        done = world.at(world.day_of(said.done), time(16))
        yield max(done, agreed + timedelta(days=8)), partial(work.finish, world, said)
