"""Everything a report shows that an action may answer, and how it is told back: form, mail, lists, Today."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import translation

from feedback import reminders
from feedback.answers import Answers
from feedback.choices import ITEMS, Cause
from feedback.models import FollowUp, HealthReport
from feedback.selectors import follow_through, replies_until, said_and_agreed
from feedback.selectors.causes import sentence
from feedback.services import themes
from feedback.services.follow_ups import NothingToFollowUp, answerable, plan_follow_up
from goals.services import complete_action
from notifications.letters import write_mail
from notifications.models import Message
from notifications.registry import kind_named
from partners.permissions import Role
from tests.factories.feedback import (
    CLOSED,
    CommentThemeFactory,
    FollowUpFactory,
    HealthReportFactory,
    answered_and_closed,
    open_window,
    tokens_of,
)
from tests.factories.goals import ActionFactory
from tests.factories.partners import PartnershipFactory, SeatFactory
from tests.feedback.conversing import asked_for_reply
from tests.pages import page, texts

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 4, 9, 6, 0, tzinfo=UTC)
REPORT = "/p/harbour/health/2026-03/"


@pytest.fixture
def partnership():
    """Twelve answered: little energy, one wants somebody to act, everything else is fine."""
    partnership = PartnershipFactory(slug="harbour")
    tired = Answers(dict.fromkeys(ITEMS, 4) | {"energy": 1}, comment="Papers come late.", wants_action=True)
    answered_and_closed([tired, *[Answers(dict.fromkeys(ITEMS, 4) | {"energy": 2})] * 11], partnership=partnership)
    reminders.build_reports(NOW)
    return partnership


@pytest.fixture
def seat(partnership, client, monkeypatch):
    for view in ("follow_up", "health"):
        monkeypatch.setattr(f"feedback.views.{view}.now", lambda: NOW)
    monkeypatch.setattr("reports.views.now", lambda: NOW)
    seat = SeatFactory(partnership=partnership, role=Role.COORDINATOR)
    client.force_login(seat.person)
    return seat


@pytest.fixture
def theme(seat):
    report = HealthReport.objects.get()
    return themes.name_theme(report=report, name="Late papers", comments=themes.words_of(report), by=seat, now=NOW)


def told_in(report, at):
    return said_and_agreed(replies_until(report), at=at)


def promise(seat, title="Go round the table"):
    return {"title": title, "accountable": seat.pk, "due_on": "2026-05-01", "detail": "Because."}


@pytest.mark.parametrize(
    ("cause", "heading"),
    [
        ("energy", "Plan an action for “Energy”"),
        ("flag", "Plan an action for “Somebody should act on this”"),
        ("themes/{theme}", "Plan an action for “Late papers”"),
    ],
)
def test_each_cause_becomes_an_action_in_one_step(client, seat, theme, cause, heading):
    url = f"{REPORT}{cause.format(theme=theme.pk)}/action/"
    form = page(client.get(url))
    response = client.post(url, promise(seat))

    follow_up = FollowUp.objects.get()
    assert texts(form, "h1") == [heading]
    assert form.select_one("textarea[name=detail]").text.strip()
    assert (response.status_code, response.headers["Location"]) == (302, REPORT)
    assert (follow_up.cause, follow_up.theme) == (("theme", theme) if "theme" in cause else (cause, None))
    assert follow_up.action.origin_path == REPORT


def test_report_offers_what_it_calls_for_and_shows_what_answers_it(client, seat, theme):
    before = page(client.get(REPORT))
    client.post(f"{REPORT}flag/action/", promise(seat, "Send papers early"))
    client.post(f"{REPORT}flag/action/", promise(seat, "Shorten papers"))
    client.post(f"{REPORT}themes/{theme.pk}/action/", promise(seat, "Agree a day for papers"))
    after = page(client.get(REPORT))

    assert {link["href"] for link in before.select('a[href$="/action/"]')} == {
        f"{REPORT}energy/action/",
        f"{REPORT}flag/action/",
        f"{REPORT}themes/{theme.pk}/action/",
    }
    assert texts(before, ".answered") == []
    assert texts(after, ".answered a") == ["Send papers early", "Shorten papers", "Agree a day for papers"]
    assert FollowUp.objects.filter(cause="flag").count() == 2


def test_what_the_report_does_not_show_cannot_be_answered(client, seat, theme):
    other = CommentThemeFactory(partnership=seat.partnership, month=theme.month.replace(month=2))
    asked = {"report": HealthReport.objects.get(), "by": seat, "now": NOW, "origin_text": "", "origin_path": ""}
    facts = {"title": "Go", "accountable": seat, "due_on": NOW.date()}

    assert [client.get(f"{REPORT}{cause}/action/").status_code for cause in ("voice", "theme", "x")] == [404] * 3
    assert client.get(f"{REPORT}themes/{other.pk}/action/").status_code == 404
    for wrong in (
        {"cause": Cause.VOICE},
        {"cause": Cause.THEME},
        {"cause": Cause.THEME, "theme": other},
        {"cause": Cause.FLAG, "theme": theme},
    ):
        with pytest.raises(NothingToFollowUp):
            plan_follow_up(facts=facts, **asked, **wrong)


def test_nothing_is_offered_where_nobody_asked_and_energy_is_fine():
    fine = {"low": [], "energy": {"band": "strong", "watch": False}, "wants_action": 0}

    assert answerable(fine) == set()
    assert answerable(fine | {"wants_action": "a_few"}) == {"flag"}
    assert answerable(fine | {"energy": {"band": "concern", "watch": False}}) == {"energy"}
    assert answerable({"low": ["voice"], "energy": {}}) == {"voice"}


def test_today_lists_what_nobody_has_planned_an_action_on(client, seat):
    before = page(client.get("/p/harbour/"))
    for cause in ("energy", "flag"):
        client.post(f"{REPORT}{cause}/action/", promise(seat, f"Answer to {cause}"))
    after = page(client.get("/p/harbour/"))

    links = [{tag["href"] for tag in found.select('a[href$="/action/"]')} for found in (before, after)]
    assert links == [{f"{REPORT}energy/action/", f"{REPORT}flag/action/"}, set()]


# -- Told back --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("cause", Cause.values)
@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_cause_has_a_sentence_in_every_language(cause, language):
    with translation.override(language):
        said = sentence(Cause(cause), NOW.date().replace(day=1), "Papers" if cause == "theme" else "")

    assert said.startswith("In April 2026, " if language == "en" else "En avril 2026, ")
    assert ("Papers" in said) == (cause == "theme")


def test_done_comes_before_planned_and_the_latest_before_others():
    report = HealthReportFactory()
    seat = SeatFactory(partnership=report.partnership)
    actions = [ActionFactory(partnership=report.partnership, title=title, accountable=seat) for title in "abcd"]
    for action in actions:
        FollowUpFactory(report=report, action=action)
    for days, action in enumerate([actions[2], actions[0]]):
        complete_action(action=action, by=seat, now=NOW + timedelta(days=days), win="")

    assert [row.action.title for row in follow_through(report.partnership_id)] == ["a", "c", "d", "b"]
    assert [row.action.title for row in follow_through(report.partnership_id, limit=2)] == ["a", "c"]


def test_closing_the_action_puts_it_on_the_next_form_mail_and_report(client, seat, theme, monkeypatch):
    client.post(f"{REPORT}themes/{theme.pk}/action/", promise(seat, "Agree a day for papers"))
    complete_action(action=FollowUp.objects.get().action, by=seat, now=NOW + timedelta(days=3), win="")
    closed = CLOSED + timedelta(days=42)
    window = open_window(partnership=seat.partnership, closed_at=closed)
    monkeypatch.setattr("feedback.views.answering.now", lambda: closed)
    token, *_ = tokens_of(window)

    form = client.get(f"/f/{token}/").content.decode()
    message = Message.objects.filter(kind="feedback_request").last()
    mail = write_mail(message, kind_named(message.kind), now=closed).body
    next_report = HealthReportFactory(partnership=seat.partnership, month=theme.month.replace(month=4))
    [told] = told_in(next_report, at=closed)

    assert "In March 2026, people wrote about “Late papers”." in form
    assert "Agree a day for papers" in form
    assert "In March 2026, people wrote about “Late papers”. Done since: Agree a day for papers." in mail
    assert (told.said, told.action.title, told.status) == ("Late papers", "Agree a day for papers", "done")


def test_what_was_done_since_the_last_report_finds_room_among_newer_answers():
    before = HealthReportFactory()
    report = HealthReportFactory(
        partnership=before.partnership,
        month=before.month.replace(month=4),
        built_at=before.built_at + timedelta(days=30),
    )
    seat = SeatFactory(partnership=before.partnership)
    done, *_newer = [
        FollowUpFactory(
            report=before if number == 0 else report,
            action=ActionFactory(
                partnership=before.partnership, title=str(number), accountable=seat, created_at=before.built_at
            ),
        ).action
        for number in range(8)
    ]
    at = report.built_at + timedelta(days=1)

    crowded = [row.action.title for row in told_in(report, at=at)]
    complete_action(action=done, by=seat, now=report.built_at - timedelta(days=3))
    told = [row.action.title for row in told_in(report, at=at)]
    earlier = [row.action.title for row in told_in(report, at=report.built_at - timedelta(days=4))]

    assert crowded == earlier == ["2", "3", "4", "5", "6", "7"]
    assert told == ["0", "3", "4", "5", "6", "7"]


def test_today_says_how_many_wait_for_a_reply_to_who_may_read_it(client, seat, monkeypatch):
    window, _code = asked_for_reply(partnership=seat.partnership)
    monkeypatch.setattr("reports.views.now", lambda: window.closes_at + timedelta(days=1))

    mine = client.get("/p/harbour/").content.decode()
    client.force_login(SeatFactory(partnership=seat.partnership, role=Role.BACKBONE).person)
    others = client.get("/p/harbour/").content.decode()

    assert "1 person who sent the form waits for a reply" in mine
    assert "waits for a reply" not in others
