"""Roles: what an employee may do is the table of roles and nothing else, and nobody makes somebody mightier."""

import asyncio
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import select, text

from api import app
from api.ask import Asker
from api.oidc import Oidc, Tokens
from api.schema import schema
from domain.access import service as access
from domain.access.models import Employee
from domain.access.roles import ROLES, Role, permissions_of
from domain.access.scopes import GRANTABLE, NEVER_GRANTED, OPENS
from domain.ids import global_id
from domain.permissions import Permission
from tests.api.conftest import Client, with_scopes
from tests.api.issuer import AUDIENCE

CREATE = """mutation ($input: CreateEmployeeInput!) {
  createEmployee(input: $input) { employee { id name email role active } userErrors { code field message } }
}"""
UPDATE = """mutation ($input: UpdateEmployeeInput!) {
  updateEmployee(input: $input) {
    employee { id name email role active version } userErrors { code field message }
  }
}"""


async def create(ask: Client, **input):
    answer = await ask(CREATE, input={"name": "Kim Berg", "email": "kim@x.test", **input})
    return answer["createEmployee"]


async def update(ask: Client, id: str, **input):
    return (await ask(UPDATE, input={"employeeId": id, **input}))["updateEmployee"]


async def employed(ask: Client, **input) -> str:
    return (await create(ask, **input))["employee"]["id"]


def codes(payload):
    return [(error["code"], error["field"]) for error in payload["userErrors"]]


def test_the_table_is_whole():
    assert set(ROLES) == set(Role)
    assert set(OPENS) == GRANTABLE == set(Permission) - NEVER_GRANTED
    assert ROLES[Role.ADMINISTRATOR].permissions == GRANTABLE
    assert {Permission.OFFER_ANSWER} == NEVER_GRANTED
    for work in ROLES.values():
        assert work.permissions <= GRANTABLE
        assert work.sentence.endswith(".")
    assert permissions_of("SOMETHING_NEWER") == frozenset()


def test_who_may_write_may_read_and_only_managers_approve():
    for role, work in ROLES.items():
        for permission in work.permissions:
            drawer, _, what = permission.partition(":")
            if what in ("write", "approve", "admin") and f"{drawer}:read" in set(Permission):
                assert f"{drawer}:read" in work.permissions, (role, permission)
            if what == "approve":
                assert role in (Role.ADMINISTRATOR, Role.MANAGER)
            if what == "admin":
                assert role is Role.ADMINISTRATOR
    assert not [permission for permission in ROLES[Role.READER].permissions if not permission.endswith(":read")]


def required(name: str) -> Permission:
    permission = schema.rules.of_field("Mutation", name)
    assert permission is not None
    return permission


@pytest.mark.parametrize("role", Role)
async def test_each_role_may_do_what_the_table_says_and_no_more(db, issuer, msp, role):
    """Every mutation, by somebody who has signed in: refused for lack of the scope, or for what it says."""
    async with msp.transaction() as ctx:
        await access.create_employee(ctx, name="Kim Berg", email="kim@x.test", role=role)
    application = app.create(db, Asker(None), issued=Tokens(Oidc(issuer.url, AUDIENCE)))
    transport = httpx.ASGITransport(application)
    async with httpx.AsyncClient(transport=transport, base_url="http://quotewright.test") as http:
        kim = Client(http, issuer.token(msp.id, "kim@x.test"))
        assert set((await kim("{ viewer { scopes } }"))["viewer"]["scopes"]) == ROLES[role].permissions
        for name, field in schema.core.mutation_type.fields.items():
            may = required(name) in ROLES[role].permissions
            query = f"mutation {{ {name} {{ __typename }} }}"
            if "input" in field.args:
                input = field.args["input"].type
                query = f"mutation ($input: {input}) {{ {name}(input: $input) {{ __typename }} }}"
            elif may:
                continue  # it would be done
            answer = await kim.post(query)  # without its input: what may be done is refused for that
            assert (answer.status_code == 403) is not may, (name, answer.text)


async def test_a_new_employee_sells_unless_told_otherwise(ask):
    made = await create(ask)
    assert made["employee"]["role"] == "SALES"
    other = await create(ask, email="lee@x.test", role="READER")
    assert other["employee"]["role"] == "READER"
    found = await ask("{ employees(filter: {role: {eq: READER}}) { nodes { email role } } }")
    assert found["employees"]["nodes"] == [{"email": "lee@x.test", "role": "READER"}]


async def test_an_employee_is_changed_and_the_version_counts(ask):
    id = await employed(ask)
    changed = await update(ask, id, name="Kim Sand", email="sand@x.test", role="PURCHASING", active=False, version=1)
    assert changed["employee"] == {
        "id": id, "name": "Kim Sand", "email": "sand@x.test", "role": "PURCHASING", "active": False, "version": 2,
    }  # fmt: skip
    assert (await update(ask, id, name="Kim Sand"))["employee"]["version"] == 2, "nothing is different"
    assert codes(await update(ask, id, name="X", version=1)) == [("CONFLICT", ["version"])]


@pytest.mark.parametrize(
    ("input", "code", "field"),
    [
        ({"name": " "}, "REQUIRED", ["name"]),
        ({"name": None}, "REQUIRED", ["name"]),
        ({"email": "x"}, "INVALID", ["email"]),
        ({"email": None}, "INVALID", ["email"]),
        ({"email": "LEE@x.test"}, "TAKEN", ["email"]),
        ({"role": None}, "INVALID", ["role"]),
        ({"active": None}, "REQUIRED", ["active"]),
    ],
)
async def test_what_makes_no_sense_is_told_where(ask, input, code, field):
    await employed(ask, name="Lee", email="lee@x.test")
    id = await employed(ask)
    assert codes(await update(ask, id, **input)) == [(code, field)]


async def test_an_address_is_taken_in_upper_case_as_well(ask):
    id = await employed(ask)
    assert codes(await create(ask, email="KIM@X.test")) == [("TAKEN", ["email"])]
    assert (await update(ask, id, email="Kim@X.test"))["employee"]["email"] == "Kim@X.test", "their own"


async def test_of_many_at_once_one_gets_the_address(ask):
    made = await asyncio.gather(*(create(ask, name=f"Kim {number}") for number in range(6)))
    assert len([one for one in made if one["employee"]]) == 1
    assert {code for one in made for code, _ in codes(one)} == {"TAKEN"}


async def test_nobody_is_given_a_role_that_may_do_more_than_oneself(http, msp):
    reader = await with_scopes(http, msp, "access:admin", *ROLES[Role.READER].permissions)
    assert (await create(reader, role="READER"))["employee"]
    refused = await create(reader, email="lee@x.test", role="ADMINISTRATOR")
    assert codes(refused) == [("FORBIDDEN", ["role"])]
    assert "quotes:write" in refused["userErrors"][0]["message"]
    assert codes(await create(reader, email="lee@x.test")) == [("FORBIDDEN", ["role"])], "SALES is more, too"


async def test_nobody_takes_over_somebody_who_may_do_more(http, ask, msp):
    """By their address one would sign in as them."""
    administrator, reading = (
        await employed(ask, role="ADMINISTRATOR"),
        await employed(ask, email="l@x.test", role="READER"),
    )
    client = await with_scopes(http, msp, "access:admin", *ROLES[Role.READER].permissions)
    for change in ({"email": "mine@x.test"}, {"active": False}, {"role": "READER"}, {"name": "X"}):
        refused = await update(client, administrator, **change)
        assert codes(refused) == [("FORBIDDEN", [])]
        assert "Kim Berg, whose role is ADMINISTRATOR" in refused["userErrors"][0]["message"]
    assert codes(await update(client, reading, role="MANAGER")) == [("FORBIDDEN", ["role"])]
    assert (await update(client, reading, name="Lee"))["employee"]["name"] == "Lee"


@pytest.mark.parametrize(("change", "field"), [({"role": "MANAGER"}, ["role"]), ({"active": False}, ["active"])])
async def test_the_last_administrator_stays_one(ask, change, field):
    first = await employed(ask, role="ADMINISTRATOR")
    await employed(ask, email="inactive@x.test", role="ADMINISTRATOR")
    second = await employed(ask, email="lee@x.test", role="ADMINISTRATOR")
    for email in ("inactive@x.test",):
        found = await ask("query ($e: String!) { employees(filter: {email: {eq: $e}}) { nodes { id } } }", e=email)
        await update(ask, found["employees"]["nodes"][0]["id"], active=False)
    assert (await update(ask, first, **change))["employee"]
    refused = await update(ask, second, **change)
    assert codes(refused) == [("IMPOSSIBLE_STEP", field)]
    assert "last active administrator" in refused["userErrors"][0]["message"]
    assert (await update(ask, second, name="Lee Sand"))["employee"]["role"] == "ADMINISTRATOR"


async def test_without_an_administrator_there_is_none_to_keep(ask):
    id = await employed(ask)
    assert (await update(ask, id, role="READER", active=False))["employee"]


async def test_two_who_depose_each_other_leave_one(ask, msp):
    """At the same moment, again and again: neither of them sees the other's change."""
    one = await employed(ask, role="ADMINISTRATOR")
    two = await employed(ask, email="lee@x.test", role="ADMINISTRATOR")
    for _ in range(10):
        outcomes = await asyncio.gather(*(update(ask, id, role="READER") for id in (one, two)))
        assert sorted(len(codes(outcome)) for outcome in outcomes) == [0, 1]
        for id in (one, two):
            await update(ask, id, role="ADMINISTRATOR")


async def test_who_is_not_there_is_not_changed(ask):
    assert codes(await update(ask, global_id("Employee", uuid4()), name="x")) == [("NOT_FOUND", ["employeeId"])]


async def test_facts_tell_of_employees(ask, msp):
    id = await employed(ask)
    await update(ask, id, active=False)
    await update(ask, id, active=False)
    async with msp.transaction() as ctx:
        facts = await ctx.session.scalars(text("SELECT name FROM outbox WHERE subject LIKE 'employee:%' ORDER BY id"))
        assert list(facts) == ["EmployeeCreated", "EmployeeUpdated"]


async def test_employees_of_before_sell(msp):
    """The column was added to rows that were there."""
    async with msp.transaction() as ctx:
        await ctx.session.execute(
            text(
                "INSERT INTO employee (id, tenant_id, name, email) VALUES (gen_random_uuid(), :t, 'Old', 'old@x.test')"
            ),
            {"t": msp.id},
        )
    async with msp.transaction() as ctx:
        assert (await ctx.session.scalars(select(Employee))).one().role == Role.SALES
