"""Order confirmation → mail. One root a recipient, so each has its own error and its own retry.

A mail can't be looked up afterwards, so it is never sent again by itself once it may have left: that it is about to be
sent is written down before (`attempted_at`), and whoever finds that without an end asks a person.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from domain import events
from domain.context import Context
from domain.documents import render
from domain.documents.models import Document
from domain.organizations.models import Contact
from domain.sales_orders import document as documents
from domain.sales_orders.fulfilment import OrderConfirmation
from domain.sync.models import ErrorKind, ExternalLink
from integrations.core import errors
from integrations.core.chores import Job
from integrations.core.outcome import Later, Outcome
from integrations.core.provider import Problem
from integrations.core.timing import Timing
from integrations.mail import smtp
from integrations.mail.letter import Recipient, addressable, letter
from integrations.mail.smtp import About, Server

_MAY_HAVE_LEFT = (
    "The connection to the mail server broke while it took this mail for {email}: it may have been delivered."
    " Ask the recipient, or retry, which sends it again."
)
_REFUSED: Mapping[About, tuple[ErrorKind, str | None, str]] = {
    About.SERVER: (
        ErrorKind.UNMAPPED,
        "SMTP_URL",
        "The mail server {host} can't be used this way: {said}. Correct SMTP_URL, restart the workers, then retry.",
    ),
    About.SIGN_IN: (
        ErrorKind.UNAUTHORIZED,
        "SMTP_URL",
        "The mail server {host} refuses our sign-in: {said}. Correct SMTP_URL, restart the workers, then retry.",
    ),
    About.SENDER: (
        ErrorKind.REJECTED,
        "MAIL_FROM",
        "{host} takes no mail from {sender}: {said}. Correct MAIL_FROM, restart the workers, then retry.",
    ),
    About.RECIPIENT: (
        ErrorKind.REJECTED,
        None,
        "{host} refused the mail for {email}: {said}. Correct the e-mail address of {name}, then retry.",
    ),
    About.MAIL: (
        ErrorKind.REJECTED,
        None,
        "{host} refused the content of the mail for {email}: {said}. Ask whoever runs that server, then retry.",
    ),
}
"""The kind of error, the setting to change, and what people are told."""


@dataclass(frozen=True)
class _Mail:
    """What one run sends, and where it hands it in."""

    id: UUID
    title: str
    document: Document
    to: Recipient
    server: Server
    message_id: str


@dataclass(frozen=True)
class Confirmations:
    """The chore. `server`: None where this deployment sends no mail."""

    server: Server | None
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    def title(self, key: str) -> str:
        return "An order confirmation"

    def again_in(self, timing: Timing) -> float | None:
        return None

    def explain(self, error: errors.RemoteError, key: str) -> Problem:
        return Problem(ErrorKind.REJECTED, error.text, remote_code=error.code or None, remote_text=error.text)

    async def run(self, job: Job) -> Outcome:
        found = await self._wanted(job)
        if found is None:
            return Outcome()
        if isinstance(found, Problem):
            return Outcome(problems=[found])
        # Made before anything is written down: what goes wrong here has surely not left.
        message = await self._written(job, found)
        if not await self._begin(job, found):
            return Outcome()
        try:
            await self._send(job, found, message)
        except Problem as problem:
            return Outcome(title=found.title, problems=[problem.about(job.root, found.title)], called=True)
        except errors.TryLater as error:
            return Outcome(title=found.title, later=Later.of(error, job.root, found.title), called=True)
        return Outcome(title=found.title, wrote=True, called=True)

    async def _wanted(self, job: Job) -> "_Mail | Problem | None":
        """What is to be sent, or why it can't be. None: nothing is left to do."""
        async with job.transaction() as ctx:
            row = await _locked(ctx, UUID(job.key))
            if row is None or row.sent_at is not None:
                return None
            contact: Contact = row.contact
            document = await documents.content(ctx, row.sales_order_id)
            title = f"{document.number} to {row.email}"
            if row.attempted_at is not None:
                # Somebody began to send it and never came back. The next run is a retry: it sends.
                row.attempted_at = None
                await job.lease.check(ctx.session)
                text = _MAY_HAVE_LEFT.format(email=row.email)
                return Problem(ErrorKind.UNAVAILABLE, text).about(job.root, title)
            if self.server is None:
                return _no_server().about(job.root, title)
            # The address that is right today, should it have been corrected since the order was entered.
            if contact.email is None:
                text = f"{contact.full_name} has no e-mail address any more. Give the contact one, then retry."
                return Problem(ErrorKind.REJECTED, text).about(job.root, title)
            email = addressable(contact.email)
            if email is None:
                text = f"No mail can be sent to {contact.email}. Correct the e-mail address of {contact.full_name}"
                return Problem(ErrorKind.REJECTED, f"{text}, then retry.").about(job.root, title)
            # Another one each time it is tried: what was asked to be sent again must not be taken for the same.
            message_id = f"<{row.id}.{job.lease.token}@{self.server.sender.rpartition('@')[2]}>"
            return _Mail(row.id, title, document, Recipient(contact.full_name, email), self.server, message_id)

    async def _written(self, job: Job, mail: _Mail) -> EmailMessage:
        making = asyncio.ensure_future(render.pdf(mail.document))
        while not making.done():  # a long document, or the many before it, may outlast a lease
            await asyncio.wait({making}, timeout=job.timing.renew_after)
            await job.lease.hold()
        pdf = making.result()
        return letter(mail.document, pdf, mail.to, sender=mail.server.sender, message_id=mail.message_id, at=self.now())

    async def _begin(self, job: Job, mail: _Mail) -> bool:
        """Write down that it is about to be sent. False: the order is gone."""
        await job.lease.hold()
        async with job.transaction() as ctx:
            row = await _locked(ctx, mail.id)
            if row is None:
                return False
            row.email = mail.to.email
            row.attempted_at = await ctx.session.scalar(select(func.now()))
            await job.lease.check(ctx.session)
            return True

    async def _send(self, job: Job, mail: _Mail, message: EmailMessage) -> None:
        try:
            await smtp.send(mail.server, message, mail.to.email, job.lease.hold)
        except smtp.MayHaveLeft as error:
            await self._end(job, mail, sent=False)
            raise Problem(
                ErrorKind.UNAVAILABLE, _MAY_HAVE_LEFT.format(email=mail.to.email), remote_text=error.text
            ) from None
        except smtp.Refused as error:
            await self._end(job, mail, sent=False)
            raise _refused(mail, error) from None
        except errors.TryLater:
            await self._end(job, mail, sent=False)
            raise
        await self._end(job, mail, sent=True)

    async def _end(self, job: Job, mail: _Mail, *, sent: bool) -> None:
        async with job.transaction() as ctx:
            row = await _locked(ctx, mail.id)
            if row is None or row.sent_at is not None:
                return
            row.attempted_at = None
            if sent:
                row.sent_at = await ctx.session.scalar(select(func.now()))
                ctx.session.add(_link(job, mail, row.sent_at))
                ctx.emit(events.OrderConfirmationSent(row.id))


def _link(job: Job, mail: _Mail, at: datetime | None) -> ExternalLink:
    """What people see of it afterwards: it was taken, under this id."""
    return ExternalLink(
        provider=job.provider.name,
        subject=job.root,
        root=job.root,
        remote_kind="mail",
        remote_id=mail.message_id,
        last_synced_at=at,
    )


async def _locked(ctx: Context, id: UUID) -> OrderConfirmation | None:
    contact = joinedload(OrderConfirmation.contact)
    lock = {"of": OrderConfirmation}
    return await ctx.session.get(OrderConfirmation, id, options=[contact], with_for_update=lock)


def _no_server() -> Problem:
    text = "This deployment has no mail server. Set SMTP_URL and MAIL_FROM, restart the workers, then retry."
    return Problem(ErrorKind.UNMAPPED, text, setting="SMTP_URL")


def _refused(mail: _Mail, error: smtp.Refused) -> Problem:
    kind, setting, text = _REFUSED[error.about]
    said = {"host": mail.server.host, "sender": mail.server.sender, "said": error.text.rstrip(".")}
    return Problem(
        kind,
        text.format(**said, email=mail.to.email, name=mail.to.name),
        setting=setting,
        remote_code=error.code or None,
        remote_text=error.text,
    )
