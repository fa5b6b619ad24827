"""How often passwords may be tried."""

import hashlib

from shared.accounts.errors import TooManySignIns
from shared.kit.limiter import Rate, RateLimiter

# Ten mistakes are human. Counted for address and account together, so that a stranger who guesses does not lock the
# owner out.
PAIR = Rate(per_second=1 / 30, burst=10)

# Against guessing from many addresses at once: a thousand tries a day, whoever makes them.
ACCOUNT = Rate(per_second=1 / 60, burst=100)

# Against trying one password on many accounts. An office or a proxy can be one address.
ADDRESS = Rate(per_second=1, burst=100)


async def take(limiter: RateLimiter, *, address: str, name: str) -> None:
    """Count one try at a password, from an address and for a name that somebody signs in by; raises TooManySignIns.

    Without Redis each process counts on its own.
    """
    # Neither the name nor its length gets into Redis.
    who = hashlib.sha256(name.lower().encode()).hexdigest()
    for subject, rate in ((f"{address}:{who}", PAIR), (who, ACCOUNT), (address, ADDRESS)):
        verdict = await limiter.take(f"sign-in:{subject}", rate)
        if not verdict.allowed:
            raise TooManySignIns(retry_after_s=verdict.retry_after_s)
