"""Health reports over more and more answers: what one costs in statements and CPU, and what growth does to pages."""

import resource
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from random import Random
from statistics import median
from time import process_time

from django.core.wsgi import get_wsgi_application
from django.urls import reverse

from bench.inside import seeding
from bench.inside.calling import Caller, statements
from core import clock, months
from feedback import form, reporting
from feedback.choices import ITEMS
from feedback.models import FeedbackResponse, FeedbackWindow, WindowSector, WindowSum
from feedback.sums import window_sums
from meetings.models import Meeting
from partners.choices import Sector
from partners.models import Partnership, Seat

YEAR = 12
SECTORS = ("", *Sector.values)[:8]
PAGE_ROUNDS = 15
Said = list[tuple[str, dict[str, int]]]


def growth(*, partnerships: int, people: int, room: int, times: int) -> dict[str, float]:
    """Build a month of ``partnerships`` with a year of ``people`` answers a meeting, then ``times`` as many.

    Beside them stands one partnership with ``room`` people of eight sectors, the form, and the page of a report.
    """
    rng = Random(11)
    [large], [links] = with_a_year(1, people=room, rng=rng, sectors=SECTORS), seeding.windows(count=1)
    room_report = _build(large, range(YEAR))[-1]
    web = get_wsgi_application()
    reader = Caller(web, seeding.session_of(Seat.objects.get(partnership=large, role="coordinator").person))  # type: ignore[arg-type]
    pages = {
        "form": lambda: Caller(web).get(f"/f/{links[0]}/"),
        "page": lambda: reader.get(reverse("feedback:health-detail", args=[large.slug, last_month()])),
    }
    found: dict[str, float] = {f"room_{name}": figure for name, figure in room_report.items()}
    first = with_a_year(partnerships, people=people, rng=rng)
    found |= {f"few_{name}": figure for name, figure in _usual(_months_of(first)).items()}
    found |= {f"few_{name}": _cpu(call) for name, call in pages.items()}
    found["answers_few"] = _answers()
    more = with_a_year(partnerships * (times - 1), people=people, rng=rng)
    found |= {f"many_{name}": figure for name, figure in _usual(_months_of(more[-partnerships:])).items()}
    found |= {f"many_{name}": _cpu(call) for name, call in pages.items()}
    found["answers_many"] = _answers()
    found["megabytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    return found


def last_month() -> date:
    return months.shift(clock.now().date().replace(day=1), -2)


def _months_of(partnerships: list[Partnership]) -> Iterator[dict[str, float]]:
    """The last month of each, without the history that reports would make."""
    for one in partnerships:
        yield from _build(one, range(YEAR - 1, YEAR))


def _build(partnership: Partnership, which: range) -> list[dict[str, float]]:
    figures = []
    for place in which:
        month = months.shift(last_month(), place - YEAR + 1)
        now = datetime.combine(months.shift(month, 1), datetime.min.time(), tzinfo=UTC) + timedelta(days=8)
        began = process_time()
        with statements() as asked:
            reporting.build_report(partnership=partnership, month=month, now=now)
        figures.append({"ms": (process_time() - began) * 1000, "statements": float(len(asked))})
    return figures


def _usual(figures: Iterator[dict[str, float]]) -> dict[str, float]:
    """The first report of a process loads the mathematics; it is not the usual one."""
    rows = list(figures)
    usual = {name: median(row[name] for row in rows[1:] or rows) for name in rows[0]}
    return usual | {"statements": max(row["statements"] for row in rows)}


def _cpu(call: Callable[[], object]) -> float:
    call()
    taken = []
    for _ in range(PAGE_ROUNDS):
        began = process_time()
        call()
        taken.append((process_time() - began) * 1000)
    return median(taken)


def _answers() -> float:
    return float(FeedbackResponse.objects.count() * len(ITEMS))


def with_a_year(
    count: int, *, people: int, rng: Random, sectors: tuple[str, ...] = ("",), partners: int = 5
) -> list[Partnership]:
    """Partnerships with one closed meeting a month, its answers and their sums."""
    made = []
    for _ in range(count):
        there = seeding.partnership(partners=partners, goals=1, numbers=1, actions=1, meetings=0)
        partnership = Partnership.objects.get(slug=there["slug"])
        made.append(partnership)
        windows = FeedbackWindow.objects.bulk_create(_windows(partnership, people))
        said = [_said(people, sectors, rng) for _ in windows]
        FeedbackResponse.objects.bulk_create(
            FeedbackResponse(window=window, sector=sector, **ratings)
            for window, answers in zip(windows, said, strict=True)
            for sector, ratings in answers
        )
        WindowSum.objects.bulk_create(
            row
            for window, answers in zip(windows, said, strict=True)
            for row in window_sums(window=window, said=answers)
        )
        WindowSector.objects.bulk_create(
            WindowSector(window=window, sector=sector, invited=people, organizations=2)
            for window in windows
            for sector in sectors
            if sector
        )
    return made


def _windows(partnership: Partnership, people: int) -> list[FeedbackWindow]:
    organizer = partnership.seats.order_by("pk")[0]
    starts = [
        datetime.combine(months.shift(last_month(), -back), datetime.min.time(), tzinfo=UTC)
        + timedelta(days=9, hours=9)
        for back in range(YEAR - 1, -1, -1)
    ]
    meetings = Meeting.objects.bulk_create(
        Meeting(
            partnership=partnership,
            title="Steering group",
            starts_at=each,
            ends_at=each + timedelta(hours=2),
            time_zone="Europe/Paris",
            organizer=organizer,
            invited_at=each - timedelta(days=9),
            closed_at=each + timedelta(hours=3),
            created_at=each - timedelta(days=10),
        )
        for each in starts
    )
    return [
        FeedbackWindow(
            meeting=meeting,
            form_version=form.CURRENT,
            opened_at=meeting.ends_at,
            closes_at=meeting.ends_at + timedelta(days=7),
            closed_at=meeting.ends_at + timedelta(days=7),
            invited_count=people + 4,
            answered_count=people,
        )
        for meeting in meetings
    ]


def _said(people: int, sectors: tuple[str, ...], rng: Random) -> Said:
    return [
        (sectors[place % len(sectors)], {item: min(5, max(1, round(rng.gauss(3.6, 0.9)))) for item in ITEMS})
        for place in range(people)
    ]
