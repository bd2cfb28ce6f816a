"""Charts as inline SVG, drawn on the server: the same picture in a page, on paper, and without JavaScript.

Pure Python. Every word arrives translated. Each chart is drawn twice, wide and narrow; the style sheet shows the one
that fits, so that text never shrinks. Solid happened, long dashes are planned, dots are forecast, the pale fan is the
likely range.
"""

from core.charts.bar import Part, bar
from core.charts.burnup import BurnupWords, Count, burnup
from core.charts.goal_chart import goal_chart
from core.charts.goal_series import Forecast, GoalSeries, GoalWords, Point
from core.charts.goal_spark import goal_spark
from core.charts.health_dots import HealthRow, health_dots
from core.charts.month_line import MonthPoint, month_line
from core.charts.spread import Slice, spread
from core.charts.svg import Drawing

__all__ = [
    "BurnupWords",
    "Count",
    "Drawing",
    "Forecast",
    "GoalSeries",
    "GoalWords",
    "HealthRow",
    "MonthPoint",
    "Part",
    "Point",
    "Slice",
    "bar",
    "burnup",
    "goal_chart",
    "goal_spark",
    "health_dots",
    "month_line",
    "spread",
]
