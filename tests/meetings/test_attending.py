from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Person
from core.models import AuditEvent
from meetings import services
from meetings.choices import Presence
from meetings.models import Attendance, Meeting
from notifications.models import Message
from partners.models import Contact
from partners.permissions import Role
from tests.factories.accounts import PersonFactory
from tests.factories.meetings import AttendanceFactory, MeetingFactory
from tests.factories.partners import ContactFactory, SeatFactory

pytestmark = pytest.mark.django_db
START = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)
AFTER = START + timedelta(hours=3)


@pytest.fixture
def meeting():
    return MeetingFactory(invited_at=START - timedelta(days=20), organizer__role=Role.COORDINATOR)


def note(row, presence, name="", email=""):
    return services.Seen(attendance_id=row.pk, presence=presence, deputy_name=name, deputy_email=email)


def save(meeting, *notes, now=AFTER):
    services.record_attendance(meeting=meeting, seen=notes, by=meeting.organizer, now=now)


def test_record_attendance_of_everybody_at_once(meeting):
    rows = AttendanceFactory.create_batch(4, meeting=meeting)
    deputy = ContactFactory(organization=rows[1].seat.organization)

    save(
        meeting,
        note(rows[0], Presence.PRESENT),
        note(rows[1], Presence.DEPUTY, "whoever", deputy.person.email.upper()),
        note(rows[2], Presence.APOLOGIES),
        note(rows[3], Presence.ABSENT),
    )

    assert list(Attendance.objects.order_by("pk").values_list("presence", "deputy")) == [
        (Presence.PRESENT, None),
        (Presence.DEPUTY, deputy.person_id),
        (Presence.APOLOGIES, None),
        (Presence.ABSENT, None),
    ]
    assert AuditEvent.objects.get().data == {"seats": 4}


def test_a_new_deputy_becomes_a_contact_of_that_organisation(meeting):
    row = AttendanceFactory(meeting=meeting)

    save(meeting, note(row, Presence.DEPUTY, " Ada Quist ", "Ada@Example.org"))
    save(meeting, note(row, Presence.DEPUTY, "Ada Quist", "ada@example.org"))

    ada = Person.objects.get(email="ada@example.org")
    assert (ada.name, ada.time_zone) == ("Ada Quist", "Europe/Paris")
    assert Contact.objects.filter(person=ada).get().organization == row.seat.organization


def test_a_deputy_without_an_address_is_found_again_by_name_within_the_organisation(meeting):
    row = AttendanceFactory(meeting=meeting)
    ContactFactory(person__name="Ada Quist")  # somebody of that name elsewhere

    save(meeting, note(row, Presence.DEPUTY, "Ada Quist"))
    save(meeting, note(row, Presence.DEPUTY, "ada quist"))

    row.refresh_from_db()
    assert Contact.objects.filter(organization=row.seat.organization, person__name__iexact="ada quist").count() == 1
    assert row.deputy.email is None


def test_a_known_persons_name_is_not_overwritten(meeting):
    row = AttendanceFactory(meeting=meeting)
    known = PersonFactory(name="Ada Quist", email="ada@example.org")

    save(meeting, note(row, Presence.DEPUTY, "Somebody else", "ada@example.org"))

    known.refresh_from_db()
    assert (known.name, Attendance.objects.get().deputy) == ("Ada Quist", known)


def test_a_deputy_was_not_asked_themselves(meeting):
    row, asked = AttendanceFactory.create_batch(2, meeting=meeting)

    with pytest.raises(services.AttendanceRefused, match="was asked to this meeting themselves") as refusal:
        save(meeting, note(asked, Presence.ABSENT), note(row, Presence.DEPUTY, "x", asked.person.email))

    assert refusal.value.attendance_id == row.pk
    assert set(Attendance.objects.values_list("presence", flat=True)) == {Presence.UNKNOWN}


def test_nobody_is_their_own_deputy(meeting):
    row = AttendanceFactory(meeting=meeting)

    with pytest.raises(services.AttendanceRefused):
        save(meeting, note(row, Presence.DEPUTY, "x", row.person.email))


def test_a_deputy_stands_in_once(meeting):
    first, second = AttendanceFactory.create_batch(2, meeting=meeting)
    save(meeting, note(first, Presence.DEPUTY, "Ada", "ada@example.org"))

    with pytest.raises(services.AttendanceRefused, match="already stands in"):
        save(meeting, note(second, Presence.DEPUTY, "Ada", "ada@example.org"))


def test_deputies_can_be_swapped_in_one_go(meeting):
    first, second = AttendanceFactory.create_batch(2, meeting=meeting)
    save(
        meeting,
        note(first, Presence.DEPUTY, "Ada", "ada@example.org"),
        note(second, Presence.DEPUTY, "Bo", "bo@example.org"),
    )

    save(
        meeting,
        note(first, Presence.DEPUTY, "Bo", "bo@example.org"),
        note(second, Presence.DEPUTY, "Ada", "ada@example.org"),
    )

    assert list(Attendance.objects.order_by("pk").values_list("deputy__name", flat=True)) == ["Bo", "Ada"]


def test_a_deputy_who_turns_out_not_to_have_come_is_forgotten(meeting):
    row = AttendanceFactory(meeting=meeting)
    save(meeting, note(row, Presence.DEPUTY, "Ada", "ada@example.org"))

    save(meeting, note(row, Presence.ABSENT, "Ada", "ada@example.org"))

    row.refresh_from_db()
    assert (row.presence, row.deputy) == (Presence.ABSENT, None)


def test_a_deputy_invited_later_as_well_is_not_asked_twice(meeting):
    row = AttendanceFactory(meeting=meeting)
    seat = SeatFactory(partnership=meeting.partnership)
    save(meeting, note(row, Presence.DEPUTY, "x", seat.person.email))

    services.invite(meeting=meeting, seats=[seat], by=meeting.organizer, now=AFTER)

    assert list(meeting.attendances.values_list("person", flat=True)) == [row.person_id]


@pytest.mark.parametrize("presence", [Presence.PRESENT, Presence.DEPUTY, Presence.ABSENT])
def test_before_the_start_nobody_has_come(meeting, presence):
    row = AttendanceFactory(meeting=meeting)

    with pytest.raises(services.AttendanceRefused, match="has not started"):
        save(meeting, note(row, presence, "Ada"), now=START - timedelta(minutes=1))


def test_apologies_can_be_noted_before_the_start(meeting):
    row = AttendanceFactory(meeting=meeting)

    save(meeting, note(row, Presence.APOLOGIES), now=START - timedelta(days=1))

    assert Attendance.objects.get().presence == Presence.APOLOGIES


def test_close_makes_attendance_and_decisions_final_and_calls_nobody(meeting):
    row = AttendanceFactory(meeting=meeting, presence=Presence.PRESENT)
    decision = services.record_decision(meeting=meeting, text="We share one form.", by=meeting.organizer, now=AFTER)

    services.close_meeting(meeting=meeting, by=meeting.organizer, now=AFTER)

    assert Meeting.objects.get().closed_at == AFTER
    assert not Message.objects.exists()
    with pytest.raises(services.MeetingRefused, match="is closed"):
        save(meeting, note(row, Presence.ABSENT))
    with pytest.raises(services.MeetingRefused, match="is closed"):
        services.edit_decision(decision=decision, text="x", by=meeting.organizer, now=AFTER)
    with pytest.raises(services.MeetingRefused, match="is closed"):
        services.record_decision(meeting=meeting, text="x", by=meeting.organizer, now=AFTER)
    with pytest.raises(services.MeetingRefused, match="is closed"):
        services.cancel_meeting(meeting=meeting, by=meeting.organizer, now=AFTER)


def test_close_twice_is_refused_and_keeps_the_first_moment(meeting):
    AttendanceFactory(meeting=meeting, presence=Presence.PRESENT)
    stale = Meeting.objects.get(pk=meeting.pk)
    services.close_meeting(meeting=meeting, by=meeting.organizer, now=AFTER)

    with pytest.raises(services.MeetingRefused):
        services.close_meeting(meeting=stale, by=meeting.organizer, now=AFTER + timedelta(hours=1))

    assert Meeting.objects.get().closed_at == AFTER


@pytest.mark.parametrize(
    ("unknown", "words"),
    [(1, "For 1 person it is not noted yet"), (3, "For 3 people it is not noted yet")],
)
def test_close_says_how_many_are_missing(meeting, unknown, words):
    AttendanceFactory(meeting=meeting, presence=Presence.PRESENT)
    AttendanceFactory.create_batch(unknown, meeting=meeting)

    with pytest.raises(services.MeetingNotReadyToClose, match=words):
        services.close_meeting(meeting=meeting, by=meeting.organizer, now=AFTER)

    assert Meeting.objects.get().closed_at is None


def test_close_before_the_start_or_with_nobody_asked_is_refused(meeting):
    with pytest.raises(services.MeetingNotReadyToClose, match="Nobody was asked"):
        services.close_meeting(meeting=meeting, by=meeting.organizer, now=AFTER)
    AttendanceFactory(meeting=meeting, presence=Presence.APOLOGIES)
    with pytest.raises(services.MeetingNotReadyToClose, match="has not started"):
        services.close_meeting(meeting=meeting, by=meeting.organizer, now=START - timedelta(seconds=1))


def test_a_cancelled_meeting_cannot_be_closed(meeting):
    AttendanceFactory(meeting=meeting, presence=Presence.APOLOGIES)
    services.cancel_meeting(meeting=meeting, by=meeting.organizer, now=START)

    with pytest.raises(services.MeetingRefused, match="was cancelled"):
        services.close_meeting(meeting=meeting, by=meeting.organizer, now=AFTER)


def test_impossible_attendance_is_refused_by_the_database(meeting):
    row = AttendanceFactory(meeting=meeting)
    ada = PersonFactory()
    AttendanceFactory(meeting=meeting, presence=Presence.DEPUTY, deputy=ada)

    for values, constraint in [
        ({"presence": "perhaps"}, "attendance_presence_known"),
        ({"presence": Presence.DEPUTY}, "attendance_deputy_named"),
        ({"deputy": PersonFactory()}, "attendance_deputy_named"),
        ({"presence": Presence.DEPUTY, "deputy": row.person}, "attendance_deputy_is_somebody_else"),
    ]:
        refuses(constraint, values, row)
    refuses(
        "(attendance_deputy_once|meetings_attendance.meeting_id, meetings_attendance.deputy_id)",
        {"presence": Presence.DEPUTY, "deputy": ada},
        row,
    )


def refuses(constraint, values, row):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Attendance.objects.filter(pk=row.pk).update(**values)


def test_a_seat_and_a_person_are_asked_once(meeting):
    row = AttendanceFactory(meeting=meeting)

    with pytest.raises(IntegrityError):
        AttendanceFactory(meeting=meeting, seat=row.seat)
