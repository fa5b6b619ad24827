"""Rate limits over all processes together.

The generic cell rate algorithm (ITU-T I.371): each subject has one theoretical arrival time. A call moves it on by one
interval; it may lie no further ahead than the burst. Nothing has to be refilled or swept.
"""

import time
from contextlib import suppress
from typing import NamedTuple

from shared.kit.limits.redis_scripts import RedisScripts, RedisUnavailable

# Beyond it all are dropped, which gives each of them one more burst; it matters only while Redis is unavailable.
MAX_LOCAL_SUBJECTS = 10_000

# `admit` in Lua, for use in scripts that decide more; the time is that of Redis, so that no two clocks disagree.
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

# Moves the arrival time back by one interval, as if the call had not come.
_GIVE_BACK = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local due = tonumber(redis.call('GET', KEYS[1]) or now) - tonumber(ARGV[1])
if due > now then
    redis.call('SET', KEYS[1], string.format('%.0f', due), 'PX', math.ceil((due - now) / 1000))
else
    redis.call('DEL', KEYS[1])
end
return {1}
"""

_TAKE = ADMIT + "return admit(KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2]))"


class Rate(NamedTuple):
    """A rate limit: calls per second in the long run, and calls at once after a pause."""

    per_second: float
    burst: int

    @property
    def interval_us(self) -> int:
        """The microseconds that one call uses up."""
        return round(1_000_000 / self.per_second)


class Admission(NamedTuple):
    """The decision on a call; the times until all calls and until the next one are allowed are in microseconds."""

    allowed: bool
    remaining: int
    reset_us: int
    retry_after_us: int

    @property
    def retry_after_s(self) -> int:
        """The whole seconds after which the next one is allowed."""
        return -(-self.retry_after_us // 1_000_000)


def admit(due_us: int, now_us: int, rate: Rate) -> tuple[Admission, int]:
    """Decide on a call of a subject whose arrival time is `due_us`; returns the decision and the new arrival time."""
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
    """Counts in Redis; while that is unavailable, each process counts alone, so that a limit is never lifted."""

    def __init__(self, redis_scripts: RedisScripts) -> None:
        self._redis_scripts = redis_scripts
        self._due: dict[str, int] = {}

    async def take(self, subject: str, rate: Rate) -> Admission:
        """Count one call of the subject against its rate, unless the rate is used up."""
        try:
            answer = await self._redis_scripts.run(_TAKE, [f"limit:{subject}"], [rate.interval_us, rate.burst])
        except RedisUnavailable:
            return self.take_locally(subject, rate)
        allowed, remaining, reset_us, retry_after_us = answer
        verdict = Admission(allowed == 1, remaining, reset_us, retry_after_us)
        if not verdict.allowed:
            return verdict
        # Counted here as well: with an unreliable Redis, each of the two would otherwise see a part of the calls only.
        local = self.take_locally(subject, rate)
        return verdict if local.allowed else local

    async def give_back(self, subject: str, rate: Rate) -> None:
        """Count one call of the subject no longer; one that cannot be given back is used up in time."""
        if subject in self._due:
            self._due[subject] -= rate.interval_us
        with suppress(RedisUnavailable):
            await self._redis_scripts.run(_GIVE_BACK, [f"limit:{subject}"], [rate.interval_us])

    def take_locally(self, subject: str, rate: Rate) -> Admission:
        """Count one call as `take` does, by the calls of this process alone."""
        now_us = time.monotonic_ns() // 1000
        if len(self._due) >= MAX_LOCAL_SUBJECTS:
            self._due.clear()
        verdict, self._due[subject] = admit(self._due.get(subject, 0), now_us, rate)
        return verdict
