"""Caught mails as files of one folder, the way they came in. It interprets them only to show them."""

from __future__ import annotations

import email
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage, MIMEPart
from pathlib import Path
from uuid import uuid4

_NAME = re.compile(r"[0-9]{20}-[0-9a-f]{8}")
MOST = 1_000
"""Mails that are kept; the oldest go first."""


@dataclass(frozen=True)
class Attachment:
    filename: str
    content_type: str
    content: bytes


@dataclass(frozen=True)
class Mail:
    """`name` is its place in the folder; `recipients` are those of the envelope, whatever the headers say."""

    name: str
    recipients: list[str]
    message: EmailMessage

    def header(self, name: str) -> str:
        return str(self.message.get(name, ""))

    @property
    def text(self) -> str:
        part = self.message.get_body(("plain", "html"))
        return _read(part) if part is not None else ""

    @property
    def attachments(self) -> list[Attachment]:
        return [
            Attachment(part.get_filename() or f"attachment-{n}", part.get_content_type(), _bytes(part))
            for n, part in enumerate(self.message.iter_attachments(), start=1)
        ]


class Store:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def keep(self, recipients: list[str], content: bytes) -> None:
        name = f"{time.time_ns():020d}-{uuid4().hex[:8]}"
        envelope = f"X-Envelope-To: {', '.join(recipients)}\r\n".encode()
        beside = self._folder / f".{name}"
        beside.write_bytes(envelope + content)
        beside.replace(self._folder / f"{name}.eml")  # nobody sees half a mail
        for old in sorted(self._folder.glob("*.eml"))[:-MOST]:
            old.unlink(missing_ok=True)

    def mails(self) -> Iterator[Mail]:
        """The last first."""
        for path in sorted(self._folder.glob("*.eml"), reverse=True):
            mail = self.mail(path.stem)
            if mail is not None:
                yield mail

    def mail(self, name: str) -> Mail | None:
        if not _NAME.fullmatch(name):
            return None
        try:
            content = (self._folder / f"{name}.eml").read_bytes()
        except FileNotFoundError:
            return None
        message = email.message_from_bytes(content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        recipients = str(message.get("X-Envelope-To", "")).split(", ")
        return Mail(name, recipients, message)


def _read(part: MIMEPart) -> str:
    try:
        return str(part.get_content())
    except (LookupError, UnicodeError):  # a character set that nobody knows
        return _bytes(part).decode("utf-8", "replace")


def _bytes(part: MIMEPart) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""  # a mail within the mail has none of its own
