"""Limits of sign-in attempts: failures are counted, and those of others never lock the owner out.

An attempt from a browser or an address from which the account has signed in before counts in a bucket of its own.
Any other counts for the pair of address and name, for the name, and for the address. Only the first of these refuses;
the other two delay, because they are shared with everybody who knows the name, or who is behind the same proxy.
"""

import asyncio
import hashlib
from collections import Counter
from collections.abc import Sequence
from math import ceil
from typing import NamedTuple

from shared.accounts.errors import TooManySignIns, TooManySignUps
from shared.kit.limits.limiter import Rate, RateLimiter

# Ten mistakes are human.
PAIR = Rate(per_second=1 / 30, burst=10)

# Against guessing from many addresses at once: a thousand attempts a day in all pass without a delay.
NAME = Rate(per_second=1 / 60, burst=100)

# Against trying one password on many accounts. An office or a proxy can be one address.
ADDRESS = Rate(per_second=1, burst=100)

# Attempts that one process delays at once, in all and for one address: each holds a connection and little memory.
MAX_DELAYED, MAX_DELAYED_OF_ADDRESS = 500, 10


class SignInAttempt(NamedTuple):
    """What a sign-in attempt was counted as; given back when the password is right."""

    limiter: RateLimiter
    counted: Sequence[tuple[str, Rate]]

    async def forgive(self) -> None:
        """Count the attempt no longer."""
        for subject, rate in self.counted:
            await self.limiter.give_back(subject, rate)


class Guest(NamedTuple):
    """Who attempts to sign in: an address, a name, and what is known of them together."""

    address: str
    # As the database compares it. Python's lower case is another for some letters, and each such spelling would be a
    # name of its own here.
    name: str
    # Identifies a browser in which the account of this name has signed in before.
    browser: str | None = None
    is_known_address: bool = False


async def begin(limiter: RateLimiter, guest: Guest, *, delay_s: float) -> SignInAttempt:
    """Count an attempt before its password is looked at, so that none of many at once is missed.

    Returns after `delay_s` where a shared limit has been reached; raises TooManySignIns where an own one has, or where
    too many attempts are being delayed. Without Redis each process counts on its own.
    """
    # Neither the name nor its length gets into Redis.
    name = hashlib.sha256(guest.name.encode()).hexdigest()
    own = f"sign-in:browser:{guest.browser}" if guest.browser else f"sign-in:{guest.address}:{name}"
    verdict = await limiter.take(own, PAIR)
    if not verdict.allowed:
        raise TooManySignIns(retry_after_s=verdict.retry_after_s)
    counted = [(own, PAIR)]
    if guest.browser or guest.is_known_address:
        return SignInAttempt(limiter, counted)
    is_late = False
    for subject, rate in ((f"sign-in:{name}", NAME), (f"sign-in:{guest.address}", ADDRESS)):
        if (await limiter.take(subject, rate)).allowed:
            counted.append((subject, rate))
        else:
            is_late = True
    if is_late:
        await _delay(guest.address, delay_s)
    return SignInAttempt(limiter, counted)


async def begin_confirmation(limiter: RateLimiter, account_id: int) -> SignInAttempt:
    """Count an attempt to confirm an act of an account with its password; raises TooManySignIns."""
    subject = f"confirmation:{account_id}"
    verdict = await limiter.take(subject, PAIR)
    if not verdict.allowed:
        raise TooManySignIns(retry_after_s=verdict.retry_after_s)
    return SignInAttempt(limiter, [(subject, PAIR)])


async def take_sign_up(limiter: RateLimiter, *, address: str, per_hour: int) -> None:
    """Count a sign-up from an address; raises TooManySignUps."""
    verdict = await limiter.take(f"sign-up:{address}", Rate(per_second=per_hour / 3600, burst=per_hour))
    if not verdict.allowed:
        raise TooManySignUps(retry_after_s=verdict.retry_after_s)


_delayed: Counter[str] = Counter()


async def _delay(address: str, delay_s: float) -> None:
    if _delayed[address] >= MAX_DELAYED_OF_ADDRESS or _delayed.total() >= MAX_DELAYED:
        raise TooManySignIns(retry_after_s=ceil(delay_s))
    _delayed[address] += 1
    try:
        await asyncio.sleep(delay_s)
    finally:
        _delayed[address] -= 1
        if not _delayed[address]:
            del _delayed[address]
