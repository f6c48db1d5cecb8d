"""Records of one ConnectWise server: get, find, page through, create, change, delete. Nothing of entities in it.

Reads every change back and checks every row that was searched for; doesn't retry, doesn't decide.
"""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import httpx

from integrations.connectwise import answers, conditions, patch, queries
from integrations.connectwise.caller import INFO, ROUTER, Call, Caller, CompanyInfo, Connection
from integrations.core import errors, http

__all__ = ["Call", "Client", "CompanyInfo", "Connection", "Record"]

# Addresses of 2,000 characters and more are answered with 414; the rest is for parameters that paging adds.
_LONGEST_URL = 1900
_LARGEST_PAGE = 1000
_RECORD_TYPES = {"company": "CompanyFV", "contact": "ContactFV", "opportunity": "OpportunityFV"}

Record = dict[str, Any]


class Client:
    """One connection. Every method raises the classes of `core/errors.py`; the constructor ValueError for settings that
    no call could be made with."""

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
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._now = now
        self._caller = Caller(
            connection,
            transport=transport,
            timeout=timeout,
            allow_loopback=allow_loopback,
            before_call=before_call,
            on_call=on_call,
            on_throttled=on_throttled,
        )

    async def aclose(self) -> None:
        """Closes the connections."""
        await self._caller.aclose()

    def clock(self) -> datetime:
        """What time it was over there at the last answer; ours, if that didn't say."""
        try:
            return parsedate_to_datetime(self._caller.date or "").astimezone(UTC)
        except ValueError:
            return self._now()

    @property
    def ui(self) -> str:
        """The address under which people see this ConnectWise."""
        return self._caller.site.ui

    async def discover(self) -> CompanyInfo:
        """Asks the server which version path the company has; asked anew each time, kept for all later calls."""
        return await self._caller.discover()

    async def info(self) -> Record:
        """/system/info, the usual test of a connection: 401 and 404 both raise Unauthorized."""
        return _record(await self._caller.json("GET", INFO), INFO)

    async def get(self, path: str, *, fields: Iterable[str] | None = None) -> Record:
        """One record. Raises Missing."""
        return _record(await self._caller.json("GET", path, _fields(fields)), path)

    async def find(
        self,
        path: str,
        where: conditions.Term,
        *,
        fields: Iterable[str] | None = None,
        order_by: str | None = None,
    ) -> list[Record]:
        """Every record that `where` means, each checked again here: conditions have been seen ignored.

        Sorting (`"name asc"`) is the server's and holds within one request; a `one_of` with many values takes several.
        """
        found: list[Record] = []
        async for rows in self.pages(path, where, fields=fields, order_by=order_by):
            found += rows
        unique = {row.get("id", f"row {number}"): row for number, row in enumerate(found)}
        return list(unique.values())

    async def pages(
        self,
        path: str,
        where: conditions.Term | None = None,
        *,
        page_size: int = _LARGEST_PAGE,
        fields: Iterable[str] | None = None,
        order_by: str | None = None,
        after_id: int | None = None,
    ) -> AsyncIterator[list[Record]]:
        """The records page by page in the order of their ids; `after_id` goes on behind a record of an earlier sweep.

        Forward-only paging, so records that come and go meanwhile shift nothing (with `order_by` the server allows
        numbered pages only). Rows that `where` doesn't mean are taken out, so a page may be short or empty.
        """
        common = _fields(None if fields is None else [*fields, *(where.fields() if where else ())])
        common["pageSize"] = str(page_size)
        if order_by is not None:
            common["orderBy"] = order_by
        room = _LONGEST_URL - len(
            f"{self._caller.site.api}/{ROUTER}apis/3.0{path}?{urlencode(common, quote_via=quote)}"
        )
        for query in queries.queries(where, room=room):
            async for rows in self._pages(path, {**query.parameters, **common}, page_size, after_id):
                yield rows if where is None else [row for row in rows if where.matches(row)]

    async def count(self, path: str, where: conditions.Term | None = None) -> int:
        """How many records there are; counted by the server if `where` can be put to it exactly, else by reading."""
        asked = queries.queries(where)
        if len(asked) == 1 and asked[0].exact:
            answer = await self._caller.json("GET", f"{path}/count", asked[0].parameters)
            if isinstance(answer, Mapping) and isinstance(answer.get("count"), int):
                return int(answer["count"])
            raise errors.TryLater("a count without a number", code="NotJson", status=200)
        return 0 if where is None else len(await self.find(path, where, fields=("id",)))

    async def create(self, path: str, body: Mapping[str, Any]) -> Record:
        """POST; the record as ConnectWise has stored it. Raises Exists if it says so."""
        record = _record(await self._caller.json("POST", path, body=body), path)
        if "id" not in record:
            raise errors.TryLater("answered success without a record", code="NotJson", status=201)
        return record

    async def update(self, path: str, changes: Mapping[str, Any]) -> Record:
        """PATCH, then reads the record back. Raises Rejected "FalseSuccess" if a change isn't to be seen in it."""
        operations = patch.operations(changes)
        if operations:
            answer = await self._caller.call("PATCH", path, body=operations)
            if answer.body:
                answers.value(answer)
        try:
            record = await self.get(path)
        except errors.RemoteError as error:
            # It speaks of the reading only; the PATCH went through.
            error.surely_not_done = error.surely_not_done and not operations
            raise
        lost = patch.differences(changes, record)
        if lost:
            raise errors.Rejected(
                f"ConnectWise answered success but did not change: {', '.join(lost)}",
                code="FalseSuccess",
                status=200,
                field=next(iter(lost)),
                details=tuple(
                    errors.Detail("FalseSuccess", f"sent {_short(sent)}, found {_short(found)}", name)
                    for name, (sent, found) in lost.items()
                ),
                surely_not_done=False,
            )
        return record

    async def update_custom_fields(self, path: str, values: Mapping[str, Any]) -> Record:
        """Changes custom fields by their captions: reads them, changes, sends all of them, reads back.

        Raises Rejected "NoCustomField" for a caption that isn't there.
        """
        row = await self.get(path)
        try:
            fields = patch.custom_fields(row, values)
        except LookupError as error:
            raise errors.Rejected(str(error.args[0]), code="NoCustomField", field="customFields") from None
        return await self.update(path, {"customFields": fields})

    async def delete(self, path: str) -> None:
        """DELETE, then looks whether it is gone; a record that wasn't there any more counts as done.

        Raises Rejected "FalseSuccess" if it still stands there, not even marked as deleted."""
        try:
            answer = await self._caller.call("DELETE", path)
        except errors.Missing:
            return
        if answer.body:
            answers.value(answer)
        try:
            record = await self.get(path)
        except errors.Missing:
            return
        except errors.RemoteError as error:
            error.surely_not_done = False
            raise
        # Companies are only marked.
        if not record.get("deletedFlag"):
            raise errors.Rejected(
                "ConnectWise answered success but did not delete it.",
                code="FalseSuccess",
                status=answer.status,
                surely_not_done=False,
            )

    def link(self, kind: str, remote_id: int | str) -> str | None:
        """Where people open the record in ConnectWise; None for kinds without such an address."""
        record_type = _RECORD_TYPES.get(kind)
        if record_type is None:
            return None
        asked = {
            "locale": "en_US",
            "companyName": self._caller.company_id,
            "recordType": record_type,
            "recid": str(remote_id),
        }
        return f"{self._caller.site.ui}/{ROUTER}services/system_io/router/openrecord.rails?{urlencode(asked)}"

    async def _pages(
        self, path: str, parameters: Mapping[str, str], page_size: int, after_id: int | None
    ) -> AsyncIterator[list[Record]]:
        forward = "orderBy" not in parameters
        headers = {"pagination-type": "forward-only"} if forward else {}
        mark = ("pageId", after_id or 0) if forward else ("page", 1)
        while True:
            # `pageId` acts as "id > pageId"; the first page is asked for without it.
            here = {} if mark in (("pageId", 0), ("page", 1)) else {mark[0]: str(mark[1])}
            answer = await self._caller.call("GET", path, {**parameters, **here}, headers=headers)
            rows = _records(answers.value(answer))
            yield rows
            following = _next_mark(answer, rows, page_size, mark)
            if following is None:
                return
            if following[0] == mark[0] and following[1] <= mark[1]:
                # Forever the same page: better an error than a loop.
                raise errors.TryLater(f"paging of {path} does not move on", code="PagingStuck", status=200)
            mark = following


def _fields(fields: Iterable[str] | None) -> dict[str, str]:
    # The id is always wanted: paging and telling rows apart go by it.
    return {} if fields is None else {"fields": ",".join(dict.fromkeys(["id", *fields]))}


def _record(value: Any, path: str) -> Record:
    if isinstance(value, list) and len(value) == 1:
        # Some single things (a forecast) come as a list of one in some versions.
        value = value[0]
    if not isinstance(value, dict):
        raise errors.TryLater(f"{path} answered something that is no record", code="NotJson", status=200)
    return value


def _records(value: Any) -> list[Record]:
    rows = [value] if isinstance(value, dict) else value
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise errors.TryLater("answered something that is no list of records", code="NotJson", status=200)
    return rows


def _next_mark(
    answer: http.Answer, rows: list[Record], page_size: int, mark: tuple[str, int]
) -> tuple[str, int] | None:
    """Where the next page begins. Of the link only the number is used: its host, version path and slashes vary."""
    link = answer.headers.get("link")
    if link is not None:
        for target, relation in re.findall(r'<([^>]*)>\s*;\s*rel="?(\w+)', link):
            if relation == "next":
                asked = {name.casefold(): values[-1] for name, values in parse_qs(urlsplit(target).query).items()}
                for name in ("pageId", "page"):
                    if asked.get(name.casefold(), "").isdigit():
                        return name, int(asked[name.casefold()])
        return None
    if len(rows) < page_size:
        return None
    # No header at all: a full page may have a successor.
    return ("pageId", int(rows[-1]["id"])) if mark[0] == "pageId" and "id" in rows[-1] else ("page", mark[1] + 1)


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 100 else f"{text[:100]}…"
