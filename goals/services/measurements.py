"""Measurements: what was found, for which period. Nothing is overwritten: a correction is a new row."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from core import clock
from core.dates import day_year
from core.errors import DomainError
from core.models import record
from goals import periods
from goals.choices import ValueKind
from goals.models import Indicator, Measurement
from goals.numbers import read_number, uses_decimal_comma
from goals.services.indicators import refuse_impossible_percentage
from partners.models import Seat


class MeasurementError(DomainError):
    """A value we cannot keep like this; the sentence says why."""


class AlreadyRecorded(MeasurementError):
    """The same value of the same period is there already."""


@transaction.atomic
def record_measurement(
    *,
    indicator: Indicator,
    period_start: date,
    period_end: date,
    raw_text: str,
    by: Seat,
    now: datetime,
    dimensions: Mapping[str, str] | None = None,
    comment: str = "",
) -> Measurement:
    """Keep what was measured in a period, as it was written and as the number it means.

    An empty ``raw_text`` says "not available" and needs the reason in ``comment``: missing is not zero. Words stay
    words. A second value of the same period and dimensions corrects the first, which stays readable and points to it.
    """
    raw_text, dimensions = raw_text.strip(), dict(dimensions or {})
    Indicator.objects.select_for_update().get(pk=indicator.pk)
    _check_period(indicator, period_start, period_end, now)
    kind, value = _read(raw_text)
    if kind == ValueKind.EMPTY and not comment.strip():
        raise MeasurementError(_("Say in a few words why there is no number for this period."))
    if value is not None:
        refuse_impossible_percentage(indicator, value)
    same = indicator.measurements.current().filter(
        period_start=period_start, period_end=period_end, dimensions=dimensions, location=""
    )
    earlier = same.order_by("recorded_at", "pk").last()
    if earlier and _says_the_same(earlier, kind, value, raw_text):
        raise _already_there(earlier, zone=indicator.goal.partnership.time_zone)
    measurement = Measurement.objects.create(
        indicator=indicator,
        period_start=period_start,
        period_end=period_end,
        period_label=periods.label(period_start, period_end)[:60],
        raw_text=raw_text,
        value=value,
        value_kind=kind,
        dimensions=dimensions,
        comment=comment.strip(),
        recorded_by=by,
        recorded_at=now,
    )
    if earlier:
        earlier.corrected_by = measurement
        earlier.save(update_fields=["corrected_by"])
    record(
        verb="measurement.corrected" if earlier else "measurement.recorded",
        target=measurement,
        at=now,
        actor_id=by.person_id,
        partnership_id=by.partnership_id,
        indicator=indicator.pk,
        corrects=earlier.pk if earlier else None,
    )
    return measurement


def _check_period(indicator: Indicator, start: date, end: date, now: datetime) -> None:
    if end < start:
        raise MeasurementError(_("The period ends before it begins."))
    if end > clock.today(zone=indicator.goal.partnership.time_zone, at=now):
        raise MeasurementError(
            _("This period is not over yet. Add its number from %(day)s on.") % {"day": day_year(end)}
        )


def _read(raw_text: str) -> tuple[ValueKind, Decimal | None]:
    if not raw_text:
        return ValueKind.EMPTY, None
    number = read_number(raw_text, decimal_comma=uses_decimal_comma())
    if number.malformed:
        raise MeasurementError(
            _("We cannot tell which number “%(text)s” is. Write it like this: %(example)s")
            % {"text": raw_text, "example": number_format(Decimal("1234.5"), use_l10n=True)}
        )
    return (ValueKind.TEXT, None) if number.value is None else (ValueKind.NUMBER, number.value)


def _already_there(earlier: Measurement, *, zone: str) -> AlreadyRecorded:
    return AlreadyRecorded(
        _("This is already there for %(period)s, recorded on %(day)s. Nothing was changed.")
        % {
            "period": periods.label(earlier.period_start, earlier.period_end),
            "day": day_year(clock.today(zone=zone, at=earlier.recorded_at)),
        }
    )


def _says_the_same(earlier: Measurement, kind: ValueKind, value: Decimal | None, raw_text: str) -> bool:
    if earlier.value_kind != kind:
        return False
    return earlier.value == value if kind == ValueKind.NUMBER else earlier.raw_text == raw_text
