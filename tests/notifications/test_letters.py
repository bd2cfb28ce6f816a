import re
import smtplib
from email import message_from_bytes, policy

import pytest
from django.core import mail
from django.template.loader import get_template

from notifications import letters
from notifications.delivery import dispatch_due
from notifications.letters import one_line
from notifications.links import read_token
from notifications.models import Message, MessageState
from notifications.registry import kinds
from tests.factories.accounts import PersonFactory
from tests.factories.notifications import MessageFactory
from tests.notifications.conftest import NOW
from tests.servers import smtp_sink

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def site(settings):
    settings.SITE_URL = "https://thread.example"


def only_mail():
    (sent,) = mail.outbox
    return message_from_bytes(sent.message().as_bytes(), policy=policy.default)


def test_a_mail_carries_the_headers_of_well_behaved_automatic_mail(world):
    message = MessageFactory()

    dispatch_due(now=NOW)

    sent = only_mail()
    stop = sent["List-Unsubscribe"].strip()
    assert sent["Message-ID"] == message.message_id
    assert sent["Auto-Submitted"] == "auto-generated"
    assert sent["List-Id"] == "<test_greeting.thread.example>"
    assert re.fullmatch(r"<https://thread\.example/u/[A-Za-z0-9_-]{60,}/>", stop)
    assert sent["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert sent["Date"].datetime == NOW
    assert stop.strip("<>") in sent.get_body(("plain",)).get_content()
    assert stop.strip("<>") in sent.get_body(("html",)).get_content()


def test_mail_somebody_asked_for_offers_no_unsubscribing(world):
    MessageFactory(kind="test_code")

    dispatch_due(now=NOW)

    sent = only_mail()
    assert (sent["List-Unsubscribe"], sent["List-Unsubscribe-Post"]) == (None, None)
    assert "/u/" not in sent.as_string()


def test_each_attempt_carries_the_same_message_id(world, monkeypatch):
    given = []

    def break_off(_server, mail):
        given.append(mail.extra_headers["Message-ID"])
        raise TimeoutError

    monkeypatch.setattr("notifications.delivery.MailServer.hand_over", break_off)
    message = MessageFactory()

    dispatch_due(now=NOW)
    dispatch_due(now=Message.objects.get().next_attempt_at)

    assert given == [message.message_id] * 2


@pytest.mark.parametrize(
    ("language", "zone", "when"),
    [("en", "Europe/London", "Wednesday 4 March, 09:00"), ("fr", "Europe/Paris", "mercredi 4 mars")],
)
def test_a_mail_speaks_the_language_and_zone_of_its_recipient(world, language, zone, when):
    MessageFactory(recipient=PersonFactory(language=language, time_zone=zone))

    dispatch_due(now=NOW)

    sent = only_mail()
    html = sent.get_body(("html",)).get_content()
    assert when in sent.get_body(("plain",)).get_content()
    assert f'lang="{language}"' in html
    if language == "fr":
        assert "10:00" in sent.get_body(("plain",)).get_content()


def test_html_has_inline_styles_and_keeps_its_rules_for_dark_screens(world):
    MessageFactory()

    dispatch_due(now=NOW)

    html = only_mail().get_body(("html",)).get_content()
    assert "prefers-color-scheme: dark" in html
    assert re.search(r'<h1 class="t" style="[^"]*font-size: ?26px', html)


def test_plain_text_is_not_escaped_and_html_is(world):
    world.title = "Tea & <cake>"
    MessageFactory()

    dispatch_due(now=NOW)

    sent = only_mail()
    assert sent["Subject"].endswith("Tea & <cake>")
    assert "Tea & <cake>" in sent.get_body(("plain",)).get_content()
    assert "Tea &amp; &lt;cake&gt;" in sent.get_body(("html",)).get_content()


def test_the_mail_is_plain_ascii_on_the_wire(world):
    world.title = "Réunion à l’école 🌱"
    MessageFactory(recipient=PersonFactory(name="Zoé Müller"))

    dispatch_due(now=NOW)

    wire = mail.outbox[0].message().as_bytes()
    assert wire.isascii()
    assert only_mail()["Subject"].endswith("Réunion à l’école 🌱")


def test_every_word_arrives_as_it_was_written(world):
    world.title = "\n".join([".", "From here", "trailing ", "=3D", "x" * 1200, "école 🌱", ".. two"])
    MessageFactory()

    dispatch_due(now=NOW)

    wire = mail.outbox[0].message().as_bytes(linesep="\r\n")
    assert world.title in only_mail().get_body(("plain",)).get_content()
    assert max(len(line) for line in wire.split(b"\r\n")) <= 998
    assert wire.count(b"\n") == wire.count(b"\r\n")


def test_words_that_are_alike_are_written_once_and_everybody_gets_their_own_link(world, monkeypatch):
    rendered = []
    really = letters.render_words
    monkeypatch.setattr(letters, "render_words", lambda *given, **named: rendered.append(1) or really(*given, **named))
    world.title, world.alike = "Harbour", ("Harbour", NOW)
    people = [PersonFactory(name=name) for name in ("Robin", "Kim")] + [PersonFactory(language="fr")]
    for person in people:
        MessageFactory(recipient=person)
    dispatch_due(now=NOW)
    world.title, world.alike = "Meadow", ("Meadow", NOW)
    MessageFactory(recipient=people[0])
    dispatch_due(now=NOW)

    sent = [message_from_bytes(one.message().as_bytes(), policy=policy.default) for one in mail.outbox]
    words = [
        (one["Subject"], one.get_body(("plain",)).get_content(), one.get_body(("html",)).get_content()) for one in sent
    ]
    stops = [one["List-Unsubscribe"].strip("<> ") for one in sent]
    assert len(rendered) == 3
    assert len(set(stops)) == 3  # the fourth goes to the first person again
    for (_, text, html), stop in zip(words, stops, strict=True):
        assert (text.count(stop), html.count(stop)) == (1, 1)
        assert ".invalid" not in text + html
        assert read_token(stop.split("/")[-2]) is not None
    assert [("Harbour" in text, "Meadow" in text) for _, text, _ in words] == [(True, False)] * 3 + [(False, True)]
    assert words[0][1].replace(stops[0], "") == words[1][1].replace(stops[1], "")
    assert 'lang="fr"' in words[2][2]
    assert not [name for name in ("Robin", "Kim") if name in "".join(words[0] + words[1])]


def test_an_invitation_is_attached_and_offered_as_an_alternative(world, invitation):
    world.attachments = (invitation,)
    MessageFactory()

    dispatch_due(now=NOW)

    sent = only_mail()
    calendars = [part for part in sent.walk() if part.get_content_type() == "text/calendar"]
    assert [(part.get_param("method"), part.get_filename()) for part in calendars] == [
        ("REQUEST", None),
        ("REQUEST", "meeting.ics"),
    ]
    assert all("BEGIN:VCALENDAR" in part.get_content() for part in calendars)


def test_the_sender_may_carry_the_name_of_the_partnership(world):
    world.from_name = "Harbour, “Youth” <evil@example.org>"
    MessageFactory()

    dispatch_due(now=NOW)

    (sender,) = only_mail()["From"].addresses
    assert (sender.display_name, sender.addr_spec) == (
        "Harbour “Youth” evil example.org",
        "hello@common-thread.example",
    )


def test_no_name_hides_an_address_or_a_break_in_an_encoded_word(world):
    hidden = "=?utf-8?q?boss=40bank=2Eexample=0D=0ABcc=3A?="
    world.from_name = world.title = hidden
    MessageFactory(recipient=PersonFactory(name=hidden))

    dispatch_due(now=NOW)

    sent = only_mail()
    shown = [*(one.display_name for name in ("From", "To") for one in sent[name].addresses), sent["Subject"]]
    assert not [text for text in shown if "bank.example" in text or "\n" in text]


TROUBLEMAKER = b"From: us@example.org\r\nTo: robin@example.org\r\nSubject: %s\r\n\r\nThe body"
BREAKS = ["\r\n", "\n", "\r", "\x00", "\x0b", "\x0c", "\x1b[2J", "\x85", "\u2028", "\u2029"]
INSERTS = ["Bcc: thief@example.net", "\tTo: thief@example.net", "\r\nThe body", 'a" <thief@example.net>, "b']
PAYLOADS = [f"Robin{gap}{insert}" for gap in BREAKS for insert in INSERTS]


EXPECTED_HEADERS = (
    *("auto-submitted", "content-type", "date", "from", "list-id", "list-unsubscribe", "list-unsubscribe-post"),
    *("message-id", "mime-version", "subject", "to"),
)


@pytest.mark.parametrize("place", ["name", "title"])
def test_no_name_or_title_adds_a_header_or_a_recipient(world, settings, tell, place):
    with smtp_sink() as sink:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", sink.port
        for number, payload in enumerate(PAYLOADS):
            recipient = PersonFactory(name="Robin", email=f"p{number}@example.org")
            if place == "name":
                # PostgreSQL itself refuses NUL
                type(recipient).objects.filter(pk=recipient.pk).update(name=payload.replace("\x00", "\x01")[:200])
            world.title = payload if place == "title" else "Hello"
            MessageFactory(recipient=recipient)
            dispatch_due(now=NOW)

        headers = {tuple(sorted(key.lower() for key in mail)) for mail in sink.mails}
        recipients = [envelope.rcpt_tos for envelope in sink.envelopes]
        addressed = [[address.addr_spec for address in mail["To"].addresses] for mail in sink.mails]

    expected = [[f"p{number}@example.org"] for number in range(len(PAYLOADS))]
    tell(place=place, payloads=len(PAYLOADS), mails=len(recipients), shapes_of_headers=len(headers))
    assert len(PAYLOADS) == 40
    assert recipients == expected
    assert addressed == expected
    assert headers == {EXPECTED_HEADERS}


def test_a_header_that_got_in_would_be_seen():
    """Else the test above would see nothing: the same payloads, by a program that pastes them into a mail."""
    with smtp_sink() as sink:
        for payload in PAYLOADS:
            with smtplib.SMTP("127.0.0.1", sink.port) as naive:
                naive.sendmail("us@example.org", ["robin@example.org"], TROUBLEMAKER % payload.encode())
        got_in = [mail for mail in sink.mails if {"bcc"} & {key.lower() for key in mail} or len(mail.get_all("to")) > 1]

    assert len(sink.envelopes) == len(PAYLOADS)
    assert len(got_in) >= 2


def test_an_address_that_is_none_is_given_up(world):
    message = MessageFactory()
    type(message.recipient).objects.filter(pk=message.recipient_id).update(email="robin@example.org\nbcc: x")

    dispatch_due(now=NOW)

    message.refresh_from_db()
    assert (message.state, message.error) == (MessageState.FAILED, "the address is not valid")


def test_a_long_name_is_cut_and_direction_marks_go():
    assert one_line("a" * 500, for_address=True) == "a" * 70
    assert one_line("in\u202evoice\u200b.exe") == "in voice .exe"


def test_every_registered_kind_has_its_templates():
    found = {
        kind.name: [
            str(get_template(f"emails/{kind.template}.{end}").origin.name) for end in ("subject.txt", "txt", "html")
        ]
        for kind in kinds()
    }

    assert all(len(set(templates)) == 3 for templates in found.values())
    assert all(str(kind.description) for kind in kinds())
