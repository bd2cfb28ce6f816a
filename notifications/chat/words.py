"""One post in the form each chat takes, so that nothing a person typed is more than words there.

A title cannot ring everybody, hide a link behind other words, or draw a heading. Where a chat knows marked-up text
only, its marks are escaped in the way its own documentation names.
"""

import json
import re
from collections.abc import Callable, Mapping
from html import escape

from django.utils.translation import gettext as _

from notifications.chat.events import Post
from notifications.chat.models import ChatApp
from notifications.letters import one_line

LONGEST_LINE = 240
MOST_LINES = 12
LONGEST_TEXT = 1900  # Discord takes 2000 characters and says nothing about what it cuts off
_MARKS = re.compile(r"([\\`*_~|\[\]$<>])")
_MARKS_AT_START = re.compile(r"^(#|[-+](?= )|\d+(?=[.)]))")
_NO_MENTION = "@\u200b"  # an at sign that nothing can follow

Written = dict[str, object]


def write_post(app: ChatApp, post: Post) -> bytes:
    """The body of the request. Lines at the end are left out rather than cut where the whole would be too long."""
    lines = [_short(line) for line in (post.title, *post.lines[:MOST_LINES]) if _short(line)]
    written = _WRITERS[app](lines, post.url)
    while len(json.dumps(written, ensure_ascii=False)) > LONGEST_TEXT and len(lines) > 1:
        del lines[-1]
        written = _WRITERS[app](lines, post.url)
    return json.dumps(written, ensure_ascii=False).encode()


def _short(line: str) -> str:
    plain = one_line(line)
    return plain if len(plain) <= LONGEST_LINE else f"{plain[: LONGEST_LINE - 1].rstrip()}…"


def _slack(lines: list[str], url: str) -> Written:
    """``&``, ``<`` and ``>`` are Slack's only control characters once its markup is off."""
    text = "\n".join(
        [*(escape(line, quote=False) for line in lines), *([f"<{escape(url, quote=False)}>"] if url else [])]
    )
    return {"text": text, "mrkdwn": False, "link_names": False, "unfurl_links": False, "unfurl_media": False}


def _teams(lines: list[str], url: str) -> Written:
    """An adaptive card of text runs, which know no markup."""
    runs = [
        {
            "type": "RichTextBlock",
            "inlines": [{"type": "TextRun", "text": line, **({"weight": "Bolder"} if n == 0 else {})}],
        }
        for n, line in enumerate(lines)
    ]
    card: Written = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": runs,
    }
    if url:
        card["actions"] = [{"type": "Action.OpenUrl", "title": _("Open the page"), "url": url}]
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": card}
    return {"type": "message", "attachments": [attachment]}


def _mattermost(lines: list[str], url: str) -> Written:
    return {"text": "\n".join([*map(_unmarked, lines), *([url] if url else [])])}


def _discord(lines: list[str], url: str) -> Written:
    text = "\n".join([*map(_unmarked, lines), *([f"<{url}>"] if url else [])])
    return {"content": text, "allowed_mentions": {"parse": []}}


def _matrix(lines: list[str], url: str) -> Written:
    """Words for notifications and the same as HTML, so that nothing is read as Markdown."""
    quiet = [line.replace("@", _NO_MENTION) for line in lines]
    html = "<br>".join(escape(line) for line in quiet)
    if url:
        html += f'<br><a href="{escape(url)}">{escape(_("Open the page"))}</a>'
    return {"text": "\n".join([*quiet, *([url] if url else [])]), "html": html}


def _unmarked(line: str) -> str:
    """Markdown's own characters escaped, where they would mean something."""
    marked = _MARKS_AT_START.sub(_escape_start, _MARKS.sub(r"\\\1", line))
    return marked.replace("@", _NO_MENTION)


def _escape_start(found: re.Match[str]) -> str:
    """``# heading``, ``- list`` and ``1. list`` begin a line of their own."""
    text = found[1]
    return f"{text}\\" if text.isdigit() else f"\\{text}"


_WRITERS: Mapping[ChatApp, Callable[[list[str], str], Written]] = {
    ChatApp.SLACK: _slack,
    ChatApp.TEAMS: _teams,
    ChatApp.MATTERMOST: _mattermost,
    ChatApp.MATRIX: _matrix,
    ChatApp.DISCORD: _discord,
}
