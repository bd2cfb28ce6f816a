"""The walk runs twice: on SQLite with the file broker, and on PostgreSQL with Redis."""

import pytest
from playwright.sync_api import sync_playwright

from tests import servers
from tests.product import running_product

QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(params=["sqlite", "postgresql"])
def product(request, tmp_path):
    with servers.smtp_sink() as mail:
        if request.param == "sqlite":
            with (
                servers.scratch_sqlite(tmp_path) as database_url,
                running_product(database_url=database_url, redis_url="", mail=mail, folder=tmp_path) as product,
            ):
                yield product
            return
        redis_url = servers.redis_url()
        if redis_url is None:
            pytest.skip("no Redis to be had")
        with (
            servers.scratch_postgres() as database_url,
            running_product(database_url=database_url, redis_url=redis_url, mail=mail, folder=tmp_path) as product,
        ):
            yield product


@pytest.fixture(scope="session")
def chromium():
    path = servers.chromium()
    if path is None:
        pytest.skip("no Chromium to be had")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=QUIET)
        yield browser
        browser.close()
