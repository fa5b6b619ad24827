"""How often something may be done, over all processes together.

The generic cell rate algorithm (ITU-T I.371): each subject has one moment at which it will have paid off what it did. A
call moves it on by one interval; it may lie no further ahead than the burst. Nothing has to be refilled or swept.
"""

import time
from typing import NamedTuple

from shared.kit.redis_scripts import RedisScripts, RedisUnavailable

# Beyond it all are forgotten, which gives each of them one more burst; it matters only while Redis is away.
REMEMBERED_SUBJECTS = 10_000

# `admit` in Lua, for use in scripts that decide more; the moments are Redis's own, so that no two clocks disagree.
ADMIT = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]

local function admit(key, interval, burst)
    local due = math.max(tonumber(redis.call('GET', key) or now), now)
    local free = now + interval * burst - due
    if free < interval then
        return {0, 0, due - now, interval - free}
    end
    due = due + interval
    redis.call('SET', key, string.format('%.0f', due), 'PX', math.ceil((due - now) / 1000))
    return {1, math.floor((free - interval) / interval), due - now, 0}
end
"""

_TAKE = ADMIT + "return admit(KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2]))"


class Rate(NamedTuple):
    """So many a second in the long run, so many at once after a rest."""

    per_second: float
    burst: int

    @property
    def interval_us(self) -> int:
        """The microseconds that one call uses up."""
        return round(1_000_000 / self.per_second)


class Admission(NamedTuple):
    """Whether one more is allowed, how many would be after it, and when all or the next will be; in microseconds."""

    allowed: bool
    remaining: int
    reset_us: int
    retry_after_us: int

    @property
    def retry_after_s(self) -> int:
        """The whole seconds after which the next one is allowed."""
        return -(-self.retry_after_us // 1_000_000)


def admit(due_us: int, now_us: int, rate: Rate) -> tuple[Admission, int]:
    """The verdict on one more call of a subject, and the moment that is its own from now on."""
    due_us = max(due_us, now_us)
    free_us = now_us + rate.interval_us * rate.burst - due_us
    if free_us < rate.interval_us:
        return Admission(
            allowed=False, remaining=0, reset_us=due_us - now_us, retry_after_us=rate.interval_us - free_us
        ), due_us
    remaining = (free_us - rate.interval_us) // rate.interval_us
    due_us += rate.interval_us
    return Admission(allowed=True, remaining=remaining, reset_us=due_us - now_us, retry_after_us=0), due_us


class RateLimiter:
    """Counts in Redis; while that is away, each process counts on its own, so that a limit is never lifted."""

    def __init__(self, redis_scripts: RedisScripts) -> None:
        self._redis_scripts = redis_scripts
        self._due: dict[str, int] = {}

    async def take(self, subject: str, rate: Rate) -> Admission:
        """Count one call of the subject against its rate, unless that is used up."""
        try:
            answer = await self._redis_scripts.run(_TAKE, [f"limit:{subject}"], [rate.interval_us, rate.burst])
        except RedisUnavailable:
            return self.take_here(subject, rate)
        allowed, remaining, reset_us, retry_after_us = answer
        verdict = Admission(allowed == 1, remaining, reset_us, retry_after_us)
        if not verdict.allowed:
            return verdict
        # Counted here as well: a Redis that is away now and then would otherwise be asked for a part of the calls only.
        here = self.take_here(subject, rate)
        return verdict if here.allowed else here

    def take_here(self, subject: str, rate: Rate) -> Admission:
        """The same by what this process alone has seen."""
        now_us = time.monotonic_ns() // 1000
        if len(self._due) >= REMEMBERED_SUBJECTS:
            self._due.clear()
        verdict, self._due[subject] = admit(self._due.get(subject, 0), now_us, rate)
        return verdict
