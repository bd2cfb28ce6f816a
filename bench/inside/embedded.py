"""What a running product is watched with: a mail that somebody waits for, and when it went."""

from random import Random
from secrets import token_hex
from time import perf_counter, sleep

from django.db import transaction

from accounts.models import Person
from bench.inside import seeding
from core import clock
from core.models import record
from notifications.account_mails import PASSWORD_RESET
from notifications.models import Heartbeat, Message, MessageState
from notifications.services import Draft, enqueue
from partners.models import Partnership
from partnerships.management.commands import demo

LOOK_SECONDS = 0.01
LONGEST = 60.0
LONGEST_START = 180.0


def told() -> None:
    """A database that ``manage.py demo`` takes for its own, so that it starts at once."""
    there = seeding.partnership()
    record(verb=demo.TOLD, target=Partnership.objects.get(slug=there["slug"]), at=clock.now())


def settled() -> None:
    """Wait until the planners have run once and all that they found to be due has left."""
    until = perf_counter() + LONGEST_START
    planned = Heartbeat.objects.filter(name="plan", at__isnull=False)
    while not planned.exists() or Message.objects.claimable(now=clock.now()).exists():
        if perf_counter() > until:
            raise RuntimeError("The product did not come to rest.")
        sleep(1)


def latencies(*, times: int) -> list[float]:
    """Seconds from a mail in the outbox to its hand-over, at moments that have nothing to do with the beat."""
    rng = Random(13)
    return [_latency(pause=rng.uniform(1, 11)) for _ in range(times)]


def _latency(*, pause: float) -> float:
    sleep(pause)
    key = token_hex(8)
    person = Person.objects.create(name="Robin Example", email=f"robin.{key}@example.org")
    with transaction.atomic():
        now = clock.now()
        enqueue([Draft(key=key, kind=PASSWORD_RESET, recipient_id=person.pk, due_at=now)], now=now)
    began = perf_counter()
    mine = Message.objects.filter(dedupe_key=key, state=MessageState.SENT)
    while not mine.exists():
        if perf_counter() > began + LONGEST:
            raise RuntimeError("The worker handed nothing over.")
        sleep(LOOK_SECONDS)
    return perf_counter() - began
