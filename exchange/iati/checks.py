"""Second look at what was read: organisations across the whole file, indicators within their activity. Only warns."""

from datetime import date
from typing import Final

from exchange.iati import codelists
from exchange.iati.problems import Problems, What
from exchange.iati.records import Activity, Indicator, Mention, Value, ValueKind
from exchange.iati.texts import (
    is_placeholder_name,
    name_key,
    names_differ_wholly,
    one_line,
    ref_key,
    tidy_ref,
    without_leading_zeros,
)

LONG_NAME: Final = 200
LOOKED_AT: Final = 30  # names compared word by word under one identifier


def check_organisations(activities: list[Activity], problems: Problems) -> None:
    """Each finding is told once per organisation, at the first place it shows."""
    seen = _Seen()
    for activity in activities:
        for mention in activity.mentions:
            seen.look_at(mention, f"iati-activity[{activity.number}]/participating-org", problems)


class _Seen:
    """Which identifiers and names came before, each with what it came with."""

    def __init__(self) -> None:
        self._names_of_ref: dict[str, dict[str, str]] = {}
        self._refs_of_name: dict[str, set[str]] = {}
        self._without_zeros: dict[str, str] = {}

    def look_at(self, mention: Mention, where: str, problems: Problems) -> None:
        ref, name = ref_key(mention.ref), name_key(mention.name)
        is_known = ref in self._names_of_ref if ref else name in self._refs_of_name
        if not is_known:
            _check_mention(mention, ref, where, problems)
        if ref:
            self._check_zeros(mention, ref, where, problems)
            self._check_names(mention, ref, name, where, problems)
        if name:
            self._check_refs(mention, ref, name, where, problems)

    def _check_names(self, mention: Mention, ref: str, name: str, where: str, problems: Problems) -> None:
        names = self._names_of_ref.setdefault(ref, {})
        if not name or name in names:
            return
        if names:
            known = list(names.values())[:LOOKED_AT]
            wholly = all(names_differ_wholly(mention.name, other) for other in known)
            what = What.SAME_REF_OTHER_NAME if wholly else What.SAME_REF_SEVERAL_NAMES
            problems.add(what, line=mention.line, where=where, value=f"{mention.ref}: {known[0]} / {mention.name}")
        names[name] = mention.name

    def _check_refs(self, mention: Mention, ref: str, name: str, where: str, problems: Problems) -> None:
        refs = self._refs_of_name.setdefault(name, set())
        if refs and ref not in refs:
            value = f"{mention.name}: {mention.ref or '–'}"
            problems.add(What.SAME_NAME_OTHER_REF, line=mention.line, where=where, value=value)
        refs.add(ref)

    def _check_zeros(self, mention: Mention, ref: str, where: str, problems: Problems) -> None:
        if ref not in self._names_of_ref and self._without_zeros.setdefault(without_leading_zeros(ref), ref) != ref:
            problems.add(What.ZERO_LOST_REF, line=mention.line, where=where, value=mention.ref)


def _check_mention(mention: Mention, ref: str, where: str, problems: Problems) -> None:
    line = mention.line
    if not ref:
        problems.add(
            What.PLACEHOLDER_REF if mention.ref else What.NO_REF,
            line=line,
            where=where,
            value=mention.ref or mention.name,
        )
    elif tidy_ref(mention.ref) != mention.ref:
        problems.add(What.ODD_REF, line=line, where=where, value=mention.ref)
    if not mention.names:
        problems.add(What.NO_NAME, line=line, where=where, value=mention.ref)
    elif is_placeholder_name(mention.name):
        problems.add(What.PLACEHOLDER_NAME, line=line, where=where, value=mention.name)
    if len(mention.name) > LONG_NAME or mention.remarks:
        problems.add(What.LONG_NAME, line=line, where=where, value=(mention.remarks or mention.names)[0].text)
    if mention.type not in codelists.ORGANISATION_TYPE:
        problems.add(What.UNKNOWN_TYPE, line=line, where=where, value=mention.type)


def check_results(activity: Activity, problems: Problems) -> None:
    titles: set[tuple[str, str]] = set()
    first, last = activity_span(activity)
    for result in activity.results:
        where = f"iati-activity[{activity.number}]/result[{result.number}]"
        in_result: set[str] = set()
        for indicator in result.indicators:
            at = f"{where}/indicator[{indicator.number}]"
            title = name_key(indicator.titles[0].text) if indicator.titles else ""
            pair = (name_key(result.titles[0].text) if result.titles else "", title)
            if title and title in in_result:
                problems.add(What.JOINABLE_INDICATORS, line=indicator.line, where=at, value=indicator.titles[0].text)
            elif title and pair in titles:
                problems.add(What.REPEATED_TITLES, line=indicator.line, where=at, value=indicator.titles[0].text)
            in_result.add(title)
            titles.add(pair)
            _check_direction(indicator, at, problems)
            _check_periods(indicator, at, first, last, problems)


def activity_span(activity: Activity) -> tuple[date | None, date | None]:
    """Earliest start and latest end the file gives, planned or actual."""
    starts = [d.day for d in activity.dates if d.day and d.type in {codelists.PLANNED_START, codelists.ACTUAL_START}]
    ends = [d.day for d in activity.dates if d.day and d.type in {codelists.PLANNED_END, codelists.ACTUAL_END}]
    return min(starts, default=None), max(ends, default=None)


def _numbers(values: list[Value]) -> list[Value]:
    return [value for value in values if value.kind is ValueKind.NUMBER]


def _check_direction(indicator: Indicator, where: str, problems: Problems) -> None:
    """Compare "higher is better" (or lower) with the way from the baseline to the last target."""
    baselines = _numbers([baseline.amount.value for baseline in indicator.baselines])
    targets = _numbers([amount.value for period in indicator.periods for amount in period.targets])
    if not indicator.baselines:
        problems.add(What.NO_BASELINE, line=indicator.line, where=where)
    if not indicator.ascending and not (baselines and targets):
        problems.add(What.DIRECTION_UNCHECKED, line=indicator.line, where=where)
        return
    if not baselines or not targets:
        return
    start, goal = baselines[0].number, targets[-1].number
    if start is None or goal is None or start == goal:
        return
    if (goal > start) is not indicator.ascending:
        problems.add(What.DIRECTION_CONTRADICTED, line=indicator.line, where=where, value=f"{start} → {goal}")


def _check_periods(indicator: Indicator, where: str, first: date | None, last: date | None, problems: Problems) -> None:
    if not indicator.periods:
        problems.add(What.NO_PERIOD, line=indicator.line, where=where)
    for period in indicator.periods:
        at = f"{where}/period[{period.number}]"
        raw = one_line(f"{period.start_raw} – {period.end_raw}")
        if period.actuals and not period.targets:
            problems.add(What.ACTUAL_WITHOUT_TARGET, line=period.line, where=at, value=raw)
        for amounts in (period.targets, period.actuals):
            if amounts and all(amount.dimensions for amount in amounts):
                problems.add(What.NO_TOTAL, line=period.line, where=at, value=raw)
        if period.start is None or period.end is None or period.start > period.end:
            continue
        if (first and period.start < first) or (last and period.end > last):
            problems.add(What.PERIOD_OUTSIDE_ACTIVITY, line=period.line, where=at, value=raw)
    _check_overlaps(indicator, where, problems)


def _check_overlaps(indicator: Indicator, where: str, problems: Problems) -> None:
    """Name each period that begins before an earlier one has ended."""
    spans = sorted(
        (period.start, period.end, period.number, period)
        for period in indicator.periods
        if period.start is not None and period.end is not None and period.start <= period.end
    )
    latest: date | None = None
    for start, end, number, period in spans:
        if latest is not None and start <= latest:
            raw = one_line(f"{period.start_raw} – {period.end_raw}")
            problems.add(What.PERIODS_OVERLAP, line=period.line, where=f"{where}/period[{number}]", value=raw)
        latest = end if latest is None else max(latest, end)
