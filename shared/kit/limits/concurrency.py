"""Limits on what a subject has under way at once, over all processes together.

Each slot that is taken is a lease in Redis, which its process renews: the slots of a process that dies become free
when their leases end. While Redis is unavailable, each process counts alone, so that a limit is never lifted.
"""

import asyncio
from collections import defaultdict
from uuid import uuid4

from shared.kit.limits.redis_scripts import RedisScripts, RedisUnavailable

# The slots of a dead process are taken for no longer than this.
LEASE_S = 60

# Two renewals may fail before a lease ends.
RENEWAL_INTERVAL_S = 20.0

_NOW = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
"""

_TAKE = (
    _NOW
    + """
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[1]) then
    return {0}
end
redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return {1}
"""
)

# It also adds what a Redis that lost its data has forgotten.
_RENEW = (
    _NOW
    + """
for index = 2, #ARGV do
    redis.call('ZADD', KEYS[1], now + ARGV[1], ARGV[index])
end
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return {1}
"""
)

_FREE = "return {redis.call('ZREM', KEYS[1], ARGV[1])}"


class ConcurrencyLimiter:
    """Counts what the subjects of one process and of all others have under way."""

    def __init__(self, redis_scripts: RedisScripts) -> None:
        self._redis_scripts = redis_scripts
        self._slots: defaultdict[str, set[str]] = defaultdict(set)
        self._freeing: set[asyncio.Task[None]] = set()

    @property
    def taken(self) -> int:
        """The slots that this process has taken."""
        return sum(map(len, self._slots.values()))

    async def take(self, subject: str, limit: int) -> str | None:
        """Take a slot and return its name, for `free`; None if all slots of the subject are taken."""
        if len(self._slots[subject]) >= limit:
            return None
        slot = uuid4().hex
        # Counted before Redis answers: others ask meanwhile.
        self._slots[subject].add(slot)
        try:
            (is_taken,) = await self._redis_scripts.run(_TAKE, [_key(subject)], [limit, LEASE_S * 1000, slot])
        except RedisUnavailable:
            return slot
        except BaseException:
            self.free(subject, slot)
            raise
        if not is_taken:
            self._forget(subject, slot)
            return None
        return slot

    def free(self, subject: str, slot: str) -> None:
        """Free a slot; Redis is told later, and forgets the slot in any case when its lease ends."""
        self._forget(subject, slot)
        task = asyncio.ensure_future(self._tell(subject, slot))
        self._freeing.add(task)
        task.add_done_callback(self._freeing.discard)

    async def renew_periodically(self) -> None:
        """Renew the leases of this process until cancelled."""
        while True:
            await asyncio.sleep(RENEWAL_INTERVAL_S)
            await self.renew()

    async def renew(self) -> None:
        """Renew the leases of this process once."""
        calls = [
            self._redis_scripts.run(_RENEW, [_key(subject)], [LEASE_S * 1000, *slots])
            for subject, slots in self._slots.items()
        ]
        await asyncio.gather(*calls, return_exceptions=True)

    def _forget(self, subject: str, slot: str) -> None:
        self._slots[subject].discard(slot)
        if not self._slots[subject]:
            del self._slots[subject]

    async def _tell(self, subject: str, slot: str) -> None:
        try:
            await self._redis_scripts.run(_FREE, [_key(subject)], [slot])
        except RedisUnavailable:
            return


def _key(subject: str) -> str:
    return f"slots:{subject}"
