"""``manage.py up``: bring the database up to date and run web, worker and beat."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser

from partnerships import supervisor


class Command(BaseCommand):
    help = "Run the product: web server, worker and clock, on this machine."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--address", default="127.0.0.1:8000", help="where the web server listens")

    def handle(self, *_args: Any, **options: Any) -> None:
        call_command("migrate", verbosity=0)
        self.stdout.write(f"Common Thread is at http://{options['address']}  (stop with Ctrl+C)")
        supervisor.take_over(address=options["address"])
