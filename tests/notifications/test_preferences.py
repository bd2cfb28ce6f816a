from datetime import time

import pytest
from django.db.models import Model
from django.urls import reverse

from core.models import AuditEvent
from notifications import preferences
from notifications.choices import Rhythm
from notifications.models import MailHours, Preference, Unsubscription
from notifications.registry import kinds
from notifications.wishes import Hours, wishes_of
from tests.factories.accounts import PersonFactory
from tests.factories.notifications import MailHoursFactory, PreferenceFactory, UnsubscriptionFactory
from tests.notifications.conftest import NOW

pytestmark = pytest.mark.django_db
PAGE = reverse("notifications:preferences")


@pytest.fixture
def robin(client):
    person = PersonFactory(language="en", time_zone="Europe/Paris")
    client.force_login(person)
    return person


def typed(**changed):
    """The page as it comes, sent back with these changes."""
    fields = {f"kind_{kind.name}": kind.rhythm.value for kind in kinds() if kind.can_be_chosen}
    hours = {"digest_at": "08:00", "digest_on": "0", "quiet_from": "", "quiet_until": "", "days_off": []}
    return fields | hours | changed


def rows() -> list[type[Model]]:
    return [model for model in (Preference, Unsubscription, MailHours) if model.objects.exists()]


def test_every_kind_that_can_be_chosen_is_on_the_page_once(client, robin):
    page = client.get(PAGE)

    for kind in kinds():
        assert page.text.count(f'name="kind_{kind.name}"') == kind.can_be_chosen, kind.name
    assert "Europe/Paris" in page.text


def test_saving_the_page_as_it_came_changes_no_kind(client, robin):
    response = client.post(PAGE, typed())

    assert response.status_code == 302
    assert rows() == [MailHours]


def test_each_kind_is_kept_as_chosen_and_shown_like_that(client, robin):
    chosen = {"kind_action_due": "at_once", "kind_measurement_due": "weekly", "kind_seat_invitation": "never"}

    client.post(PAGE, typed(**chosen))

    assert set(Preference.objects.values_list("person", "kind", "rhythm")) == {
        (robin.pk, "action_due", "at_once"),
        (robin.pk, "measurement_due", "weekly"),
    }
    assert list(Unsubscription.objects.values_list("person", "kind")) == [(robin.pk, "seat_invitation")]
    form = client.get(PAGE).context["form"]
    assert {name: form[name].value() for name in chosen} == chosen


def test_what_was_stopped_by_a_link_is_wanted_again_in_its_old_rhythm(client, robin):
    PreferenceFactory(person=robin, kind="action_overdue", rhythm=Rhythm.WEEKLY)
    UnsubscriptionFactory(person=robin, kind="action_overdue")
    assert client.get(PAGE).context["form"]["kind_action_overdue"].value() == "never"

    client.post(PAGE, typed(kind_action_overdue="weekly"))

    assert not Unsubscription.objects.exists()
    assert Preference.objects.get().rhythm == Rhythm.WEEKLY


def test_hours_are_kept_by_ones_own_clock(client, robin):
    hours = {"digest_at": "17:30", "digest_on": "4", "quiet_from": "21:00", "quiet_until": "07:00", "days_off": [5, 6]}

    client.post(PAGE, typed(**hours))

    kept = Hours("Europe/Paris", time(17, 30), 4, (time(21), time(7)), frozenset({5, 6}))
    assert wishes_of([robin.pk])[robin.pk].hours == kept
    form = client.get(PAGE).context["form"]
    assert [form["digest_on"].value(), form["days_off"].value()] == [4, [5, 6]]


@pytest.mark.parametrize(
    ("wrong", "field", "sentence"),
    [
        ({"quiet_from": "21:00"}, "quiet_until", "Say when the quiet hours end."),
        ({"quiet_until": "21:00"}, "quiet_from", "Say when the quiet hours begin."),
        ({"quiet_from": "21:00", "quiet_until": "21:00"}, "quiet_until", "This is when they begin"),
        ({"quiet_from": "21:00", "quiet_until": "09:00"}, "digest_at", "This lies in your quiet hours."),
        ({"days_off": [0, 1]}, "digest_on", "You want no e-mails on this day."),
        ({"days_off": list(range(7))}, "days_off", "Leave us one day of the week"),
        ({"digest_at": "nonsense"}, "digest_at", "time"),
        ({"kind_meeting_invitation": "weekly"}, "kind_meeting_invitation", "weekly"),
    ],
)
def test_what_cannot_be_is_said_beside_the_field_and_nothing_is_kept(client, robin, wrong, field, sentence):
    response = client.post(PAGE, typed(**wrong))

    assert response.status_code == 422
    assert sentence in response.context["form"].errors[field][0]
    assert rows() == []


@pytest.mark.parametrize(
    "wanted",
    [
        preferences.HoursWanted(digest_on=3, days_off=[3]),
        preferences.HoursWanted(digest_at=time(8), quiet_from=time(22), quiet_until=time(9)),
    ],
)
def test_hours_that_collide_are_refused_without_a_form_as_well(robin, wanted):
    with pytest.raises(preferences.HoursCollide):
        preferences.choose_hours(person_id=robin.pk, wanted=wanted, now=NOW)


@pytest.mark.parametrize("kind", ["login_code", "daily_digest", "no_such_kind", "meeting_invitation"])
def test_what_is_not_offered_is_refused(robin, kind):
    with pytest.raises(preferences.NotOffered):
        preferences.choose_rhythms(person_id=robin.pk, rhythms={kind: Rhythm.WEEKLY}, now=NOW)


def test_history_holds_kinds_and_no_names(client, robin):
    client.post(PAGE, typed(kind_action_due="at_once"))

    assert {event.verb: event.data for event in AuditEvent.objects.all()} == {
        "mail.hours_chosen": {},
        "mail.rhythm_chosen": {"kind": "action_due", "rhythm": "at_once"},
    }


def test_the_page_costs_the_same_whatever_was_chosen(client, robin, django_assert_max_num_queries):
    MailHoursFactory(person=robin, quiet_from=time(21), quiet_until=time(7))
    for kind in ("action_due", "action_overdue"):
        PreferenceFactory(person=robin, kind=kind)
        UnsubscriptionFactory(person=robin, kind=kind)

    with django_assert_max_num_queries(7):
        client.get(PAGE)
