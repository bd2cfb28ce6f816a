"""Real processes and a real browser. The walk runs twice: SQLite and files, PostgreSQL and Redis."""

import os

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


@pytest.fixture
def product(request, tmp_path):
    """The product on the database named by the parameter, "sqlite" if there is none; not started yet."""
    with servers.smtp_sink() as mail:
        if getattr(request, "param", "sqlite") == "sqlite":
            with (
                servers.scratch_sqlite(tmp_path) as database_url,
                running_product(database_url=database_url, redis_url="", mail=mail, folder=tmp_path) as product,
            ):
                yield product
            return
        redis_url = servers.needed("Redis", servers.redis_url())
        with (
            servers.scratch_postgres() as database_url,
            running_product(database_url=database_url, redis_url=redis_url, mail=mail, folder=tmp_path) as product,
        ):
            yield product


@pytest.fixture(scope="session")
def chromium():
    """A browser. Its loop keeps running while tests touch the database, which Django would take for async code."""
    path = servers.needed("Chromium", servers.chromium())
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=path, args=QUIET)
            yield browser
            browser.close()
