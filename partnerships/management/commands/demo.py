"""``manage.py demo``: the sample partnership, then the running product."""

from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import Person
from core.models import AuditEvent, record
from partners.models import Partnership
from partnerships import supervisor
from partnerships.demo import story
from partnerships.demo.people import OPERATOR, PASSWORD
from partnerships.demo.telling import tell

TOLD = "demo.told"


class Command(BaseCommand):
    help = "Build the sample partnership if it is not there yet, and run the product."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--address", default="127.0.0.1:8000", help="where the web server listens")
        parser.add_argument("--build-only", action="store_true", help="build the sample partnership and stop")

    def handle(self, *_args: Any, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError("The demo has a published password: it only runs with DEBUG=1.")
        call_command("migrate", verbosity=0)
        self._build()
        self._say_how_to_sign_in(options["address"])
        if not options["build_only"]:
            supervisor.take_over(address=options["address"])

    def _build(self) -> None:
        if AuditEvent.objects.filter(verb=TOLD).exists():
            self.stdout.write("The sample partnership is there already; your data is kept.")
            return
        if Person.objects.exists():
            raise CommandError(
                "This database already holds data, but no finished sample partnership. "
                f"Remove {settings.VAR_DIR} to start over, or use “make run”."
            )
        now = datetime.now(UTC)
        self.stdout.write(f"Telling {story.MONTHS} months of {story.NAME}. This takes a minute or two.")
        for month in tell(now=now):
            self.stdout.write(f"  {month:%B %Y}")
            self.stdout.flush()
        partnership = Partnership.objects.get(name=story.NAME)
        record(verb=TOLD, target=partnership, at=now, partnership_id=partnership.pk)

    def _say_how_to_sign_in(self, address: str) -> None:
        coordinator, parents, french = (
            story.PARTNERS[0].people[0],
            story.PARTNERS[7].people[0],
            story.PARTNERS[11].people[1],
        )
        self.stdout.write(
            f"""
  Common Thread    http://{address}
  Every mail       http://{address}/dev/mailbox/

  Coordinator      {coordinator.email}
  Operator         {OPERATOR}
  Password         {PASSWORD}
  Everybody else   by a code that lands in the mailbox, for example {parents.email}, or {french.email} in French

  Stop with Ctrl+C. Your data stays in {settings.VAR_DIR}.
"""
        )
