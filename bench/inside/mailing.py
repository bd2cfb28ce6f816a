"""Reminders planned and handed over, and the same number of mails by Django alone."""

from datetime import timedelta
from random import Random
from time import perf_counter, process_time
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import connection, transaction
from django.db.models import Count

from bench.inside import reports, seeding
from core import clock
from feedback import announcing, reporting
from meetings.models import Attendance, Meeting
from meetings.reminders import plan_reminders
from notifications import delivery
from notifications.models import Message, MessageState

ROOM = 500
SEATS = 20
WARMING_UP = 40


@transaction.atomic
def meetings(*, messages: int) -> None:
    """As many meetings of 500 people, in two hours' time, as make so many reminders."""
    now = clock.now()
    for _ in range(messages // ROOM):
        seats = seeding.seats(size=ROOM, now=now)
        meeting = Meeting.objects.create(
            partnership_id=seats[0].partnership_id,
            title="Steering group",
            starts_at=now + timedelta(hours=1, minutes=50),
            ends_at=now + timedelta(hours=4),
            time_zone="Europe/Paris",
            organizer=seats[0],
            invited_at=now - timedelta(days=9),
            created_at=now - timedelta(days=10),
        )
        Attendance.objects.bulk_create(
            Attendance(meeting=meeting, seat=seat, person_id=seat.person_id, told_at=now - timedelta(days=9))
            for seat in seats
        )


def reports_due(*, messages: int) -> int:
    """As many partnerships with 20 seats and a report of real answers as make so many mails, due at once; the mails."""
    now = clock.now()
    for one in reports.with_a_year(messages // SEATS, people=10, rng=Random(8), partners=SEATS):
        reporting.build_report(partnership=one, month=reports.last_month(), now=now)
    announcing.announce_reports(now)
    kinds = (announcing.REPORT_KIND, announcing.CHANGE_KIND)
    return Message.objects.filter(kind__in=kinds).update(due_at=now, next_attempt_at=now)  # whatever the hour is


def plan() -> dict[str, float]:
    """Seconds of the run that stores everything, and of the next one, which finds it stored."""
    took = []
    for _ in range(2):
        began = perf_counter()
        plan_reminders(clock.now())
        took.append(perf_counter() - began)
    return {"first": took[0], "again": took[1], "messages": Message.objects.count()}


def put_away() -> None:
    """What was not needed is not due any more."""
    Message.objects.open().update(state=MessageState.CANCELLED, lease_owner="", lease_until=None)


def statements(*, port: int, most: int) -> float:
    """How many one mail takes, with its share of the claim."""
    _use(port)
    seen = 0

    def count(execute: Any, *statement: Any) -> Any:
        nonlocal seen
        seen += 1
        return execute(*statement)

    with connection.execute_wrapper(count):
        sent = _send(most)
    return seen / sent


def hand_over(*, port: int, most: int) -> dict[str, float]:
    """One dispatcher that has sent mails before, until ``most`` went out."""
    _use(port)
    _send(WARMING_UP)
    began, worked = perf_counter(), process_time()
    sent = _send(most)
    took, cpu = perf_counter() - began, process_time() - worked
    states = dict(Message.objects.values_list("state").annotate(Count("pk")))
    return {"sent": sent, "seconds": took, "cpu": cpu, "failed": states.get(MessageState.FAILED, 0)}


def _send(most: int) -> int:
    """So many, in rounds as a worker makes them."""
    sent = 0
    while sent < most:
        left = iter(range(most - sent))
        went = delivery.deliver_due(clock=clock.now, should_stop=lambda left=left: next(left, None) is None)
        if not went:
            break
        sent += went
    return sent


def django_alone(*, port: int, messages: int) -> dict[str, float]:
    """The same words to everybody, over one connection."""
    _use(port)
    began, worked = perf_counter(), process_time()
    server = get_connection()
    server.open()
    for place in range(messages):
        mail = EmailMultiAlternatives("Soon", "Hello " * 150, to=[f"robin.{place}@example.org"], connection=server)
        mail.attach_alternative("<p>Hello</p>" * 150, "text/html")
        mail.send()
    server.close()
    return {"seconds": perf_counter() - began, "cpu": process_time() - worked}


def _use(port: int) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
