"""A kind of mail of our own, so that these tests know nothing of the apps above."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from notifications import registry
from notifications.registry import Attachment, Letter, MailKind

NOW = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)


class World:
    """What the greeting says and whether it is wanted, for a test to change."""

    def __init__(self):
        self.title = "A fine day"
        self.unwanted = set()
        self.broken = set()
        self.attachments = ()
        self.from_name = ""
        self.alike = None
        self.meanwhile = lambda _message: None  # happens just before each message leaves

    def compose(self, message, now):
        if message.pk in self.broken:
            raise KeyError("robin@example.org")
        context = {"title": self.title, "at": now, "link": "https://common-thread.example/f/abcdef123456/"}
        return Letter(context, attachments=self.attachments, from_name=self.from_name, alike=self.alike)

    def is_wanted(self, message, _now):
        self.meanwhile(message)
        return message.pk not in self.unwanted


@pytest.fixture
def world(monkeypatch, settings):
    """Registers ``test_greeting`` and ``test_code``, which nobody can unsubscribe from."""
    world = World()
    greeting = MailKind(
        name="test_greeting",
        template="test_greeting",
        description="Greetings from the tests",
        compose=world.compose,
        still_wanted=world.is_wanted,
    )
    code = replace(greeting, name="test_code", offers_unsubscribe=False, priority=10)
    monkeypatch.setattr(registry, "_kinds", {kind.name: kind for kind in (greeting, code)})
    folder = str(Path(__file__).parent / "templates")
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [*settings.TEMPLATES[0]["DIRS"], folder]}]
    return world


@pytest.fixture
def invitation():
    return Attachment("meeting.ics", "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "text/calendar; method=REQUEST")
