"""The operator closes the account of somebody who has left, and opens it again."""

from datetime import UTC, datetime

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from accounts.models import Person
from accounts.services import close_account
from core.models import AuditEvent
from tests.factories.accounts import PersonFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 10, 8, 0, tzinfo=UTC)


def test_an_account_is_closed_and_opened_again(capsys):
    person = PersonFactory(email="robin@example.org")

    call_command("close_account", " Robin@Example.org ")
    person.refresh_from_db()
    closed = (person.is_active, person.closed_at is not None)
    call_command("close_account", "robin@example.org", "--reopen")
    person.refresh_from_db()

    assert (closed, person.is_active, person.closed_at) == ((False, True), True, None)
    assert list(AuditEvent.objects.order_by("pk").values_list("verb", flat=True)) == [
        "person.closed",
        "person.reopened",
    ]
    assert capsys.readouterr().out.splitlines()[-1] == "robin@example.org may sign in again."


def test_closing_twice_keeps_the_first_moment():
    person = PersonFactory()
    close_account(person=person, now=NOW)

    close_account(person=person, now=NOW.replace(year=2027))

    person.refresh_from_db()
    assert person.closed_at == NOW
    assert AuditEvent.objects.count() == 1


def test_unknown_address_is_refused_in_a_sentence():
    with pytest.raises(CommandError, match=r"Nobody signs in with nobody@example\.org\."):
        call_command("close_account", "nobody@example.org")


@pytest.mark.parametrize("wrong", [{"is_active": False}, {"closed_at": NOW}])
def test_nobody_is_shut_out_without_a_moment_since_when(wrong):
    """Coordinators are told by that moment, so no way of shutting somebody out may forget it."""
    person = PersonFactory()

    with pytest.raises(IntegrityError), transaction.atomic():
        Person.objects.filter(pk=person.pk).update(**wrong)
