"""An OIDC issuer as the api finds one, over HTTP on this machine; its tokens can be wrong in any way. No assertions."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import get_default_algorithms
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from tests.rig import served

AUDIENCE = "quotewright"
_RSA = [rsa.generate_private_key(65537, 2048) for _ in range(2)]  # slow to make: shared by all tests


def rsa_key(number: int = 0) -> Any:
    return _RSA[number]


def ec_key() -> Any:
    return ec.generate_private_key(ec.SECP256R1())


def ed_key() -> Any:
    return ed25519.Ed25519PrivateKey.generate()


def public_jwk(key: Any, algorithm: str, id: str, **more: Any) -> dict[str, Any]:
    jwk = get_default_algorithms()[algorithm].to_jwk(key.public_key(), as_dict=True)
    return {**jwk, "kid": id, "use": "sig", "alg": algorithm, **more}


class Issuer:
    """Signs with the key "first" in RS256 unless told otherwise. `asked`: how often its documents were fetched."""

    def __init__(self) -> None:
        self.url = ""
        self.begin_anew()

    def begin_anew(self) -> None:
        """As if nothing had happened to it."""
        self.asked: list[str] = []
        self.status = 200
        self.discovery: dict[str, Any] = {}
        self.private: dict[str, tuple[Any, str]] = {}
        self.jwks: list[dict[str, Any]] = []
        self.add("first", rsa_key(), "RS256")

    def add(self, id: str, key: Any, algorithm: str, **more: Any) -> None:
        self.private[id] = (key, algorithm)
        self.jwks.append(public_jwk(key, algorithm, id, **more))

    def token(self, tenant: UUID | str, email: str, kid: str = "first", **more: Any) -> str:
        """A good token but for what is in `more`: claims, `headers`, `key`, `algorithm`. What is None is left out."""
        headers = {"kid": kid, **more.pop("headers", {})}
        key, algorithm = self.private.get(kid, self.private["first"])
        key, algorithm = more.pop("key", key), more.pop("algorithm", algorithm)
        now = int(time.time())
        claims = {"iss": self.url, "aud": AUDIENCE, "sub": "1", "iat": now, "exp": now + 300}
        claims |= {"tenant_id": str(tenant), "email": email, "email_verified": True, **more}
        claims = {name: value for name, value in claims.items() if value is not None}
        headers = {name: value for name, value in headers.items() if value is not None}
        return jwt.encode(claims, key, algorithm, headers=headers)

    def application(self) -> Starlette:
        async def discovery(request: Request) -> Response:
            self.asked.append("discovery")
            found = {"issuer": self.url, "jwks_uri": f"{self.url}/keys", **self.discovery}
            return JSONResponse(found, self.status)

        async def keys(request: Request) -> Response:
            self.asked.append("keys")
            return JSONResponse({"keys": self.jwks}, self.status)

        async def slow(request: Request) -> Response:
            await asyncio.sleep(1)
            return await keys(request)

        async def large(_request: Request) -> Response:
            async def text() -> AsyncIterator[bytes]:
                yield json.dumps({"keys": self.jwks}).encode()
                for _ in range(1_000):
                    yield b" " * 1_000

            return StreamingResponse(text())  # without a length

        routes = [
            Route("/.well-known/openid-configuration", discovery),
            Route("/keys", keys),
            Route("/slow", slow),
            Route("/large", large),
            Route("/moved", lambda _request: RedirectResponse("/keys")),
            Route("/list", lambda _request: JSONResponse([])),
            Route("/text", lambda _request: PlainTextResponse("keys")),
        ]
        return Starlette(routes=routes)


@asynccontextmanager
async def running() -> AsyncIterator[Issuer]:
    issuer = Issuer()
    async with served(issuer.application()) as url:
        issuer.url = url
        yield issuer
