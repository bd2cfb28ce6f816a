"""People read their mail and answer the feedback form through the link in it."""

import random
import re
from email import message_from_bytes, policy
from pathlib import Path

from django.conf import settings
from django.test import Client

from feedback.choices import ITEMS
from partnerships.demo import calendar

LINK = re.compile(r"/f/[A-Za-z0-9_-]{20,}/")
ANSWERS_AT_ONCE, ANSWERS_WHEN_REMINDED = 0.62, 0.5
SKIPS, SPREAD = 0.05, 0.75
COMMENTS = 0.3


class Answering:
    """Reads what is new in the mailbox. Who answers and what is drawn from a fixed sequence."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.seen: set[str] = set()
        self.answered: set[tuple[str, str]] = set()

    def read_mail(self, *, month: int) -> None:
        """Open each new mail; some of those who are asked answer at once, some after a reminder."""
        folder = Path(settings.MAILBOX_DIR)
        if not folder.exists():
            return
        for path in sorted(folder.glob("*.eml")):
            if path.name in self.seen:
                continue
            self.seen.add(path.name)
            mail = message_from_bytes(path.read_bytes(), policy=policy.default)
            body = mail.get_body(preferencelist=("plain",))
            link = LINK.search(body.get_content()) if body else None
            if link is None:
                continue
            reminded = "feedback_reminder" in str(mail.get("List-Id", ""))
            if self.chance.random() < (ANSWERS_WHEN_REMINDED if reminded else ANSWERS_AT_ONCE):
                self._answer(link.group(), month=month)

    def _answer(self, path: str, *, month: int) -> None:
        answers: dict[str, str] = {}
        for item in ITEMS:
            if self.chance.random() >= SKIPS:
                felt = self.chance.gauss(calendar.MOOD[item][month], SPREAD)
                answers[item] = str(min(5, max(1, round(felt))))
        if self.chance.random() < COMMENTS:
            answers["comment"] = self.chance.choice(calendar.REMARKS)
            answers["may_quote"] = "on"
        Client().post(path, answers)
