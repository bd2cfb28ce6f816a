"""Rows for benchmarks, written in bulk: as many as it takes, in a second or two."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from secrets import token_hex

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import transaction

from accounts.models import Person
from bench.floor.models import Board, Card, Owner
from core import clock
from feedback import form, links, sealed
from feedback.models import FeedbackWindow, Invitation
from goals.choices import ValueKind
from goals.models import Action, Indicator, Measurement, SharedGoal, Target
from meetings.choices import Presence
from meetings.models import Attendance, Decision, Meeting
from partners.models import Contact, Organization, Participation, ParticipationRole, Partnership, Seat
from partners.permissions import Role

ROOM = 60  # people at one meeting
MONTHS = 12
USUAL = 20  # of whatever is not being counted


@transaction.atomic
def windows(*, count: int) -> list[list[str]]:
    """Open windows of a room of people each; the links of everybody, window by window."""
    now = clock.now()
    room = seats(size=ROOM, now=now)
    return [_window(room, now=now) for _ in range(count)]


def _window(seats: list[Seat], *, now: datetime) -> list[str]:
    started = now - timedelta(hours=3)
    meeting = Meeting.objects.create(
        partnership_id=seats[0].partnership_id,
        title="Steering group",
        starts_at=started,
        ends_at=started + timedelta(hours=2),
        time_zone="Europe/Paris",
        organizer=seats[0],
        invited_at=started - timedelta(days=9),
        closed_at=now - timedelta(minutes=30),
        created_at=started - timedelta(days=10),
    )
    window = FeedbackWindow.objects.create(
        meeting=meeting,
        form_version=form.CURRENT,
        opened_at=now - timedelta(minutes=20),
        closes_at=now + timedelta(days=7),
        invited_count=len(seats),
    )
    sealed.open_bag(window_id=window.pk)
    asked = Invitation.objects.bulk_create(Invitation(window=window, person_id=seat.person_id) for seat in seats)
    return [links.mint_token(invitation_id=invitation.pk) for invitation in asked]


def session_of(person: Person) -> str:
    """The cookie of somebody who is signed in."""
    session = SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.save()
    return f"sessionid={session.session_key}"


@transaction.atomic
def partnership(
    *, partners: int = USUAL, goals: int = USUAL, numbers: int = MONTHS, actions: int = USUAL, meetings: int = USUAL
) -> dict[str, str | int]:
    """A partnership with so many of everything, and the cookie of its coordinator.

    ``numbers`` are the measurements of its first goal; the others have one a month of a year.
    """
    now = clock.now()
    there = seats(size=partners, now=now)
    shared = _goals(there, size=goals, numbers=numbers, now=now)
    _actions(there, shared, size=actions, now=now)
    _meetings(there, size=meetings, now=now)
    assert there[0].person
    return {"slug": there[0].partnership.slug, "goal": shared[0].pk, "cookie": session_of(there[0].person)}


def seats(*, size: int, now: datetime) -> list[Seat]:
    """One seat of each partner, the first a coordinator's."""
    number = token_hex(4)
    together = Partnership.objects.create(
        name="Clean water",
        slug=f"clean-water-{number}",
        time_zone="Europe/Paris",
        created_at=now - timedelta(days=400),
    )
    names = [f"{place:04} Harbour council of district {number}" for place in range(size)]
    bodies = Organization.objects.bulk_create(
        Organization(name=name, kind="civil_society", main_sector="community", mandate="We keep the water clean.")
        for name in names
    )
    people = Person.objects.bulk_create(
        Person(name=f"Robin Example {place}", email=f"robin.{place}.{number}@example.org") for place in range(size)
    )
    contacts = Contact.objects.bulk_create(
        Contact(organization=body, person=person) for body, person in zip(bodies, people, strict=True)
    )
    joined = Participation.objects.bulk_create(
        Participation(partnership=together, organization=body) for body in bodies
    )
    ParticipationRole.objects.bulk_create(ParticipationRole(participation=one, role="implementing") for one in joined)
    return Seat.objects.bulk_create(
        Seat(
            partnership=together,
            participation=participation,
            role=Role.REPRESENTATIVE if place else Role.COORDINATOR,
            holder=contact,
            person=person,
        )
        for place, (participation, contact, person) in enumerate(zip(joined, contacts, people, strict=True))
    )


def _goals(seats: list[Seat], *, size: int, numbers: int, now: datetime) -> list[SharedGoal]:
    goals = SharedGoal.objects.bulk_create(
        SharedGoal(
            partnership_id=seats[0].partnership_id,
            title=f"Fewer days with closed beaches, bay {place}",
            lead_id=seats[place % len(seats)].participation_id,
            position=place,
            created_at=now - timedelta(days=380),
        )
        for place in range(size)
    )
    indicators = Indicator.objects.bulk_create(
        Indicator(goal=goal, title="Days closed", unit="days", created_at=now - timedelta(days=380)) for goal in goals
    )
    today = now.date()
    year = {"period_start": today - timedelta(days=300), "period_end": today + timedelta(days=65)}
    Target.objects.bulk_create(
        Target(indicator=indicator, raw_text="20", value=Decimal(20), value_kind=ValueKind.NUMBER, **year)
        for indicator in indicators
    )
    first, *others = indicators
    rows = [*_measured(first, numbers, today=today)]
    rows += [row for indicator in others for row in _measured(indicator, MONTHS, today=today)]
    Measurement.objects.bulk_create(rows, batch_size=2000)
    return goals


def _measured(indicator: Indicator, number: int, *, today: date) -> Iterator[Measurement]:
    days = 30 if number <= MONTHS else 1
    for place in range(number):
        start = today - timedelta(days=days * (number - place))
        yield Measurement(
            indicator=indicator,
            raw_text=str(place % 23),
            value=Decimal(place % 23),
            value_kind=ValueKind.NUMBER,
            period_start=start,
            period_end=start + timedelta(days=days - 1),
            recorded_at=clock.now(),
        )


def _actions(seats: list[Seat], goals: list[SharedGoal], *, size: int, now: datetime) -> None:
    """A third is done, some is late, a tenth hangs on the first goal."""
    together = seats[0].partnership_id

    def action(place: int) -> Action:
        is_done = place % 3 == 0
        seat = seats[place % len(seats)]
        return Action(
            partnership_id=together,
            goal=goals[0] if place % 10 == 0 else goals[place % len(goals)],
            title=f"Agree who samples bay {place}",
            accountable=seat,
            due_on=now.date() + timedelta(days=place % 90 - 20),
            done_at=now - timedelta(days=place % 60) if is_done else None,
            done_by=seat if is_done else None,
            created_at=now - timedelta(days=90),
        )

    Action.objects.bulk_create((action(place) for place in range(size)), batch_size=500)


def _meetings(seats: list[Seat], *, size: int, now: datetime) -> None:
    """Most lie in the past and are closed; ten people were at each, and one decision was taken."""

    def meeting(place: int) -> Meeting:
        starts = now + timedelta(days=10 - place, hours=1)
        closed = starts + timedelta(hours=3) if starts < now - timedelta(days=1) else None
        return Meeting(
            partnership_id=seats[0].partnership_id,
            title=f"Steering group {place}",
            starts_at=starts,
            ends_at=starts + timedelta(hours=2),
            time_zone="Europe/Paris",
            organizer=seats[0],
            invited_at=starts - timedelta(days=9),
            closed_at=closed,
            created_at=starts - timedelta(days=10),
        )

    held = Meeting.objects.bulk_create((meeting(place) for place in range(size)), batch_size=500)
    came = [
        Attendance(meeting=one, seat=seat, person_id=seat.person_id, presence=Presence.PRESENT, told_at=one.created_at)
        for one in held
        for seat in seats[:10]
    ]
    Attendance.objects.bulk_create(came, batch_size=2000)
    Decision.objects.bulk_create(
        (Decision(meeting=one, number=1, text="We sample weekly.", decided_at=one.ends_at) for one in held),
        batch_size=2000,
    )


@transaction.atomic
def board(*, size: int) -> int:
    """A board of the floor with so many cards."""
    today = clock.now().date()
    board = Board.objects.create(name="Board")
    owners = Owner.objects.bulk_create(Owner(name=f"Robin Example {place}") for place in range(20))
    Card.objects.bulk_create(
        (
            Card(
                board=board,
                owner=owners[place % 20],
                title=f"Agree who samples bay {place}",
                status=("open", "done")[place % 2],
                due_on=today + timedelta(days=place % 90),
            )
            for place in range(size)
        ),
        batch_size=500,
    )
    return board.pk
