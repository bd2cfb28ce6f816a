"""P14: what a phone fetches to show the public form, and whether the page stands still meanwhile."""

from collections.abc import Iterator

from playwright.sync_api import Browser, sync_playwright

from bench.place import OURS, Place, Server
from bench.results import Limit, Line, Result, Skipped
from tests.servers import chromium

PHONE = {"width": 390, "height": 844}
SETTLED = 1_000  # milliseconds
ARGUMENTS = ["--disable-quic", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
WATCH_SHIFTS = """
window.shifted = 0;
new PerformanceObserver(list => {
  for (const entry of list.getEntries()) { if (!entry.hadRecentInput) { window.shifted += entry.value; } }
}).observe({type: "layout-shift", buffered: true});
"""


def run(place: Place) -> Iterator[Line]:
    path = chromium()
    if path is None:
        yield Skipped("P14", "no Chromium: set CHROMIUM to its path")
        return
    [links] = place.inside("seeding.windows", place.sqlite, count=1)
    with place.serving(OURS, place.sqlite, "/healthz/live") as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield from _first_visit(browser, server, links[0])
        sent = _sends_without_scripts(browser, server, links[1])
        yield Result("P14", "forms sent without scripts, of 1", sent, "", Limit(1, at_least=True))
        browser.close()


def _first_visit(browser: Browser, server: Server, link: str) -> Iterator[Line]:
    page = browser.new_context(viewport=PHONE, is_mobile=True).new_page()
    page.add_init_script(WATCH_SHIFTS)
    wire = page.context.new_cdp_session(page)
    wire.send("Network.enable")
    kinds: dict[str, str] = {}
    sizes: dict[str, float] = {}
    wire.on("Network.responseReceived", lambda event: kinds.update({event["requestId"]: event["type"]}))
    wire.on("Network.loadingFinished", lambda event: sizes.update({event["requestId"]: event["encodedDataLength"]}))
    page.goto(f"{server.url}/f/{link}/", wait_until="networkidle")
    page.wait_for_timeout(SETTLED)
    fonts = {request for request, kind in kinds.items() if kind == "Font"}
    kilobytes = sum(size for request, size in sizes.items() if request not in fonts) / 1000
    yield Result("P14", "first visit: requests without fonts", len(sizes.keys() - fonts), "", Limit(5), Limit(3))
    yield Result("P14", "first visit: fonts", len(fonts), "")
    yield Result("P14", "first visit: bytes without fonts", kilobytes, "kB", Limit(60, "kB"), Limit(40, "kB"))
    yield Result("P14", "layout shift", page.evaluate("window.shifted"), "", Limit(0.01))


def _sends_without_scripts(browser: Browser, server: Server, link: str) -> int:
    page = browser.new_context(viewport=PHONE, java_script_enabled=False).new_page()
    page.goto(f"{server.url}/f/{link}/")
    page.check("#voice-4")
    with page.expect_navigation() as sent:
        page.locator("form[data-feedback] button[type=submit]").click()
    return int(sent.value.status == 200)
