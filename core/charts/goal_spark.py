"""The small goal chart of a list: what happened, the planned path, where we will probably land, the target."""

from core.charts.goal_series import GoalSeries, GoalWords, places
from core.charts.goal_shapes import goal_shapes
from core.charts.svg import Drawing, drawing, label, pictures, scale

LEFT, RIGHT, TOP, BOTTOM = 4, 44, 10, 12
HEIGHT = 88


def goal_spark(series: GoalSeries, words: GoalWords) -> Drawing:
    """Without axes; the only text is ``words.target`` beside the ring, so keep that short, "20 %"."""
    return pictures(
        _draw(series, words, width=320, form="chart-wide"), _draw(series, words, width=322, form="chart-narrow")
    )


def _draw(series: GoalSeries, words: GoalWords, *, width: int, form: str) -> str:
    days = [day.toordinal() for day in series.dates()] or [0]
    values = series.values() or [0.0]
    x = scale(min(days), max(days), LEFT, width - RIGHT)
    y = scale(min(values), max(values), HEIGHT - BOTTOM, TOP)
    body = goal_shapes(series, x, y, dot=5, ring=4)
    if series.target and words.target:
        (end,) = places([series.target], x, y) or [(0.0, 0.0)]
        body.append(label(words.target, (end[0] + 9, end[1] + 4), "t-target t-s"))
    return drawing(width, HEIGHT, body, description=words.description, form=form)
