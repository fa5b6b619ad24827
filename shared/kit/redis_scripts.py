"""Scripts that Redis runs as a whole, each in one round trip: the counters that all processes share.

Redis may be gone at any time, so nobody waits for it: past a short time, or within a second of such a time, callers are
told that it is away, and do without.
"""

import asyncio
import time
from collections.abc import Coroutine, Sequence
from functools import cache
from hashlib import sha1
from typing import Any, NamedTuple, TypeVar

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import NoScriptError, RedisError

# So long an answer is waited for, a hundred times what it takes. In turns: a loop that was busy with something else
# for all that time has looked at its sockets at most once, which says nothing of Redis.
TURNS = 5
TURN_S = 0.05

# So long nobody asks again after Redis did not answer: one batch in a second waits, not every request.
AWAY_S = 1.0

T = TypeVar("T")

OUTAGES = (RedisError, OSError, TimeoutError)


class RedisUnavailable(Exception):
    """Redis does not answer in time."""


class _Question(NamedTuple):
    script: str
    keys: Sequence[str]
    arguments: Sequence[int | str]
    answer: asyncio.Future[list[int]]


class RedisScripts:
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
        """What the script answers for these keys; raises RedisUnavailable."""
        if time.monotonic() < self._away_until:
            raise RedisUnavailable
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
                        question.answer.set_exception(RedisUnavailable(str(answer)))
                    else:
                        question.answer.set_result(answer)
        finally:
            self._asking = None

    async def _ask(self, batch: list[_Question]) -> list[Any]:
        try:
            answers = await _within_turns(self._send(batch))
            if any(isinstance(answer, NoScriptError) for answer in answers):
                await _within_turns(self._teach(batch, answers))
        except OUTAGES as error:
            self._away_until = time.monotonic() + AWAY_S
            return [error] * len(batch)
        return answers

    async def _teach(self, batch: list[_Question], answers: list[Any]) -> None:
        """Let a server that is new, or was emptied, know the scripts, and ask again what it could not answer."""
        for script in {question.script for question in batch}:
            await self._redis.script_load(script)
        unknown = [index for index, answer in enumerate(answers) if isinstance(answer, NoScriptError)]
        again = await self._send([batch[index] for index in unknown])
        for index, answer in zip(unknown, again, strict=True):
            answers[index] = answer

    async def _send(self, batch: list[_Question]) -> list[Any]:
        async with self._redis.pipeline(transaction=False) as pipeline:
            for question in batch:
                pipeline.evalsha(_digest(question.script), len(question.keys), *question.keys, *question.arguments)
            return await pipeline.execute(raise_on_error=False)


async def _within_turns(work: Coroutine[Any, Any, T]) -> T:
    """What the work results in; raises TimeoutError, and breaks it off."""
    task = asyncio.ensure_future(work)
    try:
        for _ in range(TURNS):
            done, _ = await asyncio.wait([task], timeout=TURN_S)
            if done:
                return task.result()
    finally:
        task.cancel()
    # The connection is not to be used again before it has heard of that.
    await asyncio.wait([task])
    raise TimeoutError


@cache
def _digest(script: str) -> str:
    return sha1(script.encode(), usedforsecurity=False).hexdigest()
