"""A room has one address: a hundred people answer from it within five minutes and nobody is turned away."""

from collections import Counter
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from core import clock
from core.limits import LOGIN_PER_ADDRESS
from tests.factories.feedback import CLOSED, open_window, tokens_of

ROOM = "203.0.113.7"
PEOPLE = 100
WITHIN = timedelta(minutes=5)


@pytest.fixture
def passing_time(monkeypatch):
    """Five minutes pass while a hundred people send: a window of any limiter holds most of them."""
    moment = CLOSED + timedelta(hours=1)
    state = {"now": moment}
    monkeypatch.setattr(clock, "now", lambda: state["now"])
    monkeypatch.setattr("feedback.views.answering.now", clock.now)

    def pass_on():
        state["now"] += WITHIN / PEOPLE

    return pass_on


@pytest.mark.django_db
def test_a_hundred_answers_from_one_address_in_five_minutes_are_all_taken(passing_time, tell):
    links = [token for _ in range(4) for token in tokens_of(open_window(present=PEOPLE // 4, absent=0))]
    statuses = Counter()
    for token in links:
        passing_time()
        person = Client(REMOTE_ADDR=ROOM)
        opened = person.get(f"/f/{token}/")
        sent = person.post(f"/f/{token}/", {"voice": "4", "trust": "2"})
        statuses.update([opened.status_code, sent.status_code])
    guesser = Client(REMOTE_ADDR=ROOM)
    guesses = Counter(
        guesser.post(reverse("account_login"), {"login": f"guess{n}@example.org", "password": "x"}).status_code
        for n in range(LOGIN_PER_ADDRESS.count + 5)
    )

    tell(answers_from_one_address=len(links), statuses=dict(statuses), guesses=dict(guesses))
    assert len(links) == PEOPLE
    assert set(statuses) == {200}
    assert guesses[429] == 5  # from there, too, passwords are counted
