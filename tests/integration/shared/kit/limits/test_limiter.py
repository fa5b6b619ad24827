"""A limit holds over everybody together, and while Redis is away it holds for each process."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any
from uuid import uuid4

import pytest
import redis

from shared.kit.limits.limiter import Admission, Rate, RateLimiter
from shared.kit.limits.redis_scripts import TURN_S, TURNS, RedisScripts, RedisUnavailable
from shared.kit.settings import Settings
from tests.actors import eventually

# Nothing comes back during a test.
SLOW = Rate(per_second=0.001, burst=25)


@pytest.fixture
async def limiters(settings: Settings) -> AsyncIterator[list[RateLimiter]]:
    """As many processes as it would be."""
    counters = [RedisScripts(settings.redis_url.get_secret_value()) for _ in range(3)]
    yield [RateLimiter(each) for each in counters]
    for each in counters:
        await each.close()


@pytest.fixture
def paused(settings: Settings) -> Iterator[None]:
    """Valkey takes connections and answers nothing."""
    with redis.Redis.from_url(settings.redis_url.get_secret_value()) as client:
        pid = int(client.info()["process_id"])
    os.kill(pid, signal.SIGSTOP)
    yield
    os.kill(pid, signal.SIGCONT)


async def test_all_together_get_the_burst_and_no_more(limiters: list[RateLimiter]) -> None:
    subject, other = uuid4().hex, uuid4().hex

    verdicts = await asyncio.gather(*(limiter.take(subject, SLOW) for limiter in limiters for _ in range(40)))

    allowed = sorted(verdict.remaining for verdict in verdicts if verdict.allowed)
    assert allowed == list(range(25))
    assert {verdict.remaining for verdict in verdicts if not verdict.allowed} == {0}
    assert all(990 < verdict.retry_after_s <= 1000 for verdict in verdicts if not verdict.allowed)
    assert (await limiters[0].take(other, SLOW)).remaining == 24


async def test_after_the_interval_one_more_is_allowed(limiters: list[RateLimiter]) -> None:
    subject, rate = uuid4().hex, Rate(per_second=20, burst=1)
    began = time.monotonic()
    allowed = 0

    async def were_five_allowed() -> bool:
        nonlocal allowed
        allowed += (await limiters[0].take(subject, rate)).allowed
        return allowed == 5

    # However late a busy machine asks, the next one is allowed; but never before its time.
    await eventually(were_five_allowed)
    assert time.monotonic() - began > 4 / 20


@pytest.mark.usefixtures("paused")
async def test_a_redis_that_hangs_costs_one_short_wait_and_each_process_counts_alone(
    limiters: list[RateLimiter],
) -> None:
    subject = uuid4().hex
    began = time.monotonic()

    verdicts = [await limiters[0].take(subject, SLOW) for _ in range(30)]
    elsewhere = await limiters[1].take(subject, SLOW)

    assert [verdict.allowed for verdict in verdicts] == [True] * 25 + [False] * 5
    assert elsewhere == Admission(allowed=True, remaining=24, reset_us=1_000_000_000, retry_after_us=0)
    assert time.monotonic() - began < 6 * TURNS * TURN_S


class _NowAndThen(RedisScripts):
    """Every other question finds Redis away."""

    asked = 0

    async def run(self, *question: Any) -> list[int]:
        self.asked += 1
        if self.asked % 2:
            raise RedisUnavailable
        return await super().run(*question)


async def test_a_redis_that_is_away_now_and_then_lets_nobody_have_more(settings: Settings) -> None:
    counters = _NowAndThen(settings.redis_url.get_secret_value())
    limiter, subject = RateLimiter(counters), uuid4().hex

    verdicts = [await limiter.take(subject, SLOW) for _ in range(80)]

    assert [verdict.allowed for verdict in verdicts] == [True] * 25 + [False] * 55
    await counters.close()
