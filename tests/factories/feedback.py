from datetime import UTC, date, datetime, timedelta
from random import Random

import factory
from factory.django import DjangoModelFactory

from feedback import form, links, sealed, services
from feedback.choices import ITEMS
from feedback.models import (
    CommentTheme,
    FeedbackComment,
    FeedbackResponse,
    FeedbackSettings,
    FeedbackWindow,
    FollowUp,
    HealthReport,
    Invitation,
    InvitationToken,
    NamedResponse,
    OwnQuestion,
    PastRound,
    PastSum,
    PublishedSet,
    ReportFailure,
    ReportFile,
    ThreadMessage,
    WindowSector,
    WindowSum,
)
from meetings.choices import Presence
from tests.factories.accounts import PersonFactory
from tests.factories.goals import ActionFactory
from tests.factories.meetings import AttendanceFactory, MeetingFactory
from tests.factories.partners import OrganizationFactory, ParticipationFactory, PartnershipFactory, SeatFactory

CLOSED = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


class FeedbackWindowFactory(DjangoModelFactory):
    class Meta:
        model = FeedbackWindow

    meeting = factory.SubFactory(MeetingFactory)
    form_version = form.CURRENT
    opened_at = CLOSED
    closes_at = CLOSED + timedelta(days=7)
    invited_count = 8


class InvitationFactory(DjangoModelFactory):
    class Meta:
        model = Invitation

    window = factory.SubFactory(FeedbackWindowFactory)
    person = factory.SubFactory(PersonFactory)


class OwnQuestionFactory(DjangoModelFactory):
    class Meta:
        model = OwnQuestion

    partnership = factory.SubFactory(PartnershipFactory)
    text_en = "The families we work for were heard."
    text_fr = "Les familles pour qui nous travaillons ont été entendues."
    asked_from = CLOSED


class FeedbackSettingsFactory(DjangoModelFactory):
    class Meta:
        model = FeedbackSettings

    partnership = factory.SubFactory(PartnershipFactory)


class WindowSectorFactory(DjangoModelFactory):
    class Meta:
        model = WindowSector

    window = factory.SubFactory(FeedbackWindowFactory)
    sector = "health"
    invited = 5
    organizations = 2


class InvitationTokenFactory(DjangoModelFactory):
    class Meta:
        model = InvitationToken

    invitation = factory.SubFactory(InvitationFactory)
    verifier = factory.Sequence("{:064d}".format)


class FeedbackResponseFactory(DjangoModelFactory):
    class Meta:
        model = FeedbackResponse

    window = factory.SubFactory(FeedbackWindowFactory)


class NamedResponseFactory(DjangoModelFactory):
    class Meta:
        model = NamedResponse

    window = factory.SubFactory(FeedbackWindowFactory, mode="named")
    person = factory.SubFactory(PersonFactory)


class FeedbackCommentFactory(DjangoModelFactory):
    class Meta:
        model = FeedbackComment

    window = factory.SubFactory(FeedbackWindowFactory)
    text = "Shorter papers."


class WindowSumFactory(DjangoModelFactory):
    class Meta:
        model = WindowSum

    window = factory.SubFactory(FeedbackWindowFactory)
    item = "voice"
    n = total = squares = 0


class HealthReportFactory(DjangoModelFactory):
    class Meta:
        model = HealthReport

    partnership = factory.SubFactory(PartnershipFactory)
    month = date(2026, 3, 1)
    payload = "{}"
    sha256 = "0" * 64
    algorithm_version = "1-000000000000"
    fingerprint = "0" * 64
    built_at = datetime(2026, 4, 8, tzinfo=UTC)


class ReportFailureFactory(DjangoModelFactory):
    class Meta:
        model = ReportFailure

    partnership = factory.SubFactory(PartnershipFactory)
    month = date(2026, 3, 1)
    error = "LookupError"
    next_attempt_at = datetime(2026, 4, 8, 1, tzinfo=UTC)


class PublishedSetFactory(DjangoModelFactory):
    class Meta:
        model = PublishedSet

    report = factory.SubFactory(HealthReportFactory)
    period = "2026-03"
    question = "voice"
    atoms = factory.LazyFunction(lambda: ["1:"])
    n = 8


class ReportFileFactory(DjangoModelFactory):
    class Meta:
        model = ReportFile

    report = factory.SubFactory(HealthReportFactory)
    language = "en"
    content = b"%PDF-1.7"
    sha256 = "0" * 64
    built_at = datetime(2026, 4, 8, 1, tzinfo=UTC)


class CommentThemeFactory(DjangoModelFactory):
    class Meta:
        model = CommentTheme

    partnership = factory.SubFactory(PartnershipFactory)
    month = date(2026, 3, 1)
    name = "Papers come too late"


class ThreadMessageFactory(DjangoModelFactory):
    class Meta:
        model = ThreadMessage

    comment = factory.SubFactory(FeedbackCommentFactory, thread="0" * 64)
    position = 1
    text = "Thank you. What would help?"
    written_on = date(2026, 4, 9)


class PastRoundFactory(DjangoModelFactory):
    class Meta:
        model = PastRound

    partnership = factory.SubFactory(PartnershipFactory)
    held_on = date(2025, 11, 12)
    label = "Autumn 2025"
    form_version = form.CURRENT
    invited = 14
    answered = 11
    brought_at = datetime(2026, 1, 8, tzinfo=UTC)


class PastSumFactory(DjangoModelFactory):
    class Meta:
        model = PastSum

    past_round = factory.SubFactory(PastRoundFactory)
    item = "voice"
    n = total = squares = 0


class FollowUpFactory(DjangoModelFactory):
    class Meta:
        model = FollowUp

    report = factory.SubFactory(HealthReportFactory)
    action = factory.SubFactory(ActionFactory, partnership=factory.SelfAttribute("..report.partnership"))
    cause = "voice"


def closed_meeting(*, present=8, deputies=0, absent=1, closed_at=CLOSED, **fields):
    """A meeting of the past with attendance recorded."""
    fields = {
        "starts_at": closed_at - timedelta(hours=3),
        "ends_at": closed_at - timedelta(hours=1),
        "invited_at": closed_at - timedelta(days=10),
    } | fields
    meeting = MeetingFactory(closed_at=closed_at, **fields)
    told = {"meeting": meeting, "told_at": meeting.invited_at}
    AttendanceFactory.create_batch(present, presence=Presence.PRESENT, **told)
    for _ in range(deputies):
        AttendanceFactory(presence=Presence.DEPUTY, deputy=PersonFactory(), **told)
    AttendanceFactory.create_batch(absent, presence=Presence.ABSENT, **told)
    return meeting


def closed_meeting_of(sectors, **fields):
    """A closed meeting that these people came to: sector → how many of each of its organisations."""
    meeting = closed_meeting(present=0, absent=0, **fields)
    for sector, organizations in sectors.items():
        for count in organizations:
            participation = ParticipationFactory(
                partnership=meeting.partnership, organization=OrganizationFactory(main_sector=sector)
            )
            for _ in range(count):
                seat = SeatFactory(partnership=meeting.partnership, participation=participation)
                AttendanceFactory(meeting=meeting, seat=seat, presence=Presence.PRESENT, told_at=meeting.invited_at)
    return meeting


def open_window(*, now=None, **fields):
    meeting = closed_meeting(**fields)
    return services.open_window(meeting_id=meeting.pk, now=now or meeting.closed_at)


def tokens_of(window):
    """One fresh link for every person asked."""
    return [links.mint_token(invitation_id=row.pk) for row in window.invitations.order_by("pk")]


def some_answers(rng=None, **extras):
    rng = rng or Random(7)
    return sealed.Answers({item: rng.randint(1, 5) for item in ITEMS}, **extras)


def answered_and_closed(answers, *, people=None, now=None, **fields):
    """A closed window in which the first people said ``answers`` in turn."""
    window = open_window(present=people or max(len(answers), 5), **fields)
    for token, each in zip(tokens_of(window), answers, strict=False):
        sealed.submit(token=token, answers=each, now=window.opened_at)
    services.close_window(window_id=window.pk, now=now or window.closes_at)
    window.refresh_from_db()
    return window
