"""Signing in with the company's own service: whose token is good, and what becomes of every other one."""

import asyncio
import base64
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from structlog.testing import capture_logs

from api import app, auth, rates
from api.ask import Asker
from api.issuer_keys import IssuerKeys
from api.oidc import Oidc, Tokens
from domain.access import service as access
from domain.access import sign_in
from domain.access.models import Employee
from domain.access.roles import ROLES, Role
from runtime.serve import _issued
from runtime.settings import Settings
from tests.api.conftest import Client, an_organization
from tests.api.issuer import AUDIENCE, ec_key, ed_key, public_jwk, rsa_key

WHO = "{ viewer { name authentication role scopes employee { email } tenant { name } } }"
EMAIL = "kim@northwind.test"


@pytest.fixture
async def door(db, issuer) -> AsyncIterator[httpx.AsyncClient]:
    """The application, which believes this issuer."""
    async with opened(db, Oidc(issuer.url, AUDIENCE)) as door:
        yield door


def opened(db, oidc: Oidc, **keys) -> httpx.AsyncClient:
    application = app.create(db, Asker(None), issued=Tokens(oidc, IssuerKeys(oidc.issuer, **keys)))
    return httpx.AsyncClient(transport=httpx.ASGITransport(application), base_url="http://quotewright.test")


@pytest.fixture
async def kim(msp) -> Employee:
    async with msp.transaction() as ctx:
        return await access.create_employee(ctx, name="Kim Berg", email=EMAIL, role=Role.MANAGER)


async def status(door, token: str) -> int:
    return (await Client(door, token).post("{ viewer { scopes } }")).status_code


async def test_an_employee_signs_in_and_has_the_scopes_of_the_role(door, issuer, msp, kim):
    viewer = (await Client(door, issuer.token(msp.id, EMAIL))(WHO))["viewer"]
    assert viewer == {
        "name": "Kim Berg",
        "authentication": "OIDC",
        "role": "MANAGER",
        "scopes": sorted(ROLES[Role.MANAGER].permissions),
        "employee": {"email": EMAIL},
        "tenant": {"name": "Northwind IT"},
    }


async def test_what_they_change_bears_their_name(door, issuer, msp, kim):
    await an_organization(Client(door, issuer.token(msp.id, EMAIL)))
    async with msp.transaction() as ctx:
        facts = await ctx.session.scalars(text("SELECT actor FROM outbox WHERE name = 'OrganizationCreated'"))
        assert list(facts) == ["Kim Berg"]


async def test_api_tokens_go_on_beside_it(door, msp, kim):
    viewer = (await Client(door, msp.token)(WHO))["viewer"]
    assert (viewer["name"], viewer["authentication"], viewer["role"]) == ("token test", "API_TOKEN", None)


@pytest.mark.parametrize("algorithm", ["RS256", "ES256", "EdDSA"])
async def test_keys_of_three_kinds_are_understood(door, issuer, msp, kim, algorithm):
    issuer.add("second", {"RS256": rsa_key(1), "ES256": ec_key(), "EdDSA": ed_key()}[algorithm], algorithm)
    assert await status(door, issuer.token(msp.id, EMAIL, kid="second")) == 200


@pytest.mark.parametrize("email", [EMAIL.upper(), "Kim@Northwind.Test"])
async def test_upper_case_makes_no_other_person(door, issuer, msp, kim, email):
    assert await status(door, issuer.token(msp.id, email)) == 200


# Each differs from a good token in one thing.
WRONG: dict[str, dict[str, Any]] = {
    "another audience": {"aud": "somebody-else"},
    "no audience": {"aud": None},
    "another issuer": {"iss": "https://login.example.com"},
    "the issuer with a slash more": {"iss": "{url}/"},
    "no issuer": {"iss": None},
    "expired": {"exp": -31},
    "no end": {"exp": None},
    "made in the future": {"iat": 40},
    "made at no time": {"iat": None},
    "not valid yet": {"nbf": 40},
    "an end that is no number": {"exp": "soon"},
    "an end too large to be one": {"exp": float("inf")},
    "a start too large to be one": {"iat": float("inf")},
    "no tenant": {"tenant_id": None},
    "a tenant that is no id": {"tenant_id": "northwind"},
    "a tenant that is a list": {"tenant_id": ["a"]},
    "no address": {"email": None},
    "an address that is a number": {"email": 7},
    "an address that is not theirs": {"email_verified": False},
    "the same as a text": {"email_verified": "false"},
    "the same as nothing": {"email_verified": 0},
    "an unknown address": {"email": "nobody@northwind.test"},
    "an address that only looks alike": {"email": "ｋim@northwind.test"},
    "one that folds to it by Unicode": {"email": "\u212aim@northwind.test"},
    "an address with a NUL": {"email": "kim\x00@northwind.test"},
    "an address with half a character": {"email": "kim\ud800@northwind.test"},
    "an unknown key": {"headers": {"kid": "third"}},
    "no key": {"headers": {"kid": None}},
    "a key that is no text": {"headers": {"kid": ""}},
    "a very long key": {"headers": {"kid": "k" * 201}},
    "a token to log out": {"headers": {"typ": "logout+jwt"}},
    "something critical": {"headers": {"crit": ["exp"], "exp": 1}},
    "another one's signature": {"key": rsa_key(1)},
    "the longer algorithm": {"algorithm": "RS512"},
    "the other padding": {"algorithm": "PS256"},
}


@pytest.mark.parametrize("wrong", WRONG)
async def test_a_token_with_one_thing_wrong_opens_nothing(door, issuer, msp, kim, wrong):
    change = dict(WRONG[wrong])
    now = int(time.time())
    for claim in ("exp", "iat", "nbf"):
        if isinstance(change.get(claim), int) and change[claim] < 1_000:
            change[claim] += now
    if change.get("iss"):
        change["iss"] = change["iss"].format(url=issuer.url)
    assert await status(door, issuer.token(msp.id, EMAIL)) == 200, "else this would prove nothing"
    refused = await Client(door, issuer.token(msp.id, **{"email": EMAIL, **change})).post("{ viewer { scopes } }")
    nobody = await Client(door, None).post("{ viewer { scopes } }")
    assert (refused.status_code, refused.content) == (401, nobody.content)


@pytest.mark.parametrize("change", [{"exp": -20}, {"iat": 20}, {"nbf": 20}])
async def test_clocks_may_differ_by_half_a_minute(door, issuer, msp, kim, change):
    [(claim, seconds)] = change.items()
    assert await status(door, issuer.token(msp.id, EMAIL, **{claim: int(time.time()) + seconds})) == 200


async def test_an_issuer_need_not_speak_of_verified_addresses(door, issuer, msp, kim):
    for said in (None, True, "true"):
        assert await status(door, issuer.token(msp.id, EMAIL, email_verified=said)) == 200


async def test_one_audience_of_several_is_enough(door, issuer, msp, kim):
    assert await status(door, issuer.token(msp.id, EMAIL, aud=["other", AUDIENCE])) == 200


def unsigned(token: str, **header: object) -> str:
    _, claims, signature = token.split(".")
    made = base64.urlsafe_b64encode(json.dumps(header).encode()).rstrip(b"=").decode()
    return f"{made}.{claims}.{signature if header['alg'] != 'none' else ''}"


async def test_a_token_that_nobody_signed_opens_nothing(door, issuer, msp, kim):
    good = issuer.token(msp.id, EMAIL)
    for algorithm in ("none", "None", "", None, "HS256", "RS1", ["RS256"]):
        assert await status(door, unsigned(good, alg=algorithm, kid="first", typ="JWT")) == 401
    assert issuer.asked == [], "for those nobody looks for keys"
    forged = unsigned(good, alg="none", kid="first") + good.split(".")[2]  # with a signature of somebody else
    assert await status(door, forged) == 401


async def test_the_public_key_is_no_secret_to_sign_with(door, issuer, msp, kim):
    """HS256 with the issuer's public key: whoever lets the token choose the algorithm is taken in."""
    public = rsa_key().public_key()
    for secret in (
        public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        json.dumps(issuer.jwks[0]).encode(),
    ):
        signed = unsigned(issuer.token(msp.id, EMAIL), alg="HS256", kid="first", typ="JWT").rpartition(".")[0]
        mac = hmac.new(secret, signed.encode(), hashlib.sha256).digest()
        token = f"{signed}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"
        assert await status(door, token) == 401


async def test_the_key_that_a_token_brings_along_is_not_used(door, issuer, msp, kim):
    own = rsa_key(1)
    for header in (
        {"jwk": public_jwk(own, "RS256", "first")},
        {"jku": f"{issuer.url}/other"},
        {"x5u": f"{issuer.url}/other"},
    ):
        assert await status(door, issuer.token(msp.id, EMAIL, key=own, headers=header)) == 401
    assert set(issuer.asked) == {"discovery", "keys"}


@pytest.mark.parametrize(
    "change",
    [{"use": "enc"}, {"alg": "RS512"}, {"kid": None}, {"kty": "oct", "k": "c2VjcmV0"}, {"n": "AQAB"}, {"kty": None}],
)
async def test_a_key_that_is_for_something_else_is_left_alone(door, issuer, msp, kim, change):
    issuer.add("second", rsa_key(1), "RS256")
    issuer.jwks[1] |= change
    assert await status(door, issuer.token(msp.id, EMAIL)) == 200
    assert await status(door, issuer.token(msp.id, EMAIL, kid="second")) == 401


@pytest.mark.filterwarnings("ignore:The RSA key is 1024 bits long")
async def test_a_short_rsa_key_is_not_believed(door, issuer, msp, kim):
    issuer.add("short", rsa.generate_private_key(65537, 1024), "RS256")
    assert await status(door, issuer.token(msp.id, EMAIL, kid="short")) == 401


async def test_the_tenant_of_the_token_is_the_only_one_it_opens(door, issuer, msp, other, kim):
    """The same address works for two: each token opens its own, and one for a third opens nothing."""
    async with other.transaction() as ctx:
        await access.create_employee(ctx, name="Kim Elsewhere", email=EMAIL, role=Role.READER)
    for tenant, name, role in ((msp.id, "Northwind IT", "MANAGER"), (other.id, "Elsewhere IT", "READER")):
        viewer = (await Client(door, issuer.token(tenant, EMAIL))(WHO))["viewer"]
        assert (viewer["tenant"]["name"], viewer["role"]) == (name, role)
    assert await status(door, issuer.token(uuid4(), EMAIL)) == 401


async def test_an_employee_of_one_tenant_is_nobody_in_another(door, issuer, msp, other, kim):
    assert await status(door, issuer.token(other.id, EMAIL)) == 401


async def test_who_is_made_inactive_is_out_when_what_is_remembered_has_run_out(door, issuer, msp, kim, monkeypatch):
    monkeypatch.setattr(auth, "_KEPT", 0.2)
    token = issuer.token(msp.id, EMAIL)
    assert await status(door, token) == 200
    async with msp.transaction() as ctx:
        await access.update_employee(ctx, kim.id, {"active": False})
    await asyncio.sleep(0.25)
    assert await status(door, token) == 401
    async with msp.transaction() as ctx:
        await access.update_employee(ctx, kim.id, {"active": True, "role": "READER"})
    await asyncio.sleep(0.25)
    assert (await Client(door, token)(WHO))["viewer"]["role"] == "READER"


async def test_of_two_with_one_address_nobody_is_let_in(door, issuer, msp, kim):
    """Written past the service, which lets nobody have an address that differs by capitals alone."""
    async with msp.transaction() as ctx:
        ctx.session.add(Employee(name="Kim Two", email=EMAIL.upper()))
    assert await status(door, issuer.token(msp.id, EMAIL)) == 401


async def test_an_employee_whose_address_only_looks_like_it_is_somebody_else(door, issuer, msp):
    async with msp.transaction() as ctx:
        await access.create_employee(ctx, name="Kelvin", email="\u212aim@northwind.test")
        await access.create_employee(ctx, name="Kim Berg", email=EMAIL)
    for address, name in ((EMAIL, "Kim Berg"), ("\u212aim@northwind.test", "Kelvin")):
        assert (await Client(door, issuer.token(msp.id, address))(WHO))["viewer"]["name"] == name


async def test_a_busy_person_is_looked_up_once(door, issuer, msp, kim, monkeypatch):
    looked_up = []
    real = sign_in.authenticate

    async def counting(*args):
        looked_up.append(args)
        return await real(*args)

    monkeypatch.setattr(sign_in, "authenticate", counting)
    token = issuer.token(msp.id, EMAIL)
    assert set(await asyncio.gather(*(status(door, token) for _ in range(20)))) == {200}
    assert len(looked_up) == 1


async def test_names_of_claims_are_as_set(db, issuer, msp, kim):
    oidc = Oidc(issuer.url, AUDIENCE, tenant_claim="https://quotewright.test/tenant", email_claim="upn")
    async with opened(db, oidc) as door:
        claims = {"https://quotewright.test/tenant": str(msp.id), "upn": EMAIL}
        assert await status(door, issuer.token("no id", "else@x.test", **claims)) == 200
        assert await status(door, issuer.token(msp.id, EMAIL)) == 401


async def test_the_settings_say_whom_to_believe(db, issuer, msp, kim):
    settings = Settings(oidc_issuer=issuer.url, oidc_audience="api", oidc_tenant_claim="t", oidc_email_claim="e")
    issued = _issued(settings)
    assert issued is not None
    transport = httpx.ASGITransport(app.create(db, Asker(None), issued=issued))
    async with httpx.AsyncClient(transport=transport, base_url="http://quotewright.test") as door:
        assert await status(door, issuer.token("", "", aud="api", t=str(msp.id), e=EMAIL)) == 200
    assert _issued(Settings()) is None


async def test_without_an_issuer_such_tokens_are_noise(http, issuer, msp, kim):
    assert await status(http, issuer.token(msp.id, EMAIL)) == 401
    assert issuer.asked == []


async def test_tokens_that_fail_are_slowed_down_by_address(door, issuer, msp, kim, monkeypatch):
    monkeypatch.setattr(rates, "_PERIOD", 100_000)  # however slow this machine is
    good, bad = issuer.token(msp.id, EMAIL), issuer.token(msp.id, EMAIL, aud="else")
    assert {await status(door, bad) for _ in range(60)} == {401}
    assert await status(door, bad) == 429
    assert await status(door, good) == 200


@pytest.mark.parametrize(
    "token",
    [
        "a.b.c",
        "..",
        "a..c",
        "eyJhbGciOiJSUzI1NiJ9.e30.x",
        "e30.e30.e30",
        "bnVsbA.e30.x",
        "W10.e30.x",
        base64.urlsafe_b64encode(b"[" * 5_000).rstrip(b"=").decode() + ".e30.x",
        base64.urlsafe_b64encode(b'{"a":' * 1_000).rstrip(b"=").decode() + ".e30.x",
        "eyJhbGciOiJSUzI1NiIsImtpZCI6ImZpcnN0In0." + "A" * 8_000 + ".x",
        "x" * 7_000_000,
        "a." + "b" * 1_000_000 + ".c",
    ],
)
async def test_noise_and_huge_tokens_are_refused_unread(door, issuer, token):
    assert await status(door, token) == 401


async def test_a_long_token_is_taken_as_far_as_the_limit(door, issuer, msp, kim):
    assert await status(door, issuer.token(msp.id, EMAIL, groups=["g" * 50] * 80)) == 200
    assert await status(door, issuer.token(msp.id, EMAIL, groups=["g" * 50] * 160)) == 401


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    ),
    st.sampled_from(["iss", "aud", "exp", "iat", "nbf", "sub", "jti", "tenant_id", "email", "email_verified"]),
    st.booleans(),
)
async def test_whatever_the_issuer_signs_ends_in_a_yes_or_a_no(door, issuer, msp, kim, value, claim, in_header):
    """Never in an error of ours: 200, 401, or 429 for too many of those."""
    now = int(time.time())
    claims = {"iss": issuer.url, "aud": AUDIENCE, "iat": now, "exp": now + 300, "tenant_id": str(msp.id)}
    changed = {**claims, "email": EMAIL, **({} if in_header else {claim: value})}
    try:
        token = jwt.encode(changed, rsa_key(), "RS256", headers={"kid": value if in_header else "first"})
    except (jwt.PyJWTError, TypeError, ValueError):
        return
    assert await status(door, token) in (200, 401, 429)


async def test_nothing_of_a_token_is_ever_logged(door, issuer, msp, kim, caplog):
    caplog.set_level("DEBUG")
    issuer.status = 500
    tokens = [issuer.token(msp.id, EMAIL), issuer.token(msp.id, EMAIL, aud="else")]
    tokens.append(issuer.token(msp.id, EMAIL, kid="third"))
    with capture_logs() as logs:
        assert [await status(door, token) for token in tokens] == [503, 503, 503]
    said = json.dumps(logs, default=str) + caplog.text
    assert "no keys from the OIDC issuer" in said
    for token in tokens:
        assert not [part for part in token.split(".") if part in said]
    assert EMAIL not in said
