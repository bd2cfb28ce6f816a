"""Read results, indicators, baselines, periods, targets and actual values of one activity."""

from typing import TYPE_CHECKING

from exchange.iati import codelists
from exchange.iati.problems import What
from exchange.iati.records import (
    Amount,
    Baseline,
    Bucket,
    Dimension,
    Indicator,
    Narrative,
    Period,
    Reference,
    Result,
    ValueKind,
)
from exchange.iati.texts import one_line, paragraphs
from exchange.iati.values import read_date, read_value, read_year

if TYPE_CHECKING:
    from exchange.iati.activities import Scribe
    from exchange.iati.tree import Node


def read_results(activity: "Node", scribe: "Scribe") -> tuple[Result, ...]:
    return tuple(_result(node, number, scribe) for number, node in enumerate(activity.all("result"), start=1))


def _claim(node: "Node") -> None:
    """Our element; its children are ignored until someone reads them."""
    node.bucket = Bucket.IMPORTED
    for child in node.children:
        child.bucket = Bucket.IGNORED


def _result(node: "Node", number: int, scribe: "Scribe") -> Result:
    where = f"{scribe.where}/result[{number}]"
    _claim(node)
    titles = _texts(node, "title", where, scribe)
    kind = node.get("type").strip()
    if kind not in codelists.RESULT_TYPE:
        scribe.problems.add(What.UNKNOWN_CODE, line=node.line, where=where, value=kind)
    if not titles:
        scribe.problems.add(What.NO_TITLE, line=node.line, where=where)
    _references(node, where, scribe)  # kept as text; a goal has no field for them
    indicators = tuple(_indicator(child, at, where, scribe) for at, child in enumerate(node.all("indicator"), start=1))
    if not indicators:
        scribe.problems.add(What.NO_INDICATOR, line=node.line, where=where)
    return Result(
        number=number,
        line=node.line,
        type=kind,
        titles=titles,
        descriptions=_texts(node, "description", where, scribe, long=True),
        indicators=indicators,
    )


def _texts(node: "Node", tag: str, where: str, scribe: "Scribe", *, long: bool = False) -> tuple[Narrative, ...]:
    child = node.first(tag)
    if child is not None:
        child.bucket = Bucket.IMPORTED
    return scribe.narratives(child, f"{where}/{tag}", long=long)


def _references(node: "Node", where: str, scribe: "Scribe") -> tuple[Reference, ...]:
    found = []
    for number, child in enumerate(node.all("reference"), start=1):
        reference = Reference(child.get("vocabulary").strip(), one_line(child.get("code")))
        scribe.keep(child, f"{where}/reference[{number}]", f"{reference.vocabulary} {reference.code}".strip())
        found.append(reference)
    return tuple(found)


def _indicator(node: "Node", number: int, above: str, scribe: "Scribe") -> Indicator:
    where = f"{above}/indicator[{number}]"
    _claim(node)
    titles = _texts(node, "title", where, scribe)
    measure = node.get("measure").strip()
    if measure not in codelists.INDICATOR_MEASURE:
        scribe.problems.add(What.UNKNOWN_CODE, line=node.line, where=where, value=measure)
    if not titles:
        scribe.problems.add(What.NO_TITLE, line=node.line, where=where)
    baselines = tuple(
        _baseline(child, at, where, measure, scribe) for at, child in enumerate(node.all("baseline"), start=1)
    )
    return Indicator(
        number=number,
        line=node.line,
        measure=measure,
        ascending=node.get("ascending").strip().casefold() not in {"0", "false"},
        titles=titles,
        descriptions=_texts(node, "description", where, scribe, long=True),
        references=_references(node, where, scribe),
        baselines=baselines,
        periods=tuple(
            _period(child, at, where, measure, scribe) for at, child in enumerate(node.all("period"), start=1)
        ),
    )


def _baseline(node: "Node", number: int, above: str, measure: str, scribe: "Scribe") -> Baseline:
    where = f"{above}/baseline[{number}]"
    amount = _amount(node, where, measure, scribe)
    year, iso = node.get("year").strip(), node.get("iso-date").strip()
    day = read_date(iso)
    span = (day, day) if day else read_year(year)
    if span is None:
        scribe.problems.add(What.UNREADABLE_BASELINE_DATE, line=node.line, where=where, value=iso or year)
        _keep_amount(node, amount, where, f"baseline, {iso or year}", scribe)
    return Baseline(node.line, year, iso, span[0] if span else None, span[1] if span else None, amount)


def _period(node: "Node", number: int, above: str, measure: str, scribe: "Scribe") -> Period:
    where = f"{above}/period[{number}]"
    _claim(node)
    ends = {}
    for tag in ("period-start", "period-end"):
        child = node.first(tag)
        raw = child.get("iso-date").strip() if child is not None else ""
        ends[tag] = (raw, read_date(raw))
        if child is not None and ends[tag][1] is not None:
            child.bucket = Bucket.IMPORTED
        elif child is not None and raw:
            scribe.keep(child, f"{where}/{tag}", raw)
    (start_raw, start), (end_raw, end) = ends["period-start"], ends["period-end"]
    amounts = {
        tag: [
            (child, _amount(child, f"{where}/{tag}[{at}]", measure, scribe))
            for at, child in enumerate(node.all(tag), 1)
        ]
        for tag in ("target", "actual")
    }
    raw = f"{start_raw} – {end_raw}"
    if start is None or end is None or start > end:
        what = What.UNREADABLE_PERIOD if start is None or end is None else What.PERIOD_BACKWARDS
        scribe.problems.add(what, line=node.line, where=where, value=raw)
        scribe.keep(node, where, raw)
        for tag, pairs in amounts.items():
            for child, amount in pairs:
                _keep_amount(child, amount, f"{where}/{tag}", f"{tag}, {raw}", scribe)
    return Period(
        number=number,
        line=node.line,
        start_raw=start_raw,
        end_raw=end_raw,
        start=start,
        end=end,
        targets=tuple(amount for _, amount in amounts["target"]),
        actuals=tuple(amount for _, amount in amounts["actual"]),
    )


def _keep_amount(node: "Node", amount: Amount, where: str, label: str, scribe: "Scribe") -> None:
    """Write a value down as text because we cannot say when it was."""
    if node.bucket is Bucket.IGNORED:
        return
    parts = [amount.value.raw.strip(), *(f"{d.name}: {d.value}" for d in amount.dimensions), *amount.locations]
    scribe.keep(node, where, f"{label}: {', '.join(part for part in (*parts, amount.comment) if part)}")
    for child in node.children:
        for part in (child, *child.all("narrative")):
            if part.bucket is Bucket.IMPORTED:
                part.bucket = Bucket.KEPT_AS_TEXT


def _amount(node: "Node", where: str, measure: str, scribe: "Scribe") -> Amount:
    """Read a value with its remark and breakdown. Words stay words; an empty value without a remark is nothing."""
    _claim(node)
    value, note = read_value(node.get("value"))
    comment = node.first("comment")
    if comment is not None:
        comment.bucket = Bucket.IMPORTED
    comments = scribe.narratives(comment, f"{where}/comment", long=True)
    if value.kind is ValueKind.TEXT or (value.kind is ValueKind.EMPTY and comments):
        node.bucket = Bucket.KEPT_AS_TEXT
    elif value.kind is ValueKind.EMPTY:
        node.bucket = Bucket.IGNORED
    if value.kind is ValueKind.NUMBER and note is None and measure == codelists.QUALITATIVE:
        note = What.NUMBER_FOR_WORDS
    if note is not None and not (note is What.PERCENT_SIGN and measure == codelists.PERCENTAGE):
        scribe.problems.add(note, line=node.line, where=where, value=value.raw)
    dimensions, locations = node.all("dimension"), node.all("location")
    for child in (*dimensions, *locations):
        child.bucket = node.bucket
    return Amount(
        line=node.line,
        value=value,
        comment=paragraphs(comments[0].text) if comments else "",
        dimensions=tuple(Dimension(one_line(c.get("name")), one_line(c.get("value"))) for c in dimensions),
        locations=tuple(one_line(c.get("ref")) for c in locations),
    )
