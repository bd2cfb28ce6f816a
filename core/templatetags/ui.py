"""Components: a leaf is an inclusion tag, a container with a slot is a simple block tag; `docs/ui.md` lists them.

The library is a template builtin: no ``{% load %}``. A wrong argument or an unknown icon, status or tone fails at once.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from django import template
from django.conf import settings
from django.core.paginator import Page
from django.forms import BaseForm
from django.template.context import Context
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify
from django.utils.translation import get_language, get_language_info, gettext, ngettext

from core import dates
from core.charts import Drawing
from core.components import (
    MARKS,
    SECTOR_LOOKS,
    STATUSES,
    TONE_ICONS,
    UNKNOWN_SECTOR,
    Fact,
    Seen,
    Table,
    Tone,
    monogram,
    problems_of,
)
from core.icons import PATHS

register = template.Library()


# -- Marks and words --------------------------------------------------------------------------------------------------
@register.simple_tag
@lru_cache(maxsize=1024)
def icon(name: str, cls: str = "", *, label: str = "") -> SafeString:
    """An inline drawing. Decorative unless it carries a ``label``."""
    voice = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html(
        '<svg class="icon{}" viewBox="0 0 24 24" width="20" height="20" fill="none" stroke="currentColor" '
        'stroke-width="2" stroke-linecap="round" stroke-linejoin="round" {}><path d="{}"/></svg>',
        f" {cls}" if cls else "",
        voice,
        PATHS[name],
    )


@register.inclusion_tag("components/badge.html")
def badge(word: str, tone: Tone = "none", *, icon: str = "") -> dict[str, Any]:
    """Shape, word and tone for free words: ``{% badge _("Open until Wednesday") "risk" %}``."""
    return {"word": word, "tone": tone, "icon": icon or TONE_ICONS[tone]}


@register.inclusion_tag("components/badge.html")
def status(key: str, *, word: str = "") -> dict[str, Any]:
    """One of the known statuses, see ``core.components.STATUSES``."""
    known = STATUSES[key]
    return {"word": word or known.word, "tone": known.tone, "icon": known.icon}


@register.inclusion_tag("components/chip.html")
def sector_chip(sector: str, name: str) -> dict[str, Any]:
    """A sector by icon, tint and name: ``{% sector_chip org.main_sector org.get_main_sector_display %}``."""
    look = SECTOR_LOOKS.get(sector, UNKNOWN_SECTOR)
    return {"tint": look.tint, "icon": look.icon, "name": name}


@register.simple_tag
def avatar_org(name: object, sector: str = "", *, size: str = "") -> SafeString:
    """Monogram of an organisation on the tint of its sector. Decorative: the name it goes by stands beside it."""
    look = SECTOR_LOOKS.get(sector, UNKNOWN_SECTOR)
    classes = f"avatar avatar--org sec-{look.tint}" + (f" avatar--{size}" if size else "")
    return format_html('<span class="{}" aria-hidden="true">{}</span>', classes, monogram(str(name)))


@register.simple_tag
def avatar_person(name: str, *, size: str = "") -> SafeString:
    """Initials of a person. Decorative: the name stands beside it."""
    classes = "avatar" + (f" avatar--{size}" if size else "")
    return format_html('<span class="{}" aria-hidden="true">{}</span>', classes, monogram(name))


@register.inclusion_tag("components/seen_strip.html")
def seen_strip(seen: Iterable[Seen]) -> dict[str, Any]:
    """Who came, meeting by meeting: a letter to see, a sentence to hear."""
    return {"marks": [(one.when, MARKS[one.mark]) for one in seen]}


_draw = icon  # where a parameter is called icon


# -- Containers -------------------------------------------------------------------------------------------------------
@register.simple_block_tag
def panel(  # noqa: PLR0913 -- the props of the only card
    content: str,
    title: str = "",
    *,
    sub: str = "",
    action_url: str = "",
    action_label: str = "",
    label: str = "",
    anchor: str = "",
    level: int = 2,
    tone: str = "",
    flush: bool = False,
    selvedge: bool = False,
    foot: str = "",
) -> SafeString:
    """The only card. ``flush`` for a list or a table, which bring their own gutters; ``tone`` tint or risk."""
    if not (title or label):
        raise template.TemplateSyntaxError("A panel needs a title, or a label that is read aloud.")
    return render_to_string(
        "components/panel.html",
        {
            "content": content,
            "title": title,
            "sub": sub,
            "action_url": action_url,
            "action_label": action_label,
            "label": label,
            "id": anchor or f"panel-{slugify(title)}",
            "level": level,
            "tone": tone,
            "flush": flush,
            "selvedge": selvedge,
            "foot": foot,
        },
    )


@register.simple_block_tag
def note(content: str, icon: str = "info-circle") -> SafeString:
    """A privacy or method note, beside what it protects."""
    return render_to_string("components/note.html", {"content": content, "icon": icon})


@register.simple_block_tag
def callout(content: str, title: str, *, tone: str = "", level: int = 3) -> SafeString:
    """One thing to talk about; ``tone`` risk or off."""
    return render_to_string(
        "components/callout.html", {"content": content, "title": title, "tone": tone, "level": level}
    )


@register.simple_block_tag
def headline(content: str, lead: str = "") -> SafeString:
    """The finding of a page in words, once, before any chart."""
    return render_to_string("components/headline.html", {"content": content, "lead": lead})


@register.simple_block_tag
def table_scroll(content: str, label: str) -> SafeString:
    """A wide table scrolls in its own region, reachable by keyboard. The slot is the ``<table class="table">``."""
    return render_to_string("components/table_scroll.html", {"content": content, "label": label})


# -- Leaves -----------------------------------------------------------------------------------------------------------
@register.inclusion_tag("components/facts.html")
def facts(items: Sequence[Fact]) -> dict[str, Any]:
    """At most four numbers, each with its denominator."""
    return {"items": items}


@register.inclusion_tag("components/empty_state.html")
def empty_state(
    title: str,
    text: str,
    *,
    icon: str = "circle-dashed",
    action_url: str = "",
    action_label: str = "",
    tone: str = "",
    level: int = 2,
) -> dict[str, Any]:
    """What will be here, why it helps, and one button."""
    return {
        "title": title,
        "text": text,
        "icon": icon,
        "action_url": action_url,
        "action_label": action_label,
        "tone": tone,
        "level": level,
    }


@register.inclusion_tag("components/button_link.html")
def button_link(label: str, url: str, *, icon: str = "", kind: str = "quiet", size: str = "") -> dict[str, Any]:
    """A link that looks like a button; ``kind`` primary (one on a page), quiet or bare."""
    return {"label": label, "url": url, "icon": icon, "kind": kind, "size": size}


@register.inclusion_tag("components/breadcrumbs.html")
def breadcrumbs(*parts: str) -> dict[str, Any]:
    """Pairs of words and address, then the page itself: ``{% breadcrumbs _("Partners") partners_url org.name %}``."""
    *pairs, here = parts
    return {"crumbs": list(zip(pairs[::2], pairs[1::2], strict=True)), "here": here}


@register.inclusion_tag("components/pagination.html", takes_context=True)
def pagination(context: Context, page: Page) -> dict[str, Any]:
    """Older and newer, keeping the filters of the address."""
    return {"page": page, "request": context["request"]}


@register.inclusion_tag("components/error_summary.html")
def error_summary(form: BaseForm, *, title: str = "") -> dict[str, Any]:
    """What is to be mended, in the same words as beside the fields. Takes focus when the page has loaded."""
    return {"title": title or gettext("We could not save yet"), "problems": list(problems_of(form))}


@register.inclusion_tag("components/chart.html")
def chart_with_table(chart: Drawing, table: Table, *, source: str = "", title: str = "") -> dict[str, Any]:
    """A picture and the numbers behind it. ``chart`` is what a function of ``core.charts`` returned."""
    return {"chart": chart, "table": table, "source": source, "title": title}


@register.inclusion_tag("components/legend_key.html")
def legend_key(kind: str, word: str) -> dict[str, Any]:
    """One entry of a ``<ul class="legend">``: line, plan, forecast, goal, dot, previous, range, change, or a fill."""
    return {"kind": kind, "word": word}


# -- Shell ------------------------------------------------------------------------------------------------------------
@register.simple_tag(takes_context=True)
def nav_link(
    context: Context,
    url_name: str,
    icon: str,
    label: str,
    *,
    partnership: str = "",
    also: str = "",
    count: int = 0,
    item: bool = True,
) -> SafeString:
    """An entry of the menu, absent while its page does not exist. ``count`` is how many things need the reader.

    It is current on its own page, on pages of the same noun (``goals:goal-…``) and on those that begin with ``also``.
    """
    try:
        url = reverse(url_name, kwargs={"partnership": partnership} if partnership else {})
    except NoReverseMatch:
        return SafeString()
    match = getattr(context.get("request"), "resolver_match", None)
    here = match.view_name if match else ""
    section = url_name.rpartition("-")[0] or url_name
    within = here.startswith(f"{section}-") or bool(also and here.startswith(also))
    current = "page" if here == url_name else "true" if within else ""
    link = format_html(
        '<a href="{}"{}>{}{}{}</a>',
        url,
        format_html(' aria-current="{}"', current) if current else "",
        _draw(icon),
        label,
        _count(count) if count else "",
    )
    return format_html("<li>{}</li>", link) if item else link


def _count(number: int) -> SafeString:
    words = ngettext("needs you", "need you", number)
    return format_html(
        '<span class="count count--alert">{}<span class="visually-hidden"> {}</span></span>', number, words
    )


@register.inclusion_tag("components/language_choice.html", takes_context=True)
def language_choice(context: Context, *, by_link: bool = False) -> dict[str, Any]:
    """Offer every language. ``by_link`` for pages that set no cookie: the language rides in ``?lang=``."""
    request = context["request"]
    return {
        "languages": [get_language_info(code) for code, _name in settings.LANGUAGES],
        "current": get_language(),
        "by_link": by_link,
        "request": request,
        "path": request.get_full_path(),
    }


# -- Dates and lateness -----------------------------------------------------------------------------------------------
for in_words in (
    dates.day,
    dates.day_year,
    dates.short_day,
    dates.month,
    dates.short_month,
    dates.clock_time,
    dates.day_time,
):
    register.filter(in_words.__name__, in_words, expects_localtime=True)
register.filter("days_late", dates.days_late)
