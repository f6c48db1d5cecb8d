"""How many calls a connection may make: one bucket of tokens for all workers together, kept in Redis.

A bucket fills evenly and holds a tenth of a minute's calls, so no minute ever sees more than the limit. A server that
says "too many" halves the pace, which then recovers slowly. Without Redis each worker keeps to a share of its own.
Retries nothing and knows no vendor.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from redis.asyncio import Redis
from redis.exceptions import RedisError

from integrations.core import lease as leases
from integrations.core.errors import OverBudget

log = logging.getLogger(__name__)

BURST = 0.1
"""What a full bucket holds, of a minute's calls."""
RECOVERY = 0.5 / 600
"""Of the full pace, a second: what one "too many" has cost is back after ten minutes."""
CALM = 10.0
"""Refusals within this count as one: calls that are under way together are refused together."""
SLOWEST = 30
"""Calls a minute that are left after any number of refusals, or a sixteenth of the limit if that is more."""
LONGEST_SHUT = 15 * 60.0
"""However long a server asks us to stay away, we ask again after this."""

BRIEF = 0.2
"""Seconds that a run waits for its first call. With little to spare, what has begun shall end before more begins."""
PATIENT = 8.0
"""Seconds that it waits for each later call; a fresh lease outlasts this and the call."""
REST = 1.0
"""Seconds that a connection rests at least once its budget is spent."""
_REDIS_TIMEOUT = 0.3
_REDIS_REST = 1.0

# The same arithmetic as `Bucket.ask`, where it is explained; Redis runs it as one step for all workers.
SCRIPT = f"""
local time = redis.call('TIME')
local now = tonumber(ARGV[1]) or (tonumber(time[1]) + tonumber(time[2]) / 1000000)
local limit, patience, refused = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local seen = redis.call('HMGET', KEYS[1], 'tokens', 'at', 'speed', 'halved')
local at, halved = tonumber(seen[2]) or now, tonumber(seen[4]) or -1e9
local gone = math.max(0, now - at)
at = math.max(at, now)
local speed = math.min(1, (tonumber(seen[3]) or 1) + gone * {RECOVERY:.12f})
local full, rate = math.max(1, limit * {BURST}), limit * {1 - BURST} / 60 * speed
local tokens, wait = math.min(full, (tonumber(seen[1]) or full) + gone * rate), 0
if refused then
  if now - halved >= {CALM} then
    speed, halved = math.max(math.min(1, math.max(1 / 16, {SLOWEST} / limit)), speed / 2), now
  end
  tokens, at = math.min(tokens, 0), math.max(at, now + math.min(refused, {LONGEST_SHUT}))
else
  wait = at - now + math.max(0, (1 - tokens) / rate)
  if wait <= patience then tokens = tokens - 1 end
end
local function exact(number) return string.format('%.9f', number) end
redis.call('HSET', KEYS[1], 'tokens', exact(tokens), 'at', exact(at), 'speed', exact(speed), 'halved', exact(halved))
redis.call('EXPIRE', KEYS[1], 3600)
return exact(wait)
"""


@dataclass
class Bucket:
    """What is left of a connection's calls. Tokens below zero are promised to calls that wait already; nothing flows in
    before `at`, which lies ahead while a server wants to be left alone."""

    tokens: float | None = None
    at: float | None = None
    speed: float = 1.0
    halved: float = -1e9

    def ask(self, now: float, limit: float, patience: float, refused: float | None = None) -> float:
        """Seconds until a call may go; the token is taken if that is within `patience`. `refused`: instead, the server
        said "too many" and asked to be left alone for so long."""
        at = now if self.at is None else self.at
        gone = max(0.0, now - at)
        at = max(at, now)
        self.speed = min(1.0, self.speed + gone * RECOVERY)
        full, rate = max(1.0, limit * BURST), limit * (1 - BURST) / 60 * self.speed
        tokens, wait = min(full, (full if self.tokens is None else self.tokens) + gone * rate), 0.0
        if refused is not None:
            if now - self.halved >= CALM:
                self.speed = max(min(1.0, max(1 / 16, SLOWEST / limit)), self.speed / 2)
                self.halved = now
            tokens, at = min(tokens, 0.0), max(at, now + min(refused, LONGEST_SHUT))
        else:
            wait = at - now + max(0.0, (1 - tokens) / rate)
            if wait <= patience:
                tokens -= 1
        self.tokens, self.at = tokens, at
        return wait


class Limiter:
    """The budgets of all connections, as one worker process sees them.

    `share`: the part of a budget that this process allows itself while Redis is away. `clock`: seconds that all workers
    agree on; None: Redis' own.
    """

    def __init__(
        self,
        redis: "Redis | None",
        *,
        per_minute: int = 600,
        share: float = 0.25,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        clock: Callable[[], float] | None = None,
    ) -> None:
        self._script = redis.register_script(SCRIPT) if redis is not None else None
        self._limit = per_minute
        self._share = share
        self._monotonic = monotonic
        self._sleep = sleep
        self._clock = clock
        self._local: dict[str, Bucket] = {}
        self._away_until = float("-inf")

    def of(self, connection: str) -> "Budget":
        """The budget of one connection, by a name that is the same in every worker."""
        return Budget(self, connection)

    async def take(self, connection: str, patience: float) -> None:
        """Wait for the right to make one call. Raises OverBudget when that would take longer than `patience`."""
        wait = await self._ask(connection, patience, None)
        if wait > patience:
            text = "This connection has made as many calls as it may for now; it goes on by itself."
            raise OverBudget(text, code="OverBudget", retry_after=max(wait, REST))
        if wait > 0:
            await self._sleep(wait)

    async def refused(self, connection: str, seconds: float | None) -> None:
        """The server said "too many" and asked for so many seconds of rest, if it named any."""
        await self._ask(connection, 0, seconds or 0)

    async def _ask(self, connection: str, patience: float, refused: float | None) -> float:
        if self._script is not None and self._monotonic() >= self._away_until:
            said = "" if refused is None else refused
            now = "" if self._clock is None else self._clock()
            try:
                async with asyncio.timeout(_REDIS_TIMEOUT):
                    return float(
                        await self._script(keys=[f"budget:{connection}"], args=[now, self._limit, patience, said])
                    )
            except (RedisError, OSError, TimeoutError) as error:
                # Asked again in a second, so that not every call waits for a Redis that doesn't answer.
                self._away_until = self._monotonic() + _REDIS_REST
                log.warning("Redis is away (%s); this worker keeps to its share of each budget", error or "time-out")
        bucket = self._local.setdefault(connection, Bucket())
        return bucket.ask(self._monotonic(), max(1.0, self._limit * self._share), patience, refused)


@dataclass(frozen=True)
class Budget:
    """The calls that one connection may make."""

    limiter: Limiter
    connection: str

    async def before_call(self) -> None:
        """Wait until a call may go, then hold the lease it is made under. Raises OverBudget, LeaseLost."""
        await self.ready()
        lease = leases.current()
        if lease is not None:
            lease.paid, lease.begun = False, True
            await lease.hold()

    async def ready(self) -> None:
        """Wait now for what the next call of this run would wait for. Raises OverBudget."""
        lease = leases.current()
        if lease is None:
            await self.limiter.take(self.connection, PATIENT)
        elif not lease.paid:
            await self.limiter.take(self.connection, PATIENT if lease.begun else BRIEF)
            lease.paid = True

    async def refused(self, seconds: float | None) -> None:
        """After an answer that said "too many"."""
        await self.limiter.refused(self.connection, seconds)
