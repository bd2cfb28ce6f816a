"""Whole mails, as the outbox hands them over."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from icalendar import Calendar

from meetings import services
from meetings.choices import Presence
from meetings.models import Meeting
from meetings.reminders import plan_reminders
from notifications import services as outbox
from notifications.delivery import dispatch_due
from notifications.models import Message, MessageState
from partners.models import Seat
from partners.permissions import Role
from tests.factories.goals import ActionFactory
from tests.factories.notifications import UnsubscriptionFactory
from tests.factories.partners import PartnershipFactory, SeatFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 10, 1, 9, 0, tzinfo=UTC)
PLAN = services.MeetingPlan(
    title="November & friends",
    starts=datetime(2026, 11, 4, 14, 0),
    ends=datetime(2026, 11, 4, 16, 0),
    time_zone="Europe/Paris",
    place="Room 2.04",
    online_link="https://meet.example.org/x",
    purpose="Start with one form.",
    agenda="Good news, 15 min\nWho does what",
)


@pytest.fixture
def coordinator(settings):
    settings.SITE_URL = "https://thread.example"
    partnership = PartnershipFactory(name="Wrenfield", slug="wrenfield")
    return SeatFactory(partnership=partnership, role=Role.COORDINATOR, holder__person__name="Maya Okafor")


def seat_of(coordinator, **person):
    values = {f"holder__person__{name}": value for name, value in person.items()}
    return SeatFactory(partnership=coordinator.partnership, **values)


def invited(coordinator, *seats):
    meeting = services.plan_meeting(plan=PLAN, by=coordinator, now=NOW)
    services.invite(meeting=meeting, seats=seats, by=coordinator, now=NOW)
    return meeting


def states():
    return list(Message.objects.order_by("pk").values_list("kind", "state"))


def calendars(sent):
    return [
        (part.get_filename(), part.get_param("method"), Calendar.from_ical(part.get_payload(decode=True)))
        for part in sent.message().walk()
        if part.get_content_type() == "text/calendar"
    ]


def test_an_invitation_speaks_the_language_and_the_time_of_its_reader(coordinator):
    seat = seat_of(coordinator, email="helen@example.org", time_zone="Asia/Kathmandu")
    meeting = invited(coordinator, seat)

    dispatch_due(now=NOW)

    (sent,) = mail.outbox
    link = f"https://thread.example/p/wrenfield/meetings/{meeting.pk}/"
    assert sent.to == [f"{seat.person.name} <helen@example.org>"]
    assert sent.subject == "Invitation: November & friends, Wednesday 4 November, 18:45"
    assert "Wednesday 4 November, 18:45 to 20:45 (Asia/Kathmandu)" in sent.body
    for text in ("November & friends", "Room 2.04", "https://meet.example.org/x", "Good news, 15 min", link):
        assert text in sent.body, text
    html = sent.alternatives[0][0]
    assert "November &amp; friends" in html
    assert "Planned by Maya Okafor<" in html
    assert f'href="{link}"' in html


def test_an_invitation_carries_one_entry_for_its_reader_only(coordinator):
    seats = [seat_of(coordinator, email="helen@example.org"), seat_of(coordinator, email="leon@example.org")]
    invited(coordinator, *seats)

    dispatch_due(now=NOW)

    attendees = {}
    for sent in mail.outbox:
        for name, method, calendar in calendars(sent):
            assert (name in {None, "invite.ics"}, method) == (True, "REQUEST")
            (event,) = calendar.walk("VEVENT")
            attendees[sent.to[0].split("<")[1].rstrip(">")] = str(event["ATTENDEE"])
        assert "invite.ics" in [name for name, _, _ in calendars(sent)]
        for part in sent.message().walk():
            if part.get_content_type() == "text/calendar":
                assert part["Content-Type"].count("charset") == 1
    assert attendees == {
        "helen@example.org": "mailto:helen@example.org",
        "leon@example.org": "mailto:leon@example.org",
    }


def test_one_event_through_its_life(coordinator):
    meeting = invited(coordinator, seat_of(coordinator))
    dispatch_due(now=NOW)
    services.edit_meeting(meeting=meeting, plan=replace(PLAN, place="Garden"), by=coordinator, now=NOW)
    dispatch_due(now=NOW)
    services.cancel_meeting(meeting=meeting, by=coordinator, now=NOW)
    dispatch_due(now=NOW)

    events = [(method, *calendar.walk("VEVENT")) for sent in mail.outbox for _, method, calendar in calendars(sent)[:1]]
    assert [(method, int(event["SEQUENCE"]), str(event["STATUS"])) for method, event in events] == [
        ("REQUEST", 0, "CONFIRMED"),
        ("REQUEST", 1, "CONFIRMED"),
        ("CANCEL", 2, "CANCELLED"),
    ]
    assert len({str(event["UID"]) for _, event in events}) == 1
    assert [sent.subject.split(":")[0] for sent in mail.outbox] == ["Invitation", "Changed", "Cancelled"]


def test_a_mail_about_an_old_plan_stays_behind(coordinator):
    meeting = invited(coordinator, seat_of(coordinator))
    Meeting.objects.update(sequence=1)  # as if it had been claimed while the plan changed

    dispatch_due(now=NOW)

    assert (states(), mail.outbox) == ([("meeting_invitation", MessageState.OBSOLETE)], [])
    assert meeting.sequence == 0


def test_an_invitation_that_waited_out_the_meeting_stays_behind(coordinator):
    meeting = invited(coordinator, seat_of(coordinator))

    dispatch_due(now=meeting.ends_at)

    assert (states(), mail.outbox) == ([("meeting_invitation", MessageState.OBSOLETE)], [])


# -- Reminders --------------------------------------------------------------------------------------------------------
def reminded(coordinator, *seats):
    meeting = invited(coordinator, *seats)
    dispatch_due(now=NOW)
    mail.outbox.clear()
    return meeting


def subjects():
    return [sent.subject for sent in mail.outbox]


def run(*moments):
    for now in moments:
        plan_reminders(now)
        plan_reminders(now)
        dispatch_due(now=now)


DAYS, HOURS, MINUTE = timedelta(days=3), timedelta(hours=2), timedelta(minutes=1)


def test_two_reminders_however_often_planning_runs(coordinator):
    seat = seat_of(coordinator)
    start = reminded(coordinator, seat).starts_at
    run(start - DAYS - MINUTE)
    assert subjects() == []

    run(start - DAYS, start - DAYS + MINUTE, start - timedelta(days=1))
    assert subjects() == ["Soon: November & friends, Wednesday 4 November, 13:00"]

    run(start - HOURS, start - HOURS + MINUTE, start - MINUTE, start, start + HOURS)
    assert len(subjects()) == 2
    assert calendars(mail.outbox[0]) == []


def test_a_reminder_says_what_its_reader_promised(coordinator):
    seat = seat_of(coordinator)
    start = reminded(coordinator, seat).starts_at
    ActionFactory(partnership=coordinator.partnership, accountable=seat, title="Ring two firms", due_on=start.date())
    ActionFactory(partnership=coordinator.partnership, accountable=coordinator, title="Somebody else's promise")
    done = {"done_at": NOW, "done_by": seat}
    ActionFactory(partnership=coordinator.partnership, accountable=seat, title="Finished", **done)

    run(start - DAYS)

    (sent,) = mail.outbox
    assert "Ring two firms, by 4 Nov" in sent.body
    assert "Ring two firms, by 4 Nov" in sent.alternatives[0][0]
    assert ("Somebody else" in sent.body, "Finished" in sent.body) == (False, False)


def test_after_an_outage_one_reminder_goes_out_and_none_that_is_stale(coordinator):
    start = reminded(coordinator, seat_of(coordinator)).starts_at
    plan_reminders(start - DAYS)  # planned, and then nothing runs for nearly three days

    run(start - timedelta(hours=1))

    assert len(subjects()) == 1
    assert states()[1:] == [
        ("meeting_reminder", MessageState.OBSOLETE),
        ("meeting_reminder", MessageState.SENT),
    ]


def test_after_a_longer_outage_no_reminder_goes_out(coordinator):
    start = reminded(coordinator, seat_of(coordinator)).starts_at
    plan_reminders(start - DAYS)

    run(start, start + timedelta(days=1))

    assert (subjects(), states()[1:]) == ([], [("meeting_reminder", MessageState.OBSOLETE)])


@pytest.mark.parametrize("news", ["changed", "cancelled"])
def test_who_stopped_invitations_still_hears_what_becomes_of_a_meeting(coordinator, news):
    seat = seat_of(coordinator, email="ines@example.org")
    UnsubscriptionFactory(person=seat.person, kind="meeting_invitation")
    meeting = invited(coordinator, seat)
    dispatch_due(now=NOW)
    assert not mail.outbox

    later = NOW + timedelta(days=1)
    if news == "changed":
        plan = replace(PLAN, starts=datetime(2026, 11, 5, 14, 0), ends=datetime(2026, 11, 5, 16, 0))
        services.edit_meeting(meeting=meeting, plan=plan, by=coordinator, now=later)
    else:
        services.cancel_meeting(meeting=meeting, by=coordinator, now=later)
    dispatch_due(now=later + timedelta(hours=1))
    dispatch_due(now=later + timedelta(hours=2))

    assert [sent.to for sent in mail.outbox] == [[f"{seat.person.name} <ines@example.org>"]]
    assert Message.objects.filter(state=MessageState.SENT).get().kind == f"meeting_{news}"


def test_drafts_cancelled_and_closed_meetings_remind_nobody(coordinator):
    draft = services.plan_meeting(plan=PLAN, by=coordinator, now=NOW)
    meeting = reminded(coordinator, seat_of(coordinator))
    plan_reminders(meeting.starts_at - DAYS)
    services.cancel_meeting(meeting=meeting, by=coordinator, now=meeting.starts_at - DAYS)
    mail.outbox.clear()

    run(draft.starts_at - DAYS, draft.starts_at - HOURS)

    assert [subject.split(":")[0] for subject in subjects()] == ["Cancelled"]


def test_who_sent_apologies_is_not_reminded(coordinator):
    sorry, coming = seat_of(coordinator), seat_of(coordinator)
    meeting = reminded(coordinator, sorry, coming)
    plan_reminders(meeting.starts_at - DAYS)  # the reminder waits already when the apologies arrive
    meeting.attendances.filter(seat=sorry).update(presence=Presence.APOLOGIES)

    run(meeting.starts_at - DAYS, meeting.starts_at - HOURS)

    assert [sent.to for sent in mail.outbox] == [[f"{coming.person} <{coming.person.email}>"]] * 2


def test_who_gave_up_the_seat_hears_nothing_more(coordinator):
    left, stayed = seat_of(coordinator), seat_of(coordinator)
    meeting = reminded(coordinator, left, stayed)
    Seat.objects.filter(pk=left.pk).update(holder=None, person=None)
    services.edit_meeting(meeting=meeting, plan=replace(PLAN, place="Garden"), by=coordinator, now=NOW)
    dispatch_due(now=NOW)

    run(meeting.starts_at - DAYS)

    assert {sent.to[0] for sent in mail.outbox} == {f"{stayed.person} <{stayed.person.email}>"}
    assert [subject.split(":")[0] for subject in subjects()] == ["Changed", "Soon"]


def test_a_moved_meeting_takes_its_old_reminders_back_and_reminds_of_the_new_time(coordinator):
    meeting = reminded(coordinator, seat_of(coordinator))
    plan_reminders(meeting.starts_at - DAYS)
    later = replace(PLAN, starts=PLAN.starts + timedelta(days=7), ends=PLAN.ends + timedelta(days=7))

    moved = services.edit_meeting(meeting=meeting, plan=later, by=coordinator, now=meeting.starts_at - DAYS)
    run(meeting.starts_at - DAYS, meeting.starts_at - HOURS, moved.starts_at - DAYS, moved.starts_at - HOURS)

    assert [subject.split(":")[0] for subject in subjects()] == ["Changed", "Soon", "Soon"]
    assert Message.objects.filter(kind="meeting_reminder", state=MessageState.CANCELLED).count() == 1


def test_nobody_is_reminded_of_what_they_were_told_a_moment_ago(coordinator):
    meeting = services.plan_meeting(plan=PLAN, by=coordinator, now=NOW)
    yesterday = meeting.starts_at - timedelta(days=1)
    services.invite(meeting=meeting, seats=[seat_of(coordinator)], by=coordinator, now=yesterday)

    run(yesterday, yesterday + MINUTE, meeting.starts_at - HOURS)

    assert [subject.split(":")[0] for subject in subjects()] == ["Invitation", "Soon"]


def test_planning_reminders_costs_the_same_for_one_and_three(coordinator, django_assert_num_queries):
    seats = [seat_of(coordinator) for _ in range(3)]
    start = reminded(coordinator, seats[0]).starts_at
    with django_assert_num_queries(6):  # chosen times, meetings, people, reminders of a later clock, the outbox twice
        plan_reminders(start - DAYS)
    reminded(coordinator, *seats)

    with django_assert_num_queries(6):
        plan_reminders(start - DAYS)


def test_each_mail_says_what_is_true_when_it_leaves_however_many_said_the_same_before(coordinator):
    first, second = seat_of(coordinator), seat_of(coordinator)
    meeting = invited(coordinator, first, second)
    Message.objects.filter(recipient=second.person).update(next_attempt_at=NOW + timedelta(hours=1))
    dispatch_due(now=NOW)
    Meeting.objects.filter(pk=meeting.pk).update(place="Garden")
    type(coordinator.partnership).objects.update(name="Wrenfield & Sons")

    dispatch_due(now=NOW + timedelta(hours=1))

    old, new = mail.outbox
    assert ("Room 2.04" in old.body, "Garden" in old.body, "Garden" in new.body) == (True, False, True)
    assert "Wrenfield &amp; Sons" in new.alternatives[0][0]
    assert "Sons" in new.extra_headers["From"]


def test_a_meeting_planned_long_ahead_is_called_off_to_everybody_who_was_told_of_it(coordinator):
    seat = seat_of(coordinator, email="helen@example.org")
    meeting = services.plan_meeting(
        plan=replace(PLAN, starts=datetime(2027, 3, 4, 14, 0), ends=datetime(2027, 3, 4, 16, 0)),
        by=coordinator,
        now=NOW,
    )
    services.invite(meeting=meeting, seats=[seat], by=coordinator, now=NOW)
    dispatch_due(now=NOW)
    later = NOW + timedelta(days=100)
    outbox.purge(now=later)
    mail.outbox.clear()

    services.cancel_meeting(meeting=meeting, by=coordinator, now=later)
    dispatch_due(now=later)

    assert [(sent.to[0].rpartition("<")[2], sent.subject.split(":")[0]) for sent in mail.outbox] == [
        ("helen@example.org>", "Cancelled")
    ]
    assert outbox.purge(now=datetime(2027, 6, 4, tzinfo=UTC)) == 2
