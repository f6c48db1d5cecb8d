"""Order confirmation → mail. One root a recipient, so each has its own error and its own retry.

A mail can't be looked up afterwards, so it is never sent again by itself once it may have left: that it is about to be
sent is written down before (`attempted_at`), and whoever finds that without an end asks a person.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
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
from integrations.mail.letter import Recipient, letter

_MAY_HAVE_LEFT = (
    "The connection to the mail server broke while it took this mail for {email}: it may have been delivered."
    " Ask the recipient, or retry, which sends it again."
)


@dataclass(frozen=True)
class _Mail:
    """What one run sends."""

    id: UUID
    title: str
    document: Document
    to: Recipient
    message_id: str


@dataclass(frozen=True)
class Confirmations:
    """The chore. `server`: None where this deployment sends no mail."""

    server: smtp.Server | None
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    def title(self, key: str) -> str:
        return "An order confirmation"

    def again_in(self, timing: Timing) -> float | None:
        return None

    def explain(self, error: errors.RemoteError, key: str) -> Problem:
        return Problem(ErrorKind.REJECTED, error.text, remote_code=error.code or None, remote_text=error.text)

    async def run(self, job: Job) -> Outcome:
        found = await self._begin(job)
        if found is None:
            return Outcome()
        if isinstance(found, Problem):
            return Outcome(problems=[found])
        try:
            await self._send(job, found)
        except Problem as problem:
            return Outcome(title=found.title, problems=[problem.about(job.root, found.title)], called=True)
        except errors.TryLater as error:
            return Outcome(title=found.title, later=Later.of(error, job.root, found.title), called=True)
        return Outcome(title=found.title, wrote=True, called=True)

    async def _begin(self, job: Job) -> "_Mail | Problem | None":
        """What is to be sent, written down as begun. None: nothing is left to do."""
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
            if contact.email is None:
                text = f"{contact.full_name} has no e-mail address any more. Give the contact one, then retry."
                return Problem(ErrorKind.REJECTED, text).about(job.root, title)
            # The address that is right today, should it have been corrected since the order was entered.
            row.email = contact.email
            row.attempted_at = await ctx.session.scalar(select(func.now()))
            await job.lease.check(ctx.session)
            # Another one each time it is tried: what was asked to be sent again must not be taken for the same.
            message_id = f"<{row.id}.{job.lease.token}@{self.server.sender.rpartition('@')[2]}>"
            return _Mail(row.id, title, document, Recipient(contact.full_name, contact.email), message_id)

    async def _send(self, job: Job, mail: _Mail) -> None:
        assert self.server is not None
        pdf = await render.pdf(mail.document)
        message = letter(
            mail.document, pdf, mail.to, sender=self.server.sender, message_id=mail.message_id, at=self.now()
        )
        await job.lease.hold()
        try:
            await smtp.send(self.server, message, mail.to.email)
        except smtp.MayHaveLeft as error:
            await self._end(job, mail, sent=False)
            raise Problem(
                ErrorKind.UNAVAILABLE, _MAY_HAVE_LEFT.format(email=mail.to.email), remote_text=error.text
            ) from None
        except smtp.SignInRefused as error:
            await self._end(job, mail, sent=False)
            raise _sign_in_refused(self.server, error) from None
        except errors.Rejected as error:
            await self._end(job, mail, sent=False)
            raise _refused(self.server, mail, error) from None
        except errors.TryLater:
            await self._end(job, mail, sent=False)
            raise
        await self._end(job, mail, sent=True)

    async def _end(self, job: Job, mail: _Mail, *, sent: bool) -> None:
        async with job.transaction() as ctx:
            row = await _locked(ctx, mail.id)
            if row is None:
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


def _sign_in_refused(server: smtp.Server, error: errors.RemoteError) -> Problem:
    text = f"The mail server {server.host} refuses our sign-in: {error.text.rstrip('.')}. Correct SMTP_URL, then retry."
    return Problem(
        ErrorKind.UNAUTHORIZED, text, setting="SMTP_URL", remote_code=error.code or None, remote_text=error.text
    )


def _refused(server: smtp.Server, mail: _Mail, error: errors.RemoteError) -> Problem:
    text = (
        f"{server.host} refused the mail for {mail.to.email}: {error.text.rstrip('.')}."
        f" Correct the e-mail address of {mail.to.name}, then retry."
    )
    return Problem(ErrorKind.REJECTED, text, remote_code=error.code or None, remote_text=error.text)
