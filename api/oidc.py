"""Tokens of an OIDC issuer (JWT): whether one is good, and for whom. Whether that person is known here is asked
elsewhere, and what they may do is not the issuer's to say.
"""

import re
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import jwt

from api.issuer_keys import ALGORITHMS, IssuerKeys

_SHAPE = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
_LONGEST = 8 * 1024
_LONGEST_KEY_ID = 200
_LEEWAY = 30  # seconds that clocks may differ
_TYPES = ("jwt", "at+jwt", "application/at+jwt")


class Unverified(Exception):
    """The token is not, or no longer, one of the issuer for us. Says nothing of why: nobody may be told."""


@dataclass(frozen=True)
class Person:
    """Whom the issuer vouches for."""

    tenant_id: UUID
    address: str


@dataclass(frozen=True)
class Oidc:
    """What is set: the issuer as it calls itself, what its tokens for us are called, and where they say who."""

    issuer: str
    audience: str
    tenant_claim: str = "tenant_id"
    email_claim: str = "email"


class Tokens:
    """Judges the tokens of one issuer."""

    def __init__(self, oidc: Oidc, keys: IssuerKeys | None = None) -> None:
        self._oidc = oidc
        self._keys = keys or IssuerKeys(oidc.issuer)

    async def person(self, token: str) -> Person:
        """Whom the token stands for. Raises Unverified; and Unavailable while no key of the issuer is known."""
        id, algorithm = _header(token)
        key = await self._keys.find(id, algorithm)
        if key is None:
            raise Unverified
        try:
            claims = jwt.decode(
                token,
                key,
                algorithms=[algorithm],
                issuer=self._oidc.issuer,
                audience=self._oidc.audience,
                leeway=_LEEWAY,
                options={"require": ["iss", "aud", "exp", "iat"]},
            )
        except jwt.PyJWTError:
            raise Unverified from None
        return self._person(claims)

    def _person(self, claims: dict[str, Any]) -> Person:
        tenant, address = claims.get(self._oidc.tenant_claim), claims.get(self._oidc.email_claim)
        # Some issuers write it as a text. That nothing is said about it is the issuer's decision, and ours to document.
        is_theirs = claims.get("email_verified", True) in (True, "true")
        if not isinstance(tenant, str) or not isinstance(address, str) or not is_theirs:
            raise Unverified
        try:
            return Person(UUID(tenant), address)
        except ValueError:
            raise Unverified from None


def looks_like_one(token: str) -> bool:
    """Whether it is worth reading: three parts, none of them empty, not too long."""
    return len(token) <= _LONGEST and _SHAPE.fullmatch(token) is not None


def _header(token: str) -> tuple[str, str]:
    """The key and the algorithm that the token names. Only what they are called: nothing of it is believed yet."""
    try:
        header = jwt.get_unverified_header(token)
    except jwt.PyJWTError:
        raise Unverified from None
    id, algorithm, kind = header.get("kid"), header.get("alg"), header.get("typ", "JWT")
    if not isinstance(id, str) or not 0 < len(id) <= _LONGEST_KEY_ID:
        raise Unverified
    if not isinstance(algorithm, str) or algorithm not in ALGORITHMS.values():
        raise Unverified
    # A token of another kind (logout, DPoP) may be signed with the same key.
    if not isinstance(kind, str) or kind.lower() not in _TYPES:
        raise Unverified
    return id, algorithm
