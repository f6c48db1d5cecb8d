"""A real SMTP server with the bad days that a test asks for. Holds no tests."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP

from integrations.mail.smtp import Server

SENDER = "quotes@northwind.example"


@dataclass
class MailServer:
    """`mails` are those it took. `refused`: address -> what it answers to it, for as long as it is there.

    `breaks`: so many of the next mails it takes, and hangs up instead of saying so. `holds`: it says nothing to the
    next mail until this is set.
    """

    port: int = 0
    mails: list[tuple[list[str], EmailMessage]] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    once: dict[str, str] = field(default_factory=dict)
    answers: dict[str, str] = field(default_factory=dict)
    """What it answers to a command (AUTH, MAIL, DATA: to the mail itself), for as long as it is there."""
    slow: float = 0
    """Seconds that it takes for each command."""
    breaks: int = 0
    holds: asyncio.Event | None = None
    taking: asyncio.Event = field(default_factory=asyncio.Event)
    _server: Any = None

    async def handle_AUTH(self, _server, session, _envelope, _args):
        session.authenticated = "AUTH" not in self.answers
        return self.answers.get("AUTH", "235 Welcome")

    async def handle_MAIL(self, _server, _session, envelope, address, _options):
        await asyncio.sleep(self.slow)
        envelope.mail_from = address
        return self.answers.get("MAIL", "250 OK")

    async def handle_RCPT(self, _server, _session, envelope, address, _options):
        await asyncio.sleep(self.slow)
        answer = self.refused.get(address) or self.once.pop(address, None)
        if answer is not None:
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, _session, envelope):
        self.taking.set()
        if self.holds is not None:
            await self.holds.wait()
        await asyncio.sleep(self.slow)
        if self.answers.get("DATA", "").startswith("5"):
            return self.answers["DATA"]
        self.raw.append(envelope.content)
        message = message_from_bytes(envelope.content, policy=policy.default)
        self.mails.append((list(envelope.rcpt_tos), message))
        if self.breaks:
            self.breaks -= 1
            server.transport.abort()
        return self.answers.get("DATA", "250 Taken")

    @property
    def recipients(self) -> list[str]:
        return sorted(address for recipients, _ in self.mails for address in recipients)

    async def open(self, port: int = 0) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: SMTP(self, hostname="mail.test", enable_SMTPUTF8=True, auth_require_tls=False), "127.0.0.1", port
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        self._server.close()
        await self._server.wait_closed()

    @property
    def reached(self) -> Server:
        return Server("127.0.0.1", self.port, SENDER, timeout=2)


@asynccontextmanager
async def open_mail_server() -> AsyncIterator[MailServer]:
    server = MailServer()
    await server.open()
    try:
        yield server
    finally:
        await server.close()
