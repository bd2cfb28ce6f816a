"""The floor is only worth a comparison while it does real work; the harness, while it counts what happens."""

import pytest
from django.core.wsgi import get_wsgi_application
from django.db import connection

from bench.answers import RATED, fields_of, words_of
from bench.floor.handler import beside_the_product
from bench.floor.models import Answer, Board, Card, Owner
from bench.inside import integrity, seeding
from bench.inside.calling import Caller, statements
from feedback.choices import ITEMS

pytestmark = pytest.mark.django_db(transaction=True)  # a handler closes connections, which a transaction forbids


@pytest.fixture
def floor_tables():
    tables = [Answer, Board, Owner, Card]
    with connection.schema_editor() as editor:
        for model in tables:
            editor.create_model(model)
    yield
    with connection.schema_editor() as editor:
        for model in reversed(tables):
            editor.delete_model(model)


@pytest.fixture
def floor():
    return Caller(beside_the_product())


@pytest.fixture
def ours():
    return Caller(get_wsgi_application())


def test_floor_asks_for_everything_our_form_asks_for(floor):
    page = floor.get("/form/").body.decode()

    assert {name for name in fields_of(1) if f'name="{name}"' in page} == set(fields_of(1))
    assert RATED == ITEMS


def test_floor_keeps_an_answer_with_one_statement(floor, floor_tables):
    with statements() as found:
        floor.post("/form/", fields_of(3))

    assert [sql.split()[0] for sql in found] == ["INSERT"]
    assert Answer.objects.get().comment == words_of(3)


def test_floor_shows_every_card_in_three_statements(floor, floor_tables):
    board = seeding.board(size=7)

    with statements() as found:
        page = floor.get(f"/board/{board}/").body.decode()

    assert page.count("<article>") == 7
    assert len(found) == 3


def test_seeded_links_take_an_answer_and_the_check_finds_it_once(ours):
    [links] = seeding.windows(count=1)
    for number, link in enumerate(links):
        ours.post(f"/f/{link}/", fields_of(number))

    assert integrity.check(visitors=len(links)) == {"lost": 0, "twice": 0}


def test_the_check_notices_an_answer_that_is_not_there(ours):
    [links] = seeding.windows(count=1)
    for number, link in enumerate(links[:-2]):
        ours.post(f"/f/{link}/", fields_of(number))

    assert integrity.check(visitors=len(links))["lost"] == 4  # two without words, two without ratings


def test_a_caller_insists_on_a_page(ours):
    with pytest.raises(RuntimeError, match="404"):
        ours.get("/f/nobody/")
