"""Paging and finding over real sockets: all rows whatever way the server pages, and only those that were meant."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from integrations.connectwise.conditions import after, all_of, contains, eq, folded, one_of
from integrations.core import errors
from tests.connectwise.raw_server import Handler, Request, answer, talking


def shelf(count: int, *, link: str | None = "forward") -> Handler:
    """Rows 1..count, in pages; `link` says which of ConnectWise's ways of paging the server knows."""
    rows: list[dict[str, Any]] = [{"id": number, "name": f"row {number}"} for number in range(1, count + 1)]

    def handler(request: Request) -> bytes:
        asked, size = request.asked, int(request.asked["pageSize"])
        if link == "forward" and request.headers.get("pagination-type") == "forward-only":
            left = [row for row in rows if row["id"] > int(asked.get("pageId", 0))]
            more = (
                f'<http://other.example//v1//x/?pageSize={size}&pageId={left[size - 1]["id"]}>; rel="next"'
                if len(left) > size
                else ""
            )
            return answer(200, left[:size], Link=more)
        page = int(asked.get("page", 1))
        more = (
            f'<http://other.example/x/?conditions=a%2cb&page={page + 1}>; rel="next", <http://o/?page=99>; rel="last"'
        )
        headers = {"Link": more if page * size < count else ""} if link else {}
        return answer(200, rows[(page - 1) * size : page * size], **headers)

    return handler


@pytest.mark.parametrize("link", ["forward", "numbered"])
@pytest.mark.parametrize("count", [0, 1, 9, 10, 11, 35])
async def test_all_pages_whatever_way_the_server_pages(count: int, link: str) -> None:
    async with talking(shelf(count, link=link)) as (client, server):
        sizes = [len(rows) async for rows in client.pages("/company/contacts", page_size=10)]
        assert sum(sizes) == count
        ordered = [
            row["id"]
            async for rows in client.pages("/company/contacts", page_size=10, order_by="id asc")
            for row in rows
        ]
        assert ordered == list(range(1, count + 1))
        goes_on = [
            row["id"] async for rows in client.pages("/company/contacts", page_size=10, after_id=7) for row in rows
        ]
        assert (
            goes_on[-1:] == list(range(1, count + 1))[-1:]
            if link == "numbered"
            else goes_on == list(range(8, count + 1))
        )
    assert {request.headers.get("host") for request in server.requests} == {f"127.0.0.1:{server.port}"}


async def test_paging_without_any_link_header_goes_on_until_a_short_page() -> None:
    async with talking(shelf(25, link=None)) as (client, _):
        rows = [row["id"] async for rows in client.pages("/x", page_size=10, order_by="id") for row in rows]
    assert rows == list(range(1, 26))


async def test_paging_that_does_not_move_on_is_an_error_not_a_loop() -> None:
    def handler(request: Request) -> bytes:
        return answer(200, [{"id": 1}], Link='<http://x/?pageId=1>; rel="next"')

    async with talking(handler) as (client, server):
        with pytest.raises(errors.TryLater, match="does not move on"):
            await client.find("/x", eq("id", 1))
    assert len(server.requests) <= 4


async def test_found_rows_are_checked_again_because_conditions_may_be_ignored() -> None:
    async with talking(shelf(35)) as (client, server):
        assert [row["id"] for row in await client.find("/x", eq("name", "ROW 7"))] == [7]
        assert [row["id"] for row in await client.find("/x", contains("name", "w 3"))] == [3, *range(30, 36)]
        assert await client.find("/x", all_of(eq("name", "row 7"), eq("id", 8))) == []
        assert await client.find("/x", one_of("id", [])) == []
        assert len(await client.find("/x", after("lastUpdated", datetime(2026, 1, 1, tzinfo=UTC)))) == 35
    assert server.requests[1].asked["conditions"] == 'name = "ROW 7"'
    assert "%22ROW%207%22" in server.requests[1].target


async def test_many_values_are_asked_for_in_short_addresses_and_each_row_comes_once() -> None:
    async with talking(shelf(35)) as (client, server):
        rows = await client.find(
            "/x", one_of("name", [f"row {number} {'ä' * 30}" for number in range(300)] + ["row 9"])
        )
    assert [row["id"] for row in rows] == [9]
    assert len(server.requests) > 20
    assert max(len(f"{server.site}{request.target}") for request in server.requests) < 2000


async def test_fields_ask_for_what_the_check_needs() -> None:
    async with talking(shelf(3)) as (client, server):
        await client.find(
            "/x", all_of(eq("company/id", 1), after("lastUpdated", datetime(2026, 1, 1, tzinfo=UTC))), fields=("name",)
        )
    assert server.requests[1].asked["fields"] == "id,name,company/id,_info/lastUpdated"


async def test_counting() -> None:
    def handler(request: Request) -> Any:
        return answer(200, {"count": 42}) if request.path.endswith("/count") else shelf(35)(request)

    async with talking(handler) as (client, server):
        assert await client.count("/x") == 42
        assert await client.count("/x", eq("closedFlag", False)) == 42
        assert await client.count("/x", eq("name", "[row 7]")) == 0
        assert await client.count("/x", one_of("id", [])) == 0
    assert server.calls[1:] == ["GET /x/count", "GET /x/count", "GET /x"]


# A text in quotes that don't occur in it, without a sign that any grammar might take for a wildcard, escape or time.
TEXT = r"""(?:"[^"\[\]*%\\]+"|'[^'\[\]*%\\]+')"""


def strict(names: list[str]) -> Handler:
    """Reads conditions as sternly as a server could: one comparison with such texts, and no long addresses."""
    rows: list[dict[str, Any]] = [{"id": number, "name": name} for number, name in enumerate(names, start=1)]

    def handler(request: Request) -> bytes:
        condition = request.asked.get("conditions")
        if condition is None:
            return answer(200, rows, Link="")
        read = re.fullmatch(rf"name (?:(=|contains) ({TEXT})|in \(({TEXT}(?:,{TEXT})*)\))", condition)
        if read is None or len(request.target) > 1950:
            return answer(400, {"code": "InvalidParameter", "message": "Expected a value."})
        texts = [text[1:-1].casefold() for text in re.findall(TEXT, read[2] or read[3])]
        if read[1] == "contains":
            return answer(200, [row for row in rows if texts[0] in row["name"].casefold()], Link="")
        return answer(200, [row for row in rows if row["name"].casefold() in texts], Link="")

    return handler


nasty = st.text(
    st.one_of(st.sampled_from("\"'[]*%_\\&+#;,()= aAé\n\t\0"), st.characters(exclude_categories=["Cs"])), max_size=120
)


@settings(max_examples=60, deadline=None)
@given(st.lists(nasty, min_size=1, max_size=6, unique_by=folded))
async def test_any_text_is_found_again_and_only_the_record_that_has_it(names: list[str]) -> None:
    async with talking(strict(names)) as (client, _):
        for number, name in enumerate(names, start=1):
            assert [row["id"] for row in await client.find("/x", eq("name", name))] == [number]
        everyone = await client.find("/x", one_of("name", names))
    assert sorted(row["id"] for row in everyone) == list(range(1, len(names) + 1))
