"""What the rows of one activity should look like, each with its identity in the file. Never asks the database."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from django.db import models
from django.utils.translation import gettext as _

from accounts.models import Person
from exchange.iati.activities import end_date, start_date
from exchange.iati.records import Activity, Amount, Baseline, Indicator, Period, Result, ValueKind
from exchange.services import mapping
from exchange.services.bodies import Bodies
from exchange.services.choices import Choices
from exchange.services.packing import digest, external_key
from goals import models as goals
from goals.choices import Direction, GoalLevel, MeasureKind
from partners.choices import ParticipationRoleName
from partners.models import Participation, ParticipationRole, Partnership

NAME_LENGTH: Final = 250


class Status(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    GONE = "gone"


@dataclass(slots=True, eq=False)
class Wish:
    """One row: ``source`` is what the file says, ``fixed`` is set once when it is made, ``parents`` are other rows.

    A participation names its ``organization`` (our id, or the key of a body still to be written) and the ``bodies``
    that became it. ``row_id`` is set once the row exists; ``is_linked`` means it was here before any import knew of it.
    """

    model: type[models.Model]
    keys: tuple[str, ...]
    where: str
    source: dict[str, Any]
    fixed: dict[str, Any] = field(default_factory=dict)
    parents: dict[str, "Wish"] = field(default_factory=dict)
    said: Any = None
    status: Status = Status.NEW
    row_id: int | None = None
    organization: str | int = ""
    bodies: tuple[str, ...] = ()
    is_linked: bool = False

    @property
    def digest(self) -> str:
        return digest(self.source if self.said is None else self.said)


@dataclass(slots=True, eq=False)
class ActivityWishes:
    """All rows of one activity, parents before children."""

    activity: Activity
    partnership: Wish
    rows: list[Wish]

    def __iter__(self) -> Iterator[Wish]:
        yield self.partnership
        yield from self.rows


def partnership_key(activity: Activity) -> str:
    return external_key("iati", activity.identifier or f"untitled {activity.title}")


def wish_for(
    activity: Activity,
    *,
    bodies: Bodies,
    resolved: dict[str, str | int],
    choices: Choices,
    person: Person,
    now: datetime,
) -> ActivityWishes:
    """Everything one activity asks for, except seats and texts, which have no identity in the file."""
    partnership = _partnership(activity, person=person, now=now)
    rows = list(_participations(activity, partnership, bodies=bodies, resolved=resolved, choices=choices))
    for result in activity.results:
        rows += _goal(result, partnership, activity=activity, choices=choices, now=now)
    return ActivityWishes(activity, partnership, rows)


def _partnership(activity: Activity, *, person: Person, now: datetime) -> Wish:
    start, end = start_date(activity.dates), end_date(activity.dates)
    title = activity.title or activity.identifier or _("Activity %(number)s") % {"number": activity.number}
    return Wish(
        model=Partnership,
        keys=(partnership_key(activity),),
        where="",
        source={
            "name": shorten(title, NAME_LENGTH),
            "summary": activity.descriptions[0].text if activity.descriptions else "",
            "started_on": start.day if start else None,
            "ended_on": end.day if end else None,
        },
        fixed={
            "time_zone": person.time_zone,
            "language": activity.language if activity.language in {"en", "fr"} else person.language,
            "created_at": now,
        },
    )


def shorten(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 1].rstrip()}…"


def _participations(
    activity: Activity, partnership: Wish, *, bodies: Bodies, resolved: dict[str, str | int], choices: Choices
) -> Iterator[Wish]:
    """One participation per organisation after merging, and one role row per role it plays."""
    groups: dict[str | int, dict[str, list[Any]]] = {}
    for mention in activity.mentions:
        key = bodies.key_of(mention)
        groups.setdefault(resolved[key], {}).setdefault(key, []).append(mention)
    backbone = resolved.get(choices.backbone)
    for organization, members in groups.items():
        said = sorted({(m.ref, *(n.text for n in m.names)) for mentions in members.values() for m in mentions})
        participation = Wish(
            model=Participation,
            keys=tuple(external_key("org", key) for key in members),
            where="participating-org",
            source={},
            said=said,
            parents={"partnership": partnership},
            organization=organization,
            bodies=tuple(members),
        )
        yield participation
        roles: dict[ParticipationRoleName, list[str]] = {}
        for key, mentions in members.items():
            for role in {mapping.ROLE[m.role] for m in mentions if m.role in mapping.ROLE}:
                roles.setdefault(role, []).append(external_key("org", key, "role", role.value))
        if backbone is not None and organization == backbone:
            roles[ParticipationRoleName.BACKBONE] = [external_key("backbone")]
        for role in sorted(roles):
            yield Wish(
                model=ParticipationRole,
                keys=tuple(roles[role]),
                where="participating-org",
                source={"role": role},
                parents={"participation": participation},
            )


def _goal(result: Result, partnership: Wish, *, activity: Activity, choices: Choices, now: datetime) -> Iterator[Wish]:
    goal = Wish(
        model=goals.SharedGoal,
        keys=(external_key("result", result.number),),
        where=f"result[{result.number}]",
        source={
            "title": result.titles[0].text if result.titles else _("Result %(number)s") % {"number": result.number},
            "description": result.descriptions[0].text if result.descriptions else "",
            "level": mapping.LEVEL.get(result.type, GoalLevel.OTHER),
        },
        fixed={"position": result.number, "created_at": now},
        parents={"partnership": partnership},
    )
    yield goal
    for indicator in result.indicators:
        yield from _indicator(indicator, goal, activity=activity, choices=choices, now=now)


def _indicator(
    indicator: Indicator, goal: Wish, *, activity: Activity, choices: Choices, now: datetime
) -> Iterator[Wish]:
    measure = mapping.MEASURE.get(indicator.measure, MeasureKind.NUMBER)
    wish = Wish(
        model=goals.Indicator,
        keys=(external_key(goal.keys[0], "indicator", indicator.number),),
        where=f"{goal.where}/indicator[{indicator.number}]",
        source={
            "title": indicator.titles[0].text
            if indicator.titles
            else _("Indicator %(number)s") % {"number": indicator.number},
            "description": indicator.descriptions[0].text if indicator.descriptions else "",
            "measure": measure,
            "unit": "%" if measure == MeasureKind.PERCENTAGE else "",
            "direction": Direction.UP if indicator.ascending else Direction.DOWN,
        },
        fixed={
            "decimals": mapping.decimals_of(indicator),
            "frequency": mapping.frequency_of(indicator),
            "value_semantics": choices.semantics,
            "source": f"IATI {activity.identifier}".strip(),
            "position": indicator.number,
            "created_at": now,
        },
        parents={"goal": goal},
    )
    yield wish
    for number, baseline in enumerate(indicator.baselines, start=1):
        yield from _baseline(baseline, number, wish)
    for period in indicator.periods:
        yield from _values(period, wish, now=now)


def _value(amount: Amount) -> dict[str, Any]:
    return {
        "raw_text": amount.value.raw,
        "value": amount.value.number,
        "value_kind": amount.value.kind.value,
        "dimensions": mapping.dimensions_of(amount),
        "location": ", ".join(place for place in amount.locations if place),
        "comment": amount.comment,
    }


def says_something(amount: Amount) -> bool:
    """Tell an empty value with a remark from one that says nothing at all."""
    return amount.value.kind is not ValueKind.EMPTY or bool(amount.comment)


def _baseline(baseline: Baseline, number: int, indicator: Wish) -> Iterator[Wish]:
    if baseline.start is None or not says_something(baseline.amount):
        return
    exact = baseline.start if baseline.start == baseline.end else None
    yield Wish(
        model=goals.Baseline,
        keys=(external_key(indicator.keys[0], "baseline", number),),
        where=f"{indicator.where}/baseline[{number}]",
        source={**_value(baseline.amount), "year": baseline.start.year, "on": exact},
        parents={"indicator": indicator},
    )


def _values(period: Period, indicator: Wish, *, now: datetime) -> Iterator[Wish]:
    """Targets and measurements of a readable period; those of an unreadable one are kept as text by the reader."""
    if period.start is None or period.end is None or period.start > period.end:
        return
    span = {
        "period_start": period.start,
        "period_end": period.end,
        "period_label": mapping.period_label(period.start, period.end),
    }
    where = f"{indicator.where}/period[{period.number}]"
    kinds: tuple[tuple[type[models.Model], str, tuple[Amount, ...], dict[str, Any]], ...] = (
        (goals.Target, "target", period.targets, {}),
        (goals.Measurement, "actual", period.actuals, {"recorded_at": now}),
    )
    for model, tag, amounts, fixed in kinds:
        for number, amount in enumerate(amounts, start=1):
            if says_something(amount):
                yield Wish(
                    model=model,
                    keys=(external_key(indicator.keys[0], "period", period.number, tag, number),),
                    where=f"{where}/{tag}[{number}]",
                    source={**_value(amount), **span},
                    fixed=fixed,
                    parents={"indicator": indicator},
                )
