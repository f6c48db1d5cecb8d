"""The public keys of an OIDC issuer: found by its discovery document, kept, and looked for again when one is missing.

Nobody who asks decides how often the issuer is asked: a key that is not known makes one look, then there is a pause.
While the issuer is away the keys that are known go on. What is signed with them is not looked at here.
"""

import asyncio
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

import httpx
import orjson
import structlog
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt import PyJWK
from jwt.exceptions import PyJWTError

from domain.errors import Unavailable

ALGORITHMS = {("RSA", None): "RS256", ("EC", "P-256"): "ES256", ("OKP", "Ed25519"): "EdDSA"}
"""What a key of that type and curve may have signed with, whatever it or a token says."""

_PAUSE = 15.0  # seconds between two looks
_FRESH = 300.0  # seconds; a key that the issuer has taken back is dead by then
_EARLY = 0.8  # part of that after which the keys are renewed beside the requests, so that none has to wait
_PATIENCE = 5.0  # seconds that the issuer has for both answers
_LARGEST = 256 * 1024  # bytes of one answer
_RSA_BITS = 2048
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_log = structlog.get_logger("api.oidc")

Keys = Mapping[tuple[str, str], PyJWK]


class NoKeys(Exception):
    """The issuer did not give any. The text is for our log."""


class IssuerKeys:
    """The keys of one issuer, by id and algorithm."""

    def __init__(
        self,
        issuer: str,
        *,
        pause: float = _PAUSE,
        fresh: float = _FRESH,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._issuer = issuer
        self._pause = pause
        self._fresh = fresh
        self._now = now
        self._keys: Keys = {}
        self._looking: asyncio.Task[None] | None = None
        self._is_away = False
        self._not_before = self._seen = float("-inf")

    async def find(self, id: str, algorithm: str) -> PyJWK | None:
        """The key, or None if the issuer has no such key. Raises Unavailable while not one of its keys is known."""
        found = self._keys.get((id, algorithm))
        age = self._now() - self._seen
        if found is None or age >= self._fresh * _EARLY:
            looking = self._look()
            # Who comes after hours of silence may show a key that was taken back long ago.
            is_doubtful = found is None or (age >= self._fresh and not self._is_away)
            if is_doubtful and looking is not None:
                await asyncio.shield(looking)
                found = self._keys.get((id, algorithm))
        if not self._keys:
            raise Unavailable("The service that you sign in with does not answer just now. Try again in a moment.")
        return found

    def _look(self) -> "asyncio.Task[None] | None":
        """The look that is under way, or a new one; None during the pause after the last one."""
        if self._looking is None and self._now() >= self._not_before:
            self._not_before = self._now() + self._pause
            self._looking = asyncio.create_task(self._renew())
        return self._looking

    async def _renew(self) -> None:
        try:
            self._keys = await _asked(self._issuer)
            self._seen, self._is_away = self._now(), False
        except (NoKeys, httpx.HTTPError, httpx.InvalidURL, TimeoutError, ValueError) as error:
            self._is_away = True
            _log.warning("no keys from the OIDC issuer", issuer=self._issuer, error=repr(error), known=len(self._keys))
        finally:
            self._looking = None


def is_trustworthy(url: str, issuer: str) -> bool:
    """Whether what is said there is the issuer's own word: by https, or on this machine if it is here itself."""
    scheme = urlsplit(url).scheme
    return scheme == "https" or (scheme == "http" and _is_here(url) and _is_here(issuer))


def _is_here(url: str) -> bool:
    return urlsplit(url).hostname in _LOOPBACK


async def _asked(issuer: str) -> Keys:
    # A proxy of the environment has nothing to do with this machine's own addresses.
    async with asyncio.timeout(_PATIENCE), httpx.AsyncClient(trust_env=not _is_here(issuer)) as client:
        found = await _document(client, f"{issuer.rstrip('/')}/.well-known/openid-configuration")
        if found.get("issuer") != issuer:
            raise NoKeys(f"it calls itself {found.get('issuer')!r}: set OIDC_ISSUER to exactly that")
        where = found.get("jwks_uri")
        if not isinstance(where, str) or not is_trustworthy(where, issuer):
            raise NoKeys(f"its jwks_uri is {where!r}, and must begin with https://")
        keys = dict(_usable((await _document(client, where)).get("keys")))
    if not keys:
        raise NoKeys(f"none at {where} is one for {', '.join(ALGORITHMS.values())} with a kid")
    return keys


async def _document(client: httpx.AsyncClient, url: str) -> dict[str, Any]:
    """What stands there: a JSON object of moderate size, not somewhere else."""
    async with client.stream("GET", url, headers={"Accept": "application/json"}) as response:
        if response.status_code != 200:
            raise NoKeys(f"{url} answered {response.status_code}")
        body = bytearray()
        async for part in response.aiter_bytes():
            body += part
            if len(body) > _LARGEST:
                raise NoKeys(f"{url} is larger than {_LARGEST} bytes")
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError:
        found = None
    if not isinstance(found, dict):
        raise NoKeys(f"{url} is no JSON object")
    return found


def _usable(keys: Any) -> Iterator[tuple[tuple[str, str], PyJWK]]:
    """Those that check signatures in one of our algorithms. The others are none of our business."""
    for key in keys if isinstance(keys, list) else ():
        if not isinstance(key, dict) or not isinstance(key.get("kid"), str):
            continue
        curve = key.get("crv") if key.get("kty") != "RSA" else None
        algorithm = ALGORITHMS.get((str(key.get("kty")), curve if isinstance(curve, str) else None))
        if algorithm is None or key.get("alg", algorithm) != algorithm or key.get("use", "sig") != "sig" or "d" in key:
            continue
        try:
            made = PyJWK(key, algorithm)
        except (PyJWTError, ValueError, TypeError):
            continue
        if not isinstance(made.key, RSAPublicKey) or made.key.key_size >= _RSA_BITS:
            yield (key["kid"], algorithm), made
