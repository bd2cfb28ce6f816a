import re
from dataclasses import replace

import pytest
from bs4 import BeautifulSoup
from django.conf import settings
from django.urls import reverse

from notifications.letters import write_mail
from notifications.links import Subscription, read_token
from notifications.registry import kind_named, kinds
from tests.factories.accounts import PersonFactory
from tests.factories.notifications import MessageFactory
from tests.notifications.conftest import NOW

pytestmark = pytest.mark.django_db
GALLERY = reverse("notifications:mail-gallery")
OF_PEOPLES_WORDS = ("seat_invitation", "health_report", "health_change")  # their previews are invented words


def preview_of(look):
    """What lists of mail show behind the subject, and nothing shows within the mail."""
    hidden = BeautifulSoup(look.html, "html.parser").body.find("div")
    assert "display:none" in hidden["style"].replace(" ", "")
    return " ".join(hidden.get_text().split())


@pytest.fixture
def operator(client):
    client.force_login(PersonFactory(is_staff=True, language="en"))
    return client


def test_it_is_for_operators_only(client):
    client.force_login(PersonFactory())

    assert client.get(GALLERY).status_code == 403
    assert client.get(reverse("notifications:mail-sample", args=["login_code", "en"])).status_code == 403


def test_every_kind_is_there_in_every_language_as_html_and_as_plain_text(operator, django_assert_max_num_queries):
    with django_assert_max_num_queries(6):
        page = operator.get(GALLERY)

    entries = {entry.kind.name: entry for entry in page.context["entries"]}
    assert set(entries) == {kind.name for kind in kinds()}
    assert len(entries) >= 16
    for entry in entries.values():
        english, french = entry.looks
        assert [look.language for look in entry.looks] == list(dict(settings.LANGUAGES)) == ["en", "fr"]
        assert english.subject != french.subject, entry.kind.name
        assert english.text != french.text, entry.kind.name
        assert f'<html lang="{french.language}"' in french.html
        assert all((entry.kind.who, entry.kind.when)), entry.kind.name
        assert all(len(preview_of(look)) > 20 for look in entry.looks), entry.kind.name
        assert preview_of(english) != preview_of(french) or entry.kind.name in OF_PEOPLES_WORDS


def test_a_sample_is_shown_in_our_gallery_and_can_do_nothing(operator):
    sample = operator.get(reverse("notifications:mail-sample", args=["meeting_invitation", "fr"]))

    assert "December round table" in sample.text
    assert "sandbox" in sample["Content-Security-Policy"]
    assert "default-src 'none'" in sample["Content-Security-Policy"]
    assert sample["X-Frame-Options"] == "SAMEORIGIN"


@pytest.mark.parametrize("address", [("no_such_kind", "en"), ("login_code", "xx")])
def test_what_there_is_not_is_not_found(operator, address):
    assert operator.get(reverse("notifications:mail-sample", args=address)).status_code == 404


@pytest.mark.parametrize("kind", [one.name for one in kinds() if one.sample])
def test_every_kind_bears_the_headers_of_well_behaved_automatic_mail(kind):
    """RFC 8058: one address, https or as our site has it, and exactly the word that stops with one click."""
    real = kind_named(kind)
    message = MessageFactory(kind=kind, recipient__language="fr")

    letter = write_mail(message, replace(real, compose=lambda *_: real.sample()), now=NOW).message()

    assert letter["Message-ID"] == message.message_id
    assert letter["Auto-Submitted"] == "auto-generated"
    assert re.fullmatch(r"<[a-z0-9_-]+\.[A-Za-z0-9.-]+>", letter["List-Id"])
    assert len([name for name in letter if name.lower().startswith("list-unsub")]) == 2 * real.offers_unsubscribe
    if real.offers_unsubscribe:
        stop = letter["List-Unsubscribe"].replace("\n", "")
        link = re.fullmatch(r"\s*<(https?://[^\s<>,]+)>", stop)
        assert link, stop
        token = link[1].rstrip("/").rpartition("/")[2]
        assert read_token(token) == Subscription(message.recipient_id, kind)
        assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert reverse("notifications:preferences") in letter.get_payload()[0].get_payload(decode=True).decode()
