import re

import pytest

from feedback import links, mails
from feedback.models import InvitationToken
from notifications.delivery import dispatch_due
from notifications.letters import write_mail
from notifications.models import Message
from notifications.registry import kind_named
from tests.factories.accounts import PersonFactory
from tests.factories.feedback import CLOSED, FollowUpFactory, open_window
from tests.servers import smtp_sink

pytestmark = pytest.mark.django_db
LINK = re.compile(r"http://127\.0\.0\.1:8000/f/([\w-]{43})/\?lang=(\w\w)")


def written(kind, language="en"):
    message = Message.objects.filter(kind=kind).select_related("recipient").first()
    message.recipient.language = language
    return write_mail(message, kind_named(kind), now=CLOSED)


@pytest.mark.parametrize("kind", ["feedback_request", "feedback_reminder"])
def test_mail_asks_one_thing_and_carries_a_link_of_its_own(kind):
    window = open_window(present=5)
    FollowUpFactory(report__partnership=window.meeting.partnership, action__title="Start with the Youth Council")

    mail = written(kind)

    [(token, language)] = LINK.findall(mail.body)
    assert language == "en"
    assert links.window_behind(token, now=CLOSED).meeting == window.meeting.title
    assert LINK.search(mail.alternatives[0][0])[1] == token
    assert "Wednesday 11 March" in mail.body
    assert "Start with the Youth Council" in mail.body
    assert mail.extra_headers["From"].startswith(f"{window.meeting.partnership.name} <")
    assert "voice=" not in mail.body + mail.alternatives[0][0]


def test_each_copy_has_another_token_and_all_of_them_work():
    open_window(present=5)

    tokens = [LINK.search(written("feedback_request").body)[1] for _ in range(3)]

    assert len(set(tokens)) == 3
    assert InvitationToken.objects.count() == 3
    assert all(links.window_behind(token, now=CLOSED) for token in tokens)


def test_link_opens_the_form_in_the_language_of_the_recipient():
    open_window(present=5)

    mail = written("feedback_request", language="fr")

    assert LINK.search(mail.body)[2] == "fr"


def test_message_row_holds_ids_only():
    open_window(present=5)
    written("feedback_request")

    params = Message.objects.filter(kind="feedback_reminder").first().params
    assert sorted(params) == ["invitation", "number"]
    assert mails.still_wanted(Message.objects.first(), CLOSED) is True


@pytest.mark.parametrize(
    ("trouble", "links"),
    [({"permanent": 1}, 0), ({"temporary": 1}, 0), ({"ambiguous": 1}, 5), ({}, 5)],
    ids=["refused for good", "refused for now", "taken and then doubted", "taken"],
)
def test_link_of_a_mail_that_certainly_did_not_go_out_is_taken_back(settings, trouble, links):
    """Otherwise refused attempts would use up the five links a person may hold."""
    open_window(present=5)
    with smtp_sink(**trouble) as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port

        dispatch_due(now=CLOSED)

    assert InvitationToken.objects.count() == links


def test_list_of_undelivered_mail_does_not_tell_who_has_not_answered(client):
    window = open_window(present=5)
    Message.objects.filter(kind="feedback_reminder").update(state="failed")
    client.force_login(PersonFactory(is_staff=True))

    page = client.get("/staff/outbox/").content.decode()

    assert page.count("we do not say who") == Message.objects.dead().count()
    assert not [one for one in window.invitations.values_list("person__email", flat=True) if one in page]


def test_numbers_of_reminders_do_not_tell_whose_they_are():
    """The page with undelivered mail has them; those of a meeting must not follow the people one by one."""
    open_window(present=20)

    for number in (1, 2):
        reminders = Message.objects.filter(kind="feedback_reminder", params__number=number).order_by("pk")
        people = list(reminders.values_list("recipient", flat=True))
        assert people not in (sorted(people), sorted(people, reverse=True))
