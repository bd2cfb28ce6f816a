"""``manage.py doctor``: how this installation is, without a secret in it."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from partnerships.doctor import examine


class Command(BaseCommand):
    help = "Print versions, queue, loops, last errors and settings to mend; no secret, token or address. Ends with 1 when something is wrong."  # noqa: E501 -- one line of help
    requires_system_checks: list[str] = []  # they are among what it reports

    def handle(self, *_args: Any, **_options: Any) -> None:
        heading, is_well = "", True
        for finding in examine():
            if finding.heading != heading:
                heading = finding.heading
                self.stdout.write(self.style.MIGRATE_HEADING(heading))
            line = f"  {'!' if finding.is_trouble else ' '} {finding.text}"
            self.stdout.write(self.style.WARNING(line) if finding.is_trouble else line)
            is_well = is_well and not finding.is_trouble
        sys.exit(0 if is_well else 1)
