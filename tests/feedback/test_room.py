"""The sheet in the room: its code leads to "send me my link", which says the same to everybody."""

import re
from datetime import timedelta

import pytest
from django.core.signing import Signer
from django.urls import reverse

from core import clock, limits
from feedback import mails, modes, rooms, services
from feedback.models import InvitationToken
from meetings.models import Meeting
from notifications.delivery import dispatch_due
from notifications.models import Message
from partners.permissions import Role
from tests.factories.accounts import PersonFactory
from tests.factories.feedback import (
    CLOSED,
    FeedbackSettingsFactory,
    closed_meeting,
    open_window,
    some_answers,
    tokens_of,
)
from tests.factories.meetings import MeetingFactory
from tests.factories.partners import SeatFactory
from tests.pages import page, words

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def during_the_window(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: CLOSED + timedelta(hours=1))
    for module in ("room", "answering"):
        monkeypatch.setattr(f"feedback.views.{module}.now", clock.now)


def path_of(meeting):
    return rooms.room_url(meeting).removeprefix("http://127.0.0.1:8000")


def ask(client, meeting, email, **headers):
    return client.post(path_of(meeting), {"email": email}, **headers)


def links_sent():
    return Message.objects.filter(kind="feedback_link")


@pytest.fixture
def window():
    return open_window(present=6)


@pytest.fixture
def person(window):
    return window.invitations.order_by("pk").first().person


@pytest.mark.parametrize("mode", ["anonymous", "named"])
def test_whoever_was_asked_is_mailed_a_link_that_works(client, mode, mailoutbox):
    window = open_window(present=6, partnership=FeedbackSettingsFactory(mode=mode).partnership)
    Message.objects.all().delete()
    person = window.invitations.first().person

    response = ask(client, window.meeting, f"  {person.email.upper()} ")
    dispatch_due(now=clock.now())

    assert "Look into your mail" in words(page(response))
    [mail] = mailoutbox
    [link] = re.findall(r"/f/[\w-]{43}/", mail.body)
    assert person.email in mail.to[0]
    assert client.post(link, {"voice": "4"}).status_code == 200
    assert modes.answered_counts([window]) == {window.pk: 1}


def test_everybody_reads_the_same_whoever_they_are(client, window, person):
    elsewhere = open_window(present=5).invitations.first().person
    answered = window.invitations.order_by("pk").last()
    modes.submit(token=tokens_of(window)[-1], answers=some_answers(), now=CLOSED)
    pages = {
        ask(client, window.meeting, email).content
        for email in (person.email, answered.person.email, elsewhere.email, PersonFactory().email, "no@example.org")
    }

    assert len(pages) == 1
    assert set(links_sent().values_list("recipient", flat=True)) == {person.pk, answered.person_id}


def test_page_shows_nobody_and_sets_no_cookie(client, window, person):
    opened, asked = client.get(path_of(window.meeting)), ask(client, window.meeting, person.email)

    for response in (opened, asked):
        assert list(response.cookies) == []
        assert person.email not in response.content.decode()
        assert person.name not in response.content.decode()
    assert "The form closes on Wednesday 11 March, 13:00." in words(page(opened))


def test_opening_the_page_sends_nothing(client, window):
    for _ in range(20):
        client.get(path_of(window.meeting))
    client.head(path_of(window.meeting))

    assert links_sent().count() == InvitationToken.objects.count() == 0


def test_one_person_gets_three_links_an_hour_and_reads_the_same_afterwards(client, window, person, monkeypatch):
    pages = set()
    for minute in range(5):
        monkeypatch.setattr("feedback.views.room.now", lambda minute=minute: CLOSED + timedelta(minutes=minute))
        pages.add(ask(client, window.meeting, person.email).content)

    assert (len(pages), links_sent().count()) == (1, 3)


def test_impatient_finger_gets_one_mail(client, window, person):
    for _ in range(2):
        ask(client, window.meeting, person.email)

    assert links_sent().count() == 1


def test_one_address_cannot_try_names_without_end(client, window, monkeypatch):
    few = limits.Limit("room-link-address", 2, timedelta(hours=1))
    monkeypatch.setattr(limits, "ROOM_LINK_PER_ADDRESS", few)

    statuses = [ask(client, window.meeting, f"{number}@example.org").status_code for number in range(3)]

    assert statuses == [200, 200, 429]


def test_a_room_of_people_behind_one_address_is_no_attack():
    assert limits.ROOM_LINK_PER_ADDRESS.count >= 200


def test_who_answered_without_a_name_gets_no_further_link_and_with_names_one(window):
    named = open_window(present=5, partnership=FeedbackSettingsFactory(mode="named").partnership)
    wanted = []
    for one in (window, named):
        modes.submit(token=tokens_of(one)[0], answers=some_answers(), now=CLOSED)
        asked = one.invitations.order_by("pk").first()
        services.send_link(meeting_id=one.meeting_id, email=asked.person.email, address="192.0.2.1", now=CLOSED)
        wanted.append(mails.link_is_wanted(links_sent().get(recipient=asked.person), CLOSED))

    assert wanted == [False, True]


def test_outbox_does_not_tell_operators_who_has_answered(client, window, person, mailoutbox):
    """They, too, may type the address of a colleague here and look what became of the mail."""
    silent, answered = window.invitations.order_by("pk")[0], window.invitations.order_by("pk")[5]
    modes.submit(token=tokens_of(window)[-1], answers=some_answers(), now=CLOSED)
    Message.objects.filter(kind="feedback_request").delete()
    for invitation in (silent, answered):
        ask(client, window.meeting, invitation.person.email)

    dispatch_due(now=CLOSED + timedelta(days=2))

    client.force_login(PersonFactory(is_staff=True))
    rows = page(client.get("/staff/outbox/log/")).select("tbody tr")
    told = {tuple(cell.get_text(strip=True) for cell in row.find_all("td")) for row in rows}
    assert sorted((row[0], row[1], row[4]) for row in told if row[0] != "Waiting") == [
        ("Sent", "feedback_link", "1"),
        ("Sent", "feedback_reminder", "1"),
    ]
    assert sum(answered.person.email in mail.to[0] for mail in mailoutbox) == 0
    assert sum(silent.person.email in mail.to[0] for mail in mailoutbox) == 2


@pytest.mark.parametrize("typed", ["", "robin", "a@b", "x" * 300 + "@example.org"])
def test_what_is_no_address_comes_back_with_the_reason(client, window, typed):
    response = ask(client, window.meeting, typed) if typed else client.post(path_of(window.meeting), {"email": " "})

    assert response.status_code == 422
    assert page(response).select(".error-summary")


def test_page_says_what_will_happen_and_what_is_over(client, window, monkeypatch):
    planned, few = MeetingFactory(), closed_meeting(present=4)
    cancelled = MeetingFactory(cancelled_at=CLOSED)
    said = {
        name: words(page(client.get(path_of(one))))
        for name, one in {"planned": planned, "few": few, "cancelled": cancelled}.items()
    }
    monkeypatch.setattr("feedback.views.room.now", lambda: window.closes_at)
    late = [words(page(client.get(path_of(window.meeting))))]
    services.close_window(window_id=window.pk, now=window.closes_at)
    late.append(words(page(client.get(path_of(window.meeting)))))

    assert "The form opens after the meeting" in said["planned"]
    assert "There is no form for this meeting" in said["few"]
    assert "There is no form for this meeting" in said["cancelled"]
    assert all("The form is closed" in one for one in late)


def test_nothing_is_sent_for_a_form_that_is_not_open(client, window, person):
    services.close_window(window_id=window.pk, now=window.closes_at)

    ask(client, window.meeting, person.email)
    services.send_link(meeting_id=window.meeting_id, email=person.email, address="192.0.2.1", now=CLOSED)

    assert links_sent().count() == 0


def test_closing_forgets_who_asked_for_a_link(client, window, person):
    ask(client, window.meeting, person.email)

    services.close_window(window_id=window.pk, now=window.closes_at)

    assert links_sent().count() == 0


@pytest.mark.parametrize(
    "signed", ["1", "1:x", "x", Signer(salt="another").sign("1"), Signer(salt=rooms.SALT).sign("x")]
)
def test_address_that_was_never_printed_is_not_found(client, signed):
    assert client.get(reverse("feedback:room", args=[signed])).status_code == 404


def test_page_speaks_the_language_of_the_partnership_or_of_the_address(client, window):
    window.meeting.partnership.language = "fr"
    window.meeting.partnership.save()

    assert '<html lang="fr"' in client.get(path_of(window.meeting)).content.decode()
    assert '<html lang="en"' in client.get(f"{path_of(window.meeting)}?lang=en").content.decode()


# -- The sheet --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("role", "status"),
    [
        (Role.COORDINATOR, 200),
        (Role.BACKBONE, 200),
        (Role.REPRESENTATIVE, 403),
        (Role.OBSERVER, 403),
    ],
)
def test_sheet_is_printed_by_who_runs_meetings(client, role, status):
    meeting = MeetingFactory()
    client.force_login(SeatFactory(partnership=meeting.partnership, role=role).person)
    url = reverse("feedback:room-sheet", args=[meeting.partnership.slug, meeting.pk])

    shown = client.get(reverse("meetings:meeting-detail", args=[meeting.partnership.slug, meeting.pk]))

    assert client.get(url).status_code == status
    assert (url in shown.content.decode()) is (status == 200)


def test_sheet_draws_the_code_of_its_address(client):
    meeting = MeetingFactory()
    client.force_login(SeatFactory(partnership=meeting.partnership, role=Role.COORDINATOR).person)

    soup = page(client.get(reverse("feedback:room-sheet", args=[meeting.partnership.slug, meeting.pk])))

    code = rooms.code_for(rooms.room_url(meeting))
    assert rooms.room_url(meeting) in words(soup)
    assert soup.select_one("svg.room-code path:last-of-type")["d"] == code.outline
    assert 29 + 8 <= code.size <= 61


def test_sheet_of_a_cancelled_meeting_is_not_found(client):
    meeting = MeetingFactory(cancelled_at=CLOSED)
    client.force_login(SeatFactory(partnership=meeting.partnership, role=Role.COORDINATOR).person)

    assert client.get(reverse("feedback:room-sheet", args=[meeting.partnership.slug, meeting.pk])).status_code == 404
    assert Meeting.objects.count() == 1
