"""A form that creates something creates it once, however often and by however many processes it is sent."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from django import forms
from django.apps import apps
from django.db import OperationalError
from django.urls import reverse

from core import once
from core.models import Submission
from goals.models import SharedGoal
from notifications import services as outbox
from partners.permissions import Role
from tests.factories import accounts, meetings, partners
from tests.servers import ROOT, scratch_postgres, scratch_sqlite
from tests.test_access import ROUTES, methods_of, objects_of, tenant

NUMBER = "0123456789abcdef" * 2
NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)

CREATING = {name for name, (view, _names) in ROUTES.items() if getattr(view, "creates_once", False)}

# Whoever signs in may send these, and twice is once all the same. A new form that creates belongs to the others.
HARMLESS = {
    "changes what is there, so the second time changes nothing": {
        "accounts:profile", "accounts:sign-out-everywhere", "exchange:round-undo", "feedback:how-to-ask",
        "feedback:theme-edit", "feedback:theme-remove", "goals:action-complete", "goals:action-drop",
        "goals:action-edit", "goals:action-reopen", "goals:action-start", "goals:action-wait", "goals:goal-edit",
        "goals:indicator-edit", "meetings:decision-edit", "meetings:meeting-attendance", "meetings:meeting-cancel",
        "meetings:meeting-close", "meetings:meeting-edit", "meetings:meeting-notes", "meetings:meeting-reminders",
        "meetings:series-rename", "meetings:series-reminders",
        "notifications:preferences", "notifications:outbox-settle", "notifications:outbox-wake",
        "partners:chat-edit", "partners:chat-remove", "partners:chat-switch", "partners:partner-edit",
        "partners:partnership-edit", "partners:reminder-times", "partners:seat-role", "partners:seat-take",
        "partners:seat-vacate",
    },
    "a constraint keeps each to one: a seat at a meeting, a month, a batch": {
        "meetings:meeting-invite", "exchange:round-apply", "exchange:import-apply", "exchange:import-undo",
    },
    "only looks, and a limit counts the looks": {"exchange:import-upload", "exchange:round-upload"},
    "each look at names is written down": {"feedback:named-answers"},
    "each press asks for one more test": {"partners:chat-test"},
    "each press makes the address anew": {"reports:calendar"},
    "pages of the sign-in": {
        "account_change_password", "account_set_password", "account_reauthenticate",
    },
}  # fmt: skip


def test_every_form_that_creates_carries_a_number():
    """A new route fails here until it creates once or says why it need not."""
    sent = {
        name for name, (view, _names) in ROUTES.items()
        if "POST" in methods_of(view) and view.access not in ("public", "token")
    }  # fmt: skip
    known = set().union(*HARMLESS.values())

    assert sent - CREATING - known == set()
    assert (known & CREATING, known - sent) == (set(), set())


def test_nothing_anonymous_carries_one():
    assert not [name for name in CREATING if ROUTES[name][0].access in ("public", "token")]


def filled(form):
    """What somebody types who fills in everything that has to be."""
    typed = {}
    for bound in form:
        value, field = bound.value(), bound.field
        if value in (None, "", []) and field.required:
            value = something(field)
        if value not in (None, "", []):
            typed[bound.html_name] = getattr(value, "pk", value)
    return typed


def something(field):
    if isinstance(field, forms.ModelChoiceField):
        first = field.queryset.first().pk
        return [first] if isinstance(field, forms.ModelMultipleChoiceField) else first
    if isinstance(field, forms.MultipleChoiceField | forms.ChoiceField):
        first = next(key for key, _label in field.choices if key)
        return [first] if isinstance(field, forms.MultipleChoiceField) else first
    return {forms.EmailField: "new@example.org", forms.DateField: "2099-03-01"}.get(type(field), "Something new")


DAYS = {"due_on": "2099-03-01", "period_end": "2026-03-01", "review_on": "2026-03-01"}
TYPED = {
    "goals:measurement-add": {"value": "5"},
    "meetings:meeting-add": {"starts": "2099-03-01T09:00", "ends": "2099-03-01T10:00"},
    "meetings:meeting-next": {"starts": "2099-04-01T09:00", "ends": "2099-04-01T10:00"},
    "partners:chat-add": {"url": "https://hooks.slack.com/services/T0/B0/secret", "app": "slack"},
}


def rows():
    """How many rows there are of everything but sessions, counters and the numbers themselves."""
    beside = {"Session", "RateCount", "Submission"}
    return {model.__name__: model.objects.count() for model in apps.get_models() if model.__name__ not in beside}


@pytest.mark.django_db
def test_sent_twice_each_of_them_creates_once(client, settings):
    settings.CHAT_HOSTS = ["hooks.slack.com"]
    table = tenant("a")
    meetings.AttendanceFactory(meeting=table.meeting, seat=table.member)
    table.meeting.invited_at = NOW
    table.meeting.save()
    person = table.seats[Role.COORDINATOR].person
    person.may_start_partnerships = True
    person.save()
    client.force_login(person)

    for name in sorted(CREATING):
        partnership = {"partnership": table.slug} if "partnership" in ROUTES[name][1] else {}
        url = reverse(name, kwargs=partnership | objects_of(name, table))
        page = client.get(url)
        number, asked = once_in(page), page.context["form"]
        days = {key: day for key, day in DAYS.items() if key in asked.fields}
        typed = filled(asked) | TYPED.get(name, {}) | days | {once.FIELD: number}

        before = rows()
        first = client.post(url, typed)
        between = rows()
        second = client.post(url, typed)

        assert first.status_code == 302, (name, first.context["form"].errors)
        assert between != before, name
        assert rows() == between, name
        assert (second.status_code, second.url) == (302, first.url), name
        assert once_in(client.get(url)) != number, name


def once_in(page):
    text = page.content.decode()
    mark = f'name="{once.FIELD}" value="'
    assert text.count(mark) == 1
    return text.partition(mark)[2][:32]


@pytest.fixture
def seat():
    return partners.SeatFactory(role=Role.COORDINATOR)


@pytest.fixture
def add(client, seat):
    client.force_login(seat.person)

    def send(number=NUMBER, title="A goal", **headers):
        facts = {"title": title, "level": "outcome"} | ({once.FIELD: number} if number else {})
        return client.post(f"/p/{seat.partnership.slug}/goals/add/", facts, **headers)

    return send


@pytest.mark.django_db
def test_who_sends_again_is_told_and_led_to_the_first(client, seat, add):
    first, second = add(), add(title="Changed meanwhile")

    page = client.get(second.url).content.decode()
    assert first.url == second.url
    assert "This form was sent already" in page
    assert SharedGoal.objects.get().title == "A goal"


@pytest.mark.django_db
def test_a_number_is_good_until_something_was_made_with_it(add):
    refused = add(title="")
    kept = once_in(refused)
    made = add(number=kept)

    assert (refused.status_code, kept, made.status_code) == (422, NUMBER, 302)
    assert SharedGoal.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_what_failed_can_be_sent_again(client, add, monkeypatch):
    client.raise_request_exception = False
    with monkeypatch.context() as away:
        away.setattr("goals.views.goals.redirect", lambda *_names: (_ for _ in ()).throw(OperationalError("away")))
        failed = add()
    after = (SharedGoal.objects.count(), Submission.objects.count())

    again = add()

    assert (failed.status_code, after, again.status_code) == (503, (0, 0), 302)
    assert SharedGoal.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("number", [None, "", "x", "A" * 32, NUMBER + "0", f"{NUMBER[:-1]}'"])
def test_without_a_number_of_ours_it_is_simply_new(add, number):
    answers = [add(number=number).status_code for _ in range(2)]

    assert answers == [302, 302]
    assert SharedGoal.objects.count() == 2
    assert not Submission.objects.exists()


@pytest.mark.django_db
def test_a_number_is_the_senders_own(client, seat, add):
    other = partners.SeatFactory(partnership=seat.partnership, role=Role.COORDINATOR)
    first = add()
    client.force_login(other.person)

    second = add()

    assert first.url != second.url
    assert SharedGoal.objects.count() == 2


@pytest.mark.django_db
def test_numbers_are_forgotten_after_a_week():
    person = accounts.PersonFactory()
    for days in (6, 8):
        Submission.objects.create(person_id=person.pk, number=f"{days:032x}", created_at=NOW - timedelta(days=days))

    outbox.purge(now=NOW)

    assert [row.number for row in Submission.objects.all()] == [f"{6:032x}"]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database_url(request, tmp_path):
    with scratch_sqlite(tmp_path) if request.param == "sqlite" else scratch_postgres() as url:
        yield url


def test_sent_by_many_processes_at_once_it_is_there_once(database_url, tell):
    done = subprocess.run(
        [sys.executable, "-m", "tests.core.sending_at_once", "4", "10"],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": database_url},
        check=True,
        capture_output=True,
        text=True,
        timeout=300,
    )
    told = json.loads(done.stdout.splitlines()[-1])
    tell(**told)

    assert told == {
        "goals": 10, "history": 10, "numbers": 10, "answers": 80, "statuses": [302], "places": [1] * 10,
    }  # fmt: skip
