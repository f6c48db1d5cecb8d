"""graphql-http audits the endpoint: each of its audits is one test here.

Its rules are older than the first edition of GraphQL over HTTP (September 2026). Where the two differ the edition is
followed, and the audit is named in OTHERWISE: it must fail as long as it stands there.
"""

import asyncio
from typing import Any

import pytest

AUDITS = [
    "22EB", "4655", "47DE", "80D8", "82A3", "BF61", "78D5", "2C94", "5A70", "9C48", "9ABE", "03D4", "A5BF", "423L",
    "LKJ0", "LKJ1", "LKJ2", "LKJ3", "34A2", "13EE", "6C00", "6C01", "6C02", "6C03", "8161", "B8B3", "94B0", "0220",
    "94B1", "0221", "94B2", "0222", "4760", "4761", "4762", "4763", "2EA1", "28B9", "D6D5", "6A70", "58B0", "58B1",
    "58B2", "58B3", "428F", "1B7A", "B6DC", "BCF8", "B7N8", "8764", "3E3A", "572B", "FDE2", "7B9B", "865D", "556A",
    "D586", "51FE", "74FF", "5E5B", "86EE",
]  # fmt: skip

EITHER = "whoever accepts anything gets application/graphql-response+json, which every server must have now"
ONLY_POST = "GET is optional, and refused: operations and their values would end in logs and caches"
OTHERWISE = {
    "47DE": EITHER,
    "80D8": EITHER,
    "86EE": "variables that don't fit are 422 now, 400 was before",
    "5A70": ONLY_POST,
    "D6D5": ONLY_POST,
    "6A70": ONLY_POST,
}


@pytest.fixture(scope="module")
async def verdicts(tools, api) -> dict[str, dict[str, Any]]:
    found = await asyncio.to_thread(tools.ask, "audit.mjs", api.url, TOKEN=api.token)
    return {verdict["id"]: verdict for verdict in found}


@pytest.mark.parametrize("audit", AUDITS)
async def test_audit(verdicts, audit):
    verdict = verdicts[audit]
    if audit in OTHERWISE:
        assert verdict["status"] != "ok", f"{audit} passes now: strike it from OTHERWISE"
    else:
        assert verdict["status"] == "ok", f"{verdict['name']}: {verdict.get('reason')}"


async def test_no_audit_is_left_out(verdicts):
    assert set(verdicts) == set(AUDITS)
    assert len(AUDITS) == 61
    assert set(OTHERWISE) <= set(AUDITS)
