"""How much may be asked in a minute: a bucket of points a token, which fills up again all the time.

The buckets are in Redis, so that all processes share them. While that is away each process has buckets of its own: a
request neither fails nor goes unlimited because of it. What a request costs is not decided here.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

_PERIOD = 60  # seconds in which an empty bucket fills
_PATIENCE = 0.25  # seconds for Redis
_PAUSE = 1.0  # seconds without asking it, once it did not answer
_MOST = 10_000  # local buckets
_log = structlog.get_logger("api.rates")

# The clock is that of Redis: those of the processes differ.
_TAKE = """
local now = redis.call('TIME')
local at = now[1] + now[2] / 1000000
local most, cost = tonumber(ARGV[1]), tonumber(ARGV[2])
local kept = redis.call('HMGET', KEYS[1], 'left', 'at')
local left = most
if kept[1] then left = math.min(most, kept[1] + math.max(0, at - kept[2]) * most / ARGV[3]) end
if left >= cost then left = left - cost else cost = -1 end
redis.call('HSET', KEYS[1], 'left', string.format('%.3f', left), 'at', string.format('%.6f', at))
redis.call('EXPIRE', KEYS[1], ARGV[3])
return {cost >= 0 and 1 or 0, math.floor(left)}
"""


@dataclass(frozen=True)
class Taken:
    """What is left in a bucket, and in how many seconds it is full. `wait`: seconds until there is enough, if not."""

    limit: int
    remaining: int
    resets_in: int
    wait: int = 0

    @property
    def headers(self) -> dict[str, str]:
        names = ("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset")
        values = (self.limit, self.remaining, self.resets_in)
        return dict(zip(names, map(str, values), strict=True)) | ({"Retry-After": str(self.wait)} if self.wait else {})


class Buckets:
    """Buckets of this process alone: the least used ones are forgotten."""

    def __init__(self, most: int, now: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._now = now
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, key: str, cost: int) -> Taken:
        now = self._now()
        left, since = self._left.get(key, (float(self._most), now))
        left = min(self._most, left + (now - since) * self._most / _PERIOD)
        enough = left >= cost
        self._left[key] = (left - cost if enough else left, now)
        self._left.move_to_end(key)
        if len(self._left) > _MOST:
            self._left.popitem(last=False)
        return _taken(self._most, int(self._left[key][0]), cost, enough)


class Rates:
    """So many points a minute for each key; a request that costs more than all of them takes all of them."""

    def __init__(self, redis: Redis | None, most: int) -> None:
        self._most = most
        self._local = Buckets(most)
        self._script = redis.register_script(_TAKE) if redis is not None else None
        self._away_until = 0.0

    async def take(self, key: str, cost: int) -> Taken:
        """Take the points if they are there."""
        cost = min(cost, self._most)
        if self._script is None or time.monotonic() < self._away_until:
            return self._local.take(key, cost)
        try:
            async with asyncio.timeout(_PATIENCE):
                enough, left = await self._script(keys=[f"qw:rate:{key}"], args=[self._most, cost, _PERIOD])
        except (TimeoutError, RedisError, OSError) as error:
            self._away_until = time.monotonic() + _PAUSE
            _log.warning("Redis is away, rates are counted here", error=repr(error))
            return self._local.take(key, cost)
        return _taken(self._most, left, cost, bool(enough))


def _taken(most: int, left: int, cost: int, enough: bool) -> Taken:
    speed = most / _PERIOD
    wait = 0 if enough else max(1, ceil((cost - left) / speed))
    return Taken(most, left, ceil((most - left) / speed), wait)
