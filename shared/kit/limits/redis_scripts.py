"""Scripts that Redis runs atomically, each in one round trip, for counters that all processes share.

Redis may be gone at any time, so no caller waits for it: after a short time, and for a second after that, callers get
RedisUnavailable and go on without it.
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

# The time-out of an answer, a hundred times what one takes, counted in turns: an event loop that was busy with other
# work for all that time has polled its sockets at most once, which says nothing about Redis.
TURNS = 5
TURN_S = 0.05

# The pause after Redis did not answer: one batch per second waits for it, not every request.
PAUSE_S = 1.0

T = TypeVar("T")

OUTAGES = (RedisError, OSError, TimeoutError)


class RedisUnavailable(Exception):
    """Redis does not answer in time."""


class _Call(NamedTuple):
    script: str
    keys: Sequence[str]
    arguments: Sequence[int | str]
    answer: asyncio.Future[list[int]]


class RedisScripts:
    """Runs scripts for one process; connected at first use, bound to the loop that uses it.

    One batch is under way at a time, and calls made meanwhile go with the next one: many concurrent requests cost one
    round trip, not one each, and no storm of connections.
    """

    def __init__(self, url: str) -> None:
        # The time-out is ours; a retry of the client's would double it.
        self._redis = Redis.from_url(url, retry=Retry(NoBackoff(), 0), max_connections=2)
        self._paused_until = 0.0
        self._waiting: list[_Call] = []
        self._sender: asyncio.Task[None] | None = None

    async def run(self, script: str, keys: Sequence[str], arguments: Sequence[int | str]) -> list[int]:
        """Run a script on these keys and return its answer, a list of integers; raises RedisUnavailable."""
        if time.monotonic() < self._paused_until:
            raise RedisUnavailable
        call = _Call(script, keys, arguments, asyncio.get_running_loop().create_future())
        self._waiting.append(call)
        if self._sender is None:
            self._sender = asyncio.create_task(self._send_all())
        return await call.answer

    async def close(self) -> None:
        """Close the connection."""
        if self._sender is not None:
            self._sender.cancel()
        await self._redis.aclose()

    async def _send_all(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting, []
                answers = await self._run_batch(batch)
                for call, answer in zip(batch, answers, strict=True):
                    # The caller may have been cancelled.
                    if call.answer.done():
                        continue
                    if isinstance(answer, Exception):
                        call.answer.set_exception(RedisUnavailable(str(answer)))
                    else:
                        call.answer.set_result(answer)
        finally:
            self._sender = None

    async def _run_batch(self, batch: list[_Call]) -> list[Any]:
        try:
            answers = await _within_turns(self._send(batch))
            if any(isinstance(answer, NoScriptError) for answer in answers):
                await _within_turns(self._load_scripts(batch, answers))
        except OUTAGES as error:
            self._paused_until = time.monotonic() + PAUSE_S
            return [error] * len(batch)
        return answers

    async def _load_scripts(self, batch: list[_Call], answers: list[Any]) -> None:
        """Load the scripts into a server that lacks them, and repeat the calls that failed for it."""
        for script in {call.script for call in batch}:
            await self._redis.script_load(script)
        failed = [index for index, answer in enumerate(answers) if isinstance(answer, NoScriptError)]
        retried = await self._send([batch[index] for index in failed])
        for index, answer in zip(failed, retried, strict=True):
            answers[index] = answer

    async def _send(self, batch: list[_Call]) -> list[Any]:
        async with self._redis.pipeline(transaction=False) as pipeline:
            for call in batch:
                pipeline.evalsha(_digest(call.script), len(call.keys), *call.keys, *call.arguments)
            return await pipeline.execute(raise_on_error=False)


async def _within_turns(work: Coroutine[Any, Any, T]) -> T:
    """Return the result of the work; raises TimeoutError and cancels it after TURNS turns."""
    task = asyncio.ensure_future(work)
    try:
        for _ in range(TURNS):
            done, _ = await asyncio.wait([task], timeout=TURN_S)
            if done:
                return task.result()
    finally:
        task.cancel()
    # The connection must not be used again before the cancellation has reached it.
    await asyncio.wait([task])
    raise TimeoutError


@cache
def _digest(script: str) -> str:
    return sha1(script.encode(), usedforsecurity=False).hexdigest()
