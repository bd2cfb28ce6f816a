from datetime import UTC, datetime, timedelta

import pytest

from meetings import selectors
from meetings.choices import Presence
from partners.permissions import Role
from tests.factories.meetings import AttendanceFactory, DecisionFactory, MeetingFactory
from tests.factories.partners import OrganizationFactory, ParticipationFactory, PartnershipFactory, SeatFactory

pytestmark = pytest.mark.django_db
START = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)
MARCH = {"start": datetime(2026, 2, 28, 23, tzinfo=UTC), "end": datetime(2026, 3, 31, 22, tzinfo=UTC)}


def closed(partnership, start=START, **values):
    end = start + timedelta(hours=2)
    return MeetingFactory(partnership=partnership, starts_at=start, ends_at=end, closed_at=end, **values)


def came(meeting, participation, presence=Presence.PRESENT):
    seat = participation.seats.first() or SeatFactory(partnership=meeting.partnership, participation=participation)
    deputy = {"deputy": SeatFactory().person} if presence == Presence.DEPUTY else {}
    return AttendanceFactory(meeting=meeting, seat=seat, presence=presence, **deputy)


def test_attendance_of_month_counts_partners_and_people_of_closed_meetings():
    partnership = PartnershipFactory()
    council, college = (ParticipationFactory(partnership=partnership) for _ in range(2))
    meeting = closed(partnership)
    for presence in (Presence.PRESENT, Presence.DEPUTY, Presence.ABSENT):
        seat = SeatFactory(partnership=partnership, participation=council)
        deputy = {"deputy": SeatFactory().person} if presence == Presence.DEPUTY else {}
        AttendanceFactory(meeting=meeting, seat=seat, presence=presence, **deputy)
    came(meeting, college, Presence.APOLOGIES)
    DecisionFactory.create_batch(2, meeting=meeting)
    MeetingFactory(partnership=partnership, starts_at=START)  # not closed
    closed(partnership, MARCH["start"] - timedelta(seconds=1))
    closed(partnership, MARCH["end"])
    closed(PartnershipFactory())

    (turnout,) = selectors.attendance_of_month(partnership, **MARCH)

    assert turnout == selectors.MeetingTurnout(
        meeting=meeting, partners_asked=2, partners_that_came=1, people_asked=4, people_that_came=2
    )


def test_decisions_of_month_are_those_of_closed_meetings_in_order():
    partnership = PartnershipFactory()
    later, earlier = closed(partnership, START + timedelta(days=7)), closed(partnership)
    second = DecisionFactory(meeting=later, number=1)
    first = DecisionFactory(meeting=earlier, number=1)
    DecisionFactory(meeting=MeetingFactory(partnership=partnership, starts_at=START))
    DecisionFactory(meeting=closed(PartnershipFactory()))

    assert list(selectors.decisions_of_month(partnership, **MARCH)) == [first, second]


def test_attendance_strips_show_the_best_seat_of_each_partner_oldest_first():
    partnership = PartnershipFactory()
    council = ParticipationFactory(partnership=partnership, organization__name="Council")
    absent = ParticipationFactory(partnership=partnership, organization__name="Never asked")
    weeks = [closed(partnership, START + timedelta(days=7 * number)) for number in range(5)]
    presences = [Presence.ABSENT, Presence.APOLOGIES, Presence.DEPUTY, Presence.PRESENT, None]
    for meeting, presence in zip(weeks, presences, strict=True):
        if presence:
            came(meeting, council, presence)
            AttendanceFactory(
                meeting=meeting,
                seat=SeatFactory(partnership=partnership, participation=council),
                presence=Presence.ABSENT,
            )

    strips = {
        row.participation: row for row in selectors.attendance_strips(partnership, last=4, until=weeks[4].starts_at)
    }

    assert [(seen.when, seen.mark) for seen in strips[council].seen] == [
        ("4 March 2026", "absent"),
        ("11 March 2026", "apologies"),
        ("18 March 2026", "deputy"),
        ("25 March 2026", "present"),
    ]
    assert [seen.mark for seen in strips[absent].seen] == ["none"] * 4


@pytest.mark.parametrize("partners", [1, 3])
def test_attendance_strips_cost_three_queries(partners, django_assert_num_queries):
    partnership = PartnershipFactory()
    meetings = [closed(partnership, START + timedelta(days=7 * number)) for number in range(partners)]
    for _ in range(partners):
        participation = ParticipationFactory(partnership=partnership)
        for meeting in meetings:
            came(meeting, participation)

    with django_assert_num_queries(3):
        selectors.attendance_strips(partnership, last=7, until=START + timedelta(days=60))


def test_seats_to_invite_leave_out_those_already_asked():
    meeting = MeetingFactory(organizer__organization__name="A")
    asked = AttendanceFactory(meeting=meeting)
    vacant = SeatFactory(partnership=meeting.partnership, vacant=True, organization=OrganizationFactory(name="B"))
    SeatFactory()

    assert list(selectors.seats_to_invite(meeting, now=START)) == [meeting.organizer, vacant]
    assert asked.seat not in selectors.seats_to_invite(meeting, now=START)


def page(meeting, now=START, role=Role.COORDINATOR):
    seat = SeatFactory(partnership=meeting.partnership, role=role)
    return selectors.meeting_page(seat=seat, meeting=meeting, now=now)


def test_agenda_items_begin_where_the_ones_before_end():
    meeting = MeetingFactory(
        starts_at=START, agenda="Good news, 15 min\n\n Round table (30 min) \nAny other matter\nCake 5 min"
    )

    assert [(item.text, item.minutes, item.at) for item in page(meeting).agenda] == [
        ("Good news", 15, START),
        ("Round table", 30, START + timedelta(minutes=15)),
        ("Any other matter", None, START + timedelta(minutes=45)),
        ("Cake", 5, None),
    ]


def test_an_agenda_without_minutes_has_no_times():
    meeting = MeetingFactory(starts_at=START, agenda="Good news\nRound table")

    assert [item.at for item in page(meeting).agenda] == [None, None]


def test_the_agenda_comes_first_until_the_end():
    meeting = MeetingFactory(starts_at=START, ends_at=START + timedelta(hours=2))

    assert page(meeting, START + timedelta(hours=1)).agenda_first
    assert not page(meeting, START + timedelta(hours=2)).agenda_first
    assert not page(closed(PartnershipFactory()), START).agenda_first


def test_nobody_changes_a_closed_meeting_and_a_member_changes_none():
    assert not page(closed(PartnershipFactory())).may_change
    assert page(MeetingFactory()).may_change
    assert not page(MeetingFactory(), role=Role.MEMBER).may_manage
