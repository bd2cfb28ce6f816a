"""The lines that both goal charts share."""

from core.charts.goal_series import GoalSeries, Point, places
from core.charts.svg import Scale, path, shape


def goal_shapes(series: GoalSeries, x: Scale, y: Scale, *, dot: float, ring: float) -> list[str]:
    """Fan and forecast at the back, then the planned path, what happened, the ring of the target, the dot of today."""
    body: list[str] = []
    if fan := series.fan():
        last, ahead = fan
        start, low, mid, high = places(
            [last, Point(ahead.on, ahead.low), Point(ahead.on, ahead.mid), Point(ahead.on, ahead.high)], x, y
        )
        body += [path("c-band", [start, high, low], closed=True), path("c-forecast", [start, mid])]
    if plan := series.plan():
        body.insert(1 if body else 0, path("c-target", places(plan, x, y)))
    for run in series.runs():
        spots = places(run, x, y)
        alone = len(spots) == 1 and run[-1] is not series.last
        body.append(shape("circle", "f-1", cx=spots[0][0], cy=spots[0][1], r=2.5) if alone else path("c-line", spots))
    if series.target:
        body += [shape("circle", "c-goalpt", cx=cx, cy=cy, r=ring) for cx, cy in places([series.target], x, y)]
    if series.last:
        body += [shape("circle", "c-dot", cx=cx, cy=cy, r=dot) for cx, cy in places([series.last], x, y)]
    return body
