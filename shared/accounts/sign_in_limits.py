"""Rate limits of sign-in attempts."""

import hashlib

from shared.accounts.errors import TooManySignIns
from shared.kit.limiter import Rate, RateLimiter

# Ten mistakes are human. Counted per address and account, so that a stranger who guesses does not lock the owner out.
PAIR = Rate(per_second=1 / 30, burst=10)

# Against guessing from many addresses at once: a thousand attempts a day in all.
ACCOUNT = Rate(per_second=1 / 60, burst=100)

# Against trying one password on many accounts. An office or a proxy can be one address.
ADDRESS = Rate(per_second=1, burst=100)


async def take(limiter: RateLimiter, *, address: str, name: str) -> None:
    """Count one sign-in attempt, from an address and for an account's name; raises TooManySignIns.

    Without Redis each process counts on its own.
    """
    # Neither the name nor its length gets into Redis.
    name_digest = hashlib.sha256(name.lower().encode()).hexdigest()
    for subject, rate in ((f"{address}:{name_digest}", PAIR), (name_digest, ACCOUNT), (address, ADDRESS)):
        verdict = await limiter.take(f"sign-in:{subject}", rate)
        if not verdict.allowed:
            raise TooManySignIns(retry_after_s=verdict.retry_after_s)
