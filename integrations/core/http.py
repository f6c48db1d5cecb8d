"""The one way out of the house by HTTP: an address guard, one total time-out, errors that say whether anything left.

A site address is user input, so nothing but a public https server may be reached, and what is connected to is the very
address that was checked. Does not retry, does not follow redirects, reads no JSON and no status.
"""

import asyncio
import http.cookiejar
import ipaddress
import logging
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import httpcore
import httpx

from integrations.core import errors

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]

#: Bytes of one answer after unpacking. A page of 1,000 wide records stays below 20 MB.
LARGEST_ANSWER = 64 * 1024 * 1024

# A worker talks to one site with at most this many calls at once. Idle connections are dropped soon: a POST that is
# written into a connection which the other side just closed is an ambiguous POST.
LIMITS = httpx.Limits(max_connections=32, max_keepalive_connections=32, keepalive_expiry=15.0)

# Their logs hold whole addresses (a search names people) and, at DEBUG, every header of an answer. Whoever makes the
# calls reports them, without either.
for _talkative in ("httpx", "httpcore"):
    logging.getLogger(_talkative).setLevel(logging.WARNING)

# What Python's `is_global` lets through although nobody rents a server there.
_NEVER = tuple(
    ipaddress.ip_network(block)
    for block in (
        "192.0.0.0/24",  # protocol assignments; 192.0.0.192 is a cloud's metadata service
        "192.88.99.0/24",  # the old 6to4 relays
        "168.63.129.16/32",  # what an Azure host answers its guests under
        "2001::/23",  # Teredo, ORCHID and other protocol assignments
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: any IPv4 address, private ones too, in disguise
        "3fff::/20",  # documentation
    )
)
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_UNICAST6 = ipaddress.ip_network("2000::/3")


class AddressRefused(Exception):
    """The guard said no before any connection was opened. The text says what is wrong with the address."""


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the public Internet; an IPv4 address inside an IPv6 one is judged itself."""
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is not None:
            ip = ip.ipv4_mapped
        elif ip in _NAT64:
            # Networks with IPv6 only give every IPv4 server such an address (DNS64), so it can't just be refused.
            ip = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        elif ip not in _UNICAST6:
            return False
    if any(ip.version == block.version and ip in block for block in _NEVER):
        return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified or ip.is_link_local)


def is_loopback(address: str) -> bool:
    """Whether an IP address is this machine talking to itself. A name is no address: False."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    return ip.is_loopback


async def resolve(host: str, port: int) -> Sequence[str]:
    """All addresses of a name, IPv4 first: the cloud hosts have no other, and a dead IPv6 route would cost seconds."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    unique = dict.fromkeys(str(address[0]) for *_, address in found)
    return sorted(unique, key=lambda address: ":" in address)


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """Opens connections for httpcore, but only to addresses it has checked itself.

    The name is resolved once and the connection made to that answer, so a name server that changes its mind between
    check and use (DNS rebinding) wins nothing. TLS and the Host header keep the name: httpcore takes them from the URL.
    """

    def __init__(self, *, allow_loopback: bool, resolve: Resolve, inner: httpcore.AsyncNetworkBackend) -> None:
        self._allow_loopback = allow_loopback
        self._resolve = resolve
        self._inner = inner

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  (httpcore's signature)
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        try:
            async with asyncio.timeout(timeout):
                addresses = await self._resolve(host, port)
        except TimeoutError as error:
            raise httpcore.ConnectTimeout(f"The name {host} was not resolved in time.") from error
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(f"The name {host} could not be resolved: {error}") from error
        # One bad address spoils the name: no honest server has a public and a private one at once.
        for address in addresses:
            if not (is_public(address) or (self._allow_loopback and is_loopback(address))):
                raise AddressRefused(f"{host} leads to {address}, which is not an address of the public Internet.")
        share = None if timeout is None else timeout / max(len(addresses), 1)
        failure: Exception = httpcore.ConnectError(f"The name {host} has no address.")
        for address in addresses:
            try:
                return await self._inner.connect_tcp(address, port, share, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ASYNC109
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        raise AddressRefused("Sockets in the file system are not remote sides.")

    async def sleep(self, seconds: float) -> None:
        await self._inner.sleep(seconds)


class GuardedTransport(httpx.AsyncHTTPTransport):
    """httpx's own transport (HTTP/1.1, keep-alive) over a `GuardedBackend`; it also refuses URLs by their looks."""

    def __init__(
        self,
        *,
        allow_loopback: bool = False,
        resolve: Resolve = resolve,
        tls: ssl.SSLContext | None = None,
        inner: httpcore.AsyncNetworkBackend | None = None,
    ) -> None:
        context = tls or _tls()
        super().__init__(verify=context, trust_env=False, limits=LIMITS)
        self._allow_loopback = allow_loopback
        # httpx offers no argument for the network backend; tests/integrations/test_http_guard.py notices if this
        # attribute is ever renamed, because then its hostile addresses would be connected to.
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=context,
            max_connections=LIMITS.max_connections,
            max_keepalive_connections=LIMITS.max_keepalive_connections,
            keepalive_expiry=LIMITS.keepalive_expiry,
            network_backend=GuardedBackend(
                allow_loopback=allow_loopback, resolve=resolve, inner=inner or httpcore.AnyIOBackend()
            ),
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        check_url(request.url, allow_loopback=self._allow_loopback)
        return await super().handle_async_request(request)


def check_url(url: httpx.URL, *, allow_loopback: bool = False) -> None:
    """Raises AddressRefused for a URL that no address could make acceptable."""
    local = allow_loopback and (url.host == "localhost" or is_loopback(url.host))
    if url.scheme != "https" and not (local and url.scheme == "http"):
        raise AddressRefused("Only https addresses are called.")
    if url.userinfo:
        raise AddressRefused("An address must not carry a user name or password.")
    if not url.host or "%" in url.host:
        raise AddressRefused("The address names no host.")
    if url.port is not None and url.port != 443 and not 1024 <= url.port <= 65535:
        raise AddressRefused(f"Port {url.port} is not one that web servers use.")


def open_client(
    *, transport: httpx.AsyncBaseTransport | None = None, timeout: float = 10.0, allow_loopback: bool = False
) -> httpx.AsyncClient:
    """The HTTP client of one connection: nothing of the environment, no redirects, no cookies from call to call."""
    no_cookies = http.cookiejar.CookieJar(http.cookiejar.DefaultCookiePolicy(allowed_domains=[]))
    return httpx.AsyncClient(
        transport=transport or GuardedTransport(allow_loopback=allow_loopback),
        timeout=timeout,
        trust_env=False,
        follow_redirects=False,
        cookies=no_cookies,
    )


@dataclass(frozen=True, slots=True)
class Answer:
    """A complete answer: every byte of it has arrived."""

    status: int
    headers: httpx.Headers
    body: bytes


async def exchange(client: httpx.AsyncClient, request: httpx.Request, *, seconds: float) -> Answer:
    """Sends a request and reads its answer within `seconds` in all (httpx's own time-outs begin anew in each phase).

    Raises TryLater, `surely_not_done` if not a byte of the request was written, and Unauthorized if the guard refused
    the address. Any status is an answer, not an error.
    """
    progress = _Progress()
    request.extensions = {**request.extensions, "trace": progress}
    failure: errors.RemoteError
    try:
        async with asyncio.timeout(seconds):
            response = await client.send(request, stream=True)
            try:
                return Answer(response.status_code, response.headers, await _body(response))
            finally:
                await response.aclose()
    except AddressRefused as refused:
        failure = errors.Unauthorized(str(refused), code="AddressRefused")
    except TimeoutError:
        failure = errors.TryLater(
            f"No complete answer within {seconds:g} s.", code="TimeOut", surely_not_done=progress.never_sent
        )
    except httpx.PoolTimeout:
        failure = errors.TryLater("No free connection in time.", code="PoolTimeOut", surely_not_done=True)
    except (httpx.ConnectError, httpx.ConnectTimeout) as error:
        failure = errors.TryLater(
            f"No connection: {error or 'time-out'}", code=type(error).__name__, surely_not_done=True
        )
    except (httpx.HTTPError, _TooLarge) as error:
        failure = errors.TryLater(
            f"The connection broke: {error or type(error).__name__}",
            code=type(error).__name__.lstrip("_"),
            surely_not_done=progress.never_sent,
        )
    # Raised out here so that httpx's exception, whose request holds the credentials, isn't chained to it.
    raise failure


class _TooLarge(Exception):
    pass


class _Progress:
    """Listens to httpcore's trace, which tells a time-out while connecting from one after sending."""

    def __init__(self) -> None:
        self._connecting = False
        self._sent = False

    async def __call__(self, event: str, info: dict[str, Any]) -> None:
        self._connecting = self._connecting or event.startswith("connection.")
        self._sent = self._sent or event.startswith("http11.send_request_headers")

    @property
    def never_sent(self) -> bool:
        """Certain only when the trace was heard: a transport that doesn't report may well have sent."""
        return self._connecting and not self._sent


async def _body(response: httpx.Response) -> bytes:
    parts: list[bytes] = []
    size = 0
    async for part in response.aiter_bytes():
        size += len(part)
        if size > LARGEST_ANSWER:
            raise _TooLarge(f"the answer is larger than {LARGEST_ANSWER} bytes")
        parts.append(part)
    return b"".join(parts)


@cache
def _tls() -> ssl.SSLContext:
    # One for all connections: loading the certificate authorities costs more than a call.
    return httpx.create_ssl_context(trust_env=False)
