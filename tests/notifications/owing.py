"""Messages in the outbox of another process: put there, and looked at from outside."""

import psycopg2

from tests.servers import manage

OWE = """
from accounts.models import Person
from core import clock
from notifications.models import Message
now = clock.now()
people = Person.objects.bulk_create(
    [Person(name=f"Robin {{n}}", email=f"{name}{{n}}-{{now:%f}}@example.org") for n in range({count})]
)
Message.objects.bulk_create([
    Message(dedupe_key=f"{name}:{{p.pk}}", kind="password_reset", recipient=p, due_at=now, next_attempt_at=now,
            priority={priority}, message_id=f"<{name}{{p.pk}}@example.org>", created_at=now) for p in people
])
"""


def owe(environment, *, name, count, priority=0):
    code = OWE.format(name=name, count=count, priority=priority)
    manage("shell", "-v", "0", "-c", code, env=environment)


def ask(url, question, *values):
    connection = psycopg2.connect(url)
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(question, values or None)
            return cursor.fetchall() if cursor.description else []
    finally:
        connection.close()


def states(url):
    return dict(ask(url, "SELECT state, count(*) FROM notifications_message GROUP BY state"))
