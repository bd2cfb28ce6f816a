from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError

from core.errors import DomainError
from meetings import services
from meetings.models import Decision, Meeting, MeetingAction
from partners.permissions import Role
from tests.factories.meetings import DecisionFactory, MeetingFactory
from tests.factories.partners import SeatFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)


@pytest.fixture
def meeting():
    return MeetingFactory(invited_at=datetime(2026, 2, 1, tzinfo=UTC), organizer__role=Role.COORDINATOR)


def test_decisions_are_numbered_within_their_meeting(meeting):
    DecisionFactory(number=7)

    first = services.record_decision(meeting=meeting, text="One form.", by=meeting.organizer, now=NOW)
    second = services.record_decision(
        meeting=meeting, text="Youth speak first.", reason="Fair say.", by=meeting.organizer, now=NOW
    )

    assert [(row.number, row.text, row.reason, row.decided_at) for row in (first, second)] == [
        (1, "One form.", "", NOW),
        (2, "Youth speak first.", "Fair say.", NOW),
    ]


def test_a_draft_decides_nothing():
    meeting = MeetingFactory()

    with pytest.raises(services.MeetingRefused, match="Invite people first"):
        services.record_decision(meeting=meeting, text="x", by=meeting.organizer, now=NOW)


def test_edit_decision_keeps_its_number(meeting):
    decision = services.record_decision(meeting=meeting, text="One form.", by=meeting.organizer, now=NOW)

    services.edit_decision(
        decision=decision, text="One form for all.", reason="Simpler.", by=meeting.organizer, now=NOW
    )

    assert list(Decision.objects.values_list("number", "text", "reason")) == [(1, "One form for all.", "Simpler.")]


def test_notes_can_be_finished_after_closing_but_not_after_cancelling(meeting):
    Meeting.objects.update(closed_at=NOW)
    services.take_notes(meeting=meeting, notes="We laughed a lot.", by=meeting.organizer, now=NOW)

    assert Meeting.objects.get().notes == "We laughed a lot."
    cancelled = MeetingFactory(cancelled_at=NOW)
    with pytest.raises(services.MeetingRefused):
        services.take_notes(meeting=cancelled, notes="x", by=cancelled.organizer, now=NOW)


def agree(meeting, **values):
    promise = {"title": "Check the legal text", "accountable": meeting.organizer, "due_on": date(2026, 3, 18)}
    return services.agree_action(meeting=meeting, by=meeting.organizer, now=NOW, **(promise | values))


def test_an_agreed_action_remembers_its_decision(meeting):
    decision = services.record_decision(meeting=meeting, text="One form.", by=meeting.organizer, now=NOW)

    action = agree(meeting, decision=decision)

    assert (action.origin_text, action.origin_path) == (
        "One form.",
        f"/p/{meeting.partnership.slug}/meetings/{meeting.pk}/",
    )
    assert list(MeetingAction.objects.values_list("meeting", "decision", "action")) == [
        (meeting.pk, decision.pk, action.pk)
    ]


def test_an_action_agreed_without_a_decision_remembers_the_meeting(meeting):
    action = agree(meeting)

    assert action.origin_text == f"Agreed at “{meeting.title}”"


def test_a_long_decision_is_cut_to_fit_the_origin(meeting):
    decision = services.record_decision(meeting=meeting, text="x" * 900, by=meeting.organizer, now=NOW)

    assert agree(meeting, decision=decision).origin_text == "x" * 280


def test_a_decision_of_another_meeting_is_refused(meeting):
    with pytest.raises(services.MeetingRefused, match="another meeting"):
        agree(meeting, decision=DecisionFactory())

    assert not MeetingAction.objects.exists()


def test_no_action_without_a_seat_of_this_partnership(meeting):
    with pytest.raises(DomainError):
        agree(meeting, accountable=SeatFactory())

    assert not MeetingAction.objects.exists()


def test_impossible_decisions_are_refused_by_the_database():
    with pytest.raises(IntegrityError, match="decision_has_a_text"):
        DecisionFactory(text="")


def test_a_number_is_given_once_per_meeting(meeting):
    DecisionFactory(meeting=meeting, number=1)

    with pytest.raises(IntegrityError):
        DecisionFactory(meeting=meeting, number=1)
