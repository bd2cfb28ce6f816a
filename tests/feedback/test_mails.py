import re

import pytest

from feedback import mails, sealed
from feedback.models import InvitationToken
from notifications.letters import write_mail
from notifications.models import Message
from notifications.registry import kind_named
from tests.factories.feedback import CLOSED, FollowUpFactory, open_window

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
    assert sealed.window_behind(token, now=CLOSED).meeting == window.meeting.title
    assert LINK.search(mail.alternatives[0][0])[1] == token
    assert "Wednesday 11 March" in mail.body
    assert "Start with the Youth Council" in mail.body
    assert mail.from_email.startswith(f"{window.meeting.partnership.name} <")
    assert "voice=" not in mail.body + mail.alternatives[0][0]


def test_each_copy_has_another_token_and_all_of_them_work():
    open_window(present=5)

    tokens = [LINK.search(written("feedback_request").body)[1] for _ in range(3)]

    assert len(set(tokens)) == 3
    assert InvitationToken.objects.count() == 3
    assert all(sealed.window_behind(token, now=CLOSED) for token in tokens)


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
