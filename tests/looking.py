"""Look at a page as people do: in both themes, on a phone and a desk, with axe's rules and no sideways scroll."""

from axe_playwright_python.sync_playwright import Axe

WIDTHS = (390, 1280)
THEMES = ("light", "dark")
SERIOUS = ("serious", "critical")
RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
}


def troubles(page, url):
    """Everything serious that is wrong with the page at ``url``, in every width and theme; [] is what we want."""
    found = []
    for width in WIDTHS:
        for theme in THEMES:
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=theme)
            page.goto(url)
            results = Axe().run(page, options=RULES)
            found += [
                f"{url} at {width} {theme}: {violation['id']}: {violation['nodes'][0]['html'][:200]}"
                for violation in results.response["violations"]
                if violation["impact"] in SERIOUS
            ]
            wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            if wide > 0:
                found.append(f"{url} at {width} {theme}: {wide} px too wide")
    page.set_viewport_size({"width": 1280, "height": 900})
    page.emulate_media(color_scheme="light")
    return found
