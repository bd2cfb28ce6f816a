"""The coordinator's side: who may read what and when, replies, the morning's mail, and the end after a year."""

from datetime import timedelta

import pytest

from core.models import AuditEvent
from feedback import payload, reminders
from feedback.models import FeedbackComment, ThreadMessage
from feedback.models.window import WORDS_FROM
from feedback.selectors.threads import conversations, waiting_for_reply
from feedback.services import threads
from notifications.delivery import dispatch_due
from notifications.letters import write_mail
from notifications.models import Message, MessageState
from notifications.registry import kind_named
from partners.permissions import Role
from tests.factories.feedback import FeedbackCommentFactory, FeedbackWindowFactory
from tests.factories.partners import PartnershipFactory, SeatFactory
from tests.feedback.conversing import asked_for_reply
from tests.pages import page, texts

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
LIST = "/p/harbour/health/conversations/"


@pytest.fixture
def seat():
    return SeatFactory(partnership=PartnershipFactory(slug="harbour"), role=Role.COORDINATOR)


@pytest.fixture
def at(monkeypatch):
    def move(moment):
        monkeypatch.setattr("feedback.views.conversations.now", lambda: moment)

    return move


def asked(seat, **fields):
    window, code = asked_for_reply(partnership=seat.partnership, **fields)
    return window, code, threads.comment_behind(code)


def words_of(seat, now):
    return [[one.text for one in talk.said] for talk in conversations(seat.partnership, now)]


# -- What is read when ------------------------------------------------------------------------------------------------
def test_words_are_read_from_ten_answers_on_or_from_the_day_after_they_are_offered(seat):
    window, code, comment = asked(seat, answered=9)
    closed = window.closes_at

    before = conversations(seat.partnership, closed + DAY)
    threads.offer(code=code, now=closed + DAY)
    same_day = conversations(seat.partnership, closed + DAY)
    next_day = conversations(seat.partnership, closed + 2 * DAY)

    assert (before, same_day) == ([], [])
    assert [one.comment for one in next_day] == [comment]
    assert payload.PARAMS.k_comments == WORDS_FROM == 10


def test_words_without_a_code_and_words_of_others_are_no_conversation(seat):
    window, _code, comment = asked(seat)
    FeedbackCommentFactory(window=window)
    asked_for_reply()

    assert [one.comment for one in conversations(seat.partnership, window.closes_at)] == [comment]


def test_what_the_holder_writes_is_read_the_next_day_and_after_the_replies_of_its_day(seat):
    window, code, comment = asked(seat)
    threads.reply(comment=comment, by=seat, text="Reply", now=window.closes_at)
    threads.write(code=code, text="Answer", now=window.closes_at)
    threads.reply(comment=comment, by=seat, text="Second reply", now=window.closes_at)

    assert words_of(seat, window.closes_at) == [["Reply", "Second reply"]]
    assert words_of(seat, window.closes_at + DAY) == [["Reply", "Second reply", "Answer"]]


def test_list_begins_with_who_waits(seat, client, at):
    window, _code, answered = asked(seat, words="Answered")
    asked(seat, words="Waiting")
    threads.reply(comment=answered, by=seat, text="Thank you", now=window.closes_at)
    at(window.closes_at)
    client.force_login(seat.person)

    found = page(client.get(LIST))

    assert texts(found, ".item-title") == ["Waiting", "Answered"]
    assert texts(found, ".item .status") == ["Waits for a reply", "Answered"]
    assert texts(found, ".item-meta") == ["March 2026", "March 2026 1 message"]


def test_count_of_who_waits_says_what_the_list_says(seat, client):
    window, code, comment = asked(seat)
    asked(seat)
    ended = asked(seat)
    now = window.closes_at
    told = []
    for happens in (
        lambda: None,
        lambda: threads.reply(comment=comment, by=seat, text="Thank you", now=now),
        lambda: threads.write(code=code, text="But", now=now),
        lambda: threads.end(code=ended[1], now=now),
        lambda: threads.reply(comment=comment, by=seat, text="Go on", now=now + DAY),
    ):
        happens()
        told.append([waiting_for_reply(seat.partnership, now + days * DAY) for days in (0, 1)])
        listed = [sum(one.awaits_reply for one in conversations(seat.partnership, now + days * DAY)) for days in (0, 1)]
        assert told[-1] == listed

    assert told == [[3, 3], [2, 2], [2, 3], [2, 2], [2, 1]]


def test_list_takes_the_same_number_of_statements_however_many_talk(seat, client, at, django_assert_max_num_queries):
    for _ in range(4):
        window, _code, comment = asked(seat)
        threads.reply(comment=comment, by=seat, text="Thank you", now=window.closes_at)
    at(window.closes_at)
    client.force_login(seat.person)

    with django_assert_max_num_queries(10):
        client.get(LIST)
    with django_assert_max_num_queries(10):
        client.get(f"{LIST}{comment.pk}/")


# -- Replying ---------------------------------------------------------------------------------------------------------
def test_coordinator_replies_and_the_audit_holds_no_word(seat, client, at):
    window, _code, comment = asked(seat)
    at(window.closes_at)
    client.force_login(seat.person)

    response = client.post(f"{LIST}{comment.pk}/", {"text": "What would help?"}, follow=True)

    event = AuditEvent.objects.get(verb="conversation.answered")
    assert "What would help?" in texts(page(response), ".talk li")[1]
    assert ThreadMessage.objects.values_list("text", "seat", "written_on").get() == (
        "What would help?",
        seat.pk,
        window.closes_at.date(),
    )
    assert (event.actor_id, event.data) == (seat.person_id, {})


@pytest.mark.parametrize("text", ["", "x" * 1001])
def test_reply_that_cannot_be_sent_comes_back(seat, client, at, text):
    window, _code, comment = asked(seat)
    at(window.closes_at)
    client.force_login(seat.person)

    assert client.post(f"{LIST}{comment.pk}/", {"text": text}).status_code == 422
    assert not ThreadMessage.objects.exists()


def test_conversation_ended_today_looks_ended_tomorrow(seat, client, at):
    window, code, comment = asked(seat)
    threads.write(code=code, text="Bye", now=window.closes_at)
    threads.end(code=code, now=window.closes_at)
    client.force_login(seat.person)

    at(window.closes_at)
    today = client.post(f"{LIST}{comment.pk}/", {"text": "One more thing"})
    at(window.closes_at + DAY)
    tomorrow = client.get(f"{LIST}{comment.pk}/").content.decode()

    assert today.status_code == 302
    assert "ended the conversation" in tomorrow
    with pytest.raises(threads.CannotBeSaid):
        threads.reply(comment=comment, by=seat, text="And another", now=window.closes_at + DAY)


@pytest.mark.parametrize("role", [Role.OBSERVER, Role.MEMBER, Role.REPRESENTATIVE, Role.BACKBONE])
def test_only_who_may_read_comments_reads_conversations(seat, client, at, role):
    window, _code, comment = asked(seat)
    at(window.closes_at)
    client.force_login(SeatFactory(partnership=seat.partnership, role=role).person)

    assert client.get(LIST).status_code == 403
    assert client.post(f"{LIST}{comment.pk}/", {"text": "Hello"}).status_code == 403
    assert "Conversations" not in client.get("/p/harbour/health/").content.decode()


def test_words_too_few_answered_around_cannot_be_reached_nor_answered(seat, client, at):
    window, _code, comment = asked(seat, answered=9)
    at(window.closes_at)
    client.force_login(seat.person)

    assert client.get(f"{LIST}{comment.pk}/").status_code == 404
    with pytest.raises(threads.CannotBeSaid):
        threads.reply(comment=comment, by=seat, text="Hello", now=window.closes_at)


def test_seat_of_another_partnership_cannot_reply(seat):
    window, _code, comment = asked(seat)

    with pytest.raises(FeedbackComment.DoesNotExist):
        threads.reply(comment=comment, by=SeatFactory(role=Role.COORDINATOR), text="Hello", now=window.closes_at)


# -- The mail of the next morning -------------------------------------------------------------------------------------
def news(seat):
    return Message.objects.filter(kind="conversation_news", recipient=seat.person)


def test_coordinator_is_told_once_the_next_morning_without_a_word(seat):
    window, _code, _comment = asked(seat)
    SeatFactory(partnership=seat.partnership, role=Role.BACKBONE)
    closed = window.closes_at  # Wednesday, one in the afternoon in Paris

    reminders.tell_coordinators(closed)
    same_day = Message.objects.filter(kind="conversation_news").count()
    for hours in (12, 12, 20, 22):
        reminders.tell_coordinators(closed + timedelta(hours=hours))

    message = news(seat).get()
    mail = write_mail(message, kind_named(message.kind), now=message.due_at)
    everything = mail.subject + mail.body + mail.alternatives[0][0]
    assert (same_day, Message.objects.filter(kind="conversation_news").count()) == (0, 1)
    assert message.due_at.astimezone(closed.tzinfo).isoformat() == "2026-03-12T07:00:00+00:00"
    assert "/p/harbour/health/conversations/" in mail.body
    assert "Papers" not in everything
    assert message.params == {"partnership": seat.partnership_id}


def test_mail_comes_again_when_the_holder_writes_again_and_not_otherwise(seat):
    window, code, _comment = asked(seat)
    closed = window.closes_at
    for days in range(1, 5):
        reminders.tell_coordinators(closed + days * DAY)
    quiet = news(seat).count()

    threads.write(code=code, text="Hello?", now=closed + 4 * DAY)
    for days in range(4, 14):
        reminders.tell_coordinators(closed + days * DAY)

    assert (quiet, news(seat).count()) == (1, 2)


def test_outage_delays_the_mail_and_offered_words_count(seat):
    window, code, _comment = asked(seat, answered=6)
    reminders.tell_coordinators(window.closes_at + DAY)
    unread = news(seat).count()

    threads.offer(code=code, now=window.closes_at + DAY)
    threads.write(code=code, text="Please", now=window.closes_at + 2 * DAY)
    reminders.tell_coordinators(window.closes_at + 6 * DAY)

    assert (unread, news(seat).count()) == (0, 1)


def test_mail_is_dropped_when_somebody_has_replied_meanwhile(seat):
    window, _code, comment = asked(seat)
    reminders.tell_coordinators(window.closes_at + DAY)
    threads.reply(comment=comment, by=seat, text="Thank you", now=window.closes_at + DAY)

    dispatch_due(now=window.closes_at + DAY)

    assert news(seat).get().state == MessageState.OBSOLETE


# -- The end after a year ---------------------------------------------------------------------------------------------
def test_conversation_is_deleted_a_year_after_its_last_message_and_only_then(seat):
    window, code, comment = asked(seat, answered=6)
    threads.offer(code=code, now=window.closes_at)
    threads.write(code=code, text="Hello?", now=window.closes_at + 30 * DAY)
    last = window.closes_at + 30 * DAY

    kept = threads.forget_conversations(last + 365 * DAY)
    forgotten = [threads.forget_conversations(last + 367 * DAY) for _ in range(2)]

    comment.refresh_from_db()
    assert (kept, forgotten) == (0, [1, 0])
    assert (comment.thread, comment.offered_on, comment.ended_on) == (None, None, None)
    assert (comment.text, ThreadMessage.objects.count()) == ("Papers come too late.", 0)


def test_code_nobody_used_ends_a_year_after_the_form_closed(seat):
    window, code, _comment = asked(seat)
    _window, ended, _other = asked(seat)
    threads.end(code=ended, now=window.closes_at)
    untouched = FeedbackCommentFactory(window=FeedbackWindowFactory())

    assert threads.forget_conversations(window.closes_at + 364 * DAY) == 0
    assert threads.forget_conversations(window.closes_at + 366 * DAY) == 2
    with pytest.raises(threads.CodeUnknown):
        threads.write(code=code, text="Hello?", now=window.closes_at + 367 * DAY)
    untouched.refresh_from_db()
    assert untouched.text == "Shorter papers."
