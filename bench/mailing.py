"""P8 and P9: the reports of a month are mailed, and very many reminders fall due at once."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from bench.place import ROOT, Database, Place
from bench.results import Limit, Line, Result

REPORTS = 1_000
PLANNED, SENT, ALONE = 100_000, 10_000, 2_000  # enough to tell what one mail takes; the rest is scaled
COUNTED = 60
SPARE = 100  # besides those measured: the statements of some are counted, and some are sent before the clock starts


def run(place: Place) -> Iterator[Line]:
    for database in place.databases:
        yield from _reports(place, database)  # first: nothing else is due yet
        place.inside("mailing.meetings", database, messages=PLANNED)
        planned = place.inside("mailing.plan", database)
        assert planned["messages"] >= PLANNED
        what = f"{PLANNED:,} due reminders, {database.name}"
        yield Result("P9", f"{what}: planned", planned["first"], "s", Limit(30, "s"), Limit(10, "s"))
        yield Result("P9", f"{what}: planned again, nothing new", planned["again"], "s")
        words = f"{what}: handed over by one dispatcher (scaled from {SENT:,})"
        limits = Limit(170, "s"), Limit(110, "s")
        yield from _handed_over(place, database, "P9", words, *limits, sent=SENT, alone=ALONE, scaled_to=PLANNED)


def _reports(place: Place, database: Database) -> Iterator[Line]:
    due = place.inside("mailing.reports_due", database, messages=REPORTS + SPARE)
    assert due == REPORTS + SPARE
    words = f"{REPORTS:,} reports, {database.name}: mailed by one dispatcher"
    limits = Limit(5, "s"), Limit(2.5, "s")
    yield from _handed_over(place, database, "P8", words, *limits, sent=REPORTS, alone=REPORTS, scaled_to=REPORTS)
    place.inside("mailing.put_away", database)


def _handed_over(
    place: Place, database: Database, goal: str, words: str, *limits: Limit, sent: int, alone: int, scaled_to: int
) -> Iterator[Line]:
    """What ``sent`` mails took, and Django alone with ``alone``, both scaled."""
    with sink() as port:
        floor = place.inside("mailing.django_alone", database, port=port, messages=alone)
        statements = place.inside("mailing.statements", database, port=port, most=COUNTED)
        handed = place.inside("mailing.hand_over", database, port=port, most=sent)
    assert handed["sent"] == sent
    assert not handed["failed"]
    seconds = handed["seconds"] / sent * scaled_to
    yield Result(goal, words, seconds, "s", *limits, floor["seconds"] / alone * scaled_to)
    cpu, floor_cpu = handed["cpu"] / sent * 1000, floor["cpu"] / alone * 1000
    of_one = words.partition(":")[0]
    yield Result(goal, f"{of_one}: CPU of one mail", cpu, "ms", floor=floor_cpu)
    yield Result(goal, f"{of_one}: statements of one mail", statements, "")


@contextmanager
def sink() -> Iterator[int]:
    process = subprocess.Popen([sys.executable, "-m", "bench.mail_sink"], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    try:
        yield int(process.stdout.readline())
    finally:
        process.terminate()
        process.wait()
