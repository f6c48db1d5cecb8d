"""Caught mails as files of one folder, the way they came in. It interprets them only to show them."""

from __future__ import annotations

import email
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage, MIMEPart
from pathlib import Path
from uuid import uuid4

_ENVELOPE = "X-Envelope-To: "
_NAME = re.compile(r"[0-9]{20}-[0-9a-f]{8}")
HEADERS = ("From", "To", "Reply-To", "Subject", "Date", "Message-ID")
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
    headers: Mapping[str, str]
    """Those of HEADERS that it has."""
    text: str
    attachments: Sequence[Attachment] = ()


class Store:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def keep(self, recipients: list[str], content: bytes) -> None:
        name = f"{time.time_ns():020d}-{uuid4().hex[:8]}"
        envelope = f"{_ENVELOPE}{', '.join(recipients)}\r\n".encode()
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
        envelope, _, content = content.partition(b"\r\n")
        recipients = envelope.decode().removeprefix(_ENVELOPE).split(", ")
        try:
            return _opened(name, recipients, content)
        # The standard library's parser stumbles over some malformed mails, each time with another exception.
        except Exception:
            return Mail(name, recipients, {}, content.decode("utf-8", "replace"))


def _opened(name: str, recipients: list[str], content: bytes) -> Mail:
    message = email.message_from_bytes(content, policy=policy.default)
    assert isinstance(message, EmailMessage)
    body = message.get_body(("plain", "html"))
    attachments = [
        Attachment(part.get_filename() or f"attachment-{n}", part.get_content_type(), _bytes(part))
        for n, part in enumerate(message.iter_attachments(), start=1)
    ]
    headers = {header: str(message[header]) for header in HEADERS if header in message}
    return Mail(name, recipients, headers, "" if body is None else str(body.get_content()), attachments)


def _bytes(part: MIMEPart) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""  # a mail within the mail has none of its own
