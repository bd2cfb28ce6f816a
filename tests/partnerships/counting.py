"""Many processes that read a number and write it back one higher: ``counting PROCESSES TIMES [MODE]``."""

import json
import os
import sys
from datetime import UTC, datetime

import django


def count(times, report):
    from django.db import Error, transaction  # noqa: PLC0415 -- Django first

    from core.models import RateCount  # noqa: PLC0415 -- Django first

    errors = []
    for _ in range(times):
        try:
            with transaction.atomic():
                row = RateCount.objects.get()
                row.count += 1
                row.save()
        except Error as error:
            errors.append(str(error))
    os.write(report, json.dumps(errors).encode() + b"\n")


def main(processes, times, mode=""):
    os.environ["DJANGO_SETTINGS_MODULE"] = "partnerships.settings"
    django.setup()
    from django.db import connection  # noqa: PLC0415 -- Django first

    if mode:
        connection.settings_dict["OPTIONS"]["transaction_mode"] = mode

    from core.models import RateCount  # noqa: PLC0415 -- Django first

    RateCount.objects.create(scope="test", subject="shared", window_start=datetime(2026, 3, 4, tzinfo=UTC))
    connection.close()
    reader, writer = os.pipe()
    children = []
    for _ in range(processes):
        pid = os.fork()
        if not pid:
            try:
                count(times, writer)
            finally:
                os._exit(0)
        children.append(pid)
    os.close(writer)
    with os.fdopen(reader) as reports:
        errors = [error for line in reports for error in json.loads(line)]
    for pid in children:
        os.waitpid(pid, 0)
    sys.stdout.write(json.dumps({"errors": errors, "count": RateCount.objects.get().count}))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]), *sys.argv[3:])
