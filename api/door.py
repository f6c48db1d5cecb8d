"""Who is let in: whoever has a valid token. Others are told so, and slowed down. Says nothing of what one may do."""

from api.auth import Authentication
from api.operations import Refused
from api.rates import Buckets
from domain.context import Actor
from domain.errors import ErrorCode

_FAILURES = 60  # unknown tokens a minute from one address


class Door:
    def __init__(self, authentication: Authentication) -> None:
        self._authentication = authentication
        self._failures = Buckets(_FAILURES)

    async def admit(self, authorization: str | None, address: str) -> Actor:
        """The actor of an Authorization header, sent from that address. Raises Refused."""
        actor = await self._authentication.actor(authorization)
        if actor is not None:
            return actor
        # By address only who fails is slowed down: a proxy's address is everybody's.
        failed = self._failures.take(address, 1)
        if failed.wait:
            message = f"Too many attempts without a valid token. Try again in {failed.wait} s."
            raise Refused(429, ErrorCode.LIMIT_EXCEEDED, message, {"Retry-After": str(failed.wait)})
        raise Refused(
            401,
            ErrorCode.UNAUTHENTICATED,
            "A valid token is needed: send it as `Authorization: Bearer …`.",
            {"WWW-Authenticate": "Bearer"},
        )
