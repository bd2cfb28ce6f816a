"""Reminders planned and handed over, and the same number of mails by Django alone."""

from datetime import timedelta
from random import Random
from time import perf_counter, process_time

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import transaction
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


def hand_over(*, port: int, most: int) -> dict[str, float]:
    """One dispatcher, until ``most`` went out."""
    _use(port)
    sent = 0
    began, worked = perf_counter(), process_time()
    while sent < most and (went := delivery.deliver_due(clock=clock.now)):
        sent += went
    took, cpu = perf_counter() - began, process_time() - worked
    states = dict(Message.objects.values_list("state").annotate(Count("pk")))
    return {"sent": sent, "seconds": took, "cpu": cpu, "failed": states.get(MessageState.FAILED, 0)}


def django_alone(*, port: int, messages: int) -> float:
    """Seconds: the same words to everybody, over one connection."""
    _use(port)
    began = perf_counter()
    connection = get_connection()
    connection.open()
    for place in range(messages):
        mail = EmailMultiAlternatives("Soon", "Hello " * 150, to=[f"robin.{place}@example.org"], connection=connection)
        mail.attach_alternative("<p>Hello</p>" * 150, "text/html")
        mail.send()
    connection.close()
    return perf_counter() - began


def _use(port: int) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
