"""House rules: what every file keeps to, each as a short test that says what to do. Those of the database, the
migrations, the events and the README stand beside it in `tests/house`.
"""

import re
from collections.abc import Callable, Iterator

import pytest
from graphql import GraphQLObjectType

from api.schema import schema
from domain.integration_settings.apps import APPS
from tests.house import source
from tests.house.source import ROOMS, Source, sources

# Loops that go on for as long as the worker lives: they wait between two rounds.
MAY_SLEEP = frozenset({"sweep"})


def complaints(rule: Callable[[Source], Iterator[str]], files: list[Source]) -> str:
    return "\n".join(line for file in files for line in rule(file))


def of(*folders: str, but: str = "") -> list[Source]:
    return [file for file in sources(*folders) if not (but and re.match(but, file.path))]


def test_transactions_begin_and_end_in_one_place():
    # The sandbox keeps its rows in a file of its own, not in our database.
    files = of(*ROOMS, but=r"domain/db\.py|integrations/connectwise/sandbox/")
    assert not (found := complaints(source.transactions, files)), found


def test_every_public_service_function_says_who_may_call_it():
    files = [file for file in sources("domain") if file.path.endswith("/service.py")]
    assert len(files) > 4
    assert not (found := complaints(source.permissions, files)), found


def test_every_mutation_says_which_permission_it_needs():
    mutations = schema.core.mutation_type.fields
    unguarded = [name for name in mutations if schema.rules.of_field("Mutation", name) is None]
    assert not unguarded, f"{unguarded}: let the resolver call a service function that carries @requires"


def test_whatever_has_a_model_says_who_may_read_it():
    """Types without a permission hold nothing of their own: no record, no list of records."""
    objects = [type_ for type_ in schema.core.type_map.values() if isinstance(type_, GraphQLObjectType)]
    open_ = [
        type_.name
        for type_ in objects
        if "strawberry-definition" in type_.extensions
        and hasattr(type_.extensions["strawberry-definition"].origin, "model")
        and schema.rules.of_type(type_.name) is None
    ]
    assert not open_, f"{open_}: say `reads` in the model"


def test_the_core_takes_clock_chance_and_transport_as_arguments():
    def rule(file: Source) -> Iterator[str]:
        return source.arguments_only(file, may_sleep=MAY_SLEEP)

    assert not (found := complaints(rule, sources("integrations/core"))), found


def test_what_serves_every_vendor_names_none():
    def rule(file: Source) -> Iterator[str]:
        return source.knows_no_vendor(file, {app.title for app in APPS.values()})

    shared = r"integrations/(worker|providers)\.py|domain/(outbox|questions)\.py|domain/integration_settings/"
    own = r".*/(apps|category_map|{})\.py".format("|".join(app.provider.lower() for app in APPS.values()))
    files = [*of("integrations/core"), *(file for file in of(*ROOMS, but=own) if re.match(shared, file.path))]
    assert len(files) > 20
    assert not (found := complaints(rule, files)), found


def test_no_file_is_too_long():
    files = of(*ROOMS, "tests", "benchmarks", ".", but="migrations/versions/")
    assert not (found := complaints(source.size, files)), found


def test_no_name_says_nothing():
    assert not (found := complaints(source.name_says_something, of(*ROOMS, "tests", "benchmarks", "."))), found


def test_nothing_is_left_to_be_done():
    assert not (found := complaints(source.no_leftovers, of(*ROOMS, "benchmarks", "."))), found


@pytest.mark.parametrize(
    ("rule", "text", "finds"),
    [
        (source.transactions, "async def f(ctx): await ctx.session.commit()", 1),
        (source.transactions, "session = orm.AsyncSession(engine)", 1),
        (source.transactions, "def commit(): pass", 0),
        (source.permissions, "async def send(ctx): pass", 1),
        (source.permissions, "@requires(P.X)\nasync def send(ctx): pass\nasync def _own(ctx): pass", 0),
        (source.permissions, "@cache\nasync def send(ctx): pass", 1),
        (source.arguments_only, "import time\ndef f(): return time.monotonic()", 1),
        (source.arguments_only, "from time import monotonic as now\ndef f(): return now()", 1),
        (source.arguments_only, "import time\ndef f(now=time.monotonic): return now()", 0),
        (source.arguments_only, "from datetime import datetime, UTC\nasync def f(): return datetime.now(UTC)", 1),
        (source.arguments_only, "import random\nclass A:\n  def f(self): return random.uniform(0, 1)", 1),
        (source.arguments_only, "from uuid import uuid4\nx = [uuid4() for _ in 'ab']", 1),
        (source.arguments_only, "import asyncio\nasync def f(): await asyncio.sleep(1)", 1),
        (source.arguments_only, "import httpx\ndef f(): return httpx.AsyncClient(timeout=1)", 1),
        (source.arguments_only, "import httpx\ndef f(t): return httpx.AsyncClient(transport=t)", 0),
        (source.arguments_only, "import httpx\ndef f(t): return httpx.get('x')", 1),
        (source.size, "pass\n" * 400, 0),
        (source.size, "pass\n" * 401, 1),
        (source.no_leftovers, "x = 1  # TO" "DO: later\n# FIX" "ME", 2),
    ],
)  # fmt: skip
def test_each_rule_can_fail(rule: Callable[[Source], Iterator[str]], text: str, finds: int):
    assert len(list(rule(Source("a/file.py", text)))) == finds


def test_a_vendors_name_is_found():
    text = 'title = "The connection to ConnectWise"\nfrom x import connectwise\n'
    assert len(list(source.knows_no_vendor(Source("a/file.py", text), {"ConnectWise"}))) == 2


@pytest.mark.parametrize("path", ["api/utils.py", "domain/base/quotes.py", "runtime/process_manager.py"])
def test_a_name_that_says_nothing_is_found(path: str):
    assert list(source.name_says_something(Source(path, "")))
