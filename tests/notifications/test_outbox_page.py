from datetime import timedelta

import pytest
from bs4 import BeautifulSoup

from core import clock
from tests.factories.accounts import PersonFactory
from tests.factories.notifications import HeartbeatFactory, MessageFactory

pytestmark = pytest.mark.django_db
PATH = "/staff/outbox/"


@pytest.fixture
def operator(client):
    client.force_login(PersonFactory(is_staff=True))
    return client


def test_operators_see_counts_loops_and_dead_letters(operator):
    now = clock.now()
    MessageFactory.create_batch(2, due_at=now - timedelta(minutes=20))
    MessageFactory(sent=True)
    letter = MessageFactory(dead=True)
    for name in ("dispatch", "plan"):
        HeartbeatFactory(name=name, at=now)

    page = BeautifulSoup(operator.get(PATH).content, "html.parser")

    rows = [[cell.get_text(strip=True) for cell in row.find_all(["th", "td"])] for row in page.select("tbody tr")]
    assert rows[:6] == [
        ["Waiting", "2"],
        ["Being sent", "0"],
        ["Sent", "1"],
        ["Could not be sent", "1"],
        ["Cancelled", "0"],
        ["No longer needed", "0"],
    ]
    assert [(row[0], row[2]) for row in rows[6:9]] == [
        ("dispatch", "Working"),
        ("plan", "Working"),
        ("housekeeping", "Working"),
    ]
    assert [rows[9][0], rows[9][3], rows[9][4]] == [
        letter.recipient.email,
        "8",
        "the mail server refused the recipient (550)",
    ]
    assert "has been waiting for 20" in page.get_text()
    assert page.select("main form") == []


@pytest.mark.parametrize("item_count", [1, 3])
def test_the_page_costs_the_same_for_one_dead_letter_and_for_many(operator, django_assert_num_queries, item_count):
    MessageFactory.create_batch(item_count, dead=True)

    with django_assert_num_queries(6):  # session, person, counts, beats, oldest, dead letters
        response = operator.get(PATH)

    assert response.status_code == 200


def test_nobody_else_sees_it(client, settings):
    settings.LOGIN_URL = "/sign-in/"

    anonymous = client.get(PATH)
    client.force_login(PersonFactory())

    assert (anonymous.status_code, anonymous["Location"].split("?")[0]) == (302, "/sign-in/")
    assert client.get(PATH).status_code == 403
