"""``manage.py let_start EMAIL``: let somebody start partnerships and bring files, or no longer."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import Person


class Command(BaseCommand):
    help = "Let a person who has an account start partnerships and bring files; --no takes the right back."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="the address they sign in with")
        parser.add_argument("--no", action="store_true", help="take the right back")

    def handle(self, *_args: Any, **options: Any) -> None:
        address = Person.objects.normalize_email(options["email"])
        if not Person.objects.filter(email=address).update(may_start_partnerships=not options["no"]):
            raise CommandError(f"Nobody signs in with {address}. Invite them to a seat first.")
        self.stdout.write(f"{address} may {'no longer ' if options['no'] else ''}start partnerships.")
