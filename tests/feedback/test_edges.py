"""What can go wrong with a form and its window, each ending in a plain sentence on a page."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from core import clock
from feedback import form, reminders, services
from feedback.choices import ITEMS
from feedback.models import FeedbackBag, FeedbackWindow, InvitationToken, NamedResponse
from notifications.models import Message
from partners.permissions import Role
from tests.factories.feedback import (
    CLOSED,
    FeedbackSettingsFactory,
    closed_meeting,
    closed_meeting_of,
    tokens_of,
)
from tests.factories.partners import ContactFactory, PartnershipFactory, SeatFactory
from tests.pages import page, words

pytestmark = pytest.mark.django_db
REPORT_DAY = datetime(2026, 4, 9, 6, 0, tzinfo=UTC)
MODES = ("anonymous", "named")


@pytest.fixture(autouse=True)
def during_the_window(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: CLOSED + timedelta(hours=1))
    monkeypatch.setattr("feedback.views.answering.now", clock.now)


@pytest.fixture(params=MODES)
def partnership(request):
    return FeedbackSettingsFactory(mode=request.param, partnership=PartnershipFactory(slug="harbour")).partnership


def read(client, partnership, name, *args):
    """The words of a page as the coordinator reads it."""
    seat = partnership.seats.filter(role=Role.COORDINATOR, holder__title="Reader").first() or SeatFactory(
        partnership=partnership, role=Role.COORDINATOR, holder__title="Reader"
    )
    client.force_login(seat.person)
    return words(page(client.get(reverse(name, args=[partnership.slug, *args]))).main)


def answer(client, token, **said):
    return client.post(reverse("feedback:window-answer", args=[token]), said)


def close_and_report(window):
    services.close_window(window_id=window.pk, now=window.closes_at)
    reminders.build_reports(REPORT_DAY)


def opened(meeting):
    return services.open_window(meeting_id=meeting.pk, now=CLOSED)


@pytest.fixture
def report_day(monkeypatch):
    monkeypatch.setattr("feedback.views.health.now", lambda: REPORT_DAY)


def test_nobody_answered(client, partnership, report_day):
    window = opened(closed_meeting(present=6, partnership=partnership))
    close_and_report(window)

    meeting = read(client, partnership, "meetings:meeting-detail", window.meeting_id)
    assert "0 of the 6 people asked answered." in meeting
    assert "Nobody answered, so there is nothing to show." in read(client, partnership, "feedback:health-list")


def test_form_that_only_a_mail_scanner_opened_was_answered_by_nobody(client, partnership, report_day):
    window = opened(closed_meeting(present=6, partnership=partnership))
    before = Message.objects.count(), InvitationToken.objects.count()
    tokens = tokens_of(window)
    for token in tokens:
        url = reverse("feedback:window-answer", args=[token])
        for turn in range(20):
            agent = ["Mozilla/5.0", "SafeLinks", "curl/8"][turn % 3]
            client.get(url, headers={"user-agent": agent, "purpose": "prefetch"})
        client.head(url)
        client.options(url)

    assert NamedResponse.objects.count() == 0
    assert [bag.sealed + bag.answered for bag in FeedbackBag.objects.all()] in ([], ["{}[]"])
    assert (Message.objects.count(), InvitationToken.objects.count() - len(tokens)) == before
    assert "0 of the 6 people asked have answered." in read(
        client, partnership, "meetings:meeting-detail", window.meeting_id
    )
    close_and_report(window)
    assert "Nobody answered, so there is nothing to show." in read(client, partnership, "feedback:health-list")


def test_person_in_two_organisations_is_asked_once_and_counts_for_no_sector(client, partnership):
    meeting = closed_meeting_of({"health": [3, 3], "education": [3, 3]}, partnership=partnership)
    torn, other = (
        meeting.attendances.filter(seat__participation__organization__main_sector=sector).first()
        for sector in ("health", "education")
    )
    ContactFactory(person=torn.person, organization=other.seat.participation.organization)

    window = opened(meeting)

    assert Message.objects.filter(kind="feedback_request", recipient=torn.person).count() == 1
    assert window.invitations.get(person=torn.person).sector == ""
    assert "of the 12 people asked have answered." in read(client, partnership, "meetings:meeting-detail", meeting.pk)


def test_partnership_of_four_is_asked_to_talk_it_over(client, partnership, report_day):
    meeting = closed_meeting(present=4, absent=0, partnership=partnership)
    assert reminders.open_windows(CLOSED) == 0
    reminders.build_reports(REPORT_DAY)

    assert "That is too few for a form, so talk it over" in read(
        client, partnership, "meetings:meeting-detail", meeting.pk
    )
    assert "Talk it over at the next meeting." in read(client, partnership, "feedback:health-list")
    assert FeedbackWindow.objects.count() == 0


def test_a_window_in_each_mode_in_one_month_makes_one_report(client, report_day):
    partnership = PartnershipFactory(slug="harbour")
    settings = FeedbackSettingsFactory(partnership=partnership)
    for number, mode in enumerate(MODES):
        type(settings).objects.update(mode=mode)
        meeting = closed_meeting(present=6, partnership=partnership, closed_at=CLOSED - timedelta(hours=number))
        window = services.open_window(meeting_id=meeting.pk, now=CLOSED)
        for token in tokens_of(window):
            answer(client, token, **dict.fromkeys(ITEMS, "4"))
        services.close_window(window_id=window.pk, now=window.closes_at)

    assert reminders.build_reports(REPORT_DAY) == 1
    assert sorted(FeedbackWindow.objects.values_list("mode", "answered_count")) == [("anonymous", 6), ("named", 6)]
    assert "12 answers" in read(client, partnership, "feedback:health-list")


def test_line_nobody_could_answer_says_so(client, partnership, report_day):
    window = opened(closed_meeting(present=7, partnership=partnership))
    for token in tokens_of(window):
        answer(client, token, **{**dict.fromkeys(ITEMS, "4"), "roles": "0"})
    close_and_report(window)

    shown = read(client, partnership, "feedback:health-detail", "2026-03")

    assert "Fewer than five people answered “Clear roles”, so it is not shown." in shown
    assert "Many people could not answer “Clear roles”." in shown


def test_report_repeats_what_each_form_promised(client, partnership, report_day):
    window = opened(closed_meeting(present=6, partnership=partnership))
    for token in tokens_of(window):
        answer(client, token, **dict.fromkeys(ITEMS, "4"))
    close_and_report(window)

    shown = read(client, partnership, "feedback:health-detail", "2026-03")

    text = form.text_in(form.CURRENT, "en")
    kept, other = text.promise, text.promise_named
    if window.mode == "named":
        kept, other = other, kept
    assert all(sentence in shown for sentence in kept)
    assert not any(sentence in shown for sentence in other)
