"""Recorded values in bulk, and the choice of the start and the target an indicator is judged by."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from goals.choices import ValueKind
from goals.models import Baseline, Measurement, Target


@dataclass(frozen=True, slots=True)
class ValueRow:
    """A value of the whole; ``on`` is the day it speaks for."""

    pk: int
    start: date
    on: date
    value: Decimal | None
    kind: str
    raw_text: str

    @property
    def is_number(self) -> bool:
        return self.value is not None


def choose_target(targets: Sequence[ValueRow], today: date) -> ValueRow | None:
    """The next one that ends on or after today, else the last that ended; numbers before words."""
    usable = [row for row in targets if row.is_number] or [row for row in targets if row.kind == ValueKind.TEXT]
    ordered = sorted(usable, key=lambda row: row.on)
    return next((row for row in ordered if row.on >= today), ordered[-1] if ordered else None)


def choose_baseline(baselines: Sequence[ValueRow], target: ValueRow | None) -> ValueRow | None:
    """The newest one from before the target's end: a restated start counts. Numbers before words."""
    usable = [row for row in baselines if row.is_number] or [row for row in baselines if row.kind == ValueKind.TEXT]
    before = [row for row in usable if target is None or row.on < target.on]
    return max(before, key=lambda row: (row.on, row.pk), default=None)


def baselines_of(keys: Sequence[int]) -> Mapping[int, list[ValueRow]]:
    found: dict[int, list[ValueRow]] = defaultdict(list)
    rows = Baseline.objects.of_the_whole().filter(indicator__in=keys).order_by("pk")
    for key, pk, year, on, value, kind, raw in rows.values_list(
        "indicator_id", "pk", "year", "on", "value", "value_kind", "raw_text"
    ):
        day = on or date(year, 1, 1)
        found[key].append(ValueRow(pk, day, day, value, kind, raw))
    return found


def targets_of(keys: Sequence[int]) -> Mapping[int, list[ValueRow]]:
    found: dict[int, list[ValueRow]] = defaultdict(list)
    rows = Target.objects.of_the_whole().filter(indicator__in=keys).order_by("pk")
    for key, pk, start, end, value, kind, raw in rows.values_list(
        "indicator_id", "pk", "period_start", "period_end", "value", "value_kind", "raw_text"
    ):
        found[key].append(ValueRow(pk, start, end, value, kind, raw))
    return found


def values_of(keys: Sequence[int], today: date) -> tuple[Mapping[int, list[ValueRow]], set[int]]:
    """Current values of the whole by indicator, oldest first, and the indicators that have values of groups."""
    found: dict[int, list[ValueRow]] = defaultdict(list)
    grouped: set[int] = set()
    rows = Measurement.objects.current().filter(indicator__in=keys, period_end__lte=today)
    for key, dimensions, location, pk, start, end, value, kind, raw in rows.order_by(
        "period_end", "period_start", "pk"
    ).values_list(
        "indicator_id",
        "dimensions",
        "location",
        "pk",
        "period_start",
        "period_end",
        "value",
        "value_kind",
        "raw_text",
    ):
        if dimensions or location:
            grouped.add(key)
        else:
            found[key].append(ValueRow(pk, start, end, value, kind, raw))
    return found, grouped
