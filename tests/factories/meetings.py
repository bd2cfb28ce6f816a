from datetime import UTC, datetime

import factory
from factory.django import DjangoModelFactory

from meetings.models import Attendance, Decision, Meeting, MeetingAction, MeetingSeries
from tests.factories.goals import ActionFactory
from tests.factories.partners import PartnershipFactory, SeatFactory


class MeetingFactory(DjangoModelFactory):
    class Meta:
        model = Meeting

    partnership = factory.SubFactory(PartnershipFactory)
    title = factory.Sequence("Meeting {}".format)
    starts_at = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)
    ends_at = datetime(2026, 3, 4, 11, 0, tzinfo=UTC)
    time_zone = "Europe/Paris"
    organizer = factory.SubFactory(SeatFactory, partnership=factory.SelfAttribute("..partnership"))
    created_at = datetime(2026, 2, 1, 9, 0, tzinfo=UTC)
    closed_at = None
    invited_at = factory.LazyAttribute(lambda row: row.created_at if row.closed_at else None)


class MeetingSeriesFactory(DjangoModelFactory):
    class Meta:
        model = MeetingSeries

    partnership = factory.SubFactory(PartnershipFactory)
    title = factory.Sequence("Series {}".format)
    created_at = datetime(2026, 2, 1, 9, 0, tzinfo=UTC)


class AttendanceFactory(DjangoModelFactory):
    class Meta:
        model = Attendance

    meeting = factory.SubFactory(MeetingFactory)
    seat = factory.SubFactory(SeatFactory, partnership=factory.SelfAttribute("..meeting.partnership"))
    person = factory.SelfAttribute("seat.person")
    deputy_name = factory.LazyAttribute(lambda row: row.deputy.name if getattr(row, "deputy", None) else "")
    told_at = datetime(2026, 2, 1, 9, 0, tzinfo=UTC)


class DecisionFactory(DjangoModelFactory):
    class Meta:
        model = Decision

    meeting = factory.SubFactory(MeetingFactory)
    number = factory.Sequence(lambda n: n + 1)
    text = factory.Sequence("Decision {}".format)
    decided_at = datetime(2026, 3, 4, 11, 0, tzinfo=UTC)


class MeetingActionFactory(DjangoModelFactory):
    class Meta:
        model = MeetingAction

    meeting = factory.SubFactory(MeetingFactory)
    action = factory.SubFactory(ActionFactory, partnership=factory.SelfAttribute("..meeting.partnership"))
