import re
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.contrib.auth.tokens import default_token_generator
from django.contrib.sessions.models import Session
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.http import int_to_base36

from accounts.services import close_account
from core.models import RateCount
from notifications.models import Message
from notifications.registry import kind_named
from notifications.sealed_text import unseal
from tests.drill import size
from tests.factories.accounts import PersonFactory

pytestmark = pytest.mark.django_db
PASSWORD = "a harbour full of light"
FORGED = size(100, 1000)
LOGIN, CODE, CONFIRM, RESET = (
    "/account/login/", "/account/login/code/", "/account/login/code/confirm/", "/account/password/reset/",
)  # fmt: skip


@pytest.fixture(autouse=True)
def quick_hasher(monkeypatch):
    """The same hasher, cheaper: these tests count how often it runs, not how long."""
    monkeypatch.setattr(Argon2PasswordHasher, "time_cost", 1)
    monkeypatch.setattr(Argon2PasswordHasher, "memory_cost", 64)


@pytest.fixture
def maya():
    person = PersonFactory(email="maya@example.org")
    person.set_password(PASSWORD)
    person.save()
    return person


def sign_in(client, email="maya@example.org", password=PASSWORD, **extra):
    return client.post(LOGIN, {"login": email, "password": password, **extra})


def signed_in_as(client):
    return int(client.session.get("_auth_user_id", 0))


def body(response):
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", response.content.decode())


def test_password_signs_in_under_a_new_session_that_ends_after_two_weeks(client, maya):
    client.get(f"{LOGIN}?next=/account/me/")
    client.session.save()
    before = client.session.session_key

    response = sign_in(client, email="Maya@Example.org", next="/account/me/")

    assert (response.status_code, response["Location"]) == (302, "/account/me/")
    assert signed_in_as(client) == maya.pk
    assert client.session.session_key != before
    left = client.session.get_expiry_date() - datetime.now(UTC)
    assert timedelta(days=13, hours=23) < left <= timedelta(days=14)


def test_session_of_an_operator_ends_after_a_day(client, maya):
    maya.is_staff = True
    maya.save()

    sign_in(client)

    left = client.session.get_expiry_date() - datetime.now(UTC)
    assert timedelta(hours=23) < left <= timedelta(days=1)


def test_planted_session_is_not_the_one_people_sign_in_with(client, maya):
    client.cookies["sessionid"] = "planted-by-somebody-else-0123456"

    sign_in(client)

    assert signed_in_as(client) == maya.pk
    assert client.session.session_key != "planted-by-somebody-else-0123456"
    assert not Session.objects.filter(pk="planted-by-somebody-else-0123456").exists()


def test_wrong_password_and_unknown_address_get_the_same_answer(client, maya):
    PersonFactory(email="never@example.org", password="!")
    answers = [
        sign_in(client, email=email, password="wrong " * 3)
        for email in ("maya@example.org", "nobody@example.org", "never@example.org")
    ]

    assert [answer.status_code for answer in answers] == [422, 422, 422]
    texts = {body(answer).replace(email, "") for answer, email in zip(
        answers, ("maya@example.org", "nobody@example.org", "never@example.org"), strict=True
    )}  # fmt: skip
    assert len(texts) == 1
    assert "do not belong together" in texts.pop()


@pytest.mark.parametrize("email", ["maya@example.org", "nobody@example.org", "never@example.org"])
def test_every_failed_sign_in_hashes_once(client, maya, monkeypatch, email):
    PersonFactory(email="never@example.org", password="!")
    hashed = []
    encode, verify = Argon2PasswordHasher.encode, Argon2PasswordHasher.verify
    monkeypatch.setattr(Argon2PasswordHasher, "encode", lambda *a, **k: hashed.append("e") or encode(*a, **k))
    monkeypatch.setattr(Argon2PasswordHasher, "verify", lambda *a, **k: hashed.append("v") or verify(*a, **k))

    sign_in(client, email=email, password="wrong " * 3)

    assert len(hashed) == 1


@pytest.mark.parametrize(("url", "field"), [(CODE, "email"), (RESET, "email")])
def test_asking_for_mail_costs_the_same_statements_for_known_and_unknown(client, maya, url, field):
    client.post(url, {field: "warm-up@example.org"})
    kinds = []
    for email in ("maya@example.org", "nobody@example.org"):
        client.logout()
        with CaptureQueriesContext(
            connection,
        ) as queries:
            response = client.post(url, {field: email})
        kinds.append([query["sql"].split(" ")[0] for query in queries])
        assert response.status_code == 302

    known, unknown = kinds
    assert [word for word in known if word != "RELEASE"] == [
        word for word in unknown if word not in ("RELEASE", "ROLLBACK")
    ]
    assert Message.objects.count() == 1


@pytest.mark.parametrize(("url", "field"), [(CODE, "email"), (RESET, "email")])
def test_asking_for_mail_looks_the_same_for_known_and_unknown(client, maya, url, field):
    pages = []
    for email in ("maya@example.org", "nobody@example.org"):
        client.logout()
        asked = client.post(url, {field: email})
        shown = client.get(asked["Location"])
        pages.append((asked.status_code, asked["Location"], shown.status_code, body(shown).replace(email, "")))

    assert pages[0] == pages[1]


def test_mailed_code_signs_in_once(client, maya):
    asked = client.post(f"{CODE}?next=/account/me/", {"email": "maya@example.org", "next": "/account/me/"})
    message = Message.objects.get()
    code = unseal(message.secret)

    response = client.post(asked["Location"], {"code": code, "next": "/account/me/"})
    client.logout()
    again = client.post(CONFIRM, {"code": code})

    assert (response.status_code, response["Location"]) == (302, "/account/me/")
    assert (message.kind, message.recipient, message.params) == ("login_code", maya, {})
    assert code not in message.secret
    assert message.expires_at - message.created_at == timedelta(minutes=10)
    assert again["Location"] == CODE
    assert not signed_in_as(client)


def test_code_is_void_after_three_wrong_tries(client, maya):
    client.post(CODE, {"email": "maya@example.org"})
    code = unseal(Message.objects.get().secret)

    tries = [client.post(CONFIRM, {"code": "WRONG-1"}).status_code for _ in range(3)]
    late = client.post(CONFIRM, {"code": code})

    assert tries == [422, 422, 302]
    assert late["Location"] == CODE
    assert not signed_in_as(client)


def test_empty_code_opens_nothing_for_an_unknown_address(client):
    client.post(CODE, {"email": "nobody@example.org"})

    answers = [client.post(CONFIRM, {"code": code}).status_code for code in ("", " ")]

    assert answers == [422, 422]
    assert not signed_in_as(client)


def test_sixth_guess_within_a_quarter_of_an_hour_waits(client, maya):
    answers = [sign_in(client, password="wrong " * 3).status_code for _ in range(5)]

    with_the_right_one = sign_in(client)

    assert answers == [422] * 5
    assert with_the_right_one.status_code == 429
    assert "Please try again in" in with_the_right_one.content.decode()
    assert not signed_in_as(client)


def test_signing_in_forgives_the_wrong_tries_before(client, maya):
    for _ in range(4):
        sign_in(client, password="wrong " * 3)
    sign_in(client)
    client.logout()

    answers = [sign_in(client, password="wrong " * 3).status_code for _ in range(5)]

    assert answers == [422] * 5


def test_one_address_guesses_twenty_times_an_hour_and_room_full_of_people_signs_in(client, maya):
    for _ in range(25):
        assert sign_in(client).status_code == 302
        client.logout()

    answers = [sign_in(client, email=f"guess{n}@example.org").status_code for n in range(21)]

    assert answers == [422] * 20 + [429]


def guesses(client, forwarded):
    """How often sign-in answered what to guesses for other people, each said to come from elsewhere."""
    return Counter(
        client.post(
            LOGIN, {"login": f"guess{n}@example.org", "password": "x"}, headers={"X-Forwarded-For": address}
        ).status_code
        for n, address in enumerate(forwarded)
    )


@pytest.mark.drill
@pytest.mark.parametrize("proxies", [0, 1])
def test_forwarded_addresses_do_not_reset_the_count(client, maya, settings, tell, proxies):
    """Nobody's word counts without a proxy of ours; behind one, only the entry that it wrote."""
    settings.TRUSTED_PROXIES = proxies
    forged = [f"10.{n // 250}.{n % 250}.9" for n in range(FORGED)]

    answers = guesses(client, [f"{one}, 203.0.113.7" for one in forged] if proxies else forged)

    tell(forged=FORGED, proxies=proxies, answers=dict(answers))
    assert answers == {422: 20, 429: FORGED - 20}


def test_what_a_proxy_of_ours_writes_does_tell_people_apart(client, maya, settings):
    """Else the test above would see nothing."""
    settings.TRUSTED_PROXIES = 1

    assert guesses(client, [f"10.0.0.{n}" for n in range(25)]) == {422: 25}


@pytest.mark.parametrize("url", [CODE, RESET])
def test_three_mails_an_hour_per_account(client, maya, url):
    answers = []
    for _ in range(4):
        client.logout()
        answers.append(client.post(url, {"email": "maya@example.org"}).status_code)
    unknown = []
    for _ in range(4):
        client.logout()
        unknown.append(client.post(url, {"email": "nobody@example.org"}).status_code)

    assert answers == unknown == [302, 302, 302, 429]
    assert Message.objects.count() == 3


def test_limits_keep_no_address_in_clear(client, maya):
    sign_in(client, password="wrong " * 3)

    assert RateCount.objects.count() == 2
    assert not [row for row in RateCount.objects.all() if "maya" in row.subject or "127" in row.subject]


def reset_link(person):
    key = default_token_generator.make_token(person)
    return reverse("account_reset_password_from_key", kwargs={"uidb36": int_to_base36(person.pk), "key": key})


def test_mailed_link_sets_a_new_password_once_and_ends_other_sessions(client, maya):
    client.force_login(maya)
    elsewhere = client.session.session_key
    client.cookies.clear()
    link = reset_link(maya)
    form = client.get(link)["Location"]
    new = "tide tables and bread"

    page = client.get(form)
    weak = client.post(form, {"password1": "short", "password2": "short"})
    done = client.post(form, {"password1": new, "password2": new})
    client.cookies.clear()
    again = client.get(link)

    assert default_token_generator.check_token(maya, link.rsplit("-", 2)[-2]) is False
    assert "set-password" in form
    assert (page.status_code, weak.status_code, done.status_code) == (200, 422, 302)
    assert "This link is used up" in again.content.decode()
    assert sign_in(client, password=new).status_code == 302
    client.cookies["sessionid"] = elsewhere
    assert client.get("/account/me/").status_code == 302


def test_reset_mail_holds_no_link_until_it_is_sent(client, maya):
    client.post(RESET, {"email": "Maya@example.org"})

    message = Message.objects.get()
    letter = kind_named(message.kind).compose(message, datetime.now(UTC))
    assert (message.kind, message.secret, message.params, message.priority > 0) == ("password_reset", "", {}, True)
    assert letter.context["reset_url"].startswith("http://127.0.0.1:8000/account/password/reset/key/")
    assert client.get(letter.context["reset_url"].removeprefix("http://127.0.0.1:8000")).status_code == 302


def test_deactivated_person_is_out_at_the_next_request_and_stays_out(client, maya):
    sign_in(client)
    assert client.get("/account/me/").status_code == 200
    close_account(person=maya, now=datetime.now(UTC))

    open_session = client.get("/account/me/")
    client.logout()
    by_password = sign_in(client)
    client.logout()
    client.post(CODE, {"email": "maya@example.org"})

    assert open_session["Location"] == f"{LOGIN}?next=/account/me/"
    assert by_password["Location"] == "/account/inactive/"
    assert Message.objects.count() == 0


def test_deactivated_person_with_a_wrong_password_looks_unknown(client, maya):
    close_account(person=maya, now=datetime.now(UTC))

    answer = sign_in(client, password="wrong " * 3)

    assert (answer.status_code, "do not belong together" in answer.content.decode()) == (422, True)


def test_signing_out_needs_a_pressed_button(client, maya):
    sign_in(client)

    asked = client.get("/account/logout/")
    still = signed_in_as(client)
    done = client.post("/account/logout/")

    assert (asked.status_code, still) == (200, maya.pk)
    assert (done["Location"], signed_in_as(client)) == (LOGIN, 0)


OFF_SITE = [
    "https://evil.example/", "//evil.example/", "///evil.example", "http:///evil.example", "/\\evil.example",
    "\\\\evil.example", "https:evil.example", "javascript:alert(1)", "data:text/html,x", "http://127.0.0.1@evil.example",
    " //evil.example", "\t//evil.example", "//evil.example\\@127.0.0.1", "https://testserver.evil.example",
    "http://testserver/", "//testserver/", "ftp://evil.example", "////evil.example", "/\t/evil.example", "%2f%2fevil",
]  # fmt: skip


@pytest.mark.parametrize("target", OFF_SITE)
def test_nobody_is_sent_off_the_site(client, maya, target):
    places = [
        client.post("/account/language/", {"language": "fr", "next": target})["Location"],
        sign_in(client, next=target)["Location"],
        client.post("/account/logout/", {"next": target})["Location"],
    ]
    asked = client.post(CODE, {"email": "maya@example.org", "next": target})
    places.append(asked["Location"])
    code = unseal(Message.objects.get().secret)
    places.append(client.post(CONFIRM, {"code": code, "next": target})["Location"])

    assert [place for place in places if not re.fullmatch(r"/[a-z/]*(\?.*)?|/?%2f%2fevil", place)] == []


def test_changing_the_password_counts_guesses_at_the_present_one(client, maya):
    client.force_login(maya)
    guess = {"oldpassword": "wrong " * 3, "password1": "tide tables and bread", "password2": "tide tables and bread"}
    answers = [client.post("/account/password/change/", guess).status_code for _ in range(6)]

    assert answers == [422] * 5 + [429]


def test_person_without_password_chooses_one(client):
    person = PersonFactory(email="ana@example.org", password="!")
    client.force_login(person)

    sent_on = client.get("/account/password/change/")
    new = {"password1": PASSWORD, "password2": PASSWORD}
    done = client.post("/account/password/set/", new)

    assert sent_on["Location"] == "/account/password/set/"
    assert done["Location"] == "/account/me/"
    client.logout()
    assert sign_in(client, email="ana@example.org").status_code == 302


def test_nobody_can_sign_up(client):
    assert "by an invitation" in client.get("/account/signup/").content.decode()
    assert client.post("/account/signup/", {"email": "nobody@example.org"}).status_code == 405
    assert client.post(CODE, {"email": "nobody@example.org"}).status_code == 302
    assert not get_user_model().objects.exists()
