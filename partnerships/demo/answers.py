"""People read their mail and answer the feedback form through the link in it."""

import re
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path

from django.conf import settings
from django.test import Client

from feedback.choices import ITEMS, OWN
from partnerships.demo import story, voices, words
from partnerships.demo.world import World

LINK = re.compile(r"/f/[A-Za-z0-9_-]{20,}/")
CODE = re.compile(r"\b(?:[0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}\b")
ASKS = b"\nList-Id: <feedback_re"  # the request and its reminders
ANSWER_RATE = 0.4  # of those who open a mail that asks; two reminders follow
SKIPS, SPREAD = 0.05, 0.75
COMMENTS = 0.3


KEPT = timedelta(days=31)


class Answering:
    """Reads what is new in the mailbox. Who answers and what is drawn from a fixed sequence."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.chance = world.chance
        self.read: dict[Path, datetime] = {}
        self.remarks: list[str] = []

    def read_mail(self, *, month: int, now: datetime) -> None:
        """Open each new mail: some people answer at once, some after a reminder. Old mail is thrown away."""
        for path in sorted(Path(settings.MAILBOX_DIR).glob("*.eml")):
            if path not in self.read:
                self.read[path] = now
                self._open(path, month=month)
        for path in [path for path, day in self.read.items() if day < now - KEPT]:
            path.unlink()
            del self.read[path]

    def _open(self, path: Path, *, month: int) -> None:
        content = path.read_bytes()
        if ASKS not in content:
            return
        mail = message_from_bytes(content, policy=policy.default)
        body = mail.get_body(preferencelist=("plain",))
        link = LINK.search(body.get_content()) if body else None
        if link is not None and self.chance.random() < ANSWER_RATE:
            self._answer(link.group(), month=month, apart=_apart(str(mail["To"])))

    def _answer(self, path: str, *, month: int, apart: float) -> None:
        answers: dict[str, str] = {}
        for item in ITEMS:
            if self.chance.random() >= SKIPS:
                felt = self.chance.gauss(voices.MOOD[item][month] + apart, SPREAD)
                answers[item] = str(min(5, max(1, round(felt))))
        if self.chance.random() < COMMENTS:
            answers["comment"] = self._remark()
            answers["may_quote"] = "on"
        if month >= words.ASKED_FROM:
            answers[OWN] = str(min(5, max(1, round(voices.MOOD["trust"][month] + apart))))
        remark = answers.get("comment", "")
        if month >= words.TALKED_FROM and remark in words.TALKS and remark not in self.world.codes:
            answers["wants_reply"] = "on"
        if shown := CODE.search(Client().post(path, answers).content.decode()):
            self.world.codes[remark] = shown.group()

    def _remark(self) -> str:
        """No remark comes back before all have been made."""
        if not self.remarks:
            self.remarks = self.chance.sample(voices.REMARKS, k=len(voices.REMARKS))
        return self.remarks.pop()


def _apart(address: str) -> float:
    """How differently somebody of a sector sees things."""
    sectors = {human.email: partner.sector for partner in story.PARTNERS for human in partner.people}
    sector = next((sector for email, sector in sectors.items() if email in address), None)
    return voices.APART.get(sector, 0.0) if sector else 0.0
