"""Counting calls and enforcing plans, over all processes together.

Redis decides, in one round trip; Postgres keeps the record: each process adds up the calls that it admitted and writes
them there every few seconds. A Redis that lost its counts gets those of the month from there. For accounts without
limits the calls are only added up.
"""

import time
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from shared.accounts import Caller
from shared.kit.database.transactions import Database, DatabaseUnavailable, retry_conflicts
from shared.kit.limits.limiter import Admission, Rate, RateLimiter
from shared.kit.limits.redis_scripts import RedisScripts, RedisUnavailable
from shared.kit.settings import Plan, Settings
from shared.plans import queries, scripts
from shared.plans.errors import LimitReached, MonthUsedUp, RateLimitReached

_EPOCH = date(1970, 1, 1)
_UNKNOWN_LEVEL = (-1, -1)


class Call(NamedTuple):
    """A call to count: its route, its cost in calls of the month, and whether it only reads."""

    route: str
    cost: int
    reads: bool


class Allowance(NamedTuple):
    """The limits left to an account after a call, or the error that refuses the call; times in seconds."""

    plan: Plan
    rate: Admission | None
    month_remaining: int | None
    month_reset_s: int
    refusal: LimitReached | None = None


class Meter:
    """Counts the calls that this process answers, and enforces their plans."""

    def __init__(self, db: Database, redis_scripts: RedisScripts, settings: Settings) -> None:
        self._db = db
        self._redis_scripts = redis_scripts
        # For times at which Redis is unavailable.
        self._local_limiter = RateLimiter(redis_scripts)
        self._settings = settings
        self._calls: Counter[tuple[int, int, str]] = Counter()
        self._credit_calls: Counter[int] = Counter()
        self._limited: set[int] = set()

    async def take(self, caller: Caller, call: Call) -> Allowance | None:
        """Count a call; None for accounts without limits, and if no limit can be read.

        While Redis is unavailable reads are admitted, and each process limits the rate of writes alone.
        """
        _, plan = self._settings.plan_of(caller.plan)
        if plan.calls_per_second is None and plan.calls_per_month is None:
            self._count(caller, call)
            return None
        allowance: Allowance | None
        try:
            allowance = await self._ask(caller, plan, call)
        except RedisUnavailable:
            allowance = None if call.reads else self._without_counters(caller, plan)
        if allowance is None or allowance.refusal is None:
            self._count(caller, call)
        return allowance

    @retry_conflicts
    async def write(self) -> None:
        """Write the calls to Postgres, then raise the counters in Redis; calls that cannot be written are kept."""
        if not (self._calls or self._credit_calls or self._limited):
            return
        calls, self._calls = self._calls, Counter()
        credit_calls, self._credit_calls = self._credit_calls, Counter()
        limited, self._limited = self._limited, set()
        rows = [(account_id, _EPOCH + timedelta(days=day), route, n) for (account_id, day, route), n in calls.items()]
        month = _this_month()
        try:
            async with self._db.transaction() as connection:
                if rows:
                    await connection.execute(queries.ADD_USAGE, *map(list, zip(*rows, strict=True)))
                if credit_calls:
                    await connection.execute(queries.DRAW_CREDIT, list(credit_calls), list(credit_calls.values()))
                levels = await queries.levels(connection, list(limited), month) if limited else {}
        except BaseException:
            self._calls.update(calls)
            self._credit_calls.update(credit_calls)
            self._limited |= limited
            raise
        await self._raise(levels, month)

    def _count(self, caller: Caller, call: Call) -> None:
        if call.cost:
            self._calls[caller.account_id, int(time.time() // 86400), call.route] += call.cost

    async def _ask(self, caller: Caller, plan: Plan, call: Call) -> Allowance:
        month = _this_month()
        answer = await self._run(caller, plan, call, month, _UNKNOWN_LEVEL)
        if answer[0] == scripts.UNKNOWN:
            answer = await self._run(caller, plan, call, month, await self._recorded_level(caller, month))
        decision, remaining, reset_us, retry_after_us, month_remaining, credit_calls = answer
        self._limited.add(caller.account_id)
        if credit_calls:
            self._credit_calls[caller.account_id] += credit_calls
        verdict = Admission(decision == scripts.ALLOWED, remaining, reset_us, retry_after_us)
        allowance = Allowance(
            plan,
            verdict if plan.calls_per_second else None,
            month_remaining if plan.calls_per_month is not None else None,
            _seconds_until(queries.next_month(month)),
        )
        if decision == scripts.TOO_FAST:
            return allowance._replace(refusal=_too_fast(plan, verdict))
        if decision == scripts.USED_UP:
            return allowance._replace(rate=None, refusal=_used_up(plan, allowance.month_reset_s))
        return allowance

    async def _run(self, caller: Caller, plan: Plan, call: Call, month: date, level: queries.Level) -> list[int]:
        rate = _rate(plan)
        quota = -1 if plan.calls_per_month is None else plan.calls_per_month
        limits = [rate.interval_us, rate.burst] if rate else [0, 0]
        arguments = [*limits, quota, int(caller.granted), call.cost, *level]
        return await self._redis_scripts.run(scripts.TAKE, _keys(caller.account_id, month), arguments)

    async def _recorded_level(self, caller: Caller, month: date) -> queries.Level:
        # The record includes the calls that this process has not written yet.
        try:
            await self.write()
            async with self._db.connection() as connection:
                return (await queries.levels(connection, [caller.account_id], month)).get(caller.account_id, (0, 0))
        except DatabaseUnavailable as error:
            raise RedisUnavailable from error

    def _without_counters(self, caller: Caller, plan: Plan) -> Allowance | None:
        rate = _rate(plan)
        if rate is None:
            return None
        verdict = self._local_limiter.take_locally(f"account {caller.account_id}", rate)
        refusal = None if verdict.allowed else _too_fast(plan, verdict)
        return Allowance(plan, verdict, None, 0, refusal)

    async def _raise(self, levels: dict[int, queries.Level], month: date) -> None:
        try:
            for account_id, level in levels.items():
                await self._redis_scripts.run(scripts.RAISE, _keys(account_id, month)[1:], level)
        except RedisUnavailable:
            # The counters are raised with the next write.
            self._limited |= levels.keys()


def _keys(account_id: int, month: date) -> list[str]:
    # The braces keep the three keys in one slot of a cluster.
    return [f"plan:{{{account_id}}}:{part}" for part in ("rate", f"{month:%Y-%m}", "drawn")]


def _rate(plan: Plan) -> Rate | None:
    return Rate(plan.calls_per_second, plan.burst) if plan.calls_per_second else None


def _this_month() -> date:
    return datetime.now(UTC).date().replace(day=1)


def _seconds_until(day: date) -> int:
    remaining = datetime(day.year, day.month, day.day, tzinfo=UTC) - datetime.now(UTC)
    return int(remaining.total_seconds()) + 1


def _too_fast(plan: Plan, verdict: Admission) -> RateLimitReached:
    wait_s = verdict.retry_after_s
    detail = (
        f"Your plan allows {plan.calls_per_second:g} calls a second ({plan.burst} at once); try again in {wait_s} s."
    )
    return RateLimitReached(detail, retry_after_s=wait_s)


def _used_up(plan: Plan, reset_s: int) -> MonthUsedUp:
    detail = (
        f"The {plan.calls_per_month:,} calls per month of your plan are used up and you have no credit; "
        "ask the administrator for credit or another plan, or wait for the next month."
    )
    return MonthUsedUp(detail, retry_after_s=reset_s)
