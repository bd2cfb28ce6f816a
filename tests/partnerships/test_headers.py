"""What a browser is told with every answer, errors included."""

import pytest
from django.urls import reverse

from core import http
from tests.factories.accounts import PersonFactory

pytestmark = pytest.mark.django_db

POLICY = {
    "default-src 'self'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "font-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
}


def headers_of(response):
    policy = set(response.headers["Content-Security-Policy"].split("; "))
    return policy, response.headers["X-Content-Type-Options"], response.headers["Cross-Origin-Opener-Policy"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("get", "/partnerships/", 200),
        ("get", "/partnerships/?after=%00", 400),
        ("post", "/f/x/?%00", 400),
        ("get", "/ui/", 403),
        ("get", "/no/such/page/", 404),
        ("get", "/p/nobody-knows/goals/", 404),
        ("get", "/f/no-such-link/", 404),
        ("get", "/u/no-such-link/", 404),
        ("delete", "/partnerships/", 405),
    ],
)
def test_every_answer_carries_the_policy(client, method, path, status):
    client.force_login(PersonFactory(is_staff=False))

    response = getattr(client, method)(path)

    assert response.status_code == status
    assert headers_of(response) == (POLICY, "nosniff", "same-origin")


def test_a_page_that_breaks_carries_the_policy_and_no_detail(client, monkeypatch):
    def broken(*_args, **_kwargs):
        raise RuntimeError("the key lies under the mat")

    client.force_login(PersonFactory())
    client.raise_request_exception = False
    monkeypatch.setattr(http, "render", broken)

    response = client.get(reverse("partners:partnership-list"))

    assert response.status_code == 500
    assert headers_of(response) == (POLICY, "nosniff", "same-origin")
    assert b"under the mat" not in response.content
    assert b"<h1" in response.content


def test_a_form_from_another_site_is_refused_with_the_policy(client):
    client.handler.enforce_csrf_checks = True

    response = client.post(reverse("account_login"), {"login": "ada@example.org"})

    assert response.status_code == 403
    assert headers_of(response) == (POLICY, "nosniff", "same-origin")
