"""Answers about usage."""

from datetime import date
from typing import Annotated

import msgspec
from msgspec import Meta

from shared.kit.settings import Settings
from shared.plans import MonthOfUse
from shared.quotas import UsedQuota


class PlanOut(msgspec.Struct):
    """A plan."""

    name: Annotated[str, Meta(description="Name of the plan.")]
    calls_per_month: Annotated[int | None, Meta(description="Calls in a month; null for no limit.")]
    calls_per_second: Annotated[float | None, Meta(description="Calls in a second; null for no limit.")]
    burst: Annotated[int | None, Meta(description="Calls that may come at once; null for no limit.")]


class RouteUse(msgspec.Struct):
    """The calls of a route on a day."""

    day: Annotated[date, Meta(description="Day, in UTC.")]
    route: Annotated[str, Meta(description="Method and path of the route.")]
    calls: Annotated[int, Meta(description="Number of calls.")]


class QuotaOut(msgspec.Struct):
    """What an account uses of a quota."""

    quota: Annotated[str, Meta(description="Name of the quota.")]
    used: Annotated[int, Meta(description="What the account uses of it.")]
    limit: Annotated[int | None, Meta(description="What it may use; null for no limit.")]


class UsageOut(msgspec.Struct):
    """The usage of an account in a month."""

    month: Annotated[str, Meta(description="Month, as year and number.")]
    plan: Annotated[PlanOut, Meta(description="Plan of the account.")]
    calls: Annotated[int, Meta(description="Number of calls in the month.")]
    remaining: Annotated[int | None, Meta(description="Calls left in the plan's month; null for no limit.")]
    credit: Annotated[float, Meta(description="Number of calls that are drawn once the plan's month is used up.")]
    days: Annotated[list[RouteUse], Meta(description="Calls per day and route.")]
    quotas: Annotated[list[QuotaOut], Meta(description="What the account stores and has now.")]

    @classmethod
    def of(cls, usage: MonthOfUse, quotas: list[UsedQuota], month: date, settings: Settings) -> "UsageOut":
        """Present the month, and what is stored now, to the account's owner."""
        name, plan = settings.plan_of(usage.account.plan)
        calls = sum(row.calls for row in usage.usage)
        return cls(
            month=f"{month:%Y-%m}",
            plan=PlanOut(
                name, plan.calls_per_month, plan.calls_per_second, plan.burst if plan.calls_per_second else None
            ),
            calls=calls,
            remaining=None if plan.calls_per_month is None else max(plan.calls_per_month - calls, 0),
            credit=usage.account.credit,
            days=[RouteUse(row.day, row.route, row.calls) for row in usage.usage],
            quotas=[QuotaOut(quota.value, used, limit) for quota, used, limit in quotas],
        )
