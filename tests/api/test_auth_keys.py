"""The keys of an issuer: new ones are found, old ones go on while it is away, and nobody makes us ask without end."""

import asyncio
from typing import Any

import httpx
import pytest
from structlog.testing import capture_logs

from api import app
from api.ask import Asker
from api.issuer_keys import IssuerKeys, is_trustworthy
from api.oidc import Oidc, Tokens
from domain.access import service as access
from domain.errors import Unavailable
from tests.api.conftest import Client
from tests.api.issuer import AUDIENCE, ec_key, rsa_key

EMAIL = "kim@northwind.test"


class Clock:
    """Stands still until somebody moves it."""

    now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def keys(issuer, clock) -> IssuerKeys:
    return IssuerKeys(issuer.url, pause=15, fresh=300, now=clock)


async def settled(keys: IssuerKeys) -> None:
    """A look in the background has come to its end."""
    while keys._looking is not None:
        await asyncio.wait([keys._looking])


async def test_keys_are_asked_for_once_by_all_who_come_together(issuer, keys):
    found = await asyncio.gather(*(keys.find("first", "RS256") for _ in range(30)))
    assert None not in found
    assert issuer.asked == ["discovery", "keys"]
    await keys.find("first", "RS256")
    assert issuer.asked == ["discovery", "keys"]


async def test_a_key_is_only_good_for_its_own_algorithm(issuer, keys):
    assert await keys.find("first", "RS256")
    assert await keys.find("first", "ES256") is None


@pytest.mark.parametrize(
    ("url", "issuer", "is_so"),
    [
        ("https://keys.example.com/a", "https://login.example.com", True),
        ("http://login.example.com/a", "https://login.example.com", False),
        ("http://127.0.0.1/a", "https://login.example.com", False),
        ("http://127.0.0.1/a", "http://localhost:8080", True),
        ("http://[::1]:7/a", "http://localhost:8080", True),
        ("http://localhost.example.com/a", "http://localhost:8080", False),
        ("//127.0.0.1/a", "http://localhost:8080", False),
    ],
)
def test_keys_come_by_https_or_stay_on_this_machine(url, issuer, is_so):
    assert is_trustworthy(url, issuer) is is_so


async def test_a_new_key_is_found_as_soon_as_somebody_shows_it(issuer, keys, clock):
    await keys.find("first", "RS256")
    clock.now += 15
    issuer.add("second", ec_key(), "ES256")
    assert await keys.find("second", "ES256")
    assert await keys.find("first", "RS256")


async def test_a_flood_of_unknown_keys_makes_one_look_in_a_pause(issuer, keys, clock):
    await keys.find("first", "RS256")
    for _ in range(3):
        clock.now += 15
        issuer.asked.clear()
        for number in range(200):
            assert await keys.find(f"random-{number}", "RS256") is None
        assert await asyncio.gather(*(keys.find(f"more-{number}", "RS256") for number in range(200))) == [None] * 200
        assert issuer.asked == ["discovery", "keys"]
    clock.now += 14
    assert await keys.find("random", "RS256") is None
    assert issuer.asked == ["discovery", "keys"]


async def test_a_key_that_was_taken_back_is_forgotten_without_anybody_waiting(issuer, keys, clock):
    old = await keys.find("first", "RS256")
    issuer.jwks.clear()
    issuer.add("second", rsa_key(1), "RS256")
    clock.now += 239
    assert await keys.find("first", "RS256") is old
    assert len(issuer.asked) == 2
    clock.now += 1
    assert await keys.find("first", "RS256") is old  # this one started the look
    await settled(keys)
    assert await keys.find("first", "RS256") is None
    assert await keys.find("second", "RS256")


@pytest.mark.parametrize("silence", [300, 100_000])
async def test_a_key_that_was_taken_back_opens_nothing_after_a_silence_either(issuer, keys, clock, silence):
    await keys.find("first", "RS256")
    issuer.jwks.clear()
    issuer.add("second", rsa_key(1), "RS256")
    clock.now += silence
    assert await asyncio.gather(*(keys.find("first", "RS256") for _ in range(5))) == [None] * 5
    assert issuer.asked == ["discovery", "keys"] * 2


async def test_an_issuer_that_is_away_is_waited_for_once(issuer, keys, clock):
    await keys.find("first", "RS256")
    issuer.status = 503
    clock.now += 1_000
    with capture_logs():
        assert await keys.find("first", "RS256")
        assert len(issuer.asked) == 3, "this one waited for the answer"
        clock.now += 15
        assert await keys.find("first", "RS256")
        assert len(issuer.asked) == 3, "this one did not"
        await settled(keys)
    assert len(issuer.asked) == 4


async def test_while_the_issuer_is_away_the_known_keys_go_on(issuer, keys, clock):
    await keys.find("first", "RS256")
    issuer.status = 503
    with capture_logs() as logs:
        for _ in range(5):
            clock.now += 1_000
            for _ in range(20):
                assert await keys.find("first", "RS256")
            await settled(keys)
    assert len(logs) == 5
    assert logs[0]["log_level"] == "warning"
    assert len(issuer.asked) == 2 + 5, "one attempt a pause"
    issuer.status = 200
    clock.now += 15
    issuer.add("second", ec_key(), "ES256")
    assert await keys.find("second", "ES256")


async def test_no_key_at_all_is_no_fault_of_the_token(issuer, keys, clock):
    issuer.status = 500
    with capture_logs():
        for _ in range(10):
            with pytest.raises(Unavailable):
                await keys.find("first", "RS256")
        assert issuer.asked == ["discovery"]
        clock.now += 15
        issuer.status = 200
        assert await keys.find("first", "RS256")


async def test_nobody_there_is_the_same(clock):
    keys = IssuerKeys("http://127.0.0.1:1", now=clock)
    with capture_logs() as logs, pytest.raises(Unavailable):
        await keys.find("first", "RS256")
    assert len(logs) == 1


WRONG: dict[str, dict[str, Any]] = {
    "another name": {"issuer": "https://login.example.com"},
    "no name": {"issuer": None},
    "keys in the clear elsewhere": {"jwks_uri": "http://login.example.com/keys"},
    "keys in a file": {"jwks_uri": "file:///etc/passwd"},
    "keys nowhere": {"jwks_uri": None},
    "keys at no address": {"jwks_uri": "http://["},
    "keys at what is no JSON": {"jwks_uri": "{url}/text"},
    "keys at a list": {"jwks_uri": "{url}/list"},
    "keys in a megabyte": {"jwks_uri": "{url}/large"},
    "keys somewhere else again": {"jwks_uri": "{url}/moved"},
}


@pytest.mark.parametrize("wrong", WRONG)
async def test_an_issuer_that_makes_no_sense_is_not_believed(issuer, keys, wrong):
    issuer.discovery = {name: value.format(url=issuer.url) if value else value for name, value in WRONG[wrong].items()}
    with capture_logs() as logs, pytest.raises(Unavailable):
        await keys.find("first", "RS256")
    [line] = logs
    assert line["event"] == "no keys from the OIDC issuer"


async def test_none_of_the_keys_being_for_us_is_the_same(issuer, keys):
    issuer.jwks[0]["use"] = "enc"
    with capture_logs(), pytest.raises(Unavailable):
        await keys.find("first", "RS256")


async def test_a_slow_issuer_is_not_waited_for(issuer, keys, monkeypatch):
    monkeypatch.setattr("api.issuer_keys._PATIENCE", 0.2)
    issuer.discovery = {"jwks_uri": f"{issuer.url}/slow"}
    with capture_logs() as logs, pytest.raises(Unavailable):
        await keys.find("first", "RS256")
    assert "TimeoutError" in logs[0]["error"]


async def test_who_shows_a_token_meanwhile_is_told_to_come_again(db, issuer, msp):
    async with msp.transaction() as ctx:
        await access.create_employee(ctx, name="Kim Berg", email=EMAIL)
    issued = Tokens(Oidc(issuer.url, AUDIENCE), IssuerKeys(issuer.url, pause=0))
    transport = httpx.ASGITransport(app.create(db, Asker(None), issued=issued))
    async with httpx.AsyncClient(transport=transport, base_url="http://quotewright.test") as http:
        signed_in, program = Client(http, issuer.token(msp.id, EMAIL)), Client(http, msp.token)
        issuer.status = 500
        with capture_logs():
            away = await signed_in.post("{ viewer { scopes } }")
        assert away.status_code == 503
        [error] = away.json()["errors"]
        assert error["extensions"] == {"code": "UNAVAILABLE"}
        assert "Try again" in error["message"]
        assert issuer.url not in away.text
        assert (await program.post("{ viewer { scopes } }")).status_code == 200
        issuer.status = 200
        assert (await signed_in.post("{ viewer { scopes } }")).status_code == 200
