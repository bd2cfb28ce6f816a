"""Invented values for the gallery, so that every component and chart can be seen in every state."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.core.paginator import Paginator

from core import dates, months
from core.charts import (
    BurnupWords,
    Count,
    Drawing,
    Forecast,
    GoalSeries,
    GoalWords,
    HealthRow,
    Part,
    Point,
    bar,
    burnup,
    goal_chart,
    goal_spark,
    health_dots,
)
from core.components import SECTOR_LOOKS, STATUSES, Fact, Seen, Table
from core.icons import PATHS

WAITS = (25, 25.4, 25.2, 24.9, 24.6, None, None, 25.1, 24.9, 24.4, 24.2, 23.8, 23.9, 23.7, 23.4, 23.3, 23.5, 23.6)
PLACEMENTS = (0, 8, 19, 27, 52, 80, 101, 118, 142, 168, 198, 226, 251, 282, 304, 329, 371, 412)
DONE = (5, 8, 10, 12, 15, 18, 20, 21, 24, 26, 28, 31)
PLANNED = (6, 8, 11, 14, 18, 21, 25, 28, 31, 33, 36, 38, 41)
MEETINGS = ("present", "present", "deputy", "absent", "apologies", "present", "none")


class SampleForm(forms.Form):
    """Every kind of field, filled in with two mistakes."""

    title = forms.CharField(label="Action", help_text="Start with a verb. “Agree one referral form”.")
    due = forms.DateField(label="Due date", widget=forms.DateInput(attrs={"type": "date"}))
    partner = forms.ChoiceField(label="Partner", choices=[("", "Choose a partner"), ("calder", "Calder Health Trust")])
    why = forms.CharField(label="Why it matters", widget=forms.Textarea(attrs={"rows": 2}), required=False)
    paper = forms.FileField(label="Paper", required=False)
    remind = forms.BooleanField(label="Remind them three days before", required=False)
    how = forms.ChoiceField(
        label="Who is told", choices=[("one", "One person"), ("all", "Everyone")], widget=forms.RadioSelect
    )


def _months(first: date, values: Sequence[float | None]) -> list[Point]:
    """One value a month from ``first`` on."""
    return [Point(months.shift(first, step), value) for step, value in enumerate(values)]


def _waits() -> tuple[GoalSeries, GoalWords]:
    measured = _months(date(2025, 5, 1), WAITS)
    end = date(2027, 6, 1)
    series = GoalSeries(measured, measured[0], Point(end, 20), Forecast(end, 21.9, 22.8, 23.7))
    words = GoalWords(
        description="Days to a first appointment: 25 in May 2025, now 23.6, target 20 by June 2027.",
        now="23.6 days now",
        target="Target 20 days",
        target_by="by Jun 2027",
        likely="22.8 days likely",
        likely_range="21.9 to 23.7",
        happened="What happened",
        forecast="Forecast",
        plan="Our planned path",
        format_date=dates.short_month,
    )
    return series, words


def _placements() -> tuple[GoalSeries, GoalWords]:
    measured = _months(date(2025, 5, 1), PLACEMENTS)
    end = date(2027, 12, 1)
    series = GoalSeries(measured, measured[0], Point(end, 900), Forecast(end, 742, 812, 888))
    words = GoalWords(
        description="Placements: 412 so far, target 900 by December 2027.",
        now="412 now",
        target="Target 900",
        target_by="by Dec 2027",
        likely="812 likely",
        likely_range="742 to 888",
        happened="What happened",
        forecast="Forecast",
        plan="Our planned path",
        format_date=dates.short_month,
    )
    return series, words


def _health() -> Drawing:
    rows = [
        HealthRow("Shared goals", "4.4", 4.1, 4.7, 4.4, 4.3),
        HealthRow("Clear roles", "3.9", 3.5, 4.2, 3.9, 3.4, "up"),
        HealthRow("A fair say", "3.4", 2.9, 3.8, 3.4, 4.0, "down"),
        HealthRow("Decisions that everybody remembers", "3.6", 3.1, 4.0, 3.6),
    ]
    return health_dots(rows, description="Average from 1 to 5 by topic, with the likely range.")


def _small_health() -> Drawing:
    rows = [
        HealthRow("Trust", "3.0 to 4.5", 3.0, 4.5),
        HealthRow("Promises kept", "2.0 to 3.5", 2.0, 3.5),
        HealthRow("A fair say", "too few"),
    ]
    return health_dots(rows, description="Likely ranges from 1 to 5 by topic; 7 people answered.")


def _burnup() -> Drawing:
    done = [Count(point.on, int(point.value or 0)) for point in _months(date(2025, 11, 1), DONE)]
    planned = [Count(point.on, int(point.value or 0)) for point in _months(date(2025, 11, 1), PLANNED)]
    words = BurnupWords("31 actions finished by October 2026, 38 planned.", "Planned", "31 done", dates.short_month)
    return burnup(done, planned, words)


def gallery_context() -> dict[str, Any]:
    """Everything the gallery shows."""
    waits, placements = _waits(), _placements()
    mistaken = SampleForm({"title": "", "due": "31 November", "how": "one", "remind": "on"}, prefix="mistaken")
    return {
        "statuses": STATUSES,
        "sectors": [(key, key.replace("_", " ").capitalize()) for key in SECTOR_LOOKS],
        "icons": sorted(PATHS),
        "facts_shown": [
            Fact("goals on track", 3, of=5, detail="same as September"),
            Fact("actions finished", 31, of=64, detail="3 in October, 3 late"),
            Fact("partners took part", 11, of=12, detail="in October"),
            Fact("people gave feedback", 14, of=17, detail="82% replied"),
        ],
        "seen": [Seen(f"Meeting {number}", mark) for number, mark in enumerate(MEETINGS, start=1)],
        "blank": SampleForm(prefix="blank"),
        "form": mistaken,
        "waits_chart": goal_chart(*waits),
        "waits_spark": goal_spark(waits[0], GoalWords(waits[1].description, target="20")),
        "waits_table": Table(
            ["Month", "Days", "Planned"], [["Sep 2026", "23.5", "21.8"], ["Oct 2026", "23.6", "21.6"]]
        ),
        "placements_chart": goal_chart(*placements),
        "placements_spark": goal_spark(placements[0], GoalWords(placements[1].description, target="900")),
        "short_chart": goal_chart(
            GoalSeries([Point(date(2026, 10, 1), 48)]), GoalWords("One value so far.", now="48 now")
        ),
        "health": _health(),
        "small_health": _small_health(),
        "bar": bar(
            [Part(31, "f-1"), Part(13, "f-3"), Part(3, "f-2"), Part(3, "f-off")],
            total=64,
            description="31 finished, 13 under way, 3 waiting on someone, 3 late, 14 to do",
        ),
        "burnup": _burnup(),
        "page": Paginator(range(30), 10).page(2),
    }
