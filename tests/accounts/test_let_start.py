"""The operator gives and takes the right to start partnerships."""

import pytest
from django.core.management import CommandError, call_command

from tests.factories.accounts import PersonFactory

pytestmark = pytest.mark.django_db


def test_right_is_given_and_taken_back(capsys):
    person = PersonFactory(email="robin@example.org")

    call_command("let_start", " Robin@Example.org ")
    person.refresh_from_db()
    assert person.may_start_partnerships

    call_command("let_start", "robin@example.org", "--no")
    person.refresh_from_db()
    assert not person.may_start_partnerships
    assert capsys.readouterr().out.splitlines()[-1] == "robin@example.org may no longer start partnerships."


def test_unknown_address_is_refused_in_a_sentence():
    with pytest.raises(CommandError, match=r"Nobody signs in with nobody@example\.org\."):
        call_command("let_start", "nobody@example.org")
