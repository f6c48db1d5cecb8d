"""One mail by SMTP: who it goes to, and exactly what its fate is. It writes no mail, and tries nothing twice.

Whatever goes wrong is told as one of the engine's errors, each knowing whether the mail may have left all the same:
only while the server takes the last byte nobody can say (RFC 5321, 4.2.5: 250 after the final dot is the acceptance).
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from email.message import EmailMessage
from enum import StrEnum
from urllib.parse import unquote, urlsplit

from aiosmtplib import SMTP, SMTPException, SMTPResponseException

from integrations.core import errors

_TEMPORARY = range(400, 500)
_PERMANENT = range(500, 600)
_CLOSING = 421  # RFC 5321: the server is going away; it is not about this mail
_HERE = frozenset({"localhost", "127.0.0.1", "::1"})
_FORM = (
    "must be smtps://user:password@host:465 or smtp://user:password@host:587?starttls=required;"
    " special characters in name and password are percent-encoded"
)


@dataclass(frozen=True)
class Server:
    """Where mails are handed in. `tls`: from the first byte; `starttls`: before anything is said about the mail."""

    host: str
    port: int
    sender: str
    """The address that mails come from."""
    timeout: float = 10.0
    """Seconds that each step of handing in a mail may take."""
    tls: bool = False
    starttls: bool = False
    username: str | None = None
    password: str | None = field(default=None, repr=False)

    @classmethod
    def parse(cls, url: str, sender: str, timeout: float = 10.0) -> "Server":
        """`smtps://user:password@host:465` (TLS), `smtp://…:587?starttls=required`, `smtp://127.0.0.1:2525` (neither).

        Raises ValueError, which names no password.
        """
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:  # its text shows what it took for a port: a piece of a password, it may be
            raise ValueError(_FORM) from None
        tls, starttls = parts.scheme == "smtps", parts.query == "starttls=required"
        unknown = parts.path.strip("/") or parts.fragment or (parts.query and not starttls)
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname or unknown:
            raise ValueError(_FORM)
        if parts.username and not (tls or starttls or parts.hostname in _HERE):
            raise ValueError("would send the password in the clear: add ?starttls=required, or use smtps://")
        return cls(
            host=parts.hostname,
            port=port or (465 if tls else 587),
            sender=sender,
            timeout=timeout,
            tls=tls,
            starttls=starttls and not tls,
            username=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
        )


class MayHaveLeft(errors.TryLater):
    """The connection broke while the server was taking the mail: it may have been delivered."""


class About(StrEnum):
    """What a mail server refuses."""

    SERVER = "SERVER"  # to be spoken to the way we are told to
    SIGN_IN = "SIGN_IN"
    SENDER = "SENDER"
    RECIPIENT = "RECIPIENT"
    MAIL = "MAIL"


class Refused(errors.Rejected):
    """For good: nothing has left, and the same would be refused again."""

    def __init__(self, about: About, text: str, code: str = "") -> None:
        super().__init__(text, code=code)
        self.about = about


async def send(server: Server, message: EmailMessage, recipient: str, hold: Callable[[], Awaitable[None]]) -> None:
    """Hand one mail to one recipient. `hold` is awaited before each step and may call it off by raising.

    Raises `errors`: each says by `surely_not_done` whether the mail may have left.
    """
    client = SMTP(
        hostname=server.host,
        port=server.port,
        use_tls=server.tls,
        start_tls=server.starttls,
        timeout=server.timeout,
    )
    try:
        await _step(server, About.SERVER, hold, client.connect)
        if server.username is not None:
            await _step(server, About.SIGN_IN, hold, client.login, server.username, server.password or "")
        await _step(server, About.SENDER, hold, client.mail, server.sender)
        await _step(server, About.RECIPIENT, hold, client.rcpt, recipient)
        await hold()
        await _hand_over(client, server, message)
    finally:
        client.close()


async def _step(
    server: Server,
    about: About,
    hold: Callable[[], Awaitable[None]],
    call: Callable[..., Awaitable[object]],
    *arguments: str,
) -> None:
    """What comes before the mail itself: whatever goes wrong, nothing has left."""
    await hold()
    try:
        async with asyncio.timeout(server.timeout):
            await call(*arguments)
    except SMTPException as error:
        raise _refusal(error, about) from None
    except (OSError, TimeoutError) as error:
        raise errors.TryLater(_words(error), surely_not_done=True) from None


async def _hand_over(client: SMTP, server: Server, message: EmailMessage) -> None:
    try:
        async with asyncio.timeout(server.timeout):
            await client.data(message.as_bytes())
    except (SMTPException, OSError, TimeoutError) as error:
        if isinstance(error, SMTPResponseException) and error.code >= _TEMPORARY.start:
            raise _refusal(error, About.MAIL) from None
        raise MayHaveLeft(_words(error)) from None


def _refusal(error: SMTPException, about: About) -> errors.RemoteError:
    """What the server said: nothing has left."""
    if type(error) is SMTPException:  # it lacks what we are told to use: STARTTLS, a way to sign in
        return Refused(About.SERVER, str(error))
    if not isinstance(error, SMTPResponseException):
        return errors.TryLater(_words(error), surely_not_done=True)
    code = str(error.code)
    if error.code in _PERMANENT:
        return Refused(about, error.message, code)
    # A server that goes away, or says what is no answer, is no better for the next mail.
    status = error.code if error.code in _TEMPORARY and error.code != _CLOSING else None
    return errors.TryLater(error.message, code=code, status=status, surely_not_done=True)


def _words(error: Exception) -> str:
    return str(error) or type(error).__name__
