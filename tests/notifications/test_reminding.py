from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goals.reminders import plan_reminders as plan_actions
from meetings.reminders import plan_reminders as plan_meetings
from notifications import reminding
from notifications.delivery import dispatch_due
from notifications.models import Message, MessageState, ReminderTimes
from notifications.registry import kind_named
from notifications.reminding import choose_moments, chosen_moments, fitting, use_usual_moments
from partners.permissions import Role
from tests.factories.goals import ActionFactory
from tests.factories.meetings import AttendanceFactory, MeetingFactory
from tests.factories.notifications import ReminderTimesFactory
from tests.factories.partners import SeatFactory
from tests.notifications.conftest import NOW

DAYS, HOURS = timedelta(days=1), timedelta(hours=1)


@given(
    moments=st.lists(st.integers(0, 400).map(lambda hours: hours * HOURS), unique=True, max_size=3),
    left=st.integers(0, 500).map(lambda hours: hours * HOURS),
)
def test_at_any_time_one_reminder_has_its_turn_until_the_next_takes_over(moments, left):
    turn = fitting(moments, left)

    if turn is None:
        assert all(one < left for one in moments)
    else:
        mine, following = turn
        assert mine >= left
        assert following is None or following < left
        assert not [one for one in moments if left <= one < mine]


@pytest.fixture
def seat():
    return SeatFactory(role=Role.COORDINATOR)


@pytest.fixture
def meeting(seat):
    meeting = MeetingFactory(
        partnership=seat.partnership, organizer=seat, starts_at=NOW + 20 * DAYS, ends_at=NOW + 20 * DAYS + HOURS,
        created_at=NOW - DAYS, invited_at=NOW,
    )  # fmt: skip
    AttendanceFactory(meeting=meeting, seat=seat, person=seat.person, told_at=NOW)
    return meeting


def choose(seat, kind, *moments, subject=""):
    choose_moments(
        kind=kind, partnership_id=seat.partnership_id, moments=moments, by_id=seat.person_id, now=NOW, subject=subject
    )


def reminders_before(meeting, *, days):
    """Plan every six hours from so many days before; when each reminder is due, counted back from the start."""
    now = meeting.starts_at - days * DAYS
    while now < meeting.starts_at:
        plan_meetings(now)
        now += 6 * HOURS
    due = Message.objects.filter(kind="meeting_reminder").order_by("due_at").values_list("due_at", flat=True)
    return [meeting.starts_at - one for one in due]


@pytest.mark.django_db
def test_a_partnership_reminds_when_it_chose_to(seat, meeting):
    choose(seat, "meeting_reminder", 10 * DAYS, DAYS)

    assert reminders_before(meeting, days=14) == [10 * DAYS, DAYS]


@pytest.mark.django_db
def test_a_meeting_may_have_times_of_its_own_and_take_them_back(seat, meeting):
    choose(seat, "meeting_reminder", 10 * DAYS)
    choose(seat, "meeting_reminder", 12 * HOURS, subject=f"meeting:{meeting.pk}")
    chosen = chosen_moments("meeting_reminder")
    assert chosen.of(seat.partnership_id, f"meeting:{meeting.pk}") == (12 * HOURS,)
    assert chosen.of(seat.partnership_id, "meeting:0") == (10 * DAYS,)

    use_usual_moments(
        kind="meeting_reminder", partnership_id=seat.partnership_id, by_id=seat.person_id, now=NOW,
        subject=f"meeting:{meeting.pk}",
    )  # fmt: skip

    assert chosen_moments("meeting_reminder").of(seat.partnership_id, f"meeting:{meeting.pk}") == (10 * DAYS,)


@pytest.mark.django_db
def test_no_reminder_at_all_is_a_choice_and_touches_nobody_else(seat, meeting):
    other = SeatFactory()
    choose(seat, "meeting_reminder")

    assert reminders_before(meeting, days=14) == []
    assert chosen_moments("meeting_reminder").of(other.partnership_id) == (3 * DAYS, 2 * HOURS)


@pytest.mark.django_db
def test_what_waits_by_the_old_times_is_planned_by_the_new_ones(seat):
    action = ActionFactory(
        partnership=seat.partnership, accountable=seat, due_on=(NOW + 7 * DAYS).date(), created_at=NOW - 9 * DAYS
    )
    plan_actions(NOW)
    assert Message.objects.get().state == MessageState.PENDING

    choose(seat, "action_due", 2 * DAYS)
    plan_actions(NOW)
    assert not Message.objects.exists()

    choose(seat, "action_due", 14 * DAYS)
    plan_actions(NOW)
    assert Message.objects.get().dedupe_key.startswith(f"action-due:{action.pk}:-14:")


@pytest.mark.django_db
@pytest.mark.parametrize("chosen", [(), (5 * DAYS, 2 * DAYS, HOURS)])
def test_three_days_of_silence_leave_one_reminder_that_is_true(seat, meeting, chosen):
    """Nothing ran from five days before until two days before: what still makes sense goes out once."""
    if chosen:
        choose(seat, "meeting_reminder", *chosen)
    plan_meetings(meeting.starts_at - 5 * DAYS)

    for _ in range(10):
        plan_meetings(meeting.starts_at - 2 * DAYS)
    dispatch_due(now=meeting.starts_at - 2 * DAYS)

    states = list(Message.objects.filter(kind="meeting_reminder").order_by("due_at").values_list("state", flat=True))
    assert states == ([MessageState.OBSOLETE, MessageState.SENT] if chosen else [MessageState.SENT])


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "moments"),
    [
        ("meeting_reminder", [15 * DAYS]),
        ("meeting_reminder", [timedelta(0)]),
        ("meeting_reminder", [timedelta(minutes=90)]),
        ("meeting_reminder", [DAYS, 2 * DAYS, 3 * DAYS, 4 * DAYS]),
        ("action_due", [5 * HOURS]),
        ("action_due", [31 * DAYS]),
        ("measurement_due", [31 * DAYS]),
        ("measurement_due", [-DAYS]),
        ("feedback_reminder", [DAYS]),
        ("no_such_kind", [DAYS]),
    ],
)
def test_times_out_of_bounds_are_refused_and_feedback_keeps_its_promise(seat, kind, moments):
    with pytest.raises(reminding.NotThen):
        choose(seat, kind, *moments)

    assert not ReminderTimes.objects.exists()


def page_of(seat, meeting=None):
    slug = seat.partnership.slug
    return f"/p/{slug}/meetings/{meeting.pk}/reminders/" if meeting else f"/p/{slug}/settings/reminders/"


@pytest.mark.django_db
def test_a_coordinator_reads_and_types_sentences(client, seat, meeting):
    client.force_login(seat.person)
    ReminderTimesFactory(kind="action_due", partnership_id=seat.partnership_id, minutes=[14 * 24 * 60])

    page = client.get(page_of(seat))
    form = page.context["form"]
    with_zero = [group.may_be_zero for group in form.groups()]
    assert page.content.decode().count("0 days means on the day itself.") == with_zero.count(True) == 2
    assert False in with_zero
    typed = {name: "" if field.initial is None else field.initial for name, field in form.fields.items()}
    assert [typed[f"meeting_reminder-{place}-{part}"] for place in range(3) for part in ("number", "unit")] == [
        *(3, "days", 2, "hours", "", "days"),
    ]
    assert typed["action_due-0-number"] == 14
    typed |= {"meeting_reminder-1-number": "5"}
    response = client.post(page_of(seat), typed)

    assert response.status_code == 302
    assert chosen_moments("meeting_reminder").of(seat.partnership_id) == (3 * DAYS, 5 * HOURS)
    assert ReminderTimes.objects.count() == 2  # what nobody changed is not written down


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"meeting_reminder-0-number": "15"}, "Choose from 1 hour to 14 days."),
        ({"meeting_reminder-0-number": "0"}, "Choose from 1 hour to 14 days."),
        ({"meeting_reminder-0-number": "1", "meeting_reminder-1-number": "1"}, "This reminder is there already."),
        ({"meeting_reminder-0-number": "-1"}, "greater than or equal to 0"),
    ],
)
def test_what_cannot_be_is_said_beside_the_number(client, seat, meeting, typed, sentence):
    client.force_login(seat.person)
    units = {f"meeting_reminder-{place}-unit": "days" for place in range(3)}

    response = client.post(page_of(seat, meeting), units | typed)

    assert response.status_code == 422
    assert sentence in response.text
    assert not ReminderTimes.objects.exists()


@pytest.mark.django_db
def test_one_meeting_is_set_on_its_own_page_and_back_again(client, seat, meeting):
    client.force_login(seat.person)
    units = {f"meeting_reminder-{place}-unit": "hours" for place in range(3)}

    client.post(page_of(seat, meeting), units | {"meeting_reminder-0-number": "12"})
    own = chosen_moments("meeting_reminder").of(seat.partnership_id, f"meeting:{meeting.pk}")
    client.post(page_of(seat, meeting), {"usual": "1"})

    assert own == (12 * HOURS,)
    assert not ReminderTimes.objects.exists()


def test_kinds_that_may_be_moved_come_usually_within_their_own_bounds():
    for name in ("meeting_reminder", "action_due"):
        rule = kind_named(name).moments
        assert all(rule.shortest <= one <= rule.longest and not one % rule.step for one in rule.usual)
        assert len(rule.usual) <= rule.most
