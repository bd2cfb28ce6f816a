"""``manage.py close_account EMAIL``: nobody signs in or gets mail with this address any more, or they do again."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import Person
from accounts.services import close_account, reopen_account
from core.clock import now


class Command(BaseCommand):
    help = (
        "Close the account of a person who has left; coordinators are told which seats they held. --reopen undoes it."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="the address they sign in with")
        parser.add_argument("--reopen", action="store_true", help="let them in again")

    def handle(self, *_args: Any, **options: Any) -> None:
        address = Person.objects.normalize_email(options["email"])
        person = Person.objects.filter(email=address).first()
        if person is None:
            raise CommandError(f"Nobody signs in with {address}.")
        if options["reopen"]:
            reopen_account(person=person, now=now())
            self.stdout.write(f"{address} may sign in again.")
        else:
            close_account(person=person, now=now())
            self.stdout.write(f"{address} can no longer sign in, and gets no more e-mails.")
