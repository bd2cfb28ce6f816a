"""The calendar that people subscribe to: read back with the library, over the real route."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.http import http_date
from icalendar import Calendar

from accounts.models import CalendarFeed
from accounts.services import calendar_feed_of, close_account, make_calendar_feed, revoke_calendar_feed
from core import clock
from core.logs import without_tokens
from core.models import AuditEvent
from goals import services as actions
from goals.choices import Duty
from partners.permissions import Role
from partners.services import vacate_seat
from tests.factories.accounts import PersonFactory
from tests.factories.goals import (
    ActionFactory,
    AssignmentFactory,
    IndicatorFactory,
    MeasurementFactory,
    SharedGoalFactory,
)
from tests.factories.meetings import AttendanceFactory, MeetingFactory
from tests.factories.partners import PartnershipFactory, SeatFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 9, 8, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def today(monkeypatch):
    """A clock that a test may move."""
    at = [NOW]
    monkeypatch.setattr("reports.views.now", lambda: at[0])
    return at


@pytest.fixture
def me():
    return PersonFactory(time_zone="Europe/Paris")


@pytest.fixture
def seats(me):
    """Two partnerships, in one of them with the right to record numbers."""
    return [
        SeatFactory(partnership=PartnershipFactory(name=name, slug=slug), role=role, holder__person=me)
        for name, slug, role in [("Riverside", "riverside", Role.REPRESENTATIVE), ("Young", "young", Role.MEMBER)]
    ]


@pytest.fixture
def address(me):
    return f"/c/{make_calendar_feed(person=me, now=NOW)}/common-thread.ics"


def events(client, address):
    response = client.get(address)
    assert response.status_code == 200
    return {str(event["UID"]): event for event in Calendar.from_ical(response.content).walk("VEVENT")}


def titles(client, address):
    return sorted(str(event["SUMMARY"]) for event in events(client, address).values())


def test_open_actions_stand_on_their_day_from_every_partnership(client, seats, address):
    first, second = seats
    mine = ActionFactory(partnership=first.partnership, accountable=first, title="Print it", due_on=date(2026, 3, 20))
    late = ActionFactory(partnership=second.partnership, accountable=second, title="Ask; them", due_on=date(2026, 3, 1))
    helped = ActionFactory(partnership=first.partnership, title="Carry chairs", due_on=date(2027, 1, 5))
    AssignmentFactory(action=helped, seat=first, duty=Duty.RESPONSIBLE)
    asked = ActionFactory(partnership=first.partnership, title="Only informed")
    AssignmentFactory(action=asked, seat=first, duty=Duty.INFORMED)
    ActionFactory(title="Somebody else's")

    found = events(client, address)

    assert set(found) == {f"action-{one.pk}@127.0.0.1" for one in (mine, late, helped)}
    event = found[f"action-{mine.pk}@127.0.0.1"]
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (date(2026, 3, 20), date(2026, 3, 21))
    assert event["DTSTART"].params["VALUE"] == "DATE"
    assert (str(event["SUMMARY"]), str(event["TRANSP"])) == ("Due: Print it", "TRANSPARENT")
    assert str(event["URL"]).endswith(f"/p/riverside/actions/{mine.pk}/")
    assert str(found[f"action-{late.pk}@127.0.0.1"]["SUMMARY"]) == "Late: Ask; them"


def test_what_is_done_dropped_or_handed_on_disappears(client, seats, address):
    seat, other = seats[0], SeatFactory(partnership=seats[0].partnership)
    done, dropped, handed = (ActionFactory(partnership=seat.partnership, accountable=seat) for _ in range(3))
    assert len(events(client, address)) == 3

    actions.complete_action(action=done, by=seat, now=NOW)
    actions.drop_action(action=dropped, reason="No", by=seat, now=NOW)
    actions.change_accountable(action=handed, accountable=other, by=seat, now=NOW)

    assert events(client, address) == {}


def test_numbers_stand_on_the_day_we_ask_for_them(client, seats, address):
    goal = SharedGoalFactory(partnership=seats[0].partnership, lead=seats[0].participation)
    made = datetime(2025, 6, 1, tzinfo=UTC)
    monthly = IndicatorFactory(goal=goal, title="Families", frequency="monthly", created_at=made)
    yearly = IndicatorFactory(goal=goal, title="Rate", frequency="yearly", created_at=made)
    MeasurementFactory(indicator=yearly, period_start=date(2025, 1, 1), period_end=date(2025, 12, 31))
    IndicatorFactory(
        goal=SharedGoalFactory(partnership=seats[1].partnership, lead=seats[1].participation), created_at=made
    )

    found = events(client, address)

    assert {str(event["SUMMARY"]): event["DTSTART"].dt for event in found.values()} == {
        "Number: Families, February 2026": date(2026, 3, 7),
        "Number: Families, March 2026": date(2026, 4, 7),
    }
    MeasurementFactory(indicator=monthly, period_start=date(2026, 2, 1), period_end=date(2026, 2, 28))
    assert titles(client, address) == ["Number: Families, March 2026"]


def meeting(seat, **fields):
    fields = {
        "starts_at": NOW + timedelta(days=2),
        "ends_at": NOW + timedelta(days=2, hours=2),
        "invited_at": NOW,
    } | fields
    row = MeetingFactory(partnership=seat.partnership, organizer=seat, **fields)
    AttendanceFactory(meeting=row, seat=seat, person=seat.person, told_at=NOW)
    return row


def test_meetings_have_their_hours_and_the_name_they_had_in_the_invitation(client, seats, address):
    row = meeting(seats[0], title="Steering group", online_link="https://meet.example.org/x")
    meeting(seats[0], invited_at=None)
    meeting(seats[0], cancelled_at=NOW)
    meeting(seats[0], starts_at=NOW - timedelta(days=40), ends_at=NOW - timedelta(days=40) + timedelta(hours=1))

    found = events(client, address)

    assert list(found) == [f"{row.uid}@common-thread"]
    (event,) = found.values()
    assert event["DTSTART"].dt == row.starts_at
    assert event["DTSTART"].params["TZID"] == "Europe/Paris"
    assert "ATTENDEE" not in event
    assert "ORGANIZER" not in event


def test_apologies_and_a_seat_given_up_take_a_meeting_away(client, seats, address, me):
    first = meeting(seats[0])
    second = meeting(seats[1])
    first.attendances.update(presence="apologies")
    assert list(events(client, address)) == [f"{second.uid}@common-thread"]

    by = SeatFactory(partnership=seats[1].partnership, role=Role.COORDINATOR)
    vacate_seat(seat=seats[1], by=by, now=NOW)

    assert events(client, address) == {}


def test_one_partnership_alone_and_never_one_that_is_not_theirs(client, seats, address):
    for seat in seats:
        ActionFactory(partnership=seat.partnership, accountable=seat, title=f"In {seat.partnership}")
        meeting(seat, title=f"At {seat.partnership}")
    other = SeatFactory()
    ActionFactory(partnership=other.partnership, accountable=other, title="Foreign")

    assert len(events(client, address)) == 4
    assert titles(client, f"{address}?only=young") == ["At Young", "Late: In Young"]
    assert Calendar.from_ical(client.get(f"{address}?only=young").content)["X-WR-CALNAME"] == "Young"
    assert titles(client, f"{address}?only={other.partnership.slug}") == []
    assert other.partnership.name not in client.get(f"{address}?only={other.partnership.slug}").content.decode()


def test_an_ended_partnership_asks_for_nothing(client, seats, address):
    ActionFactory(partnership=seats[0].partnership, accountable=seats[0])
    seats[0].partnership.ended_on = date(2026, 3, 1)
    seats[0].partnership.save()

    assert events(client, address) == {}


def test_the_same_facts_give_the_same_text_and_a_calendar_that_has_it_gets_nothing(client, seats, address, today):
    action = ActionFactory(partnership=seats[0].partnership, accountable=seats[0], due_on=date(2026, 3, 20))
    meeting(seats[1])
    first = client.get(address)
    today[0] += timedelta(hours=3)
    again = client.get(address)

    assert first.content == again.content
    assert first.headers["ETag"] == again.headers["ETag"]
    same = client.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert (same.status_code, same.content) == (304, b"")
    assert same.headers["Cache-Control"] == "no-store"
    assert "Content-Length" not in same.headers

    actions.move_due_date(action=action, due_on=date(2026, 3, 21), by=seats[0], now=today[0])
    moved = client.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert moved.status_code == 200


def test_the_day_on_which_something_becomes_late_is_a_change(client, seats, address, today):
    ActionFactory(partnership=seats[0].partnership, accountable=seats[0], title="X", due_on=date(2026, 3, 9))
    first = client.get(address)
    today[0] += timedelta(days=1)

    later = client.get(address, headers={"If-None-Match": first.headers["ETag"]})

    assert later.status_code == 200
    assert b"SUMMARY:Late: X" in later.content


def test_a_calendar_that_only_knows_when_it_last_asked_hears_that_a_seat_was_left(client, seats, address, today):
    ActionFactory(partnership=seats[0].partnership, accountable=seats[0], title="X", due_on=date(2026, 3, 20))
    first = client.get(address)
    seats[0].person = seats[0].holder = None
    seats[0].save()

    later = client.get(address, headers={"If-Modified-Since": http_date((today[0] + timedelta(hours=1)).timestamp())})

    assert b"SUMMARY:Due: X" in first.content
    assert later.status_code == 200
    assert b"SUMMARY:Due: X" not in later.content


def test_it_speaks_the_readers_language(client, seats, address, me):
    ActionFactory(partnership=seats[0].partnership, accountable=seats[0], title="X", due_on=date(2026, 3, 20))
    me.language = "fr"
    me.save()

    assert titles(client, address) == ["À faire\u00a0: X"]


def test_nothing_typed_begins_a_line_of_its_own(client, seats, address):
    ActionFactory(partnership=seats[0].partnership, accountable=seats[0], title="X\r\nATTENDEE:mailto:a@b.example")

    lines = client.get(address).content.decode().split("\r\n")

    assert [line for line in lines if line.startswith("ATTENDEE")] == []
    assert all(len(line.encode()) <= 75 for line in lines)


# -- The secret -------------------------------------------------------------------------------------------------------
def test_the_answer_sets_no_cookie_and_is_kept_nowhere(client, seats, address):
    client.force_login(PersonFactory())
    response = client.get(address, headers={"Accept-Language": "fr"})

    assert response.cookies == {}
    assert (response.headers["Cache-Control"], response.headers["Referrer-Policy"]) == ("no-store", "strict-origin")
    assert response.headers["X-Robots-Tag"] == "noindex"
    assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert "Vary" not in response.headers


def test_only_an_image_of_the_secret_is_kept_and_logs_hide_it(me):
    token = make_calendar_feed(person=me, now=NOW)

    assert len(token) == 43
    assert token not in str(CalendarFeed.objects.values()) + str(AuditEvent.objects.values())
    assert (
        without_tokens(f'"GET /c/{token}/common-thread.ics HTTP/1.1" 200')
        == '"GET /c/[token]/common-thread.ics HTTP/1.1" 200'
    )


def test_a_new_address_ends_the_old_one_and_stopping_ends_it_all(client, me, address):
    token = make_calendar_feed(person=me, now=NOW)
    assert client.get(address).status_code == 404
    assert client.get(f"/c/{token}/common-thread.ics").status_code == 200

    revoke_calendar_feed(person=me, now=NOW)
    revoke_calendar_feed(person=me, now=NOW)

    gone = client.get(f"/c/{token}/common-thread.ics")
    never = client.get(f"/c/{'x' * 43}/common-thread.ics")
    assert (gone.status_code, never.status_code) == (404, 404)
    assert gone.content.replace(token.encode(), b"") == never.content.replace(b"x" * 43, b"")
    assert list(AuditEvent.objects.values_list("verb", flat=True)) == ["calendar.made"] * 2 + ["calendar.revoked"]


def test_who_may_not_sign_in_has_no_calendar(client, me, address):
    close_account(person=me, now=NOW)

    assert client.get(address).status_code == 404


def test_it_takes_the_same_few_statements_however_much_is_owed(client, seats, address):
    def count():
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        return len(queries)

    ActionFactory(partnership=seats[0].partnership, accountable=seats[0])
    meeting(seats[0])
    few = count()
    for seat in seats * 5:
        ActionFactory(partnership=seat.partnership, accountable=seat)
        meeting(seat)

    assert few == count() <= 10


# -- The page of one's own --------------------------------------------------------------------------------------------
def test_the_address_is_shown_once_in_the_answer_that_made_it(client, me, seats):
    client.force_login(me)
    before = client.get("/account/calendar/").content.decode()
    made = client.post("/account/calendar/", {"make": ""})
    after = client.get("/account/calendar/").content.decode()

    addresses = re.findall(
        r'value="(http://127.0.0.1:8000(/c/([\w-]{43})/common-thread.ics[^"]*))"', made.content.decode()
    )
    assert "no address yet" in before
    assert [path.partition("?")[2] for _url, path, _token in addresses] == ["", "only=riverside", "only=young"]
    assert made.headers["Cache-Control"] == "no-store"
    assert calendar_feed_of(addresses[0][2]).person == me
    assert "/c/" not in after
    assert "Make a new address" in after
    assert client.get(addresses[1][1]).status_code == 200


def test_who_has_one_partnership_gets_one_address(client):
    seat = SeatFactory()
    client.force_login(seat.person)

    assert client.post("/account/calendar/", {"make": ""}).content.decode().count("common-thread.ics") == 1


def test_stopping_it_by_the_button(client, me):
    make_calendar_feed(person=me, now=clock.now())
    client.force_login(me)

    assert client.post("/account/calendar/", {"revoke": ""}).status_code == 302
    assert client.post("/account/calendar/").status_code == 422
    assert not CalendarFeed.objects.exists()
