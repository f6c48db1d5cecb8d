"""One call to ConnectWise: where it goes, the headers it carries, and what a 404 may really mean.

Doesn't retry (the outbox does) and doesn't count calls (the limiter does, in `before_call`); knows nothing of paging.
"""

import asyncio
import base64
import re
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NoReturn
from urllib.parse import quote, urlencode

import httpx

from integrations.connectwise import answers, site, wire
from integrations.core import errors, http

# The model of this version is served whatever the tenant runs; without a pin a cloud upgrade would change the fields.
ACCEPT = "application/vnd.connectwise.com+json; version=2025.1"
INFO = "/system/info"
#: On-prem servers have it, and in the cloud it is the router to the tenant's version.
ROUTER = "v4_6_release/"


@dataclass(frozen=True)
class Connection:
    """What a tenant has to tell about its ConnectWise. `client_id` is the integration's id of the developer portal."""

    site: str
    company_id: str
    public_key: str
    private_key: str = field(repr=False)
    client_id: str


@dataclass(frozen=True, slots=True)
class CompanyInfo:
    """What a server tells about a company without being given keys. `codebase` ends with a slash."""

    company_id: str
    name: str
    codebase: str
    version: str
    is_cloud: bool


@dataclass(frozen=True, slots=True)
class Call:
    """One HTTP call that was made, for metrics and traces. `status` is None when no answer came."""

    method: str
    path: str
    status: int | None
    seconds: float
    error: str | None

    @property
    def route(self) -> str:
        """The path without ids."""
        return re.sub(r"/\d+", "/{id}", self.path)


class Caller:
    """Makes calls over one connection. Its only state is the server's version path, asked for before the first call."""

    def __init__(
        self,
        connection: Connection,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        timeout: float = 10.0,
        allow_loopback: bool = False,
        before_call: Callable[[], Awaitable[None]] | None = None,
        on_call: Callable[[Call], None] | None = None,
        on_throttled: Callable[[float | None], Awaitable[None]] | None = None,
    ) -> None:
        self.site = site.parse(connection.site, allow_loopback=allow_loopback)
        self.company_id = _checked(connection.company_id, "company id", but_not="+:/\\?#")
        public_key = _checked(connection.public_key, "public key", but_not=":")
        private_key = _checked(connection.private_key, "private key")
        token = base64.b64encode(f"{self.company_id}+{public_key}:{private_key}".encode()).decode()
        self._headers = {
            "Authorization": f"Basic {token}",
            "clientId": _checked(connection.client_id, "client id"),
            "Accept": ACCEPT,
        }
        self._secrets = (private_key, token)
        self._timeout = timeout
        self._before_call = before_call
        self._on_call = on_call
        self._on_throttled = on_throttled
        self._http = http.open_client(transport=transport, timeout=timeout, allow_loopback=allow_loopback)
        self._company: CompanyInfo | None = None
        #: When the last answer was given, as its own Date header says.
        self.date: str | None = None
        self._discovering = asyncio.Lock()

    async def aclose(self) -> None:
        await self._http.aclose()

    async def discover(self) -> CompanyInfo:
        """Asks for the version path anew."""
        async with self._discovering:
            self._company = await self._ask_company()
            return self._company

    async def json(
        self, method: str, path: str, parameters: Mapping[str, str] | None = None, *, body: Any = None
    ) -> Any:
        return answers.value(await self.call(method, path, parameters, body=body))

    async def call(
        self,
        method: str,
        path: str,
        parameters: Mapping[str, str] | None = None,
        *,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        renew: bool = True,
    ) -> http.Answer:
        """An answer below 400, or what it means."""
        if not path.startswith("/") or re.search(r"[?#\s\\]|//|/\.\.?(/|$)", path):
            raise ValueError(f"{path!r} is not a path below /apis/3.0.")
        content = None if body is None else wire.encode(body)
        all_headers = {**self._headers, **(headers or {})}
        if content is not None:
            all_headers["Content-Type"] = "application/json"
        with _beside():
            company = self._company or await self._discover_once()
        answer = await self._send(method, self._url(company, path, parameters), path, all_headers, content)
        if answer.status == 404 and renew and not _names_record(answer, path):
            # After an upgrade of the cloud the version path changes and everything answers 404 until it is read again.
            with _beside():
                renewed = await self._renewed(company)
            if renewed is not None:
                answer = await self._send(method, self._url(renewed, path, parameters), path, all_headers, content)
        if answer.status < 400:
            return answer
        if answer.status == 404 and not _names_record(answer, path):
            await self._raise_lost(answer, path)
        raise answers.error(answer, path)

    async def _raise_lost(self, answer: http.Answer, path: str) -> NoReturn:
        """A 404 that doesn't name the record asked for. In the cloud that may mean wrong keys (Developer Guide), and
        keys taken away must not look like records deleted: /system/info, which always exists, decides."""
        error = answers.error(answer, path)
        if path != INFO:
            with _beside():
                # A 401, 404 or time-out of this very call is raised from here instead.
                await self.call("GET", INFO, renew=False)
            raise error
        raise errors.Unauthorized(error.text, code=error.code, status=404, details=error.details)

    async def _send(
        self, method: str, url: str, path: str, headers: Mapping[str, str], content: bytes | None = None
    ) -> http.Answer:
        if self._before_call is not None:
            await self._before_call()
        clock = asyncio.get_running_loop().time
        started = clock()
        status, failure = None, None
        try:
            request = self._http.build_request(method, url, headers=headers, content=content)
            answer = await http.exchange(self._http, request, seconds=self._timeout)
            status = answer.status
            self.date = answer.headers.get("date")
            if status == 429 and self._on_throttled is not None:
                await self._on_throttled(answers.asked_to_wait(answer))
            return self._without_secrets(answer)
        except errors.RemoteError as error:
            failure = error.code
            raise
        finally:
            if self._on_call is not None:
                self._on_call(Call(method, path, status, clock() - started, failure))

    def _url(self, company: CompanyInfo, path: str, parameters: Mapping[str, str] | None) -> str:
        # Every sign that the guide wants escaped (& " ' * % +) is; httpx leaves such escapes as they are.
        asked = f"?{urlencode(parameters, quote_via=quote, safe='')}" if parameters else ""
        return f"{self.site.api}/{company.codebase}apis/3.0{path}{asked}"

    async def _discover_once(self) -> CompanyInfo:
        async with self._discovering:
            if self._company is None:
                self._company = await self._ask_company()
            return self._company

    async def _renewed(self, stale: CompanyInfo) -> CompanyInfo | None:
        """Reads companyinfo again; None if the version path is still the same."""
        async with self._discovering:
            if self._company is None or self._company.codebase == stale.codebase:
                self._company = await self._ask_company()
            return self._company if self._company.codebase != stale.codebase else None

    async def _ask_company(self) -> CompanyInfo:
        path = f"/login/companyinfo/{quote(self.company_id, safe='')}"
        # Asked without keys: they are for the API host only.
        answer = await self._send("GET", self.site.ui + path, "/login/companyinfo", {"Accept": "application/json"})
        if answer.status == 404:
            raise errors.Unauthorized(f"No ConnectWise answers at {self.site.ui}.", code="NoConnectWise", status=404)
        if answer.status >= 400:
            raise answers.error(answer, "/login/companyinfo")
        told = answers.value(answer)
        if told is None:
            # An unknown company is a success with the body `null`.
            raise errors.Unauthorized(
                f'{self.site.ui} knows no company "{self.company_id}".', code="UnknownCompany", status=200
            )
        if not isinstance(told, Mapping):
            raise errors.TryLater("companyinfo without a company", code="NotJson", status=200)
        codebase = str(told.get("Codebase") or "").strip("/")
        return CompanyInfo(
            company_id=str(told.get("CompanyID") or self.company_id),
            name=str(told.get("CompanyName") or ""),
            # It becomes a part of addresses. Its SiteUrl is not followed: keys go only where the tenant said.
            codebase=f"{codebase}/" if re.fullmatch(r"\w[\w.-]*", codebase, re.ASCII) else ROUTER,
            version=str(told.get("VersionCode") or ""),
            # The guide's sample has the text "True".
            is_cloud=str(told.get("IsCloud")).casefold() == "true",
        )

    def _without_secrets(self, answer: http.Answer) -> http.Answer:
        """Words of an answer get into errors and on to screens; keys that a server echoes must not."""
        aim = answer.headers.get("location", "")
        if not any(secret.encode() in answer.body or secret in aim for secret in self._secrets):
            return answer
        body = answer.body
        for secret in self._secrets:
            body, aim = body.replace(secret.encode(), b"***"), aim.replace(secret, "***")
        return http.Answer(answer.status, httpx.Headers({**answer.headers, "location": aim}), body)


@contextmanager
def _beside() -> Iterator[None]:
    """What fails in here fails before the call proper was made or after it was refused, so that one did nothing."""
    try:
        yield
    except errors.RemoteError as error:
        error.surely_not_done = True
        raise


def _checked(text: str, what: str, *, but_not: str = "") -> str:
    tidy = text.strip()
    readable = tidy.isascii() and tidy.isprintable() and tidy not in ("", ".", "..")
    if not readable or any(sign in tidy for sign in but_not):
        raise ValueError(f"The {what} is empty or contains characters that it can't have.")
    return tidy


def _names_record(answer: http.Answer, path: str) -> bool:
    """Whether a 404 says that this very record is missing ("Contact 57919 not found")."""
    ids = re.findall(r"/(\d+)", path)
    error = answers.error(answer, path)
    return isinstance(error, errors.Missing) and any(re.search(rf"\b{number}\b", error.text) for number in ids)
