"""Schemathesis asks everything that the schema has, valid and invalid, of processes that run as on a server.

Whatever is asked: no 5xx, no masked error, only codes that are documented, no word about our inside, and a path in
`userErrors` that leads to a value of the input. Each run asks the same; RANDOM_REQUESTS=5000 asks more.
"""

import math
import os
import time
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import graphql
import psycopg
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.config import SchemathesisConfig
from schemathesis.generation import GenerationMode

from api.schema import schema, sdl
from domain.access.scopes import NEVER_GRANTED
from domain.ids import parse_global_id
from runtime.tour.stage import Stage, StepFailed
from tests.conftest import data_folder, fresh_database
from tests.judges import answers, tally, tenant, values
from tests.judges.records import Records
from tests.runtime.system import running_system

CASES = int(os.environ.get("RANDOM_REQUESTS", "600"))
MODES = [GenerationMode.POSITIVE] * 3 + [GenerationMode.NEGATIVE]


def roots() -> Iterator[str]:
    """What makes, what changes, what takes away, what reads: so there is always something to be found."""
    making, taking = ("create", "import"), ("archive", "cancel", "delete", "disconnect", "dismiss", "remove", "revoke")
    for name in sorted(
        schema.core.mutation_type.fields, key=lambda name: name.startswith(taking) - name.startswith(making)
    ):
        yield f"Mutation.{name}"
    for name in schema.core.query_type.fields:
        yield f"Query.{name}"


ROOTS = list(roots())
EACH = max(6, math.ceil(CASES / len(ROOTS)))


class Asking:
    """What Schemathesis asks in the name of a tenant, and what the answers are worth."""

    def __init__(self, stage: Stage, credentials: set[UUID]) -> None:
        self._stage = stage
        customers = {root: tenant.customer(stage) for root in ROOTS if is_for_customers(root)}
        self._tokens = {root: token for root, (_, token) in customers.items()}
        apart = credentials | {parse_global_id(quote)[1] for quote, _ in customers.values()}
        self.schema = graphql.build_schema(sdl())
        self.records = Records(self.schema, apart)
        self._session = requests.Session()
        self._looked_after = 0
        values.register(self.schema)
        introspection: Any = graphql.introspection_from_schema(self.schema)
        self._api = schemathesis.graphql.from_dict(introspection, config=SchemathesisConfig())
        self._api.hook("flatmap_body")(lambda _context, body: values.real(self.schema, self.records, body))

    def cases(self, root: str) -> st.SearchStrategy[schemathesis.Case]:
        operation = self._api.find_operation_by_label(root)
        return st.one_of(*(operation.as_strategy(generation_mode=mode) for mode in MODES))

    def prepare(self, root: str) -> None:
        """Learn the ids of what was made meanwhile, and take a token that opens this field."""
        if not self.records.ids or tally.TALLY["cases"] - self._looked_after > 50:
            self.records.look(self._stage.ask)
            self._looked_after = tally.TALLY["cases"]
        token = self._tokens.get(root, self._stage.running["token"])
        self._session.headers["Authorization"] = f"Bearer {token}"

    def faults(self, case: schemathesis.Case) -> list[str]:
        began = time.monotonic()
        body: Any = {"query": case.body}
        answer = self._session.post(self._stage.running["api"][0], json=body, timeout=60)
        tally.count(case.operation.label, answer, time.monotonic() - began)
        kind = answer.headers["content-type"]
        return list(answers.faults(self.schema, answer.status_code, kind, answer.content))


def is_for_customers(root: str) -> bool:
    """Whether no token of the tenant's own opens it: only the link to a quote does."""
    type_name, name = root.split(".")
    type_ = schema.core.type_map[type_name]
    assert isinstance(type_, graphql.GraphQLObjectType)
    result = graphql.get_named_type(type_.fields[name].type)
    return bool(NEVER_GRANTED & set(schema.rules.needed(type_name, name, result)))


@pytest.fixture(scope="module")
def asking(postgres, valkey) -> Iterator[Asking]:
    with (
        data_folder() as folder,
        fresh_database(postgres) as database,
        running_system(database.app_url, valkey.url, folder) as system,
    ):
        api, worker = system.api(API_RATE_POINTS_PER_MINUTE="0"), system.worker()
        stage = system.stage(api)
        try:
            tenant.furnish(stage)
        except StepFailed as failed:
            raise AssertionError(f"{failed}\n{api.said[-1_000:]}\n{worker.said[-1_000:]}") from None
        with psycopg.connect(database.admin_url.replace("+psycopg", "")) as connection:
            credentials = {id for (id,) in connection.execute("SELECT id FROM credential").fetchall()}
        yield Asking(stage, credentials)
        assert (api.process.poll(), worker.process.poll()) == (None, None), f"{api.said}\n{worker.said}"
        assert not [line for line in api.said.splitlines() if "Traceback" in line]


@pytest.mark.parametrize("root", ROOTS, ids=ROOTS)
def test_every_answer_is_one_for_the_caller(asking, root):
    asking.prepare(root)

    @settings(
        max_examples=EACH,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],  # what is there changes with each request, so a smaller one may well be right
        suppress_health_check=list(HealthCheck),
    )
    @given(asking.cases(root))
    def ask(case: schemathesis.Case) -> None:
        faults = asking.faults(case)
        assert not faults, "\n".join([*faults, str(case.body)])

    ask()


def test_that_was_enough(asking):
    if len(tally.asked()) < len(ROOTS):
        pytest.skip("only a part was asked")
    assert tally.TALLY["cases"] >= 500
