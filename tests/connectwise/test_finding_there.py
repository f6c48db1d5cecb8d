"""Finding by name in the sandbox itself: any text, and only the record that has it."""

import asyncio

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from integrations.connectwise.client import Client, Connection
from integrations.connectwise.conditions import contains, eq, folded, one_of
from tests.sandbox import sandbox_fixtures

server, sandbox, api = sandbox_fixtures()

NOTES = "/company/companies/{}/notes"

# What hurts: quotes, brackets, wildcards, escapes, signs of URLs and of the grammar, other scripts and directions,
# signs beyond the basic plane, combining ones; and texts too long for any address.
nasty = st.text(
    st.one_of(
        st.sampled_from("\"'[]*%_\\&+#;,()=? aAé\n\t"),
        st.sampled_from("שלום مرحبا 漢字 👩‍💻🏳️‍🌈\u202e\u200f\u0301ßİı"),
        st.characters(exclude_categories=["Cs"], exclude_characters="\0"),
    ),
    min_size=1,
    max_size=60,
).filter(lambda text: text.strip())
long = st.tuples(nasty, st.integers(10, 400)).map(lambda pair: (pair[0] * pair[1])[:2000])


@pytest.fixture
async def client(sandbox):
    keys = sandbox.keys
    connection = Connection(sandbox.url, keys.company_id, keys.public_key, keys.private_key, keys.client_id)
    client = Client(connection, allow_loopback=True)
    yield client
    await client.aclose()


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.one_of(nasty, nasty, long), min_size=1, max_size=4, unique_by=lambda text: folded(text.strip())))
@example(["50% off", "50 off", "50* off", "5"])
@example(['a"b', "a'b", "a\"'b", "[a]", "[[]a]", "a"])
@example(["x" * 2000, "x" * 1999, "👩‍💻" * 500])
@example(["\u202eאבג", "אבג", "AND", "null", "true", "2026-01-01T00:00:00Z", "[2026-01-01T00:00:00Z]"])
async def test_any_text_is_found_again_and_only_its_record(sandbox, client, texts):
    # Notes take the longest texts; each example has a company of its own, so that nothing of another one is found.
    sandbox.options(max_url=2000)
    company = await client.find("/company/companies", eq("deletedFlag", False), fields=("name",))
    path = NOTES.format(company[0]["id"])
    made = await asyncio.gather(*(client.create(path, {"text": text}) for text in texts))
    try:
        for row, text in zip(made, texts, strict=True):
            stored = row["text"]
            assert stored.strip() == text.strip()
            assert [found["id"] for found in await client.find(path, eq("text", stored))] == [row["id"]], text
            assert row["id"] in [found["id"] for found in await client.find(path, contains("text", stored))], text
        everyone = await client.find(path, one_of("text", [row["text"] for row in made]))
        assert sorted(found["id"] for found in everyone) == sorted(row["id"] for row in made)
    finally:
        await asyncio.gather(*(client.delete(f"{path}/{row['id']}") for row in made))
