"""``EMAIL_URL=mailbox://``: every mail becomes one file, for development, the demo and tests."""

import os
import time
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage as ParsedMail
from email.utils import parsedate_to_datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Self

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend


class MailboxBackend(BaseEmailBackend):
    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for mail in email_messages:
            _write(mail.message().as_bytes(linesep="\r\n"))
        return len(email_messages)


def _write(content: bytes) -> None:
    """One file per mail, complete or absent; names sort by the time of arrival."""
    folder = Path(settings.MAILBOX_DIR)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    name = f"{time.time_ns():020d}-{uuid.uuid4().hex[:8]}"
    draft = folder / f".{name}"
    draft.write_bytes(content)
    os.replace(draft, folder / f"{name}.eml")  # noqa: PTH105 -- the atomic call, by its name


@dataclass(frozen=True)
class StoredMail:
    """A mail in the mailbox, parsed."""

    name: str
    parsed: ParsedMail

    @classmethod
    def read(cls, file: Path) -> Self:
        parsed = message_from_bytes(file.read_bytes(), policy=policy.default)
        return cls(file.stem, parsed)

    @property
    def subject(self) -> str:
        return str(self.parsed["Subject"] or "")

    @property
    def recipient(self) -> str:
        return str(self.parsed["To"] or "")

    @property
    def sender(self) -> str:
        return str(self.parsed["From"] or "")

    @property
    def sent_at(self) -> datetime | None:
        return parsedate_to_datetime(str(self.parsed["Date"])) if self.parsed["Date"] else None

    @property
    def text(self) -> str:
        return self._body("plain")

    @property
    def html(self) -> str:
        return self._body("html")

    @property
    def links(self) -> list["Link"]:
        collector = _LinkCollector()
        collector.feed(self.html)
        return collector.links

    @property
    def attachments(self) -> list["StoredAttachment"]:
        return [
            StoredAttachment(name, bytes(part.get_payload(decode=True) or b""))
            for part in self.parsed.iter_attachments()
            if (name := part.get_filename())
        ]

    def _body(self, subtype: str) -> str:
        part = self.parsed.get_body((subtype,))
        return str(part.get_content()) if part else ""


@dataclass(frozen=True)
class StoredAttachment:
    name: str
    content: bytes


@dataclass(frozen=True)
class Link:
    words: str
    url: str


class _LinkCollector(HTMLParser):
    """The links of a mail with their words, in order, each address once."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[Link] = []
        self._url = ""
        self._words = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self._url, self._words = dict(attrs).get("href") or "", ""

    def handle_data(self, data: str) -> None:
        self._words += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self._url:
            if self._url not in {link.url for link in self.links} and self._url.startswith(("http://", "https://")):
                self.links.append(Link(" ".join(self._words.split()), self._url))
            self._url = ""


def stored_files() -> list[Path]:
    """The files of the mailbox, newest first."""
    return sorted(Path(settings.MAILBOX_DIR).glob("[0-9]*.eml"), reverse=True)


def read_all(files: Iterable[Path]) -> list[StoredMail]:
    return [StoredMail.read(file) for file in files]


def find(name: str) -> StoredMail | None:
    """The mail of this name; names are compared with those that exist, so no path can be smuggled in."""
    return next((StoredMail.read(file) for file in stored_files() if file.stem == name), None)
