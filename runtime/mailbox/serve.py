"""The two doors of the mailbox: SMTP to hand mails in, HTTP to look at them."""

from __future__ import annotations

import asyncio
from pathlib import Path

import uvicorn
from aiosmtpd.smtp import SMTP, Envelope, Session

from runtime.mailbox.page import application
from runtime.mailbox.store import Store

_LARGEST = 32 * 1024 * 1024  # bytes of a mail


class _Inbox:
    """What aiosmtpd calls with each mail."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        content = envelope.content
        assert isinstance(content, bytes)
        await asyncio.to_thread(self._store.keep, [str(recipient) for recipient in envelope.rcpt_tos], content)
        return "250 Kept"


async def serve(host: str, port: int, smtp_port: int, folder: Path) -> None:
    """Until SIGTERM."""
    store = Store(folder)
    loop = asyncio.get_running_loop()
    inbox = await loop.create_server(
        lambda: SMTP(_Inbox(store), data_size_limit=_LARGEST, hostname="mailbox.localhost", enable_SMTPUTF8=True),
        host,
        smtp_port,
    )
    async with inbox:
        config = uvicorn.Config(application(store), host=host, port=port, log_config=None, access_log=False)
        await uvicorn.Server(config).serve()
