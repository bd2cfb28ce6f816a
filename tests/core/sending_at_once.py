"""Several processes send the same form at the same moment: ``sending_at_once.py PROCESSES ROUNDS``.

Each round has a number of its own and all processes send it twice, as a double click does. Prints as JSON how many
goals there are, how many were wanted, where everybody was led, and the statuses of the answers.
"""

import json
import os
import sys
import time
from multiprocessing import get_context

import django

START_IN = 1.0


def send(person, path, rounds, at, told):
    from django.db import connection  # noqa: PLC0415 -- Django first
    from django.test import Client  # noqa: PLC0415 -- Django first

    connection.close()
    client = Client()
    client.force_login(person)
    answers = []
    time.sleep(max(0.0, at - time.monotonic()))
    for number in range(rounds):
        facts = {"title": f"Round {number}", "level": "outcome", "submission_id": f"{number:032x}"}
        for _click in range(2):
            response = client.post(path, facts)
            answers.append([number, response.status_code, response.headers.get("Location", "")])
    told.put(answers)


def main(processes, rounds):
    os.environ["DJANGO_SETTINGS_MODULE"] = "partnerships.settings"
    django.setup()
    from django.conf import settings  # noqa: PLC0415 -- Django first
    from django.db import connections  # noqa: PLC0415 -- Django first
    from django.test.utils import setup_test_environment  # noqa: PLC0415 -- Django first

    setup_test_environment()
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.db"
    from core.models import AuditEvent, Submission  # noqa: PLC0415 -- Django first
    from goals.models import SharedGoal  # noqa: PLC0415 -- Django first
    from tests.factories.partners import SeatFactory  # noqa: PLC0415 -- Django first

    seat = SeatFactory(role="coordinator")
    connections.close_all()
    context = get_context("fork")
    told, at = context.Queue(), time.monotonic() + START_IN
    path = f"/p/{seat.partnership.slug}/goals/add/"
    children = [
        context.Process(target=send, args=(seat.person, path, rounds, at, told)) for _number in range(processes)
    ]
    for child in children:
        child.start()
    answers = [one for _child in children for one in told.get(timeout=120)]
    for child in children:
        child.join()
    led = {number: sorted({place for one, _status, place in answers if one == number}) for number in range(rounds)}
    print(  # noqa: T201 -- read by the test
        json.dumps(
            {
                "goals": SharedGoal.objects.count(),
                "history": AuditEvent.objects.filter(target_label="goals.SharedGoal").count(),
                "numbers": Submission.objects.count(),
                "answers": len(answers),
                "statuses": sorted({status for _number, status, _place in answers}),
                "places": [len(places) for places in led.values()],
            }
        )
    )


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
