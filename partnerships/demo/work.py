"""Goals are agreed and measured; promises are made, begun, held up and kept."""

from datetime import datetime

from core import months
from goals.services import actions, goals, indicators, measurements
from meetings import services as meetings
from partnerships.demo import aims
from partnerships.demo.calendar import Promise
from partnerships.demo.world import World


def agree_goal(world: World, goal: aims.Goal, now: datetime) -> None:
    by = world.coordinator
    shared = goals.add_goal(
        partnership=world.partnership,
        title=goal.title,
        description=goal.description,
        level=goal.level,
        lead=world.participations[goal.lead],
        by=by,
        now=now,
    )
    facts = indicators.IndicatorFacts(
        title=goal.indicator,
        measure=goal.measure,
        unit=goal.unit,
        decimals=goal.decimals,
        direction=goal.direction,
        value_semantics=goal.semantics,
        frequency=goal.frequency,
        source=goal.source,
    )
    indicator = indicators.add_indicator(goal=shared, facts=facts, by=by, now=now)
    begins = indicators.DatedValue(world.start, goal.baseline, str(goal.baseline))
    indicators.set_baseline(indicator=indicator, start=begins, by=by, now=now)
    ends_on = months.last_day(months.shift(world.start, goal.target_month))
    target = indicators.DatedValue(ends_on, goal.target, str(goal.target))
    indicators.set_target(indicator=indicator, target=target, by=by, now=now)
    world.indicators.append(indicator)


def measure(world: World, number: int, month: int, now: datetime) -> None:
    value = aims.GOALS[number].series[month]
    first = months.shift(world.start, month)
    measurements.record_measurement(
        indicator=world.indicators[number],
        period_start=first,
        period_end=months.last_day(first),
        raw_text="" if value is None else str(value),
        comment="The two-year check did not take place this month." if value is None else "",
        by=world.speaker(aims.GOALS[number].lead),
        now=now,
    )


def promise(world: World, said: Promise, now: datetime) -> None:
    world.actions[said.title] = meetings.agree_action(
        meeting=world.meetings[said.agreed],
        title=said.title,
        accountable=world.speaker(said.by),
        due_on=world.day_of(said.due),
        goal=world.indicators[said.goal].goal,
        responsible=[world.speaker(key) for key in said.helpers if key in world.participations],
        by=world.coordinator,
        now=now,
    )


def start(world: World, said: Promise, now: datetime) -> None:
    actions.start_action(action=world.actions[said.title], by=world.speaker(said.by), now=now)


def wait(world: World, said: Promise, now: datetime) -> None:
    actions.wait_action(action=world.actions[said.title], waiting_on=said.waiting, by=world.speaker(said.by), now=now)


def finish(world: World, said: Promise, now: datetime) -> None:
    actions.complete_action(action=world.actions[said.title], by=world.speaker(said.by), now=now, win=said.win)
