"""Windows that ask with names: who is told so, who reads what, and that neither way ever takes the other's answers."""

import json
from datetime import timedelta
from random import Random

import pytest
from django.conf import settings as django_settings
from django.urls import reverse

from core import clock
from core.models import AuditEvent
from feedback import form, links, mails, modes, named, reminders, sealed, services
from feedback.answers import BLANK
from feedback.choices import ITEMS
from feedback.models import (
    FeedbackBag,
    FeedbackComment,
    FeedbackResponse,
    FeedbackSettings,
    FeedbackWindow,
    HealthReport,
    InvitationToken,
    NamedResponse,
    WindowSum,
)
from feedback.selectors.panel import PanelState, feedback_panel
from notifications.delivery import dispatch_due
from notifications.models import Message
from partners.permissions import Role
from tests.factories.feedback import (
    CLOSED,
    FeedbackSettingsFactory,
    closed_meeting,
    closed_meeting_of,
    open_window,
    some_answers,
    tokens_of,
)
from tests.factories.partners import PartnershipFactory, SeatFactory
from tests.pages import page, texts

pytestmark = pytest.mark.django_db
SAID = [some_answers(Random(seed), comment=f"Word {seed}") for seed in range(6)]


@pytest.fixture(autouse=True)
def during_the_window(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: CLOSED + timedelta(hours=1))
    monkeypatch.setattr("feedback.views.answering.now", clock.now)


@pytest.fixture
def partnership():
    return FeedbackSettingsFactory(mode="named").partnership


@pytest.fixture
def window(partnership):
    return open_window(present=6, partnership=partnership)


def url_of(token):
    return reverse("feedback:window-answer", args=[token])


def answers_url(window):
    return reverse("feedback:named-answers", args=[window.meeting.partnership.slug, window.meeting_id])


def test_form_says_before_the_first_question_that_coordinators_read_names(client, window):
    text = form.text_in("1.0", "en")

    before, _, after = client.get(url_of(tokens_of(window)[0])).content.decode().partition("<fieldset")

    assert all(sentence in before for sentence in text.promise_named)
    assert not any(sentence in before + after for sentence in text.promise)
    assert "nobody can find out" not in before + after
    assert "How is this anonymous" not in before


def test_mail_says_that_the_form_asks_with_names(window):
    letter = mails.compose(Message.objects.filter(kind="feedback_request").first(), CLOSED)

    assert letter.context["window"].mode == "named"


@pytest.mark.parametrize(("mode", "names", "bags"), [("named", 1, 0), ("anonymous", 0, 1)])
def test_each_way_of_asking_keeps_its_own_kind_of_answer(client, mode, names, bags):
    window = open_window(present=5, partnership=FeedbackSettingsFactory(mode=mode).partnership)

    for token in tokens_of(window):
        assert client.post(url_of(token), {"voice": "4", "comment": "A word."}).status_code == 200
    stored = NamedResponse.objects.count(), FeedbackBag.objects.count()
    services.close_window(window_id=window.pk, now=window.closes_at)

    assert stored == (5 * names, bags)
    assert NamedResponse.objects.count() == 5 * names
    assert FeedbackResponse.objects.count() == 5 * bags
    assert FeedbackComment.objects.count() == 5
    assert WindowSum.objects.get(item="voice").n == 5


def test_named_path_refuses_an_anonymous_window_and_the_bag_a_named_one(window):
    anonymous = open_window(present=5)
    token, *_ = tokens_of(anonymous)
    with_names, *_ = tokens_of(window)

    with pytest.raises(links.LinkIsOver):
        named.submit(token=token, answers=SAID[0], now=CLOSED)
    with pytest.raises(links.LinkIsOver):
        sealed.submit(token=with_names, answers=SAID[0], now=CLOSED)
    assert named.close(window_id=anonymous.pk, now=anonymous.closes_at) is False
    assert sealed.close(window_id=window.pk, now=window.closes_at) is False
    assert (NamedResponse.objects.count(), FeedbackResponse.objects.count()) == (0, 0)


def test_each_kind_of_answer_is_written_in_one_place():
    verbs = ("(", ".objects.create", ".objects.bulk_create", ".objects.get_or", ".objects.update_or")
    writers = {
        model: {
            str(path.relative_to(django_settings.BASE_DIR))
            for path in django_settings.BASE_DIR.glob("feedback/**/*.py")
            if any(f"{model}{verb}" in path.read_text() for verb in verbs) and "models" not in path.parts
        }
        for model in ("NamedResponse", "FeedbackResponse")
    }

    assert writers == {"NamedResponse": {"feedback/named.py"}, "FeedbackResponse": {"feedback/sealed.py"}}


def test_mode_is_frozen_when_the_window_opens(window, partnership):
    FeedbackSettings.objects.update(mode="anonymous")
    token, *_ = tokens_of(window)

    modes.submit(token=token, answers=SAID[0], now=CLOSED)

    assert FeedbackWindow.objects.get().mode == "named"
    assert NamedResponse.objects.count() == 1


def test_any_link_of_the_same_person_revises(window):
    first, second = (links.mint_token(invitation_id=window.invitations.first().pk) for _ in range(2))
    modes.submit(token=first, answers=SAID[0], now=CLOSED)

    receipt = modes.submit(token=second, answers=SAID[1], now=CLOSED)

    row = NamedResponse.objects.get()
    assert {item: getattr(row, item) for item in ITEMS} == SAID[1].ratings
    assert (row.comment, receipt.answered) == ("Word 1", 1)


def test_revision_leaves_nothing_of_what_was_said_before(window):
    token, *_ = tokens_of(window)
    modes.submit(token=token, answers=SAID[0], now=CLOSED)

    modes.submit(token=token, answers=type(SAID[0])({"voice": 2}), now=CLOSED)

    row = NamedResponse.objects.get()
    assert [getattr(row, item) for item in ITEMS if item != "voice"] == [None] * 8
    assert (row.voice, row.comment, row.may_quote) == (2, "", False)


def test_form_opens_blank_for_whoever_answered(client, window):
    token, *_ = tokens_of(window)
    blank = client.get(url_of(token)).content
    client.post(url_of(token), {"voice": "5", "comment": "Shorter papers."})

    assert client.get(url_of(token)).content == blank


def test_taking_back_deletes_the_row(client, window):
    token, *_ = tokens_of(window)
    client.post(url_of(token), {"voice": "4"})

    response = client.post(url_of(token), {"withdraw": "on"})

    assert "Nothing of yours is counted" in response.content.decode()
    assert NamedResponse.objects.count() == 0


def test_late_answer_is_refused_and_a_window_is_not_closed_early(window):
    token, *_ = tokens_of(window)
    modes.submit(token=token, answers=SAID[0], now=CLOSED)

    assert services.close_window(window_id=window.pk, now=window.closes_at - timedelta(seconds=1)) is False
    for _ in range(2):
        with pytest.raises(links.LinkIsOver):
            modes.submit(token=token, answers=BLANK, now=window.closes_at)
        services.close_window(window_id=window.pk, now=window.closes_at)
    assert NamedResponse.objects.count() == 1


def test_reminders_and_counts_work_as_without_names(window):
    first, *others = window.invitations.order_by("pk")
    modes.submit(token=tokens_of(window)[0], answers=SAID[0], now=CLOSED)
    dispatch_due(now=CLOSED)
    later = CLOSED + timedelta(days=2)
    due = Message.objects.filter(kind="feedback_reminder", due_at=later)
    waiting = {m.params["invitation"]: m for m in due}

    assert mails.still_wanted(waiting[first.pk], later) is False
    assert all(mails.still_wanted(waiting[row.pk], later) for row in others)
    panel = feedback_panel(window.meeting, CLOSED)
    assert (panel.state, panel.answered, panel.with_names) == (PanelState.OPEN, 1, True)
    services.close_window(window_id=window.pk, now=window.closes_at)
    assert modes.has_answered(invitation_id=first.pk) is None
    assert InvitationToken.objects.count() == 0


def test_counts_of_windows_of_both_kinds_come_together(window, django_assert_max_num_queries):
    anonymous = open_window(present=5)
    for one, count in ((window, 3), (anonymous, 2)):
        for token in tokens_of(one)[:count]:
            modes.submit(token=token, answers=SAID[0], now=CLOSED)

    with django_assert_max_num_queries(2):
        assert modes.answered_counts([window, anonymous]) == {window.pk: 3, anonymous.pk: 2}


def test_sums_and_words_are_those_an_anonymous_window_leaves():
    kinds = {}
    for mode in ("named", "anonymous"):
        meeting = closed_meeting_of(
            {"health": [3, 3], "education": [3, 3]}, partnership=FeedbackSettingsFactory(mode=mode).partnership
        )
        window = services.open_window(meeting_id=meeting.pk, now=CLOSED)
        for place, token in enumerate(tokens_of(window)):
            modes.submit(token=token, answers=SAID[place % 6], now=CLOSED)
        services.close_window(window_id=window.pk, now=window.closes_at)
        sums = WindowSum.objects.filter(window=window).order_by("sector", "item")
        kinds[mode] = (
            list(sums.values_list("sector", "item", "n", "total", "squares", "c1", "c2", "c3", "c4", "c5", "eighths")),
            sorted(FeedbackComment.objects.filter(window=window).values_list("text", "may_quote", "wants_action")),
        )

    assert kinds["named"] == kinds["anonymous"]
    assert {row[0] for row in kinds["named"][0]} == {"", "education", "health"}


def test_report_counts_words_and_wishes_of_a_named_window_once(partnership):
    window = open_window(present=10, partnership=partnership)
    for place, token in enumerate(tokens_of(window)):
        said = some_answers(Random(place), comment=f"Word {place}", may_quote=True, wants_action=True)
        modes.submit(token=token, answers=said, now=CLOSED)
    services.close_window(window_id=window.pk, now=window.closes_at)

    reminders.build_reports(CLOSED + timedelta(days=40))

    payload = json.loads(HealthReport.objects.get().payload)
    assert payload["comments"] == [f"Word {place}" for place in range(10)]
    assert payload["wants_action"] == 10
    assert str(NamedResponse.objects.first().person) not in json.dumps(payload)


@pytest.mark.parametrize("mode", ["named", "anonymous"])
def test_partnership_of_four_talks_it_over_in_either_way(mode):
    meeting = closed_meeting(present=4, absent=0, partnership=FeedbackSettingsFactory(mode=mode).partnership)

    assert services.open_window(meeting_id=meeting.pk, now=CLOSED) is None
    assert feedback_panel(meeting, CLOSED).state is PanelState.TALK_IT_OVER


# -- Who reads names --------------------------------------------------------------------------------------------------
@pytest.fixture
def closed(window):
    for token, said in zip(tokens_of(window), SAID[:2], strict=False):
        modes.submit(token=token, answers=said, now=CLOSED)
    services.close_window(window_id=window.pk, now=window.closes_at)
    window.refresh_from_db()
    return window


@pytest.mark.parametrize("role", [role for role in Role if role != Role.COORDINATOR])
def test_only_coordinators_read_names(client, closed, partnership, role):
    client.force_login(SeatFactory(partnership=partnership, role=role).person)

    assert client.get(answers_url(closed)).status_code == 403
    assert client.post(answers_url(closed)).status_code == 403
    assert "Who answered what" not in client.get(closed_meeting_url(closed)).content.decode()


def closed_meeting_url(window):
    return reverse("meetings:meeting-detail", args=[window.meeting.partnership.slug, window.meeting_id])


def test_coordinator_reads_names_after_a_look_that_is_written_down(client, closed, partnership):
    seat = SeatFactory(partnership=partnership, role=Role.COORDINATOR)
    client.force_login(seat.person)
    people = [str(row.person) for row in NamedResponse.objects.order_by("person__name")]

    door = client.get(answers_url(closed)).content.decode()
    before = AuditEvent.objects.filter(verb="named_answers.read").count()
    looked = client.post(answers_url(closed))

    event = AuditEvent.objects.get(verb="named_answers.read")
    assert (before, event.actor_id, event.target_id) == (0, seat.person_id, str(closed.pk))
    assert not any(name in door or word in door for name in people for word in ("Word 0", "Word 1"))
    assert texts(page(looked), "main .panel h2") == people
    assert "Word 0" in looked.content.decode()
    assert answers_url(closed) in client.get(closed_meeting_url(closed)).content.decode()


def test_names_of_an_open_or_an_anonymous_window_have_no_page(client, window, partnership):
    anonymous = open_window(present=5, partnership=PartnershipFactory())
    services.close_window(window_id=anonymous.pk, now=anonymous.closes_at)

    for one in (window, anonymous):
        client.force_login(SeatFactory(partnership=one.meeting.partnership, role=Role.COORDINATOR).person)
        assert client.get(answers_url(one)).status_code == 404
        assert client.post(answers_url(one)).status_code == 404


def test_nobody_answered_is_said(client, window, partnership):
    services.close_window(window_id=window.pk, now=window.closes_at)
    client.force_login(SeatFactory(partnership=partnership, role=Role.COORDINATOR).person)

    assert "Nobody answered" in client.post(answers_url(window)).content.decode()


def test_page_of_names_takes_few_statements(client, closed, partnership, django_assert_max_num_queries):
    client.force_login(SeatFactory(partnership=partnership, role=Role.COORDINATOR).person)

    with django_assert_max_num_queries(12):
        client.post(answers_url(closed))
