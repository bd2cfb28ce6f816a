"""The pages where a coordinator looks after the chats of the partnership."""

from datetime import timedelta

import pytest

from core import clock
from core.models import AuditEvent
from notifications import planning
from notifications.chat import hooks
from notifications.chat.hooks import ChatFacts
from notifications.chat.models import ChatHook, ChatTrouble
from notifications.models import Message, MessageState
from notifications.sealed_text import unseal
from partners.permissions import Role
from tests.factories.notifications import ChatHookFactory
from tests.factories.partners import SeatFactory

SECRET = "https://hooks.slack.com/services/T000/B000/topsecretWXYZ"
pytestmark = pytest.mark.django_db


@pytest.fixture
def seat(client, settings):
    settings.CHAT_HOSTS = ["hooks.slack.com", "chat.example.org"]
    seat = SeatFactory(role=Role.COORDINATOR)
    client.force_login(seat.person)
    return seat


def page(seat, rest=""):
    return f"/p/{seat.partnership.slug}/chats/{rest}"


def typed(**changed):
    return {
        "label": "Everybody", "app": "slack", "url": SECRET, "language": "fr", "events": ["win", "meeting_planned"],
    } | changed  # fmt: skip


def test_a_chat_is_added_with_its_address_sealed(client, seat):
    response = client.post(page(seat, "add/"), typed())

    hook = ChatHook.objects.get()
    assert response.headers["Location"] == page(seat, f"{hook.pk}/")
    assert (hook.partnership_id, hook.host, hook.ending) == (seat.partnership_id, "hooks.slack.com", "WXYZ")
    assert (hook.language, hook.events, hook.is_active) == ("fr", ["win", "meeting_planned"], True)
    assert "topsecret" not in str(ChatHook.objects.values())
    assert unseal(hook.sealed_url) == SECRET
    event = AuditEvent.objects.get(verb="chat.added")
    assert (event.actor_id, event.target_id) == (seat.person_id, str(hook.pk))


def test_the_address_is_never_shown_again(client, seat):
    client.post(page(seat, "add/"), typed())
    pk = ChatHook.objects.get().pk

    for rest in ("", f"{pk}/", f"{pk}/edit/", f"{pk}/remove/"):
        shown = client.get(page(seat, rest)).content.decode()
        assert "topsecret" not in shown
    detail = client.get(page(seat, f"{pk}/")).content.decode()
    assert "Slack at hooks.slack.com, address ending in WXYZ" in detail


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"url": ""}, "Copy the address from the chat and enter it here."),
        ({"url": "http://hooks.slack.com/x"}, "The address has to begin with https://"),
        ({"url": "https://robin:x@hooks.slack.com/x"}, "This is not the address of a webhook."),
        ({"url": "https://evil.example.org/x"}, "do not allow posts to evil.example.org."),
        ({"url": "https://hooks.slack.com:8443/x"}, "do not allow posts to hooks.slack.com:8443."),
        ({"label": ""}, "Give the chat a name."),
        ({"events": []}, "Tick at least one."),
        ({"events": ["test"]}, "Select a valid choice."),
        ({"app": "icq"}, "Select a valid choice."),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(client, seat, changed, sentence):
    response = client.post(page(seat, "add/"), typed(**changed))

    assert response.status_code == 422
    assert sentence in response.content.decode().replace("&#x27;", "'")
    assert not ChatHook.objects.exists()


def test_two_chats_have_two_names_and_there_is_an_end_to_their_number(client, seat):
    client.post(page(seat, "add/"), typed())
    same = client.post(page(seat, "add/"), typed())
    for _ in range(hooks.MOST_CHATS - 1):
        ChatHookFactory(partnership_id=seat.partnership_id)
    one_more = client.post(page(seat, "add/"), typed(label="One more"))

    assert b"has this name already" in same.content
    assert b"can have 10 chats at most" in one_more.content
    assert ChatHook.objects.count() == hooks.MOST_CHATS


def test_editing_without_an_address_keeps_it_and_with_one_mends_the_chat(client, seat):
    client.post(page(seat, "add/"), typed())
    hook = ChatHook.objects.get()
    ChatHook.objects.update(is_active=False, trouble=ChatTrouble.GONE)

    client.post(page(seat, f"{hook.pk}/edit/"), typed(url="", label="Renamed"))
    kept = ChatHook.objects.get()
    client.post(page(seat, f"{hook.pk}/edit/"), typed(url="https://chat.example.org/hooks/abcd", app="mattermost"))
    mended = ChatHook.objects.get()

    assert (kept.label, unseal(kept.sealed_url), kept.trouble) == ("Renamed", SECRET, ChatTrouble.GONE)
    assert (mended.host, mended.ending, mended.is_active, mended.trouble) == ("chat.example.org", "abcd", True, "")


def test_the_test_button_owes_one_post_and_the_log_shows_what_became_of_it(client, seat):
    hook = ChatHookFactory(partnership_id=seat.partnership_id)

    client.post(page(seat, f"{hook.pk}/test/"))
    waiting = client.get(page(seat, f"{hook.pk}/")).content.decode()
    message = Message.objects.get()
    Message.objects.update(state=MessageState.FAILED, error=ChatTrouble.GONE.label, smtp_code=404)
    failed = client.get(page(seat, f"{hook.pk}/"), headers={"HX-Request": "true"}).content.decode()

    assert (message.kind, message.hook, message.state) == ("chat:test", hook, MessageState.PENDING)
    assert "Something is still on its way." in waiting
    assert 'hx-trigger="load delay:3s"' in waiting
    assert "this address no longer exists" in failed
    assert "(404)" in failed
    assert "hx-trigger" not in failed
    assert "<html" not in failed


def test_the_log_speaks_the_readers_language(client, seat):
    hook = ChatHookFactory(partnership_id=seat.partnership_id)
    hooks.send_test(hook=hook, by_id=None, now=clock.now())
    Message.objects.update(state=MessageState.FAILED, error="The chat did not answer in time.")
    seat.person.language = "fr"
    seat.person.save()

    assert "La messagerie n’a pas répondu à temps." in client.get(page(seat, f"{hook.pk}/")).content.decode()


def test_tests_have_a_limit(client, seat):
    hook = ChatHookFactory(partnership_id=seat.partnership_id)
    for _ in range(22):
        client.post(page(seat, f"{hook.pk}/test/"))

    assert Message.objects.count() == 20


def test_a_chat_is_switched_off_and_on(client, seat):
    hook = ChatHookFactory(partnership_id=seat.partnership_id, is_active=False, trouble=ChatTrouble.MOVED)

    client.post(page(seat, f"{hook.pk}/switch/"), {"on": ""})
    on = ChatHook.objects.get()
    client.post(page(seat, f"{hook.pk}/switch/"), {"off": ""})
    off = ChatHook.objects.get()
    neither = client.post(page(seat, f"{hook.pk}/switch/"))

    assert (on.is_active, on.trouble, off.is_active) == (True, "", False)
    assert neither.status_code == 422


def test_a_chat_in_trouble_says_why(client, seat):
    hook = ChatHookFactory(partnership_id=seat.partnership_id, is_active=False, trouble=ChatTrouble.GONE)

    assert str(ChatTrouble.GONE.label) in client.get(page(seat, f"{hook.pk}/")).content.decode()
    assert "Stopped" in client.get(page(seat)).content.decode()


def test_every_page_tells_coordinators_and_nobody_else_that_a_chat_has_stopped(client, seat):
    home = f"/p/{seat.partnership.slug}/"
    hook = ChatHookFactory(partnership_id=seat.partnership_id)
    ChatHookFactory(partnership_id=seat.partnership_id + 1, is_active=False, trouble=ChatTrouble.GONE)
    told = "A chat no longer takes our posts"
    assert told not in client.get(home).content.decode()

    ChatHook.objects.filter(pk=hook.pk).update(is_active=False, trouble=ChatTrouble.GONE)

    assert told in client.get(home).content.decode()
    client.force_login(SeatFactory(partnership=seat.partnership, role=Role.BACKBONE).person)
    assert told not in client.get(home).content.decode()


def test_removing_asks_first(client, seat):
    hook = ChatHookFactory(partnership_id=seat.partnership_id)

    client.get(page(seat, f"{hook.pk}/remove/"))
    assert ChatHook.objects.exists()
    client.post(page(seat, f"{hook.pk}/remove/"))

    assert not ChatHook.objects.exists()
    assert AuditEvent.objects.filter(verb="chat.removed").exists()


def test_where_no_host_is_allowed_the_page_says_whom_to_ask(client, seat, settings):
    settings.CHAT_HOSTS = []

    shown = client.get(page(seat)).content.decode()

    assert "No chat is allowed yet" in shown
    assert "/chats/add/" not in shown


@pytest.mark.parametrize("role", [role for role in Role if role != Role.COORDINATOR])
def test_only_coordinators_look_after_chats(client, seat, role):
    other = SeatFactory(partnership=seat.partnership, role=role)
    client.force_login(other.person)

    assert client.get(page(seat)).status_code == 403


@pytest.mark.parametrize("count", [1, 9])
def test_the_pages_take_few_statements_however_much_there_is(client, seat, count, django_assert_max_num_queries):
    for n in range(count):
        hook = ChatHookFactory(partnership_id=seat.partnership_id)
        for minutes in range(n + 1):
            hooks.send_test(hook=hook, by_id=None, now=clock.now() + timedelta(minutes=minutes))

    with django_assert_max_num_queries(8):
        client.get(page(seat))
    with django_assert_max_num_queries(8):
        client.get(page(seat, f"{hook.pk}/"))


def test_chats_of_one_partnership_are_nobody_elses(seat):
    other = ChatHookFactory(partnership_id=seat.partnership_id + 1)

    assert list(hooks.hooks_of(seat.partnership_id)) == []
    assert list(hooks.hooks_of(other.partnership_id)) == [other]


def test_a_partnership_that_is_gone_leaves_no_address_behind(seat):
    kept = ChatHookFactory(partnership_id=seat.partnership_id)
    ChatHookFactory(partnership_id=seat.partnership_id + 10**6)

    planning.keep_house(now=clock.now())

    assert list(ChatHook.objects.all()) == [kept]


def test_facts_of_events_that_do_not_exist_are_dropped(seat):
    facts = ChatFacts(app="slack", label="x", language="en", events=["win", "test", "gossip"], url=SECRET)

    assert hooks.add_hook(partnership_id=1, facts=facts, by_id=None, now=clock.now()).events == ["win"]
