"""The mailbox of `up`: what is handed in can be looked at, and does nothing to whoever looks."""

from __future__ import annotations

import smtplib
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

import httpx
import pytest

from runtime import ports
from tests.runtime.conftest import comes

MALFORMED = {
    "an open address": b"To: <\r\nSubject: Hello\r\n\r\nHi",
    "an open quotation": b'From: "\r\n\r\nHi',
    "an open id": b"Message-ID: <\r\n\r\nHi",
    "bytes": b"Subject: \xff\xfe\r\n\r\n\xff",
    "half a pair": b"Subject: =?utf-8?q?=ED=A0=80?=\r\n\r\nHi",
    "no character set": b'Content-Type: text/plain; charset="\x01"\r\n\r\n\xff',
    "no parts": b"Content-Type: multipart/mixed\r\n\r\nHi",
    "nothing": b"",
}


@dataclass(frozen=True)
class Mailbox:
    page: httpx.Client
    smtp_port: int

    def take(self, content: bytes, to: str = "ada@acme.example") -> None:
        with smtplib.SMTP(ports.HOST, self.smtp_port) as server:
            server.sendmail("quotes@northwind.example", [to], content)

    def last(self) -> str:
        """The path of the mail that came in last."""
        return f"/mails/{self.page.get('/mails.json').json()['mails'][0]['name']}"


@pytest.fixture(scope="module")
def mailbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mailbox]:
    folder: Path = tmp_path_factory.mktemp("mails")
    port, smtp_port = ports.choose(port=0, smtp_port=0)
    words = ["--port", str(port), "--smtp-port", str(smtp_port), "--folder", str(folder)]
    process = subprocess.Popen([sys.executable, "-P", "-m", "runtime.cli", "mailbox", *words])
    try:
        with httpx.Client(base_url=f"http://{ports.HOST}:{port}") as page:
            assert comes(lambda: _answers(page))
            yield Mailbox(page, smtp_port)
    finally:
        process.terminate()
        process.wait(20)


def _answers(page: httpx.Client) -> bool:
    try:
        return page.get("/").is_success
    except httpx.TransportError:
        return False


def test_a_mail_is_shown_with_what_is_attached_to_it(mailbox: Mailbox) -> None:
    mail = EmailMessage()
    mail["Subject"] = "Rechnung für Ada"
    mail.set_content("Guten Tag")
    mail.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="SO-1001.pdf")
    mailbox.take(mail.as_bytes(), "ben@acme.example")
    [shown, *_] = mailbox.page.get("/mails.json").json()["mails"]
    assert (shown["to"], shown["subject"], shown["text"]) == (["ben@acme.example"], "Rechnung für Ada", "Guten Tag\n")
    assert shown["attachments"] == [{"filename": "SO-1001.pdf", "type": "application/pdf", "bytes": 8}]
    assert "Rechnung für Ada" in mailbox.page.get("/").text
    opened = mailbox.page.get(f"{mailbox.last()}/1")
    assert (opened.content, opened.headers["content-type"]) == (b"%PDF-1.7", "application/pdf")
    assert mailbox.page.get(f"{mailbox.last()}/2").status_code == 404


def test_nothing_of_a_mail_runs_in_the_browser(mailbox: Mailbox) -> None:
    script = "<script>alert(1)</script>"
    mail = EmailMessage()
    mail["Subject"] = script
    mail["From"] = f'"{script}" <eve@evil.example>'
    mail.set_content(script, subtype="html")
    mail.add_attachment(script.encode(), maintype="text", subtype="html", filename=f"{script}.html")
    mail.add_attachment(b"<svg/>", maintype="image", subtype="svg+xml", filename='x".svg')
    mailbox.take(mail.as_bytes())
    for path in ("/", mailbox.last()):
        page = mailbox.page.get(path)
        assert "&lt;script&gt;" in page.text
        assert "<script" not in page.text
        assert "default-src 'none'" in page.headers["content-security-policy"]
    for number in (1, 2):
        opened = mailbox.page.get(f"{mailbox.last()}/{number}")
        assert opened.headers["content-type"] == "application/octet-stream"
        assert opened.headers["content-disposition"].startswith("attachment")


@pytest.mark.parametrize("content", MALFORMED.values(), ids=MALFORMED.keys())
def test_a_malformed_mail_keeps_nobody_from_looking(mailbox: Mailbox, content: bytes) -> None:
    mailbox.take(content)
    for path in ("/", mailbox.last()):
        assert mailbox.page.get(path).status_code == 200


def test_what_is_no_mail_opens_no_file(mailbox: Mailbox) -> None:
    for path in ("/mails/..%2f..%2fetc%2fpasswd", "/mails/x", f"{mailbox.last()}/0"):
        assert mailbox.page.get(path).status_code == 404
