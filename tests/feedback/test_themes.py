"""A name for words that say the same: who may give it, which words it may hold, and what the report shows of it."""

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, transaction

from core.models import AuditEvent
from feedback import reminders
from feedback.models import CommentTheme, FeedbackComment, HealthReport
from feedback.selectors.themes import read_words
from feedback.services import themes
from partners.permissions import Role
from tests.factories.feedback import (
    CommentThemeFactory,
    FeedbackCommentFactory,
    FollowUpFactory,
    answered_and_closed,
    some_answers,
)
from tests.factories.partners import PartnershipFactory, SeatFactory
from tests.pages import page, texts

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 4, 9, 6, 0, tzinfo=UTC)
REPORT = "/p/harbour/health/2026-03/"
LIST = f"{REPORT}themes/"


@pytest.fixture
def partnership():
    """A month in which twelve answered: four may be quoted, four not, four wrote nothing."""
    partnership = PartnershipFactory(slug="harbour")
    said = [some_answers(comment=f"Aloud {number}", may_quote=True) for number in range(4)]
    said += [some_answers(comment=f"Quietly {number}") for number in range(4)]
    answered_and_closed([*said, *[some_answers()] * 4], partnership=partnership)
    reminders.build_reports(NOW)
    return partnership


@pytest.fixture
def seat(partnership, client, monkeypatch):
    for view in ("themes", "health"):
        monkeypatch.setattr(f"feedback.views.{view}.now", lambda: NOW)
    seat = SeatFactory(partnership=partnership, role=Role.COORDINATOR)
    client.force_login(seat.person)
    return seat


def words(*texts):
    return list(FeedbackComment.objects.filter(text__in=texts))


def keys(*texts):
    return [str(one.pk) for one in words(*texts)]


def named(seat, *texts, name="Papers come late"):
    report = HealthReport.objects.get(partnership=seat.partnership)
    return themes.name_theme(report=report, name=name, comments=words(*texts), by=seat, now=NOW)


def test_coordinator_puts_words_under_a_name_without_javascript(client, seat):
    form = page(client.get(LIST))
    response = client.post(LIST, {"name": "  Papers come  late ", "comments": keys("Aloud 1", "Quietly 2")})

    theme = CommentTheme.objects.get()
    assert (response.status_code, theme.name, theme.month.isoformat()) == (302, "Papers come late", "2026-03-01")
    assert set(theme.comments.values_list("text", flat=True)) == {"Aloud 1", "Quietly 2"}
    assert len(form.select('input[type="checkbox"][name="comments"]')) == 8
    event = AuditEvent.objects.get(verb="comment_theme.named")
    assert (event.actor_id, event.data) == (seat.person_id, {})


def test_theme_is_renamed_refilled_and_removed(client, seat):
    theme = named(seat, "Aloud 1")

    client.post(f"{LIST}{theme.pk}/", {"name": "Papers", "comments": keys("Aloud 1", "Aloud 2")})
    theme.refresh_from_db()
    changed = (theme.name, theme.comments.count())
    response = client.post(f"{LIST}{theme.pk}/remove/")

    assert changed == ("Papers", 2)
    assert (response.status_code, CommentTheme.objects.count(), FeedbackComment.objects.count()) == (302, 0, 8)


def test_theme_that_an_action_answers_stays(client, seat):
    theme = named(seat, "Aloud 1")
    FollowUpFactory(report=HealthReport.objects.get(), cause="theme", theme=theme)

    response = client.post(f"{LIST}{theme.pk}/remove/", follow=True)

    assert "An action answers this theme, so it stays." in response.content.decode()
    assert CommentTheme.objects.filter(pk=theme.pk).exists()


@pytest.mark.parametrize("typed", [{}, {"name": "Papers"}, {"name": " "}, {"name": "x" * 81}])
def test_theme_needs_a_name_and_words(client, seat, typed):
    assert client.post(LIST, typed).status_code == 422
    assert not CommentTheme.objects.exists()


def test_two_themes_of_a_month_have_two_names(client, seat):
    named(seat, "Aloud 1")

    response = client.post(LIST, {"name": "papers COME late", "comments": keys("Aloud 2")})

    assert response.status_code == 422
    assert "There is a theme of this name in this month." in response.content.decode()
    with pytest.raises(IntegrityError), transaction.atomic():
        CommentThemeFactory(partnership=seat.partnership, name="Papers come late")


def test_words_of_a_meeting_few_answered_after_and_of_others_cannot_be_grouped(client, seat):
    few = FeedbackCommentFactory(window=answered_and_closed([some_answers(comment="Few")] * 6).comments.first().window)
    form = page(client.get(LIST)).select_one("form.crispy, main form[method=post]:last-of-type")

    response = client.post(LIST, {"name": "Few", "comments": [str(few.pk)]})

    assert "Few" not in form.text
    assert response.status_code == 422
    with pytest.raises(themes.ThemeCannotBe):
        themes.name_theme(report=HealthReport.objects.get(), name="Few", comments=[few], by=seat, now=NOW)


def test_report_shows_a_name_a_small_count_as_a_few_and_only_what_may_be_quoted(client, seat):
    named(seat, "Aloud 1", "Quietly 1", "Quietly 2", name="Small")
    named(seat, *[f"Aloud {number}" for number in range(4)], "Quietly 3", name="Large")
    client.force_login(SeatFactory(partnership=seat.partnership, role=Role.OBSERVER).person)

    found = page(client.get(REPORT))

    assert texts(found, ".theme h3") == ["Large 5 people", "Small a few people"]
    assert texts(found, ".theme:first-of-type q") == ["Aloud 0", "Aloud 1", "Aloud 2", "Aloud 3"]
    assert texts(found, "q").count("Aloud 0") == 1
    assert "Quietly" not in found.text


def test_order_of_small_themes_does_not_tell_their_size(seat):
    named(seat, "Aloud 1", name="B")
    named(seat, "Aloud 1", "Aloud 2", "Aloud 3", name="C")
    named(seat, "Aloud 1", "Aloud 2", name="A")

    assert [one.name for one in read_words(HealthReport.objects.get()).themes] == ["A", "B", "C"]


@pytest.mark.parametrize("role", [Role.OBSERVER, Role.MEMBER, Role.REPRESENTATIVE, Role.BACKBONE])
def test_only_who_may_read_comments_groups_them(client, seat, role):
    theme = named(seat, "Aloud 1")
    client.force_login(SeatFactory(partnership=seat.partnership, role=role).person)

    answers = [client.get(LIST), client.get(f"{LIST}{theme.pk}/"), client.post(f"{LIST}{theme.pk}/remove/")]

    assert [one.status_code for one in answers] == [403, 403, 403]
    assert "Group the words" not in client.get(REPORT).content.decode()
    assert CommentTheme.objects.exists()


def test_month_without_a_report_has_no_themes(client, seat):
    assert client.get("/p/harbour/health/2026-02/themes/").status_code == 404
