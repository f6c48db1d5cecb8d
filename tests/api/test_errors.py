"""What a caller is told when something is wrong: by them, by us, or with the database."""

import json

import pytest
from graphql import GraphQLError
from structlog.testing import capture_logs

from api.errors import shown
from tests.api.quoting import drafted, refused

QUOTE = "UXVvdGU6MDE4OTAwMDAtMDAwMC03MDAwLTgwMDAtMDAwMDAwMDAwMDAw"


async def test_our_own_fault_is_masked_and_logged(ask, monkeypatch):
    from api.organizations import lists

    def broken(*_args, **_kwargs):
        raise RuntimeError("SELECT secret FROM /etc/passwd")

    monkeypatch.setattr(lists, "connection", broken)
    with capture_logs() as logs:
        response = await ask.post("{ organizations { nodes { id } } }", **{"X-Request-Id": "find-me"})
    [error] = response.json()["errors"]
    assert error["extensions"] == {"code": "INTERNAL", "requestId": "find-me"}
    assert error["message"].startswith("Something went wrong on our side")
    assert "secret" not in response.text
    [line] = [line for line in logs if line["log_level"] == "error"]
    assert line["request_id"] == "find-me"
    assert "secret" in line["traceback"]


def test_what_goes_wrong_while_an_answer_is_made_is_ours():
    """graphql-core says such things with errors of its own, which look like those about a request."""
    with capture_logs() as logs:
        answer = shown(GraphQLError("Enum 'X' cannot represent value: 'secret'", path=["a", 0]), "id")
    assert (answer["extensions"]["code"], answer["path"]) == ("INTERNAL", ["a", 0])
    assert "secret" not in str(answer)
    assert len(logs) == 1


async def test_a_database_error_shows_no_sql(ask, db, monkeypatch):
    from sqlalchemy import text

    from domain.quotes import service

    async def broken(ctx, *_args, **_kwargs):
        await ctx.session.execute(text("SELECT nonsense FROM quote"))

    monkeypatch.setattr(service, "send", broken)
    response = await ask.post(f'mutation {{ sendQuote(input: {{quoteId: "{QUOTE}"}}) {{ quote {{ id }} }} }}')
    assert response.json()["data"] == {"sendQuote": None}
    assert [e["extensions"]["code"] for e in response.json()["errors"]] == ["INTERNAL"]
    assert "nonsense" not in response.text
    assert 'quote"' not in response.json()["errors"][0]["message"]


async def test_a_read_that_takes_too_long_is_ended_and_says_how_to_ask_instead(ask, monkeypatch):
    from sqlalchemy import text

    from domain.integration_settings import service

    async def slow(ctx, *_args, **_kwargs):
        await ctx.session.execute(text("SELECT pg_sleep(60)"))

    monkeypatch.setattr(service, "find", slow)
    monkeypatch.setattr("api.context.LONGEST", 0.1)
    with capture_logs() as logs:
        [error] = await ask.errors("{ connectWise { status } }")
    assert error["extensions"] == {"code": "LIMIT_EXCEEDED"}
    assert "filter" in error["message"]
    assert [log["log_level"] for log in logs] == ["warning"]


async def test_the_next_transaction_has_all_the_time_it_needs(msp):
    from sqlalchemy import text

    for longest, wanted in ((0.2, "200ms"), (None, "0"), (60, "1min")):
        async with msp.transaction(longest=longest) as ctx:
            assert await ctx.session.scalar(text("SHOW statement_timeout")) == wanted


async def test_a_database_that_is_away_is_no_fault_of_ours(ask, monkeypatch):
    from sqlalchemy import text

    from domain.quotes import service

    async def cut(ctx, *_args, **_kwargs):
        await ctx.session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    monkeypatch.setattr(service, "send", cut)
    [error] = await ask.errors(f'mutation {{ sendQuote(input: {{quoteId: "{QUOTE}"}}) {{ quote {{ id }} }} }}')
    assert (error["extensions"]["code"], len(error["extensions"]["requestId"])) == ("UNAVAILABLE", 32)
    assert "Try again" in error["message"]


@pytest.mark.parametrize(
    "query",
    [
        "{ quote { id } }",
        "{ quotes { nodes { titel } } }",
        "{ quotes(frist: 1) { totalCount } }",
        "{ quotes(filter: {numbr: 1}) { totalCount } }",
        "{ quotes(filter: {status: {in: [SEND]}}) { totalCount } }",
        "{ ... on Quot { id } }",
        "query ($x: QuoteFilte) { quotes(filter: $x) { totalCount } }",
        "{ viewer @skp(if: true) { scopes } }",
    ],
)
async def test_nothing_is_suggested(ask, query):
    errors = await ask.errors(query)
    assert {error["extensions"]["code"] for error in errors} == {"BAD_REQUEST"}
    assert "Did you mean" not in json.dumps(errors)


async def test_nothing_is_suggested_for_variables_either_and_no_value_is_repeated(ask):
    query = "mutation ($i: ConnectConnectWiseInput!) { connectConnectWise(input: $i) { userErrors { code } } }"
    for input in (
        {"site": "x", "companyId": "y", "publicKey": "z", "privateKey": {"a": "CANARY"}},
        {"site": "x", "companyId": "y", "publicKey": "z", "privateKey": "CANARY", "oldLnks": "KEEP"},
        {"site": "x", "companyId": "y", "publicKey": "z", "privateKey": "CANARY", "oldLinks": "KEPP"},
        {"site": "x", "companyId": "y", "privateKey": "CANARY"},
        {"site": "x", "companyId": "y", "publicKey": "z", "privateKey": ["CANARY"]},
        "CANARY",
        ["CANARY"],
    ):
        text = json.dumps(await ask.errors(query, i=input))
        assert "CANARY" not in text
        assert "Did you mean" not in text
        assert "BAD_REQUEST" in text


@pytest.mark.parametrize(
    ("query", "value", "words"),
    [
        (
            "mutation ($x: CreateQuoteInput!) { createQuote(input: $x) { userErrors { code } } }",
            {"title": "CANARY"},
            "required field 'organizationId'",
        ),
        ("query ($x: QuoteFilter) { quotes(filter: $x) { totalCount } }", {"numbr": 1}, "unknown field 'numbr'"),
        ("query ($x: QuoteFilter) { quotes(filter: $x) { totalCount } }", "CANARY", "to be an object"),
        ("query ($x: Int) { quotes(first: $x) { totalCount } }", "CANARY", "Int cannot represent"),
        ("query ($x: ID!) { node(id: $x) { id } }", None, "non-null type 'ID!'"),
    ],
)
async def test_what_is_wrong_with_a_variable_is_said(ask, query, value, words):
    [error] = await ask.errors(query, x=value)
    assert words in error["message"]
    assert "CANARY" not in error["message"]


@pytest.mark.parametrize(
    ("value", "type"),
    [
        ("31.3.2026", "Date"),
        ("2026-3-1", "Date"),
        ("2026-02-30", "Date"),
        ("20260301", "Date"),
        (1, "Date"),
        ("NaN", "Decimal"),
        ("1e5", "Decimal"),
        ("1_000", "Decimal"),
        ("1" * 31, "Decimal"),
        (True, "Decimal"),
        ("٣", "Decimal"),
        ("2026-03-01T00:00:00", "DateTime"),
        ("2026-03-01", "DateTime"),
        ("2026-03-01T25:00:00Z", "DateTime"),
        ("0001-01-01T00:00:00+14:00", "DateTime"),
        (0, "DateTime"),
    ],
)
async def test_scalars_are_strict(ask, value, type):
    query, field = {
        "Date": ("mutation ($x: Date) { createQuote(input: {organizationId: \"x\", title: \"x\", expiryDate: $x})"
                 " { userErrors { code } } }", "x"),
        "Decimal": ("query ($x: Decimal) { quotes(filter: {total: {gte: $x}}) { totalCount } }", "x"),
        "DateTime": ("query ($x: DateTime) { quotes(filter: {createdAt: {gt: $x}}) { totalCount } }", "x"),
    }[type]  # fmt: skip
    assert await ask.code(query, **{field: value}) == "BAD_REQUEST"


async def test_decimals_are_taken_as_they_are_written(ask):
    for written in ('"10.50"', "10.50", "10", '"+1"', "-3.5"):
        query = f"{{ quotes(filter: {{total: {{gte: {written}}}}}) {{ totalCount }} }}"
        assert (await ask(query))["quotes"] == {"totalCount": 0}


async def test_a_key_that_stands_in_the_document_itself_is_not_repeated(ask):
    for query in (
        '{ viewer { "CANARY" } }',
        '{ viewer { scopes } """CANARY""" }',
        'mutation { connectConnectWise(input: {site: "x", privateKey: "CANARY"}) { userErrors { code } } }',
        'mutation { connectConnectWise(input: {site: 1, companyId: "a", publicKey: "b", privateKey: {a: "CANARY"}})'
        " { userErrors { code } } }",
    ):
        text = json.dumps(await ask.errors(query))
        assert "CANARY" not in text, text
        assert "BAD_REQUEST" in text


async def test_what_is_wrong_elsewhere_than_in_the_input_points_at_no_value_of_it(ask):
    quote = await drafted(ask, lines=[])
    for mutation in ("submitQuote", "sendQuote"):
        code, field, message = await refused(ask, mutation, quoteId=quote["id"])
        assert (code, field) == ("INVALID", [])
        assert "has no lines" in message
