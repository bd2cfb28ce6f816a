"""P8 and P9: the reports of a month are mailed, and very many reminders fall due at once."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from bench.place import ROOT, Database, Place
from bench.results import Limit, Line, Result

REPORTS = 1_000
PLANNED, SENT = 100_000, 2_000  # enough to tell what one mail takes


def run(place: Place) -> Iterator[Line]:
    for database in place.databases:
        yield from _reports(place, database)  # first: nothing else is due yet
        place.inside("mailing.meetings", database, messages=PLANNED)
        planned = place.inside("mailing.plan", database)
        with sink() as port:
            alone = place.inside("mailing.django_alone", database, port=port, messages=SENT)
            handed = place.inside("mailing.hand_over", database, port=port, most=SENT)
        assert planned["messages"] >= PLANNED
        assert not handed["failed"]
        what = f"{PLANNED:,} due reminders, {database.name}"
        yield Result("P9", f"{what}: planned", planned["first"], "s", Limit(30, "s"), Limit(10, "s"))
        yield Result("P9", f"{what}: planned again, nothing new", planned["again"], "s")
        seconds = handed["seconds"] * PLANNED / handed["sent"]
        words = f"{what}: handed over by one dispatcher ({handed['sent']:,} measured)"
        yield Result("P9", words, seconds, "s", Limit(170, "s"), Limit(110, "s"), alone * PLANNED / SENT)
        yield Result("P9", f"{what}: CPU of one mail", handed["cpu"] / handed["sent"] * 1000, "ms")


def _reports(place: Place, database: Database) -> Iterator[Line]:
    assert place.inside("mailing.reports_due", database, messages=REPORTS) == REPORTS
    with sink() as port:
        alone = place.inside("mailing.django_alone", database, port=port, messages=REPORTS)
        handed = place.inside("mailing.hand_over", database, port=port, most=REPORTS)
    assert handed["sent"] == REPORTS
    what = f"{REPORTS:,} reports, {database.name}"
    words = f"{what}: mailed by one dispatcher"
    yield Result("P8", words, handed["seconds"], "s", Limit(5, "s"), Limit(2.5, "s"), alone)
    yield Result("P8", f"{what}: CPU of one mail", handed["cpu"] / REPORTS * 1000, "ms")


@contextmanager
def sink() -> Iterator[int]:
    process = subprocess.Popen([sys.executable, "-m", "bench.mail_sink"], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    try:
        yield int(process.stdout.readline())
    finally:
        process.terminate()
        process.wait()
