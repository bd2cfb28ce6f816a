from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError

from core.models import AuditEvent
from meetings import services
from meetings.choices import Presence
from meetings.models import Attendance, Meeting
from meetings.reminders import plan_reminders
from meetings.selectors import seats_to_invite
from notifications.models import Message, MessageState
from partners.models import Seat
from partners.permissions import Role
from tests.factories.meetings import AttendanceFactory, MeetingFactory
from tests.factories.partners import ContactFactory, SeatFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 10, 1, 9, 0, tzinfo=UTC)
PLAN = services.MeetingPlan(
    title="November round table",
    starts=datetime(2026, 11, 4, 14, 0),
    ends=datetime(2026, 11, 4, 16, 0),
    time_zone="Europe/Paris",
    place="Room 2.04",
    agenda="Good news\nWho does what",
)


def planned(**changes):
    coordinator = SeatFactory(role=Role.COORDINATOR)
    return coordinator, services.plan_meeting(plan=replace(PLAN, **changes), by=coordinator, now=NOW)


def invited(people=2, **changes):
    coordinator, meeting = planned(**changes)
    seats = SeatFactory.create_batch(people, partnership=coordinator.partnership)
    services.invite(meeting=meeting, seats=seats, by=coordinator, now=NOW)
    return coordinator, Meeting.objects.get(pk=meeting.pk), seats


def mails(*kinds, **filters):
    rows = Message.objects.filter(**filters).order_by("pk")
    return [(row.kind, row.recipient_id, row.params["sequence"]) for row in rows if not kinds or row.kind in kinds]


def dispatch():
    """Everything that waits has gone out."""
    Message.objects.filter(state=MessageState.PENDING).update(state=MessageState.SENT, sent_at=NOW)


def test_plan_meeting_keeps_a_draft_that_nobody_hears_of():
    coordinator, meeting = planned()

    assert meeting.starts_at == datetime(2026, 11, 4, 13, 0, tzinfo=UTC)
    assert meeting.ends_at == datetime(2026, 11, 4, 15, 0, tzinfo=UTC)
    assert (meeting.is_draft, meeting.organizer, meeting.partnership) == (True, coordinator, coordinator.partnership)
    assert not Message.objects.exists()
    assert list(AuditEvent.objects.values_list("verb", "actor_id")) == [("meeting.planned", coordinator.person_id)]


@pytest.mark.parametrize(
    ("zone", "wall", "instant"),
    [
        (
            "Europe/Paris",
            datetime(2026, 3, 29, 2, 30),
            datetime(2026, 3, 29, 1, 0, tzinfo=UTC),
        ),  # skipped: after the gap
        ("Europe/Paris", datetime(2026, 10, 25, 2, 30), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),  # twice: the first
        ("America/New_York", datetime(2026, 11, 4, 14, 0), datetime(2026, 11, 4, 19, 0, tzinfo=UTC)),
        ("Asia/Kathmandu", datetime(2026, 11, 4, 14, 0), datetime(2026, 11, 4, 8, 15, tzinfo=UTC)),
    ],
)
def test_plan_meeting_reads_the_clock_on_the_wall_of_its_zone(zone, wall, instant):
    _, meeting = planned(starts=wall, ends=wall + timedelta(hours=3), time_zone=zone)

    assert meeting.starts_at == instant


def test_plan_meeting_that_ends_before_it_starts_is_refused():
    with pytest.raises(services.MeetingRefused, match="end after it starts"):
        planned(ends=PLAN.starts)

    assert not Meeting.objects.exists()


def test_plan_of_gives_back_what_was_typed():
    _, meeting = planned()

    assert services.plan_of(meeting) == PLAN


def test_editing_a_draft_sends_nothing_and_keeps_the_sequence():
    coordinator, meeting = planned()

    changed = services.edit_meeting(
        meeting=meeting,
        plan=replace(PLAN, place="Garden", starts=datetime(2026, 11, 4, 13, 0)),
        by=coordinator,
        now=NOW,
    )

    assert (changed.place, changed.sequence) == ("Garden", 0)
    assert not Message.objects.exists()


def test_invite_asks_held_seats_and_lists_vacant_ones():
    coordinator, meeting = planned()
    held = SeatFactory(partnership=coordinator.partnership)
    vacant = SeatFactory(partnership=coordinator.partnership, vacant=True)

    invited = services.invite(meeting=meeting, seats=[held, vacant], by=coordinator, now=NOW)

    assert list(Attendance.objects.values_list("seat", "person", "presence", "told_at")) == [
        (held.pk, held.person_id, Presence.UNKNOWN, NOW)
    ]
    assert ([row.seat for row in invited.asked], invited.vacant, invited.without_mail) == ([held], [vacant], [])
    assert mails() == [("meeting_invitation", held.person_id, 0)]
    assert Message.objects.get().expires_at == meeting.ends_at
    assert Meeting.objects.get().invited_at == NOW


def test_inviting_twice_with_stale_objects_is_one_invitation_each():
    coordinator, meeting = planned()
    seats = SeatFactory.create_batch(3, partnership=coordinator.partnership)
    stale = Meeting.objects.get(pk=meeting.pk)

    services.invite(meeting=meeting, seats=seats[:2], by=coordinator, now=NOW)
    services.invite(meeting=stale, seats=seats, by=coordinator, now=NOW + timedelta(minutes=1))

    assert sorted(mails()) == sorted(("meeting_invitation", seat.person_id, 0) for seat in seats)
    assert Attendance.objects.count() == 3
    assert Meeting.objects.get().invited_at == NOW


def test_invite_notes_people_without_an_address():
    coordinator, meeting = planned()
    seat = SeatFactory(partnership=coordinator.partnership, holder__person__email=None)

    invited = services.invite(meeting=meeting, seats=[seat], by=coordinator, now=NOW)

    assert [row.seat for row in invited.without_mail] == [seat]
    assert not Message.objects.exists()


def test_whoever_takes_over_a_seat_can_be_asked_instead():
    coordinator, meeting, (passed_on, other) = invited()
    former, contact = passed_on.person_id, ContactFactory(organization=passed_on.organization)
    Seat.objects.filter(pk=passed_on.pk).update(holder=contact, person=contact.person)
    dispatch()

    offered = list(seats_to_invite(meeting, now=NOW))
    services.invite(meeting=meeting, seats=[row for row in offered if row != coordinator], by=coordinator, now=NOW)

    assert sorted(row.pk for row in offered) == sorted([coordinator.pk, passed_on.pk])
    assert set(Attendance.objects.values_list("seat", "person")) == {
        (passed_on.pk, contact.person_id),
        (other.pk, other.person_id),
    }
    assert former != contact.person_id
    assert mails(state=MessageState.PENDING) == [("meeting_invitation", contact.person_id, 0)]


def test_whoever_has_moved_to_another_seat_can_be_asked_there():
    coordinator, meeting, (left, _) = invited()
    person = left.person
    dispatch()
    Seat.objects.filter(pk=left.pk).update(holder=None, person=None)
    new = SeatFactory(partnership=coordinator.partnership, holder__person=person)

    assert new in seats_to_invite(meeting, now=NOW)
    services.invite(meeting=meeting, seats=[new], by=coordinator, now=NOW)
    plan_reminders(meeting.starts_at - timedelta(days=3))

    assert [row.seat for row in Attendance.objects.filter(person=person)] == [new]
    assert ("meeting_reminder", person.pk, 0) in mails(state=MessageState.PENDING)


def test_after_the_start_a_seat_keeps_the_person_who_was_asked():
    coordinator, meeting, (passed_on, _) = invited()
    former, contact = passed_on.person_id, ContactFactory(organization=passed_on.organization)
    Seat.objects.filter(pk=passed_on.pk).update(holder=contact, person=contact.person)
    passed_on.refresh_from_db()

    services.invite(meeting=meeting, seats=[passed_on], by=coordinator, now=meeting.starts_at)

    assert Attendance.objects.get(seat=passed_on).person_id == former


def test_invite_of_nobody_is_refused_and_the_meeting_stays_a_draft():
    coordinator, meeting = planned()
    vacant = SeatFactory(partnership=coordinator.partnership, vacant=True)

    with pytest.raises(services.NobodyToInvite):
        services.invite(meeting=meeting, seats=[vacant], by=coordinator, now=NOW)

    assert Meeting.objects.get().is_draft


def test_invite_of_another_partnerships_seat_is_refused():
    coordinator, meeting = planned()

    with pytest.raises(services.NobodyToInvite):
        services.invite(meeting=meeting, seats=[SeatFactory()], by=coordinator, now=NOW)

    assert not Attendance.objects.exists()


def test_invite_after_the_meeting_notes_who_was_asked_without_a_mail():
    coordinator, meeting = planned()
    seat = SeatFactory(partnership=coordinator.partnership)

    services.invite(meeting=meeting, seats=[seat], by=coordinator, now=meeting.ends_at)

    assert Attendance.objects.get().seat == seat
    assert not Message.objects.exists()


@pytest.mark.parametrize(
    "change",
    [
        {"starts": datetime(2026, 11, 4, 13, 0)},
        {"ends": datetime(2026, 11, 4, 17, 0)},
        {"title": "Another name"},
        {"place": "Garden"},
        {"online_link": "https://meet.example.org/x"},
    ],
)
def test_a_change_people_must_hear_of_raises_the_sequence_and_tells_each_once(change):
    coordinator, meeting, seats = invited()
    dispatch()

    services.edit_meeting(meeting=meeting, plan=replace(PLAN, **change), by=coordinator, now=NOW)
    services.edit_meeting(meeting=meeting, plan=replace(PLAN, **change), by=coordinator, now=NOW)

    assert Meeting.objects.get().sequence == 1
    assert mails("meeting_changed") == [("meeting_changed", seat.person_id, 1) for seat in seats]


@pytest.mark.parametrize("change", [{"agenda": "New"}, {"purpose": "New"}])
def test_a_change_of_agenda_bothers_nobody(change):
    coordinator, meeting, _ = invited()
    dispatch()

    services.edit_meeting(meeting=meeting, plan=replace(PLAN, **change), by=coordinator, now=NOW)

    assert (Meeting.objects.get().sequence, mails("meeting_changed")) == (0, [])


def test_the_same_instant_in_another_zone_bothers_nobody():
    coordinator, meeting, _ = invited()
    dispatch()
    plan = replace(PLAN, starts=datetime(2026, 11, 4, 13), ends=datetime(2026, 11, 4, 15), time_zone="UTC")

    services.edit_meeting(meeting=meeting, plan=plan, by=coordinator, now=NOW)

    assert (Meeting.objects.get().time_zone, Meeting.objects.get().sequence) == ("UTC", 0)
    assert mails("meeting_changed") == []


def test_who_has_not_heard_yet_gets_an_invitation_to_the_new_plan_and_no_change():
    coordinator, meeting, (heard, waiting) = invited()
    Message.objects.filter(recipient=heard.person).update(state=MessageState.SENT, sent_at=NOW)

    services.edit_meeting(meeting=meeting, plan=replace(PLAN, place="Garden"), by=coordinator, now=NOW)

    assert mails(state=MessageState.PENDING) == [
        ("meeting_changed", heard.person_id, 1),
        ("meeting_invitation", waiting.person_id, 1),
    ]
    assert mails(state=MessageState.CANCELLED) == [("meeting_invitation", waiting.person_id, 0)]


def test_a_second_change_takes_back_the_first_that_still_waits():
    coordinator, meeting, (seat,) = invited(people=1)
    dispatch()

    services.edit_meeting(meeting=meeting, plan=replace(PLAN, place="Garden"), by=coordinator, now=NOW)
    services.edit_meeting(meeting=meeting, plan=replace(PLAN, place="Kitchen"), by=coordinator, now=NOW)

    assert mails(state=MessageState.PENDING) == [("meeting_changed", seat.person_id, 2)]


def test_an_invited_meeting_cannot_move_into_the_past():
    coordinator, meeting, _ = invited()

    with pytest.raises(services.MeetingRefused, match="the new one has passed"):
        services.edit_meeting(
            meeting=meeting, plan=replace(PLAN, starts=datetime(2026, 9, 1, 9, 0)), by=coordinator, now=NOW
        )

    assert Meeting.objects.get().starts_at == meeting.starts_at


def test_a_meeting_with_attendance_cannot_move_into_the_future():
    coordinator, meeting, _ = invited()
    after = meeting.ends_at + timedelta(hours=1)
    AttendanceFactory(meeting=meeting, presence=Presence.PRESENT)

    with pytest.raises(services.MeetingRefused, match="already noted who came"):
        services.edit_meeting(
            meeting=meeting,
            plan=replace(PLAN, starts=datetime(2026, 12, 1, 9), ends=datetime(2026, 12, 1, 10)),
            by=coordinator,
            now=after,
        )


def test_a_correction_after_the_meeting_sends_nothing():
    coordinator, meeting, _ = invited()
    dispatch()

    services.edit_meeting(
        meeting=meeting, plan=replace(PLAN, place="Garden"), by=coordinator, now=meeting.ends_at + timedelta(days=1)
    )

    assert mails("meeting_changed") == []


def test_cancel_tells_those_who_have_heard_and_takes_back_what_waits():
    coordinator, meeting, (heard, waiting) = invited()
    Message.objects.filter(recipient=heard.person).update(state=MessageState.SENT, sent_at=NOW)

    services.cancel_meeting(meeting=meeting, by=coordinator, now=NOW)

    assert mails(state=MessageState.PENDING) == [("meeting_cancelled", heard.person_id, 1)]
    assert mails(state=MessageState.CANCELLED) == [("meeting_invitation", waiting.person_id, 0)]
    assert (Meeting.objects.get().cancelled_at, Meeting.objects.get().sequence) == (NOW, 1)


def test_cancel_twice_is_refused_and_sends_nothing_more():
    coordinator, meeting, _ = invited()
    dispatch()
    services.cancel_meeting(meeting=meeting, by=coordinator, now=NOW)

    with pytest.raises(services.MeetingRefused, match="was cancelled"):
        services.cancel_meeting(meeting=meeting, by=coordinator, now=NOW)

    assert len(mails("meeting_cancelled")) == 2


def test_cancelling_a_draft_is_quiet():
    coordinator, meeting = planned()

    services.cancel_meeting(meeting=meeting, by=coordinator, now=NOW)

    assert Meeting.objects.get().cancelled_at == NOW
    assert not Message.objects.exists()


def test_a_meeting_that_people_came_to_cannot_be_cancelled():
    coordinator, meeting, _ = invited()
    AttendanceFactory(meeting=meeting, presence=Presence.PRESENT)

    with pytest.raises(services.MeetingRefused, match="already noted who came"):
        services.cancel_meeting(meeting=meeting, by=coordinator, now=meeting.ends_at)


def test_a_cancelled_meeting_cannot_be_edited_or_invited_to():
    coordinator, meeting, seats = invited()
    services.cancel_meeting(meeting=meeting, by=coordinator, now=NOW)

    with pytest.raises(services.MeetingRefused):
        services.edit_meeting(meeting=meeting, plan=replace(PLAN, place="x"), by=coordinator, now=NOW)
    with pytest.raises(services.MeetingRefused):
        services.invite(meeting=meeting, seats=seats, by=coordinator, now=NOW)


def test_a_failing_edit_leaves_neither_change_nor_mail(monkeypatch):
    coordinator, meeting, _ = invited()
    dispatch()

    def break_down(*_args, **_kwargs):
        raise RuntimeError

    monkeypatch.setattr("meetings.services.planning.write_history", break_down)
    with pytest.raises(RuntimeError):
        services.edit_meeting(meeting=meeting, plan=replace(PLAN, place="x"), by=coordinator, now=NOW)

    assert (Meeting.objects.get().place, mails("meeting_changed")) == (PLAN.place, [])


@pytest.mark.parametrize(
    ("state", "constraint"),
    [
        ({"title": ""}, "meeting_has_a_title"),
        ({"ends_at": datetime(2026, 3, 4, 9, 0, tzinfo=UTC)}, "meeting_ends_after_it_starts"),
        (
            {"closed_at": datetime(2026, 3, 4, 12, tzinfo=UTC), "cancelled_at": datetime(2026, 3, 4, 12, tzinfo=UTC)},
            "meeting_closed_or_cancelled",
        ),
        (
            {"closed_at": datetime(2026, 3, 4, 12, tzinfo=UTC), "invited_at": None},
            "meeting_closed_with_people_asked",
        ),
        ({"closed_at": datetime(2026, 3, 4, 8, tzinfo=UTC)}, "meeting_closed_after_it_started"),
    ],
)
def test_impossible_meetings_are_refused_by_the_database(state, constraint):
    with pytest.raises(IntegrityError, match=constraint):
        MeetingFactory(**state)
