"""Whoever invites an address learns nothing about who holds it: no page, mail or error says more than was typed."""

import re
from datetime import UTC, datetime, timedelta
from email.mime.text import MIMEText

import pytest
from django.db import IntegrityError, transaction

from accounts.services import edit_own_details
from meetings.calendar import Method, write_calendar
from meetings.choices import Presence
from notifications.letters import write_mail
from notifications.models import Message
from notifications.registry import kind_named
from partners import services
from partners.models import Seat
from partners.permissions import Role
from tests.factories import accounts, feedback, goals, meetings, partners
from tests.test_access import cells, tenant

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
LATER = datetime(2099, 3, 1, 9, 0, tzinfo=UTC)
OWN = "Zazu Realname"
INVITED = {"name": "Ana Typed", "email": "zazu@example.org", "title": "Typist", "role": "member"}


@pytest.fixture
def stranger():
    """Somebody with an account, a name and a title at another table."""
    person = accounts.PersonFactory(name=OWN, email="zazu@example.org")
    partners.SeatFactory(holder__person=person, holder__title="Realtitle")
    return person


def invite(client, seat, facts=INVITED):
    """The coordinator's seat; the answer to the form."""
    client.force_login(seat.person)
    url = f"/p/{seat.partnership.slug}/seats/invite/"
    return client.post(url, facts | {"partner": partners.ParticipationFactory(partnership=seat.partnership).pk})


def with_everything(table, client, stranger):
    """The stranger is invited, and then has a part in all that can show a name; a second one is sent as a deputy."""
    coordinator = table.seats[Role.COORDINATOR]
    assert invite(client, coordinator).status_code == 302
    place = table.partnership.seats.get(person=stranger)
    other = accounts.PersonFactory(name=f"{OWN} II", email="zuzu@example.org")
    goals.ActionFactory(partnership=table.partnership, accountable=place, due_on=NOW.date() - timedelta(days=40))
    goals.AssignmentFactory(action=table.action, seat=place, duty="responsible")
    for meeting in (table.meeting, table.named.meeting):
        meetings.AttendanceFactory(meeting=meeting, seat=place, invited_as=place.invited_as)
        meetings.AttendanceFactory(
            meeting=meeting,
            seat__partnership=table.partnership,
            presence=Presence.DEPUTY,
            deputy=other,
            deputy_name="Bo Typed",
        )
    for person in (stranger, other):
        feedback.NamedResponseFactory(window=table.named, person=person, comment="x")
    table.meeting.organizer = place
    table.meeting.save()
    return place


def told(client, table):
    """Everything the pages and files of this partnership say to everybody in it."""
    for role, seat in table.seats.items():
        client.force_login(seat.person)
        for name, method, addresses in cells(_Both(table, table)):
            if method == "GET" and "own" in addresses:
                response = client.get(addresses["own"])
                body = b"".join(response.streaming_content) if response.streaming else response.content
                yield f"{name} to {role}", body.decode(errors="replace") + str(response.headers)


class _Both:
    def __init__(self, a, b):
        self.a, self.b = a, b


def test_no_page_or_file_says_who_holds_an_invited_address(client, stranger):
    table = tenant("a")
    with_everything(table, client, stranger)

    pages = dict(told(client, table))

    leaks = [where for where, text in pages.items() if re.search("Zazu|Realname|Realtitle", text)]
    showing = {where.split(" ")[0] for where, text in pages.items() if "Ana Typed" in text}
    assert leaks == []
    assert showing >= {
        "partners:partner-list", "partners:seat-list", "goals:action-list", "goals:action-detail", "goals:action-add",
        "meetings:meeting-detail", "meetings:meeting-attendance", "reports:home",
    }  # fmt: skip
    assert "Bo Typed" in pages["meetings:meeting-detail to observer"]
    for_observers = [text for where, text in pages.items() if where.endswith("to observer")]
    addresses = [seat.person.email for seat in table.seats.values() if seat.role != Role.OBSERVER]
    assert not [email for email in [*addresses, stranger.email] for text in for_observers if email in text]

    client.force_login(table.seats[Role.COORDINATOR].person)
    answers = client.post(f"/p/{table.slug}/meetings/{table.named.meeting_id}/answers/").content.decode()
    assert ("Ana Typed" in answers, "Bo Typed" in answers, "Zazu" in answers) == (True, True, False)


def parts_of(mail):
    """What of a mail has words, with its headers as the first part."""
    whole = mail.message()
    headers = MIMEText("\n".join(f"{name}: {value}" for name, value in whole.items()))
    return [headers, *(part for part in whole.walk() if not part.is_multipart())]


def test_mails_to_others_name_nobody_by_what_they_are_called_elsewhere(client, stranger):
    table = tenant("a")
    place = with_everything(table, client, stranger)
    services.change_role(seat=place, role=Role.COORDINATOR, title="", by=table.seats[Role.COORDINATOR], now=NOW)
    place.refresh_from_db()
    invite(client, place, INVITED | {"name": "New", "email": "new@example.org"})
    soon = meetings.MeetingFactory(
        partnership=table.partnership, organizer=place, starts_at=LATER, ends_at=LATER + timedelta(hours=1)
    )
    client.post(f"/p/{table.slug}/meetings/{soon.pk}/invite/", {"seats": [table.member.pk]})

    letters = Message.objects.filter(kind__in=["seat_invitation", "meeting_invitation"]).exclude(recipient=stranger)
    written = [write_mail(one, kind_named(one.kind), now=NOW) for one in letters]

    texts = ["\n".join(part.get_payload(decode=True).decode() for part in parts_of(mail)) for mail in written]
    assert {one.kind for one in letters} == {"seat_invitation", "meeting_invitation"}
    assert all("Ana Typed" in text for text in texts)
    assert not [text for text in texts if "Zazu" in text]


def test_an_invitation_of_somebody_who_has_left_since_does_not_name_them(client, stranger):
    seat = partners.SeatFactory(role=Role.COORDINATOR)
    invite(client, seat, INVITED | {"role": "coordinator"})
    place = seat.partnership.seats.get(person=stranger)
    invite(client, place, INVITED | {"name": "New", "email": "new@example.org"})
    services.vacate_seat(seat=place, by=seat, now=NOW)

    letter = Message.objects.get(kind="seat_invitation", recipient__email="new@example.org")
    mail = write_mail(letter, kind_named(letter.kind), now=NOW)

    texts = ["\n".join(part.get_payload(decode=True).decode() for part in parts_of(mail))]
    assert not [text for text in texts if re.search("Zazu|zazu", text)]
    assert "Someone invites you to" in texts[0]


def test_a_known_address_and_a_new_one_are_answered_alike(client, stranger):
    seats = [partners.SeatFactory(role=Role.COORDINATOR, organization__name="One") for _ in range(2)]
    answers = []
    for seat, email in zip(seats, [stranger.email, "nobody@example.org"], strict=True):
        facts = INVITED | {"email": email}
        first = invite(client, seat, facts)
        again = invite(client, seat, facts)
        people = client.get(f"/p/{seat.partnership.slug}/seats/")
        pages = "".join(one.content.decode() for one in (first, again, people))
        for own in (email, seat.partnership.slug, seat.partnership.name, seat.person.name):
            pages = pages.replace(own, "")
        pages = re.sub(r'value="[^"]*"|X-CSRFToken": "[^"]*"|/\d+/|Organisation \d+|>\w\w<', "", pages)
        answers.append(([first.status_code, again.status_code, people.status_code], pages))

    assert answers[0] == answers[1]
    assert "Ana Typed already holds a seat" in answers[0][1]


def test_a_guessed_name_finds_nobody(client, stranger):
    seat = partners.SeatFactory(role=Role.COORDINATOR)
    invite(client, seat)

    found = {
        word: client.get(f"/p/{seat.partnership.slug}/partners/?q={word}").context["page"].partners
        for word in ("Realname", "Typed")
    }

    assert (len(found["Realname"]), len(found["Typed"])) == (0, 1)


def test_a_guessed_name_of_a_deputy_tells_no_address(client, stranger):
    meeting = meetings.MeetingFactory(
        organizer__role=Role.COORDINATOR, invited_at=NOW, starts_at=NOW, ends_at=NOW + timedelta(hours=1)
    )
    row = meetings.AttendanceFactory(meeting=meeting)
    partners.ContactFactory(organization=row.seat.organization, person=stranger)  # at this organisation, elsewhere
    client.force_login(meeting.organizer.person)
    url = f"/p/{meeting.partnership.slug}/meetings/{meeting.pk}/attendance/"

    client.post(url, {f"presence_{row.pk}": "deputy", f"deputy_name_{row.pk}": OWN, f"deputy_email_{row.pk}": ""})
    page = client.get(url).content.decode()

    row.refresh_from_db()
    assert row.deputy != stranger
    assert OWN in page
    assert stranger.email not in page


def test_who_takes_the_seat_goes_by_their_own_name(client, stranger):
    seat = partners.SeatFactory(role=Role.COORDINATOR)
    invite(client, seat)
    place = seat.partnership.seats.get(person=stranger)
    people = f"/p/{seat.partnership.slug}/seats/"

    client.force_login(stranger)
    asked = client.get(people).content.decode()
    client.post(f"{people}take/")
    client.post(f"{people}take/")
    client.force_login(seat.person)
    page = client.get(people).content.decode()

    place.refresh_from_db()
    assert "You were invited as <strong>Ana Typed</strong>" in asked
    assert (place.name, place.person_title) == (OWN, "Typist")
    assert OWN in page
    assert "Ana Typed" not in page
    assert "You were invited as" not in page


def test_nobody_takes_a_seat_for_somebody_else(client, stranger):
    seat = partners.SeatFactory(role=Role.COORDINATOR)
    invite(client, seat)

    client.post(f"/p/{seat.partnership.slug}/seats/take/")

    assert seat.partnership.seats.get(person=stranger).name == "Ana Typed"


def test_a_changed_name_shows_once_the_seat_is_taken_and_a_left_seat_tells_nothing(client, stranger):
    seat = partners.SeatFactory(role=Role.COORDINATOR)
    invite(client, seat)
    place = seat.partnership.seats.get(person=stranger)
    meeting = meetings.MeetingFactory(partnership=seat.partnership, organizer=seat)
    row = meetings.AttendanceFactory(meeting=meeting, seat=place, invited_as=place.invited_as)

    edit_own_details(person=stranger, name="Zazu Newname", language="en", time_zone="UTC", now=NOW)
    services.vacate_seat(seat=place, by=seat, now=NOW)

    page = client.get(f"/p/{seat.partnership.slug}/meetings/{row.meeting_id}/").content.decode()
    assert "Ana Typed" in page
    assert "Zazu" not in page


def test_a_name_is_kept_for_nobody(stranger):
    vacant = partners.SeatFactory(vacant=True)

    with pytest.raises(IntegrityError, match="seat_invites_somebody"), transaction.atomic():
        Seat.objects.filter(pk=vacant.pk).update(invited_as="Ana")


@pytest.mark.parametrize("role", Role)
def test_addresses_are_seen_by_who_works_together_and_not_by_observers(client, role):
    reader = partners.SeatFactory(role=role)
    other = partners.SeatFactory(partnership=reader.partnership, holder__person__email="seen@example.org")
    elsewhere = partners.SeatFactory(participation__organization=other.organization)
    client.force_login(reader.person)

    page = client.get(f"/p/{reader.partnership.slug}/partners/{other.participation_id}/").content.decode()

    assert ("seen@example.org" in page) == (role != Role.OBSERVER)
    assert elsewhere.person.email not in page


def test_a_person_without_a_name_is_not_called_by_their_address(client):
    nameless = partners.SeatFactory(holder__person__name="", holder__person__email="hidden@example.org")
    observer = partners.SeatFactory(partnership=nameless.partnership, role=Role.OBSERVER)
    client.force_login(observer.person)

    page = client.get(f"/p/{observer.partnership.slug}/seats/").content.decode()

    assert "hidden@example.org" not in page
    assert "Someone" in page


def test_an_invitation_to_a_meeting_tells_its_recipient_no_other_address():
    table = tenant("a")
    row = meetings.AttendanceFactory(meeting=table.meeting, seat=table.seats[Role.OBSERVER])
    meetings.AttendanceFactory(meeting=table.meeting, seat=table.member)

    text = write_calendar(table.meeting, attendee=row.person, method=Method.REQUEST, now=NOW).replace("\r\n ", "")

    assert f"mailto:{row.person.email}" in text
    assert table.member.person.email not in text
