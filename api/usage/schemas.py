"""What is answered about use."""

from datetime import date

import msgspec

from shared.kit.settings import Settings
from shared.plans import MonthOfUse


class PlanOut(msgspec.Struct):
    """A plan; null is no limit."""

    name: str
    calls_per_month: int | None
    calls_per_second: float | None
    burst: int | None


class RouteUse(msgspec.Struct):
    """How often a route was called on a day."""

    day: date
    route: str
    calls: int


class UsageOut(msgspec.Struct):
    """A month of an account: what its plan allows, what is left, and what was called."""

    month: str
    plan: PlanOut
    calls: int
    remaining: int | None
    credit: float
    days: list[RouteUse]

    @classmethod
    def of(cls, found: MonthOfUse, month: date, settings: Settings) -> "UsageOut":
        """The month as the account's owner sees it."""
        name, plan = settings.plan_of(found.account.plan)
        calls = sum(row.calls for row in found.usage)
        return cls(
            month=f"{month:%Y-%m}",
            plan=PlanOut(
                name, plan.calls_per_month, plan.calls_per_second, plan.burst if plan.calls_per_second else None
            ),
            calls=calls,
            remaining=None if plan.calls_per_month is None else max(plan.calls_per_month - calls, 0),
            credit=found.account.credit,
            days=[RouteUse(row.day, row.route, row.calls) for row in found.usage],
        )
