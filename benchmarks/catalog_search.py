"""How long the search of a catalog of 100,000 products takes, beside another tenant's 100,000 in the same tables.

    .venv/bin/python benchmarks/catalog_search.py

Starts a PostgreSQL of its own and prints one JSON line a kind of search: milliseconds from the statement to its last
row, as the role of the application, and of the server's processor (`processor`, a mean), which a busy machine doesn't
change as much. Each kind is asked with many different texts, one after the other.
"""

from __future__ import annotations

import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

import psycopg

from domain.ids import uuid7
from domain.text import fold
from runtime import database as databases
from runtime import revisions
from runtime.embedded import EmbeddedPostgres
from runtime.settings import libpq_url

PRODUCTS = 100_000
TIMES = 200
COMMON = "laptop"  # a tenth of all titles have it
KINDS = """switch firewall router monitor tablet printer scanner dock keyboard mouse headset camera projector cable
    adapter battery charger memory drive controller licence subscription warranty backup antivirus phone rack mount"""
TAILS = "black white silver grey compact wireless managed rugged mobile desktop wall indoor outdoor spare"
Row = tuple[UUID, str, str, str, str, UUID]


class Catalog:
    """The products of one tenant: made-up names of models, real words around them."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self.tenant = uuid7()
        self.brands = {self._name(): uuid7() for _ in range(60)}
        self.models = [self._name() for _ in range(4_000)]
        self.rows = [self._row(number) for number in range(PRODUCTS)]

    def _name(self) -> str:
        syllables = self._random.randint(2, 4)
        return "".join(
            self._random.choice("bcdfghjklmnprstvwxz") + self._random.choice("aeiouy") for _ in range(syllables)
        )

    def _row(self, number: int) -> Row:
        choose, tails = self._random.choice, TAILS.split()
        brand, model = choose(list(self.brands)), choose(self.models)
        kind = COMMON if number % 10 == 0 else choose(KINDS.split())
        part = f"{brand[:2]}-{choose('abcdef')}{self._random.randrange(100)}-{number:06}".upper()
        size = f"{choose((8, 16, 24, 27, 32, 48, 64))} {choose(('GB', 'port', 'inch', 'W', 'm'))}"
        title = f"{brand.capitalize()} {model.capitalize()} {kind} {size} {choose(tails)} {choose(tails)}"
        return uuid7(), f"P-{1001 + number}", part, fold(part), title, self.brands[brand]

    def load(self, connection: psycopg.Connection) -> None:
        connection.execute("INSERT INTO tenant (id, name) VALUES (%s, 'x')", [self.tenant])
        for name, id in self.brands.items():
            values = [id, self.tenant, name.capitalize(), fold(name)]
            connection.execute("INSERT INTO brand (id, tenant_id, name, name_folded) VALUES (%s, %s, %s, %s)", values)
        columns = "id, number, part_number, part_key, title, brand_id, tenant_id, type, price"
        with connection.cursor().copy(f"COPY product ({columns}) FROM STDIN".encode()) as copy:
            for row in self.rows:
                copy.write_row((*row, self.tenant, "PHYSICAL", "10"))


def searches(catalog: Catalog) -> dict[str, Callable[[random.Random], str]]:
    """What is typed, by kind."""

    def title(r: random.Random) -> list[str]:
        return r.choice(catalog.rows)[4].split()

    def slip(r: random.Random, word: str) -> str:
        place = r.randrange(1, len(word) - 1)
        return word[:place] + word[place + 1 :] if r.random() < 0.5 else word[:place] + "q" + word[place + 1 :]

    return {
        "a whole part number": lambda r: r.choice(catalog.rows)[2],
        "the beginning of a part number": lambda r: r.choice(catalog.rows)[2][:7],
        "two words": lambda r: f"{title(r)[1]} {title(r)[2]}",
        "two words of one title, the last one unfinished": lambda r: " ".join(title(r)[1:3])[:-2],
        "a common word (10,000 hits)": lambda r: COMMON[: r.randint(4, len(COMMON))],
        "one letter": lambda r: r.choice("abcdefghijklmnoprstuvwxyz"),
        "a typo": lambda r: slip(r, r.choice([word for word in (*KINDS.split(), *catalog.models) if len(word) > 5])),
        "a typo beside a common word": lambda r: f"{COMMON} {slip(r, r.choice(catalog.models).ljust(6, 'a'))}",
        "a brand and a word": lambda r: f"{title(r)[0]} {r.choice(KINDS.split())[:5]}",
        "nothing found": lambda r: "".join(r.choice("qxzjkv") for _ in range(8)),
        "nothing found, of three common words": lambda r: " ".join(["nothing", *r.sample(KINDS.split(), 2)]),
    }


def measured(connection: psycopg.Connection, typed: Callable[[random.Random], str]) -> dict[str, float]:
    chance, hits = random.Random(1), 0
    took: list[float] = []
    for _ in range(20):  # warm
        connection.execute("SELECT search_products(%s)", [typed(chance)])
    before = _processor_milliseconds(connection)
    for _ in range(TIMES):
        text = typed(chance)
        began = time.perf_counter()
        hits += len(connection.execute("SELECT search_products(%s)", [text]).fetchall())
        took.append((time.perf_counter() - began) * 1000)
    took.sort()
    used = _processor_milliseconds(connection) - before
    figures = {"p50": took[TIMES // 2], "p95": took[TIMES * 95 // 100], "processor": used / TIMES}
    return {**{name: round(value, 1) for name, value in figures.items()}, "hits": hits // TIMES}


def _processor_milliseconds(connection: psycopg.Connection) -> float:
    fields = Path(f"/proc/{connection.info.backend_pid}/stat").read_text().rpartition(")")[2].split()
    return 1000 * (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def running(folder: Path) -> Iterator[EmbeddedPostgres]:
    server = EmbeddedPostgres(folder / "postgres", fsync=False)
    server.start()
    try:
        databases.init(server.url, "catalog")
        revisions.migrate(server.url_for(databases.OWNER, "catalog"))
        yield server
    finally:
        server.stop()


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="quotewright-catalog-") as folder:
        Path(folder).chmod(0o711)
        for server in running(Path(folder)):
            ours, theirs = Catalog(1), Catalog(2)
            with psycopg.connect(libpq_url(server.url_for("postgres", "catalog")), autocommit=True) as admin:
                admin.execute("SET session_replication_role = replica")
                for catalog in (ours, theirs):
                    catalog.load(admin)
                admin.execute("VACUUM ANALYZE")
            with psycopg.connect(libpq_url(server.url_for(databases.APP, "catalog"))) as connection:
                connection.execute("SELECT set_config('app.tenant', %s, false)", [str(ours.tenant)])
                for kind, typed in searches(ours).items():
                    figure = {"figure": f"catalog search: {kind}", "products": PRODUCTS, "unit": "ms"}
                    sys.stdout.write(json.dumps({**figure, **measured(connection, typed)}) + "\n")
                    sys.stdout.flush()


if __name__ == "__main__":
    main()
