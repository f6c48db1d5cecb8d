"""How long the long lists take over HTTP, as one client sees it: pages, searches and common filters on the large demo.

    .venv/bin/python benchmarks/lists.py [--quotes 200000] [--times 200]

Starts stores and an api process of its own, fills one tenant with the large demo, and prints one JSON line a question:
milliseconds from the request to its whole answer, asked one after the other on one connection, and how many records
came on average. Lists that the large demo doesn't fill are not asked, nor pages that a smaller one doesn't have.
"""

from __future__ import annotations

import argparse
import asyncio
import http.client
import json
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import psycopg

from domain.access import service as access
from runtime import database as databases
from runtime import revisions
from runtime.demo import large
from runtime.demo.tenant import EMPLOYEES
from runtime.embedded import EmbeddedPostgres, EmbeddedValkey
from runtime.settings import libpq_url
from tests import rig
from tests.runtime.system import Running, bare_environment, free_port

WARM = 10
PAGE, DEEP = 25, 100
Variables = dict[str, Any]
Question = Callable[[random.Random], Variables]
# Each list with what its rows show.
LISTS = {
    "organizations": "id name accountNumber billingAddress { city } owner { id name }",
    "contacts": "id firstName lastName email organization { id name }",
    "products": "id number partNumber title type price",
    "quotes": "id number title status expiryDate total { amount } organization { id name } owner { id name }",
    "salesOrders": "id number status total { amount } organization { id name } quote { id number }",
}


@dataclass
class Api:
    """The api as one token asks it, on one connection."""

    port: int
    token: str = field(repr=False)

    def __post_init__(self) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def page(self, name: str, variables: Variables) -> tuple[dict[str, Any], float]:
        """The part of the list, and how many milliseconds it took."""
        body = json.dumps({"query": _query(name), "variables": variables})
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        began = time.perf_counter()
        self._connection.request("POST", "/graphql", body, headers)
        text = self._connection.getresponse().read()
        took = (time.perf_counter() - began) * 1000
        answer = json.loads(text)
        if "errors" in answer:
            raise RuntimeError(answer["errors"])
        return answer["data"]["list"], took


def _query(name: str) -> str:
    """What is not given counts as not said."""
    type_ = name[0].upper() + name[1:].removesuffix("s")
    head = f"$filter: {type_}Filter, $search: String, $orderBy: {type_}Order, $first: Int, $after: String"
    given = "filter: $filter, search: $search, orderBy: $orderBy, first: $first, after: $after"
    return f"query ({head}) {{ list: {name}({given}) {{ nodes {{ {LISTS[name]} }} pageInfo {{ endCursor }} }} }}"


def questions(name: str, api: Api) -> dict[str, Question]:
    """Asked about records that are there, each time another one."""
    rows, _ = api.page(name, {"first": 100})
    nodes: list[Any] = rows["nodes"]

    def of(*path: str) -> Callable[[random.Random], Any]:
        def value(chance: random.Random) -> Any:
            found = chance.choice(nodes)
            for part in path:
                found = found[part]
            return found

        return value

    def where(field: str, value: Callable[[random.Random], Any], operator: str = "eq") -> Question:
        return lambda chance: {"filter": {field: {operator: value(chance)}}}

    def typed(value: Callable[[random.Random], str]) -> Question:
        return lambda chance: {"search": value(chance)}

    def slip(value: Callable[[random.Random], str]) -> Callable[[random.Random], str]:
        def slipped(chance: random.Random) -> str:
            word = max(value(chance).split(), key=len)
            return word[:2] + word[3:4] + word[2:3] + word[4:]

        return slipped

    number, title = {
        "organizations": ("accountNumber", "name"),
        "contacts": ("email", "lastName"),
        "products": ("partNumber", "title"),
        "quotes": ("number", "title"),
        "salesOrders": ("number", "number"),
    }[name]
    asked: dict[str, Question] = {
        "the first page": lambda _: {},
        "search: a number": typed(of(number)),
        "search: the beginning of a number": typed(lambda chance: of(number)(chance)[:5]),
        "search: a word": typed(lambda chance: of(title)(chance).split()[0]),
        "search: a word with a slip": typed(slip(of(title))),
        "search: nothing found": typed(lambda chance: "".join(chance.choices("qxzjkv", k=8))),
    }
    if after := _before(name, api):
        asked[f"page {DEEP}"] = lambda _: {"after": after}
    if name in ("contacts", "quotes", "salesOrders"):
        asked["filter: an organization"] = where("organizationId", of("organization", "id"))
    if name in ("quotes", "salesOrders"):
        asked["filter: a status"] = where("status", of("status"))
        asked["filter: two statuses"] = where("status", lambda chance: [of("status")(chance) for _ in range(2)], "in")
        asked["filter: at least that much"] = where("total", of("total", "amount"), "gte")
        asked["order: the largest first"] = lambda _: {"orderBy": {"field": "TOTAL", "direction": "DESC"}}
    if name == "quotes":
        asked["filter: an owner"] = where("ownerId", of("owner", "id"))
        asked["filter: part of a title"] = where("title", of("title"), "contains")
    if name == "products":
        asked["filter: a part number"] = where("partNumber", of("partNumber"))
        asked["filter: part of a title"] = where("title", lambda chance: of("title")(chance).split()[1], "contains")
    if name == "organizations":
        asked["filter: the beginning of a name"] = where("name", lambda chance: of("name")(chance)[:4], "startsWith")
        asked["filter: a city"] = where("city", of("billingAddress", "city"))
    return asked


def _before(name: str, api: Api) -> str | None:
    """The cursor before page DEEP; None: the list ends before."""
    after, left = None, PAGE * (DEEP - 1)
    while left:
        size = min(100, left)
        part, _ = api.page(name, {"first": size, **({"after": after} if after else {})})
        if len(part["nodes"]) < size:
            return None
        after, left = part["pageInfo"]["endCursor"], left - size
    return after


def measured(name: str, api: Api, question: Question, times: int) -> dict[str, float]:
    chance, hits = random.Random(1), 0
    took: list[float] = []
    for turn in range(WARM + times):
        part, milliseconds = api.page(name, {"first": PAGE, **question(chance)})
        if turn >= WARM:
            took.append(milliseconds)
            hits += len(part["nodes"])
    took.sort()
    figures = {"p50": took[times // 2], "p95": took[times * 95 // 100], "records": hits / times}
    return {what: round(value, 1) for what, value in figures.items()}


async def filled(url: str, size: large.Size) -> str:
    """The token of a tenant with the large demo."""
    async with rig.opened(url) as database:
        msp = await rig.make_msp(database)
        async with database.transaction(msp.actor) as ctx:
            for name, email in EMPLOYEES:
                await access.create_employee(ctx, name=name, email=email)
        await asyncio.to_thread(large.fill, libpq_url(url), msp.id, size, 1, lambda *_: None)
    return msp.token


@contextmanager
def running(folder: Path, size: large.Size) -> Iterator[Api]:
    postgres, valkey = EmbeddedPostgres(folder / "postgres", fsync=False), EmbeddedValkey(folder / "valkey")
    postgres.start()
    valkey.start()
    try:
        databases.init(postgres.url, "lists")
        revisions.migrate(postgres.url_for(databases.OWNER, "lists"))
        url = postgres.url_for(databases.APP, "lists")
        token = asyncio.run(filled(url, size))
        with psycopg.connect(libpq_url(postgres.url_for("postgres", "lists")), autocommit=True) as admin:
            admin.execute("VACUUM ANALYZE")
        settings = {"DATABASE_URL": url, "REDIS_URL": valkey.url, "SECRET_KEYS": rig.KEYS}
        environment = bare_environment() | settings | {"API_RATE_POINTS_PER_MINUTE": "0"}
        port = free_port()
        process = Running(["api", "--port", str(port)], environment, folder / "api.log", port)
        try:
            _wait(process)
            yield Api(port, token)
        finally:
            process.stop()
    finally:
        valkey.stop()
        postgres.stop()


def _wait(process: Running) -> None:
    until = time.monotonic() + 60
    while process.process.poll() is None and time.monotonic() < until:
        probe = http.client.HTTPConnection("127.0.0.1", process.port, timeout=5)
        try:
            probe.request("GET", "/readyz")
            if probe.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.1)
        finally:
            probe.close()
    raise SystemExit(process.said)


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--quotes", type=int, default=large.Size.quotes, help="how many; all else in proportion")
    words.add_argument("--times", type=int, default=200, help="how often each question is asked")
    given = words.parse_args()
    quotes = given.quotes
    part = quotes / large.Size.quotes
    whole = large.Size()
    size = large.Size(max(100, round(whole.organizations * part)), max(500, round(whole.products * part)), quotes)
    with tempfile.TemporaryDirectory(prefix="quotewright-lists-") as folder:
        Path(folder).chmod(0o711)
        with running(Path(folder), size) as api:
            for name in LISTS:
                for kind, question in questions(name, api).items():
                    figure = {"figure": f"{name}: {kind}", "quotes": quotes, "unit": "ms"}
                    sys.stdout.write(json.dumps({**figure, **measured(name, api, question, given.times)}) + "\n")
                    sys.stdout.flush()


if __name__ == "__main__":
    main()
