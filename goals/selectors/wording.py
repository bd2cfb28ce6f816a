"""Numbers with their units and plain sentences about where an indicator stands."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core.charts import GoalWords
from core.dates import day_year, month, short_month
from goals.choices import Direction, MeasureKind, ValueKind
from goals.measure.status import Status

if TYPE_CHECKING:
    from goals.models import Indicator
    from goals.selectors.reading import IndicatorReading
    from goals.selectors.values import ValueRow

HUNDRED = 100
TICK_PLACES = 4


def number(value: Decimal | float, *, places: int | None = None) -> str:
    """A number as the reader writes it; exactly as recorded unless ``places`` rounds it. Whole numbers stay whole."""
    exact = Decimal(repr(value)) if isinstance(value, float) else value
    if places is not None:
        exact = round(exact, places)
    exact = exact.normalize() + 0
    exponent = exact.as_tuple().exponent
    shown = max(0, -exponent) if isinstance(exponent, int) else 0
    return number_format(exact, decimal_pos=shown, use_l10n=True, force_grouping=True)


def quantity(indicator: Indicator, value: Decimal | float, *, places: int | None = None) -> str:
    """A number with the unit behind it: "22.8 days", "45%"."""
    return _with_unit(indicator, number(value, places=places))


def bare(indicator: Indicator, value: Decimal | float, *, places: int | None = None) -> str:
    """A number beside one that already carries the unit; a percent sign is repeated all the same."""
    text = number(value, places=places)
    return _with_unit(indicator, text) if is_percentage(indicator) else text


def row(indicator: Indicator, value: ValueRow | None) -> str:
    """A recorded value in words: the number with its unit, the text as it was written, or ""."""
    if value is None or value.kind == ValueKind.EMPTY:
        return ""
    return value.raw_text if value.value is None else quantity(indicator, value.value)


def is_percentage(indicator: Indicator) -> bool:
    return indicator.measure == MeasureKind.PERCENTAGE or indicator.unit == "%"


def direction(indicator: Indicator) -> str:
    if indicator.direction == Direction.HOLD and indicator.hold_low is not None and indicator.hold_high is not None:
        return _("We want to stay between %(low)s and %(high)s.") % {
            "low": number(indicator.hold_low),
            "high": quantity(indicator, indicator.hold_high),
        }
    return _("Lower is better.") if indicator.direction == Direction.DOWN else _("Higher is better.")


def contradiction(indicator: Indicator) -> str:
    if indicator.direction == Direction.UP:
        return _(
            "This is marked “higher is better”, but the target is lower than where we started. One of them is wrong."
        )
    return _("This is marked “lower is better”, but the target is higher than where we started. One of them is wrong.")


def not_available() -> str:
    return _("Not available")


def nothing_measured() -> str:
    return _("We have not agreed how to measure this goal yet.")


def verdict(status: Status) -> str:
    """The shortest answer to "Will we make it?"."""
    answers = {
        Status.MET: _("We are there."),
        Status.NEARLY: _("Almost."),
        Status.MISSED: _("We did not make it."),
        Status.ON_TRACK: _("Probably."),
        Status.NEEDS_PUSH: _("Not without a push."),
        Status.OFF_TRACK: _("Probably not."),
        Status.WRONG_WAY: _("Not like this."),
        Status.EARLY: _("It is too early to say."),
        Status.STALE: _("We cannot say at the moment."),
        Status.NOT_ENOUGH: _("We cannot say yet."),
    }
    return answers[status]


def sentence(reading: IndicatorReading) -> str:
    """What can be said in one or two sentences, with the likely range where there is one."""
    status = reading.assessment.status
    if status == Status.NOT_ENOUGH:
        return _what_is_missing(reading)
    if reading.indicator.direction == Direction.HOLD:
        return _about_a_range(reading, status)
    if status in {Status.ON_TRACK, Status.NEEDS_PUSH, Status.OFF_TRACK, Status.WRONG_WAY}:
        return _about_the_pace(reading, status)
    facts = {
        "now": reading.now_text,
        "target": reading.target_text,
        "when": month(reading.target.on) if reading.target else "",
        "since": day_year(reading.last.on) if reading.last else "",
    }
    sentences = {
        Status.MET: _("We have reached %(now)s; the target was %(target)s by %(when)s."),
        Status.NEARLY: _("The time is over and we came close: %(now)s, with a target of %(target)s."),
        Status.MISSED: _("The time is over: we reached %(now)s, and the target was %(target)s."),
        Status.EARLY: _("We are at %(now)s; the target is %(target)s by %(when)s."),
        Status.STALE: _("The last number is from %(since)s: %(now)s. Someone should add a newer one."),
    }
    return sentences[status] % facts


def pace(reading: IndicatorReading) -> str:
    """As in: 0.45 days a month. We have managed 0.08. Empty where there is no pace to speak of."""
    needed, managed = reading.assessment.needed_per_month, reading.assessment.managed_per_month
    if needed is None or managed is None or reading.assessment.status == Status.MET:
        return ""
    places = max(2, reading.places)
    sign = -1 if reading.indicator.direction == Direction.DOWN else 1
    return _("%(needed)s a month. We have managed %(managed)s.") % {
        "needed": quantity(reading.indicator, sign * needed, places=places),
        "managed": number(sign * managed, places=places),
    }


def chart_words(reading: IndicatorReading) -> GoalWords:
    """Everything the large chart says beside its picture."""
    ahead, indicator, places = reading.forecast, reading.indicator, reading.places
    landing = landing_range = ""
    if ahead:
        landing = _("%(value)s likely") % {"value": quantity(indicator, ahead.mid, places=places)}
        landing_range = _("%(low)s to %(high)s") % {
            "low": number(ahead.low, places=places),
            "high": number(ahead.high, places=places),
        }
    return GoalWords(
        description=describe(reading),
        now=_("%(value)s now") % {"value": reading.now_text} if reading.now_text else "",
        target=_("Target %(value)s") % {"value": reading.target_text} if reading.target_text else "",
        target_by=_("by %(when)s") % {"when": short_month(reading.target.on)} if reading.target else "",
        likely=landing,
        likely_range=landing_range,
        happened=_("What happened"),
        forecast=_("Forecast"),
        plan=_("Our planned path"),
        format_value=lambda value: number(value, places=TICK_PLACES),
        format_date=short_month,
    )


def spark_words(reading: IndicatorReading) -> GoalWords:
    """The small chart says only its target; the sentence stands beside it."""
    target = reading.target.value if reading.target else None
    return GoalWords(description=describe(reading), target="" if target is None else bare(reading.indicator, target))


def describe(reading: IndicatorReading) -> str:
    """What somebody who cannot see the picture is told."""
    parts = [f"{reading.title}."]
    if reading.start_text:
        parts.append(_("Started at %(value)s.") % {"value": reading.start_text})
    if reading.now_text:
        parts.append(_("Now %(value)s.") % {"value": reading.now_text})
    return " ".join([*parts, reading.sentence, direction(reading.indicator)])


def _with_unit(indicator: Indicator, text: str) -> str:
    if is_percentage(indicator):
        return pgettext("a percentage", "%(number)s%%") % {"number": text}
    if not indicator.unit:
        return text
    return pgettext("a quantity", "%(number)s %(unit)s") % {"number": text, "unit": indicator.unit}


def _about_the_pace(reading: IndicatorReading, status: Status) -> str:
    facts = {"now": reading.now_text, "target": reading.target_text, "value": likely(reading)}
    if not facts["value"] or reading.target is None or reading.target.value is None:
        return _("We are at %(now)s. We wanted to keep at least what we had: %(target)s.") % facts
    facts |= {"target": bare(reading.indicator, reading.target.value), "when": month(reading.target.on)}
    if status == Status.ON_TRACK:
        first = _("At this pace we reach %(value)s by %(when)s. The target is %(target)s.")
    elif status == Status.WRONG_WAY:
        first = _("We are moving away from the target: at this pace %(value)s, not %(target)s.")
    else:
        first = _("At this pace we reach %(value)s, not %(target)s.")
    return f"{first % facts} {_could_be(reading.assessment.alternative_status)}".rstrip()


def likely(reading: IndicatorReading) -> str:
    """Where we land with the likely range: "22.8 days (21.9 to 23.7)"; no range where rounding leaves none."""
    ahead = reading.forecast
    if ahead is None:
        return ""
    low, high = (number(end, places=reading.places) for end in (ahead.low, ahead.high))
    value = quantity(reading.indicator, ahead.mid, places=reading.places)
    if low == high:
        return value
    return _("%(value)s (%(low)s to %(high)s)") % {"value": value, "low": low, "high": high}


def possible(indicator: Indicator, value: float) -> float:
    """A straight line runs past the ends of a percentage; the world cannot."""
    return min(max(value, 0.0), float(HUNDRED)) if is_percentage(indicator) else value


def _could_be(status: Status | None) -> str:
    if status is None:
        return ""
    sentences = {
        Status.ON_TRACK: _("It could still be on track."),
        Status.NEEDS_PUSH: _("It could also just need a push."),
        Status.OFF_TRACK: _("It could also be off track."),
        Status.WRONG_WAY: _("It could also be going the wrong way."),
    }
    return sentences.get(status, "")


def _about_a_range(reading: IndicatorReading, status: Status) -> str:
    facts = {"now": reading.now_text, "range": direction(reading.indicator)}
    if status == Status.STALE and reading.last:
        return _("The last number is from %(since)s: %(now)s. Someone should add a newer one.") % {
            "since": day_year(reading.last.on),
            "now": reading.now_text,
        }
    if status == Status.MET:
        return _("We are at %(now)s, within the range. %(range)s") % facts
    return _("We are at %(now)s, outside the range. %(range)s") % facts


def _what_is_missing(reading: IndicatorReading) -> str:
    """Which fact would let us say more; the first that applies."""
    if not any(value.is_number for value in reading.values):
        return _without_numbers(reading)
    facts = {"now": reading.now_text, "target": reading.target_text}
    if reading.target is None:
        text = _("We are at %(now)s. Without a target we cannot say whether that is enough.")
    elif reading.target.value is None:
        text = _("We are at %(now)s. The target is in words: %(target)s")
    elif reading.baseline is None or reading.baseline.value is None:
        text = _("We are at %(now)s; the target is %(target)s. Without a starting value we cannot judge the pace.")
    else:
        text = _("We are at %(now)s; the target is %(target)s. From the next number on we can say more.")
    return text % facts


def _without_numbers(reading: IndicatorReading) -> str:
    if reading.last:
        return _("The values are words, so there is no pace to judge. The latest: %(now)s") % {"now": reading.now_text}
    if reading.has_groups:
        return _("There are numbers for groups only. Without one for the whole we cannot say where we stand.")
    return _("There is no number yet.")
