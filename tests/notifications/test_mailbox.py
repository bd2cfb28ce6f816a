import pytest
from django.core import mail
from django.urls import reverse

from notifications import mailbox
from notifications.delivery import dispatch_due
from tests.factories.accounts import PersonFactory
from tests.factories.notifications import MessageFactory
from tests.notifications.conftest import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def development(settings):
    settings.DEBUG = True
    settings.EMAIL_URL = "mailbox://"
    settings.EMAIL_BACKEND = "notifications.mailbox.MailboxBackend"


def send(world, title, **changes):
    world.title = title
    MessageFactory(**changes)
    dispatch_due(now=NOW)


def test_each_mail_becomes_one_whole_file(world, settings):
    send(world, "One")
    send(world, "Two")

    stored = mailbox.read_all(mailbox.stored_files())

    assert [mail.subject.rpartition(": ")[2] for mail in stored] == ["Two", "One"]
    assert len(list(settings.MAILBOX_DIR.iterdir())) == 2
    assert mail.outbox == []


def test_the_list_shows_the_newest_first_with_recipient_and_time(client, world):
    send(world, "Older", recipient=PersonFactory(email="ada@example.org"))
    send(world, "Newer", recipient=PersonFactory(email="ben@example.org"))

    page = client.get(reverse("notifications:mail-list")).text

    assert page.index("Newer") < page.index("Older")
    assert page.index("ben@example.org") < page.index("ada@example.org")
    assert page.count("Wednesday 4 March, 09:00") == 2


def test_an_empty_mailbox_says_so(client):
    assert "No e-mails yet" in client.get(reverse("notifications:mail-list")).text


@pytest.mark.parametrize("item_count", [1, 3])
def test_the_list_asks_the_database_nothing(client, world, django_assert_num_queries, item_count):
    for number in range(item_count):
        send(world, f"Mail {number}")

    with django_assert_num_queries(0):
        response = client.get(reverse("notifications:mail-list"))

    assert response.status_code == 200


def test_a_mail_shows_its_text_its_links_and_its_attachments(client, world, invitation):
    world.attachments = (invitation,)
    send(world, "<script>alert(1)</script>")
    name = mailbox.stored_files()[0].stem

    page = client.get(reverse("notifications:mail-detail", args=[name])).text
    attachment = client.get(reverse("notifications:mail-attachment", args=[name, 0]))

    assert '<a href="https://common-thread.example/f/abcdef123456/">Outbox</a>' in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert(1)" not in page
    assert "meeting.ics" in page
    assert b"BEGIN:VCALENDAR" in attachment.content
    assert attachment["Content-Disposition"] == 'attachment; filename="meeting.ics"'


def test_a_mail_as_sent_runs_no_script_and_loads_nothing(client, world):
    send(world, "Hello")
    name = mailbox.stored_files()[0].stem

    response = client.get(reverse("notifications:mail-as-sent", args=[name]))

    assert response["Content-Security-Policy"].startswith("sandbox ")
    assert "allow-scripts" not in response["Content-Security-Policy"]
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert "Hello" in response.text


@pytest.mark.parametrize(("name", "number"), [("nothing", 0), ("1-a", 7)])
def test_what_does_not_exist_is_not_found(client, world, name, number):
    send(world, "Hello")
    name = mailbox.stored_files()[0].stem if number else name

    assert client.get(reverse("notifications:mail-attachment", args=[name, number])).status_code == 404


@pytest.mark.parametrize(("debug", "url"), [(False, "mailbox://"), (True, "smtp://127.0.0.1:25")])
def test_the_mailbox_exists_in_development_only(client, world, settings, debug, url):
    send(world, "Hello")
    name = mailbox.stored_files()[0].stem
    settings.DEBUG, settings.EMAIL_URL = debug, url
    paths = [
        reverse("notifications:mail-list"),
        reverse("notifications:mail-detail", args=[name]),
        reverse("notifications:mail-as-sent", args=[name]),
        reverse("notifications:mail-attachment", args=[name, 0]),
    ]

    assert [client.get(path).status_code for path in paths] == [404] * 4
