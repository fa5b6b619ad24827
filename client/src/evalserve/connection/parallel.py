"""Conversations with the service held in parallel, by threads or by tasks."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import Future
from queue import SimpleQueue
from threading import Event, Lock, Thread
from typing import Any

from evalserve.connection.steps import AtOnce, Steps


def hold(work: AtOnce, hold_one: Callable[[Steps[Any]], Any]) -> None:
    """Hold the conversations in threads, by `hold_one`; raises the first error of them.

    After an error none begins any more, and those that have begun come to their end. After Ctrl-C nobody waits for it.
    """
    pool = _Pool(iter(work.conversations))
    # The program does not wait for such threads when it ends.
    threads = [Thread(target=pool.work, args=(hold_one,), daemon=True) for _ in range(work.limit)]
    for thread in threads:
        thread.start()
    errors: list[BaseException] = []
    try:
        for _ in threads:
            while (outcome := pool.outcomes.get()) is not None:
                if error := outcome.exception():
                    errors.append(error)
                else:
                    work.ended(outcome.result())
    finally:
        pool.is_closed.set()
    if errors:
        raise errors[0]


async def hold_async(work: AtOnce, hold_one: Callable[[Steps[Any]], Awaitable[Any]]) -> None:
    """Hold the conversations in tasks, by `hold_one`; raises the first error of them, and cancels the others."""
    conversations = iter(work.conversations)

    async def work_on() -> None:
        for conversation in conversations:
            work.ended(await hold_one(conversation))

    tasks = [asyncio.ensure_future(work_on()) for _ in range(work.limit)]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class _Pool:
    """Where threads take conversations from, and leave their outcomes; None when one has nothing left to do."""

    def __init__(self, conversations: Iterator[Steps[Any]]) -> None:
        self._conversations = conversations
        self._lock = Lock()
        self.outcomes: SimpleQueue[Future[Any] | None] = SimpleQueue()
        self.is_closed = Event()

    def work(self, hold_one: Callable[[Steps[Any]], Any]) -> None:
        while not self.is_closed.is_set():
            outcome: Future[Any] = Future()
            try:
                # An error of this, too, is one that whoever waits for the outcomes has to see.
                if (conversation := self._next()) is None:
                    break
                outcome.set_result(hold_one(conversation))
            except BaseException as error:  # noqa: BLE001 -- it is raised where the outcome is read
                outcome.set_exception(error)
                self.is_closed.set()
            self.outcomes.put(outcome)
        self.outcomes.put(None)

    def _next(self) -> Steps[Any] | None:
        with self._lock:
            return next(self._conversations, None)
