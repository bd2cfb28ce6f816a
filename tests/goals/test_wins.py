"""The mail about what there is to celebrate: whom it reaches, once a week, and when there is none."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail

from goals import services
from goals.reminders import plan_reminders
from notifications.delivery import dispatch_due
from notifications.models import Message, MessageState
from notifications.preferences import unsubscribe
from partners.permissions import Role
from tests.factories.goals import ActionFactory
from tests.factories.partners import PartnershipFactory, SeatFactory

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 3, 9, 7, 0, tzinfo=UTC)  # eight in Paris
SUNDAY_NIGHT = datetime(2026, 3, 8, 22, 59, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def seat():
    return SeatFactory(partnership=PartnershipFactory(name="Harbour", slug="harbour"), role=Role.COORDINATOR)


def win(seat, at=MONDAY - 3 * DAY, words="No child waits <longer> & alone", title="Open on Saturdays"):
    action = ActionFactory(
        partnership=seat.partnership, accountable=seat, title=title, due_on=(MONDAY + 90 * DAY).date()
    )
    return services.complete_action(action=action, by=seat, now=at, win=words)


def told():
    found = Message.objects.filter(kind="wins").order_by("recipient").values_list("recipient", flat=True)
    return list(found)


def test_everybody_with_a_seat_is_told_once_a_week(seat):
    colleague = SeatFactory(partnership=seat.partnership, role=Role.OBSERVER)
    SeatFactory(partnership=seat.partnership, vacant=True)
    SeatFactory()
    win(seat)

    for hours in range(-24 * 2, 24 * 9, 7):
        plan_reminders(MONDAY + timedelta(hours=hours))

    assert told() == sorted([seat.person_id, colleague.person_id])
    message = Message.objects.filter(kind="wins").first()
    assert (message.due_at, message.expires_at) == (MONDAY, MONDAY + 7 * DAY - timedelta(hours=8))


def test_the_mail_says_what_and_where(seat, settings):
    settings.SITE_URL = "https://thread.example"
    action = win(seat)
    win(seat, at=SUNDAY_NIGHT, words="Second")
    plan_reminders(MONDAY)
    dispatch_due(now=MONDAY)

    (letter,) = mail.outbox
    html = letter.alternatives[0][0]
    assert letter.subject == "Harbour: 2 things to celebrate"
    assert "No child waits <longer> & alone" in letter.body
    assert "No child waits &lt;longer&gt; &amp; alone" in html
    for text in (letter.body, html):
        assert f"https://thread.example/p/harbour/actions/{action.pk}/" in text
        assert text.index("No child") < text.index("Second")


@pytest.mark.parametrize("at", [MONDAY - 7 * DAY - timedelta(hours=9), SUNDAY_NIGHT + timedelta(minutes=1)])
def test_what_ended_in_another_week_is_not_told(seat, at):
    win(seat, at=at)

    plan_reminders(MONDAY)

    assert told() == []


def test_nothing_to_celebrate_is_no_mail(seat):
    win(seat, words="")

    plan_reminders(MONDAY)

    assert told() == []


def test_a_win_that_was_taken_back_is_not_told(seat):
    action = win(seat)
    plan_reminders(MONDAY)
    services.reopen_action(action=action, by=seat, now=MONDAY)

    dispatch_due(now=MONDAY)

    assert mail.outbox == []
    assert Message.objects.get(kind="wins").state == MessageState.OBSOLETE


def test_after_three_days_of_silence_it_comes_once(seat):
    win(seat)

    for _ in range(3):
        plan_reminders(MONDAY + 3 * DAY)
        dispatch_due(now=MONDAY + 3 * DAY)

    assert [letter.subject for letter in mail.outbox] == ["Harbour: 1 thing to celebrate"]


def test_it_can_be_stopped(seat):
    win(seat)
    unsubscribe(person_id=seat.person_id, kind="wins", now=MONDAY)

    plan_reminders(MONDAY)
    dispatch_due(now=MONDAY)

    assert mail.outbox == []
