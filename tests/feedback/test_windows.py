from datetime import timedelta

import pytest
from django.core import mail
from django.db import IntegrityError, transaction

from feedback import mails, reminders, sealed, services
from feedback.models import FeedbackWindow, Invitation
from meetings.choices import Presence
from notifications.delivery import dispatch_due
from notifications.models import Message, Unsubscription
from tests.factories.accounts import PersonFactory
from tests.factories.feedback import (
    CLOSED,
    FeedbackWindowFactory,
    answered_and_closed,
    closed_meeting,
    open_window,
    some_answers,
    tokens_of,
)
from tests.factories.meetings import AttendanceFactory, MeetingFactory
from tests.factories.notifications import MailHoursFactory

pytestmark = pytest.mark.django_db


def test_people_present_and_deputies_are_asked_once_each():
    meeting = closed_meeting(present=4, deputies=2, absent=3)
    rows = meeting.attendances.all()
    came = {row.person_id for row in rows if row.presence == Presence.PRESENT}
    stood_in = {row.deputy_id for row in rows if row.presence == Presence.DEPUTY}

    services.open_window(meeting_id=meeting.pk, now=CLOSED)

    assert set(Invitation.objects.values_list("person_id", flat=True)) == came | stood_in
    assert FeedbackWindow.objects.get().invited_count == 6


def test_person_who_came_and_stood_in_for_another_is_asked_once():
    meeting = closed_meeting(present=5)
    present = meeting.attendances.filter(presence=Presence.PRESENT).first().person
    AttendanceFactory(meeting=meeting, presence=Presence.DEPUTY, deputy=present, told_at=CLOSED)

    services.open_window(meeting_id=meeting.pk, now=CLOSED)

    assert FeedbackWindow.objects.get().invited_count == 5


def test_people_who_cannot_be_sent_a_link_are_not_counted_as_asked():
    meeting = closed_meeting(present=7)
    first, second, *_ = [row.person for row in meeting.attendances.filter(presence=Presence.PRESENT).order_by("pk")]
    type(first).objects.filter(pk=first.pk).update(email=None)
    Unsubscription.objects.create(person=second, kind=services.REQUEST_KIND, since=CLOSED)

    services.open_window(meeting_id=meeting.pk, now=CLOSED)

    assert FeedbackWindow.objects.get().invited_count == 5


@pytest.mark.parametrize(("present", "windows"), [(4, 0), (5, 1)])
def test_fewer_than_five_people_are_not_asked(present, windows):
    closed_meeting(present=present)

    reminders.open_windows(CLOSED)

    assert FeedbackWindow.objects.count() == windows


def test_meeting_that_is_not_closed_opens_no_window():
    meeting = MeetingFactory(invited_at=CLOSED)
    for _ in range(6):
        AttendanceFactory(meeting=meeting, presence=Presence.PRESENT, told_at=CLOSED)

    assert reminders.open_windows(CLOSED) == 0
    assert services.open_window(meeting_id=meeting.pk, now=CLOSED) is None


def test_planner_opens_one_window_and_one_set_of_mails_however_often_it_runs():
    meeting = closed_meeting(present=6)

    opened = [reminders.open_windows(CLOSED + timedelta(minutes=step)) for step in range(4)]

    window = FeedbackWindow.objects.get()
    assert opened == [1, 0, 0, 0]
    assert (window.meeting_id, window.closes_at) == (meeting.pk, CLOSED + timedelta(days=7))
    assert Invitation.objects.count() == 6
    assert Message.objects.filter(kind="feedback_request").count() == 6
    assert Message.objects.filter(kind="feedback_reminder").count() == 12


def test_mails_are_due_at_once_on_day_two_and_on_day_six():
    open_window(present=5)

    due = sorted(set(Message.objects.values_list("kind", "due_at")), key=lambda pair: pair[1])

    assert due == [
        ("feedback_request", CLOSED),
        ("feedback_reminder", CLOSED + timedelta(days=2)),
        ("feedback_reminder", CLOSED + timedelta(days=6)),
    ]


def test_window_that_opened_late_does_not_remind_on_the_heels_of_the_request():
    open_window(present=5, now=CLOSED + timedelta(days=3))

    due = set(Message.objects.filter(kind="feedback_reminder").values_list("due_at", flat=True))

    assert due == {CLOSED + timedelta(days=6)}
    assert FeedbackWindow.objects.get().closes_at == CLOSED + timedelta(days=7)


def mails_of(person):
    """By their subjects, in the order in which they came."""
    subjects = [letter.subject for letter in mail.outbox if person.email in letter.to[0]]
    return [
        "feedback_request" if subject.startswith("How was our meeting") else "feedback_reminder" for subject in subjects
    ]


@pytest.mark.parametrize(
    ("silent_for", "then", "kinds"),
    [
        (2.5, 2.5, ["feedback_request"]),
        (2.5, 6, ["feedback_request", "feedback_reminder"]),
        (6.5, 6.9, ["feedback_request"]),
    ],
)
def test_after_an_outage_nobody_is_reminded_of_what_they_are_asked_in_the_same_moment(silent_for, then, kinds):
    window = open_window(present=5)

    for days in (silent_for, then):
        dispatch_due(now=CLOSED + timedelta(days=days))

    assert mails_of(window.invitations.first().person) == kinds


def test_after_an_outage_one_reminder_goes_out_and_not_two():
    window = open_window(present=5)
    dispatch_due(now=CLOSED)

    dispatch_due(now=CLOSED + timedelta(days=6, hours=2))

    assert mails_of(window.invitations.first().person) == ["feedback_request", "feedback_reminder"]


def test_days_without_mail_do_not_bring_the_request_and_its_reminder_together():
    window = open_window(present=5)  # on a Wednesday at noon
    person = window.invitations.first().person
    MailHoursFactory(person=person, days_off=0b0011100)  # Wednesday to Friday

    came = []
    for hours in range(0, 7 * 24, 6):
        before = len(mails_of(person))
        dispatch_due(now=CLOSED + timedelta(hours=hours))
        came += [hours] * (len(mails_of(person)) - before)

    assert mails_of(person) == ["feedback_request", "feedback_reminder"]
    assert came[1] - came[0] >= 24


def test_meetings_that_too_few_came_to_cost_a_round_nothing(django_assert_num_queries):
    for _ in range(3):
        closed_meeting(present=4, absent=3)

    with django_assert_num_queries(1):
        reminders.open_windows(CLOSED)


def test_meeting_closed_more_than_a_week_ago_is_not_asked_about():
    closed_meeting()

    assert reminders.open_windows(CLOSED + timedelta(days=7)) == 0
    assert FeedbackWindow.objects.count() == 0


def test_reminders_go_only_to_those_who_have_not_answered():
    window = open_window(present=5)
    first, *_ = window.invitations.order_by("pk")
    sealed.submit(token=tokens_of(window)[0], answers=some_answers(), now=CLOSED)

    dispatch_due(now=CLOSED)
    later = CLOSED + timedelta(days=2)
    waiting = Message.objects.filter(kind="feedback_reminder", due_at=later)
    wanted = {m.params["invitation"]: mails.still_wanted(m, later) for m in waiting}

    assert wanted == {row.pk: row.pk != first.pk for row in window.invitations.all()}


def test_after_closing_the_outbox_does_not_tell_who_answered_before_their_request_was_known_to_be_sent():
    window = open_window(present=5)
    sealed.submit(token=tokens_of(window)[0], answers=some_answers(), now=CLOSED)

    dispatch_due(now=CLOSED + timedelta(minutes=5))
    services.close_window(window_id=window.pk, now=window.closes_at)

    assert list(Message.objects.values_list("kind", "state", "error").distinct()) == [("feedback_request", "sent", "")]


def test_no_mail_about_a_window_is_wanted_after_it_closed():
    window = open_window(present=5)
    request = Message.objects.filter(kind="feedback_request").first()

    services.close_window(window_id=window.pk, now=window.closes_at)

    assert mails.still_wanted(request, window.closes_at) is False


def test_closing_forgets_who_was_reminded():
    window = open_window(present=5)

    services.close_window(window_id=window.pk, now=window.closes_at)

    assert set(Message.objects.values_list("kind", flat=True)) == {"feedback_request"}


def test_planner_closes_due_windows_only():
    answered_and_closed([])
    due = open_window()
    later = open_window(closed_at=CLOSED + timedelta(days=1))

    closed = [reminders.close_windows(due.closes_at) for _ in range(2)]

    assert closed == [1, 0]
    assert list(FeedbackWindow.objects.open()) == [later]


# -- Each promise is held by the database -----------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"closes_at": CLOSED}, "window_closes_after_it_opens"),
        ({"mode": "confidential"}, "window_mode_known"),
        ({"minimum_group": 4, "invited_count": 4}, "window_minimum_group_not_lowered"),
        ({"invited_count": 4}, "window_asks_enough_people"),
        ({"invited_count": 501}, "window_bag_stays_small"),
        ({"answered_count": 3}, "window_counted_when_closed"),
        ({"closed_at": CLOSED}, "window_counted_when_closed"),
        ({"closed_at": CLOSED, "answered_count": 9}, "window_counted_when_closed"),
    ],
)
def test_impossible_window_is_refused(changes, constraint):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        FeedbackWindowFactory(**changes)


def test_second_window_of_a_meeting_is_refused():
    window = FeedbackWindowFactory()

    with pytest.raises(IntegrityError), transaction.atomic():
        FeedbackWindowFactory(meeting=window.meeting)


def test_second_invitation_of_a_person_is_refused():
    person = PersonFactory()
    window = FeedbackWindowFactory()
    Invitation.objects.create(window=window, person=person)

    with pytest.raises(IntegrityError), transaction.atomic():
        Invitation.objects.create(window=window, person=person)
