from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, transaction

from feedback import reminders, sealed
from feedback.choices import ITEMS
from feedback.models import FollowUp, HealthReport
from feedback.services.follow_ups import NothingToFollowUp, plan_follow_up
from goals.models import Action
from partners.permissions import Role
from tests.factories.feedback import FollowUpFactory, answered_and_closed
from tests.factories.partners import PartnershipFactory, SeatFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 4, 9, 6, 0, tzinfo=UTC)
URL = "/p/harbour/health/2026-03/voice/action/"


@pytest.fixture
def partnership():
    partnership = PartnershipFactory(slug="harbour")
    answers = [sealed.Answers(dict.fromkeys(ITEMS, 4) | {"voice": 1}) for _ in range(7)]
    answered_and_closed(answers, partnership=partnership)
    reminders.build_reports(NOW)
    return partnership


@pytest.fixture
def seat(partnership, client, monkeypatch):
    monkeypatch.setattr("feedback.views.follow_up.now", lambda: NOW)
    seat = SeatFactory(partnership=partnership, role=Role.COORDINATOR)
    client.force_login(seat.person)
    return seat


def promise(seat):
    return {"title": "Go round the table", "accountable": seat.pk, "due_on": "2026-05-01", "detail": "Because."}


def test_low_line_becomes_an_action_with_an_owner_in_one_step(client, seat):
    response = client.post(URL, promise(seat))

    action = Action.objects.get()
    follow_up = FollowUp.objects.get()
    assert (response.status_code, response.headers["Location"]) == (302, "/p/harbour/health/2026-03/")
    assert (action.title, action.accountable, action.due_on) == ("Go round the table", seat, date(2026, 5, 1))
    assert action.origin_text == "Health report of March 2026: A fair say"
    assert action.origin_path == "/p/harbour/health/2026-03/"
    assert (follow_up.action, follow_up.report, follow_up.cause) == (action, HealthReport.objects.get(), "voice")


def test_form_tells_what_was_said(client, seat):
    page = client.get(URL).content.decode()

    assert "Plan an action for “A fair say”" in page
    assert "“Every partner had a fair say, big or small.” In March 2026 the answer was: needs attention." in page


def test_form_that_is_not_complete_comes_back_with_what_was_typed(client, seat):
    response = client.post(URL, promise(seat) | {"accountable": ""})

    page = response.content.decode()
    assert response.status_code == 422
    assert "Go round the table" in page
    assert "Choose the one seat that answers for this action." in page
    assert not Action.objects.exists()


def test_seat_of_another_partnership_cannot_be_made_accountable(client, seat):
    stranger = SeatFactory()

    response = client.post(URL, promise(stranger))

    assert response.status_code == 422
    assert not Action.objects.exists()


@pytest.mark.parametrize("path", ["2026-03/roles", "2026-03/nonsense", "2026-02/voice"])
def test_line_that_is_not_low_cannot_be_answered(client, seat, path):
    assert client.get(f"/p/harbour/health/{path}/action/").status_code == 404


def test_action_and_its_link_to_the_report_are_saved_together(partnership):
    seat = SeatFactory(partnership=partnership, role=Role.COORDINATOR)
    facts = {"title": "Go round", "accountable": seat, "due_on": date(2026, 5, 1)}
    asked = {"report": HealthReport.objects.get(), "by": seat, "now": NOW, "origin_text": "", "origin_path": ""}

    with pytest.raises(NothingToFollowUp):
        plan_follow_up(cause="roles", facts=facts, **asked)

    assert not Action.objects.exists()


@pytest.mark.parametrize("role", [Role.OBSERVER, Role.MEMBER, Role.REPRESENTATIVE])
def test_only_who_supports_the_partnership_plans_a_follow_up(client, partnership, role):
    member = SeatFactory(partnership=partnership, role=role)
    client.force_login(member.person)

    assert client.get(URL).status_code == 403
    assert "Plan an action" not in client.get("/p/harbour/health/2026-03/").content.decode()


def test_outsider_finds_nothing(client, partnership):
    client.force_login(SeatFactory(role=Role.COORDINATOR).person)

    assert client.get(URL).status_code == 404
    assert client.post(URL, {}).status_code == 404


def test_cause_of_a_follow_up_is_known_and_a_theme_has_its_name():
    with pytest.raises(IntegrityError, match="follow_up_theme_named"), transaction.atomic():
        FollowUpFactory(cause="theme")
    with pytest.raises(IntegrityError, match="follow_up_cause_known"), transaction.atomic():
        FollowUpFactory(cause="weather")
