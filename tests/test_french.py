"""A French reader meets no English: pages, mails, dates and numbers of things."""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import polib
import pytest
from bs4 import BeautifulSoup
from django.urls import reverse
from django.utils import translation

from core import dates
from feedback import reporting, sealed
from feedback.choices import ITEMS
from feedback.models import HealthReport
from notifications.letters import write_mail
from notifications.models import Message
from notifications.registry import kind_named, kinds
from partners.permissions import Role
from tests.factories.accounts import PersonFactory
from tests.factories.feedback import FollowUpFactory, answered_and_closed, open_window, tokens_of
from tests.factories.goals import (
    ActionFactory,
    AssignmentFactory,
    BaselineFactory,
    IndicatorFactory,
    MeasurementFactory,
    SharedGoalFactory,
    TargetFactory,
)
from tests.factories.meetings import AttendanceFactory, DecisionFactory, MeetingFactory
from tests.factories.notifications import MessageFactory
from tests.factories.partners import PartnershipFactory, SeatFactory
from tests.translations import CATALOG

NOW = datetime(2026, 4, 20, 9, 0, tzinfo=UTC)
ENGLISH = re.compile(
    r"\b(the|and|of|with|who|whom|what|when|which|you|your|this|that|these|they|their|is|are|was|were|has|have|been|to|"
    r"for|from|by|not|we|our|it|its|yet|nobody|everybody|nothing|how|why|will|can|all|only|after|before|one|two)\b"
)
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%%|\{\w+\}|</?\w+>")
IN_THE_PARTNERSHIP = [
    "reports:home",
    "goals:goal-list",
    "goals:goal-add",
    "goals:action-list",
    "goals:action-add",
    "meetings:meeting-list",
    "meetings:meeting-add",
    "feedback:health-list",
    "partners:partner-list",
    "partners:partner-add",
    "partners:seat-list",
    "partners:seat-invite",
    "partners:partnership-edit",
]
ANYWHERE = [
    "partners:partnership-list",
    "partners:partnership-start",
    "exchange:import-list",
    "exchange:import-upload",
    "accounts:profile",
    "account_set_password",
    "account_logout",
    "feedback:anonymity",
]
AT_THE_DOOR = ["account_login", "account_request_login_code", "account_reset_password", "account_signup"]


def english_in(text):
    return sorted(set(ENGLISH.findall(text.lower())))


def seen(html):
    """What people see or hear, without lists of zones and names of languages, which have names of their own."""
    page = BeautifulSoup(html, "html.parser", from_encoding="utf-8" if isinstance(html, bytes) else None)
    for part in page.select("select[name$=time_zone], a[lang], button[lang], cite[lang], script, style"):
        part.decompose()
    spoken = [
        tag[name] for tag in page.find_all(True) for name in ("aria-label", "alt", "placeholder") if tag.get(name)
    ]
    return " ".join([page.get_text(" "), *spoken])


@pytest.fixture
def french(monkeypatch):
    """A coordinator who reads French, in a partnership where something happened of every kind."""
    monkeypatch.setattr("reports.views.now", lambda: NOW)
    partnership = PartnershipFactory(name="Rade", slug="rade", language="fr")
    seat = SeatFactory(
        partnership=partnership,
        role=Role.COORDINATOR,
        holder__person__language="fr",
        holder__person__may_start_partnerships=True,
    )
    indicator = IndicatorFactory(goal=SharedGoalFactory(partnership=partnership, lead=seat.participation))
    BaselineFactory(indicator=indicator)
    TargetFactory(indicator=indicator)
    MeasurementFactory(indicator=indicator)
    MeasurementFactory(
        indicator=indicator, value=Decimal(22), period_start=date(2026, 2, 1), period_end=date(2026, 2, 28)
    )
    action = ActionFactory(partnership=partnership, accountable=seat, goal=indicator.goal)
    AssignmentFactory(action=action)
    answered_and_closed(partnership=partnership, answers=[sealed.Answers(dict.fromkeys(ITEMS, 4) | {"voice": 1})] * 10)
    report = reporting.build_report(partnership=partnership, month=date(2026, 3, 1), now=NOW)
    FollowUpFactory(report=report, cause="voice", action__partnership=partnership)
    meeting = MeetingFactory(partnership=partnership, agenda="Accueil, 5 min", invited_at=NOW - timedelta(days=60))
    AttendanceFactory(meeting=meeting)
    DecisionFactory(meeting=meeting)
    return seat


def addresses(seat):
    partnership = seat.partnership
    goal, action = partnership.goals.get(), partnership.actions.get(accountable=seat)
    meeting, closed = partnership.meetings.get(closed_at=None), partnership.meetings.exclude(closed_at=None).get()
    one = {
        goal: ["goals:goal-detail", "goals:goal-edit", "goals:indicator-add"],
        goal.indicators.get(): ["goals:indicator-edit", "goals:measurement-add", "goals:measurement-list"],
        action: ["goals:action-detail", "goals:action-edit"],
        meeting: [
            f"meetings:meeting-{page}"
            for page in ("detail", "edit", "invite", "cancel", "attendance", "notes", "close")
        ]
        + ["meetings:decision-add", "meetings:action-agree"],
        closed: ["meetings:meeting-detail"],
        seat.participation: ["partners:partner-detail", "partners:partner-edit"],
        seat: ["partners:seat-role", "partners:seat-vacate"],
    }
    yield from (reverse(name, args=[partnership.slug]) for name in IN_THE_PARTNERSHIP)
    yield from (reverse(name, args=[partnership.slug, row.pk]) for row, names in one.items() for name in names)
    yield reverse("feedback:health-detail", args=[partnership.slug, date(2026, 3, 1)])
    yield reverse("feedback:follow-up", args=[partnership.slug, date(2026, 3, 1), "voice"])
    yield reverse("reports:progress-month", args=[partnership.slug, date(2026, 3, 1)])
    yield from map(reverse, ANYWHERE)


@pytest.mark.django_db
def test_pages_speak_french_to_a_french_person(client, french):
    client.force_login(french.person)

    for url in addresses(french):
        response = client.get(url)

        assert (url, response.status_code) == (url, 200)
        assert '<html lang="fr"' in response.content.decode(), url
        assert (url, english_in(seen(response.content))) == (url, [])


@pytest.mark.django_db
def test_the_same_pages_are_full_of_english_for_an_english_person(client, french):
    """The words looked for do occur, so their absence says something."""
    french.person.language = "en"
    french.person.save()
    client.force_login(french.person)

    quiet = [url for url in addresses(french) if len(english_in(seen(client.get(url).content))) < 2]

    assert quiet == []


@pytest.mark.django_db
@pytest.mark.parametrize("name", AT_THE_DOOR)
def test_the_door_speaks_the_language_of_the_browser(client, name):
    page = client.get(reverse(name), headers={"accept-language": "fr-CA,fr;q=0.9,en;q=0.5"})

    assert '<html lang="fr"' in page.content.decode()
    assert english_in(seen(page.content)) == []


@pytest.mark.django_db
def test_the_feedback_form_and_its_thanks_speak_french(client):
    window = open_window(present=6, closed_at=datetime.now(UTC) - timedelta(hours=1))
    link = reverse("feedback:window-answer", args=[tokens_of(window)[0]]) + "?lang=fr"
    partial = {"voice": "5", "comment": "x" * 700}

    pages = [
        client.get(link),
        client.post(link, partial),
        client.post(link, {"voice": "5"}),
        client.get("/f/x/?lang=fr"),
    ]

    assert [page.status_code for page in pages] == [200, 422, 200, 404]
    assert [english_in(seen(page.content)) for page in pages] == [[], [], [], []]
    assert [b'<html lang="fr"' in page.content for page in pages] == [True] * 4


def message(kind, recipient, **params):
    return MessageFactory(kind=kind, recipient=recipient, params=params)


@pytest.fixture
def letters(client, french):
    """One message of every kind, to somebody who reads French."""
    person, partnership = french.person, french.partnership
    action, meeting = partnership.actions.get(accountable=french), partnership.meetings.get(closed_at=None)
    late = {"partnership": partnership.pk}
    IndicatorFactory(goal=partnership.goals.get())
    about_action = {"action": action.pk, "due_on": action.due_on.isoformat()}
    about_meeting = {"meeting": meeting.pk, "sequence": meeting.sequence}
    invitation = open_window(partnership=partnership, present=6, closed_at=NOW).invitations.first()
    for url in ("account_request_login_code", "account_reset_password"):
        client.post(reverse(url), {"email": person.email})
    message("action_assigned", person, **about_action)
    message("action_due", person, **about_action)
    message("action_overdue", person, **late)
    message("measurement_due", person, **late)
    partner = SeatFactory(partnership=partnership).participation
    IndicatorFactory(goal=SharedGoalFactory(partnership=partnership, lead=partner))
    message("numbers_waiting", person, **late)
    message("conversation_news", person, **late)
    done_at = NOW - timedelta(days=3)
    ActionFactory(partnership=partnership, accountable=french, done_at=done_at, done_by=french, win="Douze mentors")
    message("wins", person, monday="2026-04-20", **late)
    for kind in ("meeting_invitation", "meeting_changed", "meeting_cancelled", "meeting_reminder"):
        message(kind, person, **about_meeting)
    for kind in ("feedback_request", "feedback_reminder", "feedback_link"):
        Message.objects.filter(kind=kind).delete()
        message(kind, PersonFactory(language="fr"), invitation=invitation.pk)
    message("weekly_commitments", person)
    vacant = SeatFactory(partnership=partnership, participation=french.participation, vacant=True)
    ActionFactory(partnership=partnership, accountable=vacant, due_on=NOW.date())
    message("seat_left", person, seat=vacant.pk)
    message("seat_invitation", person, seat=french.pk, invited_by=person.pk)
    report = HealthReport.objects.get()
    for kind in ("health_report", "health_change"):
        MessageFactory(kind=kind, recipient=person, partnership_id=partnership.pk, params={"report": report.pk})
    for kind in ("daily_digest", "weekly_digest", "several_actions"):
        carrier = MessageFactory(kind=kind, recipient=person, leased=True)
        for carried in ("action_assigned", "action_due"):
            MessageFactory(kind=carried, recipient=person, params=about_action, carrier=carrier, leased=True)
    return {row.kind: row for row in Message.objects.exclude(kind__startswith="test_")}


@pytest.mark.django_db
def test_mails_of_every_kind_speak_french(letters):
    assert set(letters) == {kind.name for kind in kinds() if not kind.name.startswith("test_")}

    for name, row in letters.items():
        mail = write_mail(row, kind_named(name), now=NOW)

        words = [mail.subject, mail.body, seen(mail.alternatives[0][0])]
        assert (name, [english_in(re.sub(r"https?://\S+", "", text)) for text in words]) == (name, [[], [], []])


@pytest.mark.django_db
def test_the_samples_of_the_gallery_hold_what_the_real_letters_hold(letters):
    differing = {}
    for name, row in letters.items():
        kind = kind_named(name)
        if not kind.gathers and set(kind.compose(row, NOW).context) != set(kind.sample().context):
            differing[name] = (set(kind.compose(row, NOW).context), set(kind.sample().context))

    assert differing == {}


@pytest.mark.parametrize(
    ("write", "value", "words"),
    [
        (dates.day, date(2026, 11, 11), "mercredi 11 novembre"),
        (dates.day, date(2026, 12, 1), "mardi 1er décembre"),
        (dates.day_year, date(2026, 2, 28), "28 février 2026"),
        (dates.day_year, date(2027, 1, 1), "1er janvier 2027"),
        (dates.short_day, date(2026, 7, 14), "14 juil."),
        (dates.month, date(2026, 8, 1), "août 2026"),
        (dates.day_time, datetime(2026, 11, 11, 18, 0, tzinfo=UTC), "mercredi 11 novembre à 18:00"),
    ],
)
def test_dates_stand_in_french_order(write, value, words):
    with translation.override("fr"):
        assert write(value) == words


def test_zero_and_one_are_singular_in_french():
    with translation.override("fr"):
        assert [dates.days_late(days) for days in (0, 1, 2)] == [
            "0 jour de retard",
            "1 jour de retard",
            "2 jours de retard",
        ]


def placeholders(text):
    return sorted(PLACEHOLDER.findall(text))


def unequal(entry):
    """A French form says what the English singular or plural says: no placeholder lost, none invented."""
    sources = [placeholders(text) for text in (entry.msgid, entry.msgid_plural) if text]
    return [form for form in entry.msgstr_plural.values() or [entry.msgstr] if placeholders(form) not in sources]


def test_every_translation_keeps_its_placeholders():
    assert [(entry.msgid, unequal(entry)) for entry in polib.pofile(str(CATALOG)) if unequal(entry)] == []


def test_a_lost_placeholder_is_noticed():
    assert unequal(polib.POEntry(msgid="Hello, %(name)s", msgstr="Bonjour")) == ["Bonjour"]


def test_typography_is_french():
    """A space that does not break before two-part signs and inside guillemets; the apostrophe of print; calm words."""
    wrong = re.compile(r"[^\u00a0\u202f\s][;?!»]| [:;?!»]|«[^\u00a0\u202f]|\w'\w|—|!|\w:(?:\s|$)")

    found = [form for entry in polib.pofile(str(CATALOG)) for form in (entry.msgstr, *entry.msgstr_plural.values())]

    assert [form for form in found if wrong.search(form)] == []
    assert wrong.search("Prêt ?") is not None
