"""Counting calls, and holding accounts to their plans, over all processes together.

Redis decides, in one round trip; the record follows: each process adds up what it let through and writes it to Postgres
every few seconds. A Redis that was lost is told from there what the month has seen. For accounts without limits nothing
but that adding up is done.
"""

import time
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from shared.accounts import Caller
from shared.kit.db import Database, DatabaseUnavailable
from shared.kit.limiter import Admission, Rate, RateLimiter
from shared.kit.redis_scripts import RedisScripts, RedisUnavailable
from shared.kit.settings import Plan, Settings
from shared.plans import queries, scripts
from shared.plans.errors import LimitReached, MonthUsedUp, RateLimitReached

_EPOCH = date(1970, 1, 1)
_NOT_ASKED = (-1, -1)


class Call(NamedTuple):
    """What is counted: the route, what it costs of the month, and whether it only reads."""

    route: str
    cost: int
    reads: bool


class Allowance(NamedTuple):
    """What a limited account may still do after this call, or why the call is refused."""

    plan: Plan
    rate: Admission | None
    month_remaining: int | None
    month_reset_s: int
    refusal: LimitReached | None = None


class Meter:
    """Counts the calls that this process answers."""

    def __init__(self, db: Database, redis_scripts: RedisScripts, settings: Settings) -> None:
        self._db = db
        self._redis_scripts = redis_scripts
        # For when the counters are away.
        self._alone = RateLimiter(redis_scripts)
        self._settings = settings
        self._calls: Counter[tuple[int, int, str]] = Counter()
        self._drawn: Counter[int] = Counter()
        self._limited: set[int] = set()

    async def take(self, caller: Caller, call: Call) -> Allowance | None:
        """Count a call; None for accounts without limits, and where no limit can be asked for.

        While Redis is away reads are let through, and writes are held to the rate by each process alone.
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

    async def write(self) -> None:
        """Bring the record up to date, and then the counters; what cannot be written is left for the next time."""
        if not (self._calls or self._drawn or self._limited):
            return
        calls, self._calls = self._calls, Counter()
        drawn, self._drawn = self._drawn, Counter()
        limited, self._limited = self._limited, set()
        rows = [(account_id, _EPOCH + timedelta(days=day), route, n) for (account_id, day, route), n in calls.items()]
        month = _this_month()
        try:
            async with self._db.transaction() as connection:
                if rows:
                    await connection.execute(queries.ADD_USAGE, *map(list, zip(*rows, strict=True)))
                if drawn:
                    await connection.execute(queries.DRAW_CREDIT, list(drawn), list(drawn.values()))
                levels = await queries.levels(connection, list(limited), month) if limited else {}
        except BaseException:
            self._calls.update(calls)
            self._drawn.update(drawn)
            self._limited |= limited
            raise
        await self._raise(levels, month)

    def _count(self, caller: Caller, call: Call) -> None:
        if call.cost:
            self._calls[caller.account_id, int(time.time() // 86400), call.route] += call.cost

    async def _ask(self, caller: Caller, plan: Plan, call: Call) -> Allowance:
        month = _this_month()
        answer = await self._run(caller, plan, call, month, _NOT_ASKED)
        if answer[0] == scripts.UNKNOWN:
            answer = await self._run(caller, plan, call, month, await self._recorded(caller, month))
        decided, remaining, reset_us, retry_after_us, month_remaining, drawing = answer
        self._limited.add(caller.account_id)
        if drawing:
            self._drawn[caller.account_id] += drawing
        verdict = Admission(decided == scripts.ALLOWED, remaining, reset_us, retry_after_us)
        allowance = Allowance(
            plan,
            verdict if plan.calls_per_second else None,
            month_remaining if plan.calls_per_month is not None else None,
            _seconds_until(queries.following(month)),
        )
        if decided == scripts.TOO_FAST:
            return allowance._replace(refusal=_too_fast(plan, verdict))
        if decided == scripts.USED_UP:
            return allowance._replace(rate=None, refusal=_used_up(plan, allowance.month_reset_s))
        return allowance

    async def _run(self, caller: Caller, plan: Plan, call: Call, month: date, known: queries.Level) -> list[int]:
        rate = _rate(plan)
        quota = -1 if plan.calls_per_month is None else plan.calls_per_month
        limits = [rate.interval_us, rate.burst] if rate else [0, 0]
        arguments = [*limits, quota, int(caller.granted), call.cost, *known]
        return await self._redis_scripts.run(scripts.TAKE, _keys(caller.account_id, month), arguments)

    async def _recorded(self, caller: Caller, month: date) -> queries.Level:
        # What this process has not written yet belongs to it as well.
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
        verdict = self._alone.take_here(f"account {caller.account_id}", rate)
        refusal = None if verdict.allowed else _too_fast(plan, verdict)
        return Allowance(plan, verdict, None, 0, refusal)

    async def _raise(self, levels: dict[int, queries.Level], month: date) -> None:
        try:
            for account_id, level in levels.items():
                await self._redis_scripts.run(scripts.RAISE, _keys(account_id, month)[1:], level)
        except RedisUnavailable:
            # They are told at the next time that they are asked.
            self._limited |= levels.keys()


def _keys(account_id: int, month: date) -> list[str]:
    # The braces keep the three together in a cluster.
    return [f"plan:{{{account_id}}}:{part}" for part in ("rate", f"{month:%Y-%m}", "drawn")]


def _rate(plan: Plan) -> Rate | None:
    return Rate(plan.calls_per_second, plan.burst) if plan.calls_per_second else None


def _this_month() -> date:
    return datetime.now(UTC).date().replace(day=1)


def _seconds_until(day: date) -> int:
    left = datetime(day.year, day.month, day.day, tzinfo=UTC) - datetime.now(UTC)
    return int(left.total_seconds()) + 1


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
