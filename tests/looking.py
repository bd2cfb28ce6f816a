"""Look at a page as people do: in both themes, on a phone and a desk, with axe's rules and no sideways scroll."""

from axe_playwright_python.sync_playwright import Axe

NARROWEST = 320  # where WCAG 2.2 asks for no sideways scroll
WIDTHS = (390, 1280)
THEMES = ("light", "dark")
HEIGHT = 900
SERIOUS = ("serious", "critical")
RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
}


def troubles(page, url=None):
    """Everything serious that is wrong with the page, in every width and theme; [] is what we want.

    With ``url`` the page is opened first; without, it is looked at as it stands, as after a refused form.
    """
    if url:
        page.goto(url)
    size = page.viewport_size
    found = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": HEIGHT})
        found += sideways(page)
        for theme in THEMES:
            wear(page, theme)
            results = Axe().run(page, options=RULES)
            found += [
                f"{page.url} at {width} {theme}: {violation['id']}: {node['html'][:200]} {node['failureSummary'][:200]}"
                for violation in results.response["violations"]
                if violation["impact"] in SERIOUS
                for node in violation["nodes"][:2]
            ]
    page.set_viewport_size({"width": NARROWEST, "height": HEIGHT})
    found += sideways(page)
    page.set_viewport_size(size)
    wear(page, "light")
    return found


def sideways(page):
    """Whether the page has to be pushed sideways to be read, as a list to add up."""
    page.wait_for_load_state()  # a click goes on as soon as the next page begins, before its styles are there
    page.evaluate("document.fonts.ready.then(() => true)")
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return [f"{page.url} at {page.viewport_size['width']}: {wide} px too wide"] if wide > 0 else []


def wear(page, theme):
    """What the button for light and dark does; nothing moves meanwhile."""
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    page.evaluate("theme => document.documentElement.setAttribute('data-bs-theme', theme)", theme)


class Listener:
    """Hears everything the browser complains about: blocked scripts and styles, errors, missing files."""

    def __init__(self, context):
        self.heard = []
        context.on("page", self._listen)

    def _listen(self, page):
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.heard.append(f"{page.url}: {error}"))

    def _said(self, message):
        if message.type in {"error", "warning"}:
            self.heard.append(f"{message.location.get('url', '')}: {message.text}")
