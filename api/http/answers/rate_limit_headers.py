"""Headers with the limits left to an account, by the IETF's draft (draft-ietf-httpapi-ratelimit-headers-10)."""

from calendar import monthrange
from datetime import UTC, datetime
from math import ceil

from shared.plans import Allowance

Headers = list[tuple[bytes, bytes]]


def headers(allowance: Allowance) -> Headers:
    """Return the policies of the plan with their quotas, and the calls left in each with the seconds to its reset."""
    policies, limits = [], []
    plan = allowance.plan
    if plan.calls_per_second is not None:
        policies.append(f'"second";q={plan.burst};w={ceil(plan.burst / plan.calls_per_second)}')
    if allowance.rate is not None:
        limits.append(f'"second";r={allowance.rate.remaining};t={ceil(allowance.rate.reset_us / 1_000_000)}')
    if plan.calls_per_month is not None:
        policies.append(f'"month";q={plan.calls_per_month};w={_month_s()}')
    if allowance.month_remaining is not None:
        limits.append(f'"month";r={allowance.month_remaining};t={allowance.month_reset_s}')
    return [(b"ratelimit-policy", ", ".join(policies).encode()), (b"ratelimit", ", ".join(limits).encode())]


def _month_s() -> int:
    today = datetime.now(UTC)
    return monthrange(today.year, today.month)[1] * 24 * 3600
