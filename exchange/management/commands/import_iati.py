"""Import an IATI activity file from the command line."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts.models import Person
from core import clock
from core.errors import DomainError
from exchange.models import BatchState, ImportBatch
from exchange.services import Choices, apply_batch, approve_batch, plan_batch, read_batch, upload_file
from exchange.services.planning import Plan
from exchange.services.summaries import summarise
from exchange.wording import problem_json, refusal_sentence, rows_in_words


class Command(BaseCommand):
    help = "Import an IATI 2.01 to 2.03 activity file: one partnership per activity."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="Say what would happen and write nothing.")
        parser.add_argument("--json", action="store_true", dest="as_json", help="Print what was found as JSON.")
        parser.add_argument("--persons", action="store_true", help="Also import the persons named as contacts.")
        parser.add_argument(
            "--coordinator", metavar="EMAIL", help="Whose coordinator seat it will be; an operator's, if not said."
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Refuse with exit code 1, the reason and the line on stderr; nothing of a refused file is kept."""
        try:
            content = options["file"].read_bytes()
        except OSError as error:
            raise CommandError(f"{options['file']}: {error.strerror}") from error
        try:
            with transaction.atomic():
                person = _person(options["coordinator"])
                batch, plan = self._import(content, person, options)
                if options["dry_run"]:
                    transaction.set_rollback(True)
        except DomainError as error:
            raise CommandError(str(error)) from error
        if options["as_json"]:
            self.stdout.write(json.dumps(_answer(plan), ensure_ascii=False, indent=1))
        else:
            self._say(batch, plan, is_dry=options["dry_run"])

    def _import(self, content: bytes, person: Person, options: dict[str, Any]) -> tuple[ImportBatch, Plan]:
        now = clock.now()
        name = options["file"].name
        batch = upload_file(person=person, name=name, content=content, with_persons=options["persons"], now=now)
        read_batch(batch=batch)
        if batch.state == BatchState.REFUSED:
            reason = refusal_sentence(batch.refusal, batch.refusal_facts)
            place = f", line {batch.refusal_line}" if batch.refusal_line else ""
            raise CommandError(f"{name}{place}: {reason}")
        choices = Choices()
        plan = plan_batch(batch=batch, choices=choices, now=now)
        if not options["dry_run"]:
            approve_batch(batch=batch, choices=choices, now=now)
            batch = apply_batch(batch=batch, now=now)
        return batch, plan

    def _say(self, batch: ImportBatch, plan: Plan, *, is_dry: bool) -> None:
        ledger = plan.document.ledger
        self.stdout.write(
            f"{len(plan.document.activities)} activities, {ledger.source} elements: {ledger.imported} imported, "
            f"{ledger.merged} merged, {ledger.kept_as_text} kept as text, {ledger.ignored} left out on purpose."
        )
        for problem in plan.document.problems:
            entry = problem_json(problem)
            self.stdout.write(f"line {entry['line']}: {entry['where']}: {entry['value']!r}: {entry['what']}")
        if is_dry:
            self.stdout.write(f"Dry run: {plan.writes} rows would be written.")
        else:
            self.stdout.write(f"Batch {batch.pk}: {', '.join(rows_in_words(batch.counts)) or '0 changes'}.")


def _person(email: str | None) -> Person:
    """Find who coordinates what is imported: the person named, or the first operator.

    An operator may name somebody new. Where there is no account at all yet, a person without address holds the seat
    until a coordinator is invited.
    """
    people = Person.objects.filter(is_active=True).order_by("-is_staff", "pk")
    if email:
        found = people.filter(email=Person.objects.normalize_email(email)).first()
        return found or _new_person(email)
    found = people.filter(may_start_partnerships=True).first()
    return found or Person.objects.create_user(name="Import", may_start_partnerships=True)


def _new_person(email: str) -> Person:
    """Write somebody down; refuse what is no address, and the address of an account that was closed."""
    try:
        return Person.objects.create_user(email, name=email.partition("@")[0], may_start_partnerships=True)
    except ValidationError as error:
        raise CommandError(f"{email}: {' '.join(error.messages)}") from error


def _answer(plan: Plan) -> dict[str, Any]:
    summary = summarise(plan.document)  # and not the stored one: PostgreSQL sorts keys its own way
    return {
        "activities": sorted(summary["activities"], key=lambda activity: activity["identifier"]),
        "ledger": summary["ledger"],
        "problems": [problem_json(problem) for problem in plan.document.problems],
    }
