"""Dispatchers that are killed again and again, in a process of their own: ``nursery.py MESSAGES``.

Three planners store the same messages at once. Two dispatchers send them, with a lease of five seconds and pauses of
seconds. Every 0.45 to 0.8 s one of them is killed by its id and replaced, ``KILLS`` times at most: then they may
finish, so that a slow machine comes to an end as well. Prints what happened as JSON.
Forks, because starting Django anew takes longer than a life here.
"""

import json
import os
import random
import signal
import sys
import time
from datetime import timedelta
from pathlib import Path

import django

from tests.drill import size

LEASE = timedelta(seconds=5)
PAUSES = tuple(seconds / 60 for seconds in (0.5, 1, 2, 4, 5, 5))
KILLS = size(40, 300)
LIMIT_SECONDS = size(400, 2700)
BEGAN = time.monotonic()


def prepare():
    os.environ["DJANGO_SETTINGS_MODULE"] = "partnerships.settings"
    from django.conf import settings  # noqa: PLC0415 -- settings first

    settings.TEMPLATES[0]["DIRS"].append(str(Path(__file__).parent / "templates"))
    django.setup()
    from notifications import leases, registry  # noqa: PLC0415 -- Django first

    leases.LEASE, leases.RETRY_MINUTES = LEASE, PAUSES

    def compose(_message, now):
        return registry.Letter({"title": "Hello", "at": now, "link": "https://thread.example/"})

    kind = registry.MailKind("test_greeting", "test_greeting", "Greetings", compose)
    registry.register_kind(kind)
    warm_up(kind)


def warm_up(kind):
    """Load templates and routes once: every child inherits them, and a short life is spent sending."""
    from accounts.models import Person  # noqa: PLC0415 -- Django first
    from core import clock  # noqa: PLC0415 -- Django first
    from notifications.letters import write_mail  # noqa: PLC0415 -- Django first
    from notifications.models import Message  # noqa: PLC0415 -- Django first

    nobody = Person(pk=0, name="Nobody", email="nobody@example.org")
    write_mail(Message(kind=kind.name, recipient=nobody, message_id="<0@example.org>"), kind, now=clock.now()).message()


def child(work):
    """Fork; the child does ``work`` and ends. Nobody is connected to the database before."""
    pid = os.fork()
    if pid:
        return pid
    try:
        work()
    finally:
        os._exit(0)


def plan(people):
    from core import clock  # noqa: PLC0415 -- Django first
    from notifications.services import Draft, enqueue  # noqa: PLC0415 -- Django first

    now = clock.now()
    for person in people:
        enqueue([Draft(f"greet:{person}", "test_greeting", person, due_at=now)], now=now)


def dispatch_for_ever():
    from core import clock  # noqa: PLC0415 -- Django first
    from notifications.delivery import deliver_due  # noqa: PLC0415 -- Django first

    while True:
        deliver_due(clock=clock.now)
        time.sleep(0.05)


def wait_for(pid):
    os.waitpid(pid, 0)


def main(count):
    prepare()
    from django.db import connection  # noqa: PLC0415 -- Django first

    from accounts.models import Person  # noqa: PLC0415 -- Django first
    from notifications.models import Message  # noqa: PLC0415 -- Django first

    Person.objects.bulk_create([Person(name=f"Robin {n}", email=f"robin{n}@example.org") for n in range(count)])
    people = list(Person.objects.values_list("pk", flat=True))
    connection.close()
    for planner in [child(lambda: plan(people)) for _ in range(3)]:
        wait_for(planner)
    dispatchers = [child(dispatch_for_ever) for _ in range(2)]
    kills, chance = 0, random.Random(1)
    while True:
        time.sleep(chance.uniform(0.45, 0.8))
        is_done = not Message.objects.open().exists()
        connection.close()
        if is_done or time.monotonic() - BEGAN > LIMIT_SECONDS:
            break
        if kills == KILLS:
            continue
        victim = dispatchers.pop(chance.randrange(2))
        os.kill(victim, signal.SIGKILL)
        wait_for(victim)
        kills += 1
        dispatchers.append(child(dispatch_for_ever))
    for pid in dispatchers:
        os.kill(pid, signal.SIGKILL)
        wait_for(pid)
    rows = dict(Message.objects.values_list("recipient__email", "state"))
    errors = sorted(set(Message.objects.dead().values_list("error", flat=True)))
    sys.stdout.write(
        json.dumps({"kills": kills, "states": rows, "errors": errors, "seconds": time.monotonic() - BEGAN})
    )


if __name__ == "__main__":
    main(int(sys.argv[1]))
