"""What each chat is sent. Words that a person typed stay words."""

import json

import pytest

from notifications.chat.events import Post
from notifications.chat.models import ChatApp
from notifications.chat.words import LONGEST_TEXT, write_post

URL = "https://partners.example.org/p/table/?a=1&b=2"
NASTY = "@everyone @all <!channel> <@U1> *bold* _it_ ~~gone~~ `code` [click](https://evil.example) > | # <b>x</b> & $a$"


def written(app, *lines, url=URL):
    return json.loads(write_post(ChatApp(app), Post(lines[0], lines[1:], url)))


def test_slack_gets_plain_text_with_its_three_control_characters_escaped():
    body = written("slack", "A meeting", NASTY)

    assert body["text"].splitlines()[0] == "A meeting"
    assert "<!channel>" not in body["text"]
    assert "&lt;!channel&gt; &lt;@U1&gt;" in body["text"]
    assert body["text"].endswith("\n<https://partners.example.org/p/table/?a=1&amp;b=2>")
    assert (body["mrkdwn"], body["link_names"], body["unfurl_links"]) == (False, False, False)


def test_teams_gets_a_card_of_runs_that_know_no_markup():
    body = written("teams", "A meeting", NASTY)
    card = body["attachments"][0]["content"]

    assert (body["type"], card["type"]) == ("message", "AdaptiveCard")
    assert body["attachments"][0]["contentType"] == "application/vnd.microsoft.card.adaptive"
    assert [run for block in card["body"] for run in block["inlines"]] == [
        {"type": "TextRun", "text": "A meeting", "weight": "Bolder"},
        {"type": "TextRun", "text": NASTY},
    ]
    assert card["actions"] == [{"type": "Action.OpenUrl", "title": "Open the page", "url": URL}]


@pytest.mark.parametrize(("app", "field"), [("mattermost", "text"), ("discord", "content")])
def test_markdown_is_escaped_and_nobody_is_called(app, field):
    text = written(app, "A meeting", NASTY)[field]

    assert "@everyone" not in text
    assert "@all" not in text
    assert r"\*bold\* \_it\_ \~\~gone\~\~ \`code\` \[click\](https://evil.example) \> \|" in text
    assert r"\<!channel\>" in text


@pytest.mark.parametrize(("line", "escaped"), [
    ("# Heading", r"\# Heading"), ("- item", r"\- item"), ("+ item", r"\+ item"), ("1. item", r"1\. item"),
    ("12) item", r"12\) item"), ("-5 degrees", "-5 degrees"), ("2026 was good", "2026 was good"), ("\\", r"\\"),
])  # fmt: skip
def test_no_line_begins_a_heading_or_a_list(line, escaped):
    assert written("mattermost", line, url="")["text"] == escaped


def test_discord_is_told_to_ring_nobody_and_shows_no_preview():
    body = written("discord", "A meeting")

    assert body["allowed_mentions"] == {"parse": []}
    assert body["content"] == f"A meeting\n<{URL}>"


def test_matrix_gets_the_words_and_the_same_as_html():
    body = written("matrix", "@room look", NASTY)

    assert "@room" not in body["text"] + body["html"]
    assert "&lt;b&gt;x&lt;/b&gt; &amp;" in body["html"]
    assert body["html"].endswith('<a href="https://partners.example.org/p/table/?a=1&amp;b=2">Open the page</a>')


@pytest.mark.parametrize("app", ChatApp.values)
def test_line_breaks_and_signs_that_turn_text_around_are_gone(app):
    told = json.dumps(written(app, "one\ntwo\r\nthree\u2028four\u202efive\x00six"), ensure_ascii=False)

    assert "one two three four five six" in told


@pytest.mark.parametrize("app", ChatApp.values)
def test_a_long_post_loses_its_last_lines_and_never_its_link(app):
    body = written(app, "*" * 500, *(["_" * 500] * 30))
    told = json.dumps(body, ensure_ascii=False)

    assert len(told) <= LONGEST_TEXT
    assert "table" in told
    assert "…" in told
