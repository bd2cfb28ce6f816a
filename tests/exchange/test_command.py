import json

import pytest
from django.core.management import CommandError, call_command

from exchange.models import ImportBatch
from partners.models import Partnership
from tests.exchange.files import activity, iati, indicator, org, period, result, target
from tests.factories.accounts import PersonFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "file.xml"
    values = period(target("72,0000"))
    path.write_bytes(
        iati(
            activity(
                org("Zeta", role="4"),
                org("Harbour Trust", ref="XX-1", role="4", kind="22"),
                org("Harbour Trust", ref="XX-1", role="1", kind="22"),
                result(indicator(values)),
            )
        )
    )
    return path


def run(*arguments, capsys):
    call_command("import_iati", *[str(argument) for argument in arguments])
    return capsys.readouterr().out


ANSWER = {
    "activities": [
        {
            "identifier": "XX-REG-1-A",
            "title": "Safe crossings",
            "organisations": [
                {"key": "XX-1", "name": "Harbour Trust", "ref": "XX-1", "type": "22", "roles": ["1", "4"]},
                {"key": "zeta", "name": "Zeta", "ref": None, "type": "21", "roles": ["4"]},
            ],
            "results": 1,
            "indicators": 1,
            "periods": 1,
        }
    ],
    "ledger": {"source": 20, "imported": 17, "merged": 2, "kept_as_text": 1, "ignored": 0},
}


def test_json_says_what_is_in_the_file(file, capsys):
    PersonFactory(may_start_partnerships=True)

    answer = json.loads(run(file, "--json", capsys=capsys))

    problems = answer.pop("problems")
    assert answer == ANSWER
    assert [(one["line"], one["value"], one["what"]) for one in problems if one["value"] == "72,0000"] == [
        (9, "72,0000", "Looks like a number but could mean several. Kept as text.")
    ]
    assert {frozenset(one) for one in problems} == {frozenset({"line", "where", "value", "what"})}
    assert Partnership.objects.count() == 1


def test_a_dry_run_says_the_same_and_writes_nothing(file, capsys):
    dry = run(file, "--json", "--dry-run", capsys=capsys)

    assert (Partnership.objects.count(), ImportBatch.objects.count()) == (0, 0)
    assert dry == run(file, "--json", capsys=capsys)


def test_the_coordinator_is_the_person_named(file, capsys):
    PersonFactory(may_start_partnerships=True)
    person = PersonFactory(email="ana@example.org", may_start_partnerships=True)

    run(file, "--coordinator", "Ana@example.org", capsys=capsys)

    assert Partnership.objects.get().seats.get(role="coordinator").person == person


def test_a_named_account_without_the_right_is_refused(file):
    PersonFactory(email="ana@example.org")

    with pytest.raises(CommandError, match="may not start partnerships"):
        call_command("import_iati", str(file), "--coordinator", "ana@example.org")
    assert ImportBatch.objects.count() == 0


def test_no_coordinator_is_made_of_what_is_no_address_or_of_a_closed_account(file):
    PersonFactory(email="gone@example.org", is_active=False)

    for email, reason in {"ana": "Enter a valid email address", "gone@example.org": "already exists"}.items():
        with pytest.raises(CommandError, match=f"{email}: .*{reason}"):
            call_command("import_iati", str(file), "--coordinator", email)


def test_a_second_import_reports_zero_changes(file, capsys):
    run(file, capsys=capsys)

    assert "0 changes." in run(file, capsys=capsys)


def test_a_refused_file_names_line_and_reason_and_leaves_nothing(file):
    file.write_bytes(file.read_bytes()[:-60])

    with pytest.raises(CommandError) as caught:
        call_command("import_iati", str(file), "--json")

    assert str(caught.value).startswith("file.xml, line ")
    assert "The file ends in the middle" in str(caught.value)
    assert caught.value.returncode == 1
    assert ImportBatch.objects.count() == 0


def test_a_missing_file_is_said_plainly(tmp_path):
    with pytest.raises(CommandError, match="No such file"):
        call_command("import_iati", str(tmp_path / "none.xml"))
