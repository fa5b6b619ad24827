"""Counters that all processes share: small scripts, each of which Redis runs as a whole, in one round trip.

Redis may be gone at any time, so nobody waits for it: past a short time, or within a second of such a time, callers are
told that it is away, and do without.
"""

import asyncio
import time
from collections.abc import Sequence
from functools import cache
from hashlib import sha1
from typing import Any, NamedTuple

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import NoScriptError, RedisError

# An answer takes a thousandth of it; a loop that is busy with something else for a moment is not an outage.
TIMEOUT_S = 0.25

# So long nobody asks again after Redis did not answer: one batch in a second waits, not every request.
AWAY_S = 1.0

OUTAGES = (RedisError, OSError, TimeoutError)


class CountersUnavailable(Exception):
    """Redis does not answer in time."""


class _Question(NamedTuple):
    script: str
    keys: Sequence[str]
    arguments: Sequence[int | str]
    answer: asyncio.Future[list[int]]


class Counters:
    """The way of one process to the shared counters; connected at first use, bound to the loop that uses it.

    One batch is under way at a time, and whatever is asked meanwhile goes with the next one: a crowd of requests costs
    one round trip, not one each, and no storm of connections.
    """

    def __init__(self, url: str) -> None:
        # The patience is ours; a second try would double it.
        self._redis = Redis.from_url(url, retry=Retry(NoBackoff(), 0), max_connections=2)
        self._away_until = 0.0
        self._waiting: list[_Question] = []
        self._asking: asyncio.Task[None] | None = None

    async def run(self, script: str, keys: Sequence[str], arguments: Sequence[int | str]) -> list[int]:
        """What the script answers for these keys; raises CountersUnavailable."""
        if time.monotonic() < self._away_until:
            raise CountersUnavailable
        question = _Question(script, keys, arguments, asyncio.get_running_loop().create_future())
        self._waiting.append(question)
        if self._asking is None:
            self._asking = asyncio.create_task(self._ask_all())
        return await question.answer

    async def close(self) -> None:
        """Give the connection back."""
        if self._asking is not None:
            self._asking.cancel()
        await self._redis.aclose()

    async def _ask_all(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting, []
                answers = await self._ask(batch)
                for question, answer in zip(batch, answers, strict=True):
                    # Whoever was waiting may have gone away.
                    if question.answer.done():
                        continue
                    if isinstance(answer, Exception):
                        question.answer.set_exception(CountersUnavailable(str(answer)))
                    else:
                        question.answer.set_result(answer)
        finally:
            self._asking = None

    async def _ask(self, batch: list[_Question]) -> list[Any]:
        try:
            async with asyncio.timeout(TIMEOUT_S):
                answers = await self._send(batch)
                if any(isinstance(answer, NoScriptError) for answer in answers):
                    # A new or emptied server: nothing of the batch was run that says so.
                    for script in {question.script for question in batch}:
                        await self._redis.script_load(script)
                    unknown = [index for index, answer in enumerate(answers) if isinstance(answer, NoScriptError)]
                    again = await self._send([batch[index] for index in unknown])
                    for index, answer in zip(unknown, again, strict=True):
                        answers[index] = answer
        except OUTAGES as error:
            self._away_until = time.monotonic() + AWAY_S
            return [error] * len(batch)
        return answers

    async def _send(self, batch: list[_Question]) -> list[Any]:
        async with self._redis.pipeline(transaction=False) as pipeline:
            for question in batch:
                pipeline.evalsha(_digest(question.script), len(question.keys), *question.keys, *question.arguments)
            return await pipeline.execute(raise_on_error=False)


@cache
def _digest(script: str) -> str:
    return sha1(script.encode(), usedforsecurity=False).hexdigest()
