"""A database that takes questions and never answers costs seconds, not minutes. Shown through a proxy that freezes."""

import time
from urllib.parse import urlsplit

import environ
import pytest
from django.core.exceptions import PermissionDenied
from django.db import OperationalError, connection

from core.patience import answers_within
from core.views import failed
from tests.factories.accounts import PersonFactory
from tests.faults import fault_proxy
from tests.servers import needed, postgresql_url

ENDLESS = 3.0


@pytest.fixture
def proxy():
    place = urlsplit(needed("PostgreSQL", postgresql_url()))
    with fault_proxy((place.hostname, place.port or 5432)) as proxy:
        proxy.url = place._replace(netloc=f"{place.username}@127.0.0.1:{proxy.port}", path="/postgres").geturl()
        yield proxy


@pytest.fixture
def database(proxy, django_db_blocker, monkeypatch, settings):
    from core.postgresql import base  # noqa: PLC0415 -- loading it changes how psycopg2 waits

    monkeypatch.setattr(base, "_silent_until", 0.0)
    settings.DATABASE_CONNECT_SECONDS = 2.0  # as in the web server
    options = {"OPTIONS": {}, "TIME_ZONE": None, "CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True, "AUTOCOMMIT": True}
    with django_db_blocker.unblock():
        wrapper = base.DatabaseWrapper({**environ.Env.db_url_config(proxy.url), **options}, alias="proxied")
        yield wrapper
        wrapper.close()


def ask(database, question="SELECT 1"):
    with database.cursor() as cursor:
        cursor.execute(question)
        return cursor.fetchone()[0]


def seconds_until_it_fails(work):
    began = time.monotonic()
    with pytest.raises(OperationalError):
        work()
    return time.monotonic() - began


@pytest.mark.postgresql
def test_a_new_connection_to_a_frozen_server_is_given_up(proxy, database):
    proxy.freeze()

    assert seconds_until_it_fails(lambda: ask(database)) < ENDLESS


@pytest.mark.postgresql
def test_a_connection_that_was_kept_is_checked_and_given_up(proxy, database):
    before = ask(database)
    database.close_if_unusable_or_obsolete()  # as at the end of a request
    database.health_check_done = False
    proxy.freeze()

    assert before == 1
    assert seconds_until_it_fails(lambda: ask(database)) < ENDLESS


@pytest.mark.postgresql
def test_while_it_is_silent_nobody_else_waits(proxy, database):
    proxy.freeze()
    seconds_until_it_fails(lambda: ask(database))

    assert seconds_until_it_fails(lambda: ask(database)) < 0.1


@pytest.mark.postgresql
def test_once_it_answers_again_everything_goes_on(proxy, database, monkeypatch):
    proxy.freeze()
    seconds_until_it_fails(lambda: ask(database))
    proxy.repair()
    monkeypatch.setattr("core.postgresql.base._silent_until", 0.0)
    database.close()

    assert ask(database) == 1


@pytest.mark.postgresql
def test_a_limit_holds_for_everything_within_it(database):
    ask(database)

    def many():
        with answers_within(0.3):
            for _ in range(10):
                ask(database, "SELECT pg_sleep(0.1)")

    assert 0.2 < seconds_until_it_fails(many) < 0.6


@pytest.mark.postgresql
def test_an_answer_that_takes_its_time_is_waited_for(database):
    with answers_within(5):
        assert ask(database, "SELECT 7 FROM pg_sleep(0.3)") == 7


@pytest.mark.postgresql
def test_the_shorter_of_two_limits_holds(database):
    ask(database)

    def nested():
        with answers_within(0.2), answers_within(10):
            ask(database, "SELECT pg_sleep(2)")

    assert seconds_until_it_fails(nested) < 0.6


# -- The page meanwhile -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("error", "status"), [(OperationalError("away"), 503), (PermissionDenied("x"), 500)])
def test_without_database_pages_ask_for_patience_and_other_errors_stay_errors(rf, error, status):
    try:
        raise error  # noqa: TRY301 -- the handler looks at what is being handled
    except Exception:  # noqa: BLE001 -- as Django does
        response = failed(rf.get("/"))

    assert response.status_code == status
    assert response.headers.get("Retry-After") == ("30" if status == 503 else None)


def refuse(*_args):
    raise OperationalError("the server closed the connection")


@pytest.mark.django_db
@pytest.mark.parametrize("debug", [True, False])
@pytest.mark.parametrize(
    ("path", "is_known"),
    [
        (f"/u/{'x' * 60}/", False),
        (f"/c/{'x' * 43}/common-thread.ics", False),
        ("/", True),
        ("/account/login/code/", False),
    ],
)
def test_a_page_without_its_database_is_a_503_for_users_and_for_who_tries_the_product(
    client, monkeypatch, settings, caplog, debug, path, is_known
):
    settings.DEBUG = debug
    client.raise_request_exception = False
    if is_known:
        client.force_login(PersonFactory())
    monkeypatch.setattr("notifications.links.compare_digest", refuse)

    with connection.execute_wrapper(refuse):
        response = client.post(path, {"email": "robin@example.org"}) if "code" in path else client.get(path)

    assert (response.status_code, response.headers["Retry-After"]) == (503, "30")
    assert "We will be back soon" in response.content.decode()
    assert "OperationalError" not in response.content.decode()
    assert "the server closed the connection" in caplog.text


@pytest.mark.django_db
def test_other_errors_are_shown_to_who_works_on_the_product(client, monkeypatch, settings):
    def fail(*_args):
        raise RuntimeError("a mistake")

    settings.DEBUG = True
    client.raise_request_exception = False
    monkeypatch.setattr("notifications.links.compare_digest", fail)

    response = client.get(f"/u/{'x' * 60}/")

    assert (response.status_code, "a mistake" in response.content.decode()) == (500, True)
