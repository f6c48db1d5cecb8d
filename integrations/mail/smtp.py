"""One mail by SMTP: who it goes to, and exactly what its fate is. It writes no mail, and tries nothing twice.

Whatever goes wrong is told as one of the engine's errors, each knowing whether the mail may have left all the same:
only while the server takes the last byte nobody can say (RFC 5321, 4.2.5: 250 after the final dot is the acceptance).
"""

from dataclasses import dataclass, field
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

import aiosmtplib
from aiosmtplib import SMTP, SMTPException, SMTPResponseException

from integrations.core import errors

_TEMPORARY = range(400, 500)
_CLOSING = 421  # RFC 5321: the server is going away; it is not about this mail


@dataclass(frozen=True)
class Server:
    """Where mails are handed in. `tls`: from the first byte; `starttls`: before anything is said about the mail."""

    host: str
    port: int
    sender: str
    """The address that mails come from."""
    timeout: float = 10.0
    """Seconds that each answer of it may take."""
    tls: bool = False
    starttls: bool = False
    username: str | None = None
    password: str | None = field(default=None, repr=False)

    @classmethod
    def parse(cls, url: str, sender: str, timeout: float = 10.0) -> "Server":
        """`smtps://user:password@host:465` (TLS), `smtp://…:587?starttls=required`, `smtp://127.0.0.1:2525` (neither).

        Raises ValueError, which names no password.
        """
        parts = urlsplit(url)
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
            raise ValueError(
                "must be smtps://user:password@host:465 or smtp://user:password@host:587?starttls=required"
            )
        tls = parts.scheme == "smtps"
        return cls(
            host=parts.hostname,
            port=parts.port or (465 if tls else 587),
            sender=sender,
            timeout=timeout,
            tls=tls,
            starttls=not tls and parts.query == "starttls=required",
            username=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
        )


class MayHaveLeft(errors.TryLater):
    """The connection broke while the server was taking the mail: it may have been delivered."""


class SignInRefused(errors.Rejected):
    """The mail server doesn't take our name and password."""


async def send(server: Server, message: EmailMessage, recipient: str) -> None:
    """Hand one mail to one recipient. Raises `errors`: each says by `surely_not_done` whether it may have left."""
    client = SMTP(
        hostname=server.host,
        port=server.port,
        use_tls=server.tls,
        start_tls=server.starttls,
        timeout=server.timeout,
    )
    try:
        await _prepare(client, server, recipient)
    except SMTPException as error:
        client.close()
        raise _refusal(error) from None
    except (OSError, TimeoutError) as error:
        client.close()
        raise errors.TryLater(str(error) or type(error).__name__, surely_not_done=True) from None
    try:
        await client.data(message.as_bytes())
    except SMTPResponseException as error:
        raise _refusal(error) from None
    except (SMTPException, OSError, TimeoutError) as error:
        raise MayHaveLeft(str(error) or type(error).__name__) from None
    finally:
        client.close()


async def _prepare(client: SMTP, server: Server, recipient: str) -> None:
    await client.connect()
    if server.username is not None:
        try:
            await client.login(server.username, server.password or "")
        except aiosmtplib.SMTPAuthenticationError as error:
            raise SignInRefused(error.message, code=str(error.code)) from None
    await client.mail(server.sender)
    await client.rcpt(recipient)


def _refusal(error: SMTPException) -> errors.RemoteError:
    """An answer of the server: nothing has left."""
    if not isinstance(error, SMTPResponseException):
        return errors.TryLater(str(error), surely_not_done=True)
    code = str(error.code)
    if error.code in _TEMPORARY or error.code <= 0:
        status = None if error.code in (_CLOSING, -1) else error.code
        return errors.TryLater(error.message, code=code, status=status, surely_not_done=True)
    return errors.Rejected(error.message, code=code)
