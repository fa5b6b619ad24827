"""The asynchronous half of a worker process: one event loop in a thread, with the connections that belong to it.

Tasks are plain functions in the main thread, or in one of the pool's, and compute there, while the heartbeat runs in
this loop. Everything is created at first use, which is after the fork.
"""

import asyncio
import os
import threading
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from typing import Any, TypeVar
from uuid import UUID

from shared.kit import platform
from shared.kit.platform import Platform
from shared.kit.settings import settings
from shared.webhooks.delivering import deliver
from shared.webhooks.network import GuardedTransport

T = TypeVar("T")


class Runtime:
    """The event loop of one process and its connections."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        threading.Thread(target=self.loop.run_forever, name="event-loop", daemon=True).start()
        self._stack = AsyncExitStack()
        self.platform: Platform = self.run(self._connect())
        self._transport = GuardedTransport(settings().webhook_allow_nets)

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine in the loop and wait for it in this thread.

        The coroutine is cancelled if this thread is interrupted meanwhile.
        """
        future = asyncio.run_coroutine_threadsafe(coroutine, self.loop)
        try:
            return future.result()
        except BaseException:
            future.cancel()
            raise

    def deliver(self, delivery_id: UUID) -> None:
        """Attempt a webhook delivery."""
        platform, timeout_s = self.platform, settings().webhook_timeout_s
        self.run(deliver(platform, self._transport, delivery_id, timeout_s=timeout_s))

    async def _connect(self) -> Platform:
        # One task at a time, its heartbeat, and spare ones; the courier's threads share them and wait for a free one.
        return await self._stack.enter_async_context(platform.connect(settings(), pool_size=4))


_lock = threading.Lock()
_runtimes: dict[int, Runtime] = {}


def current() -> Runtime:
    """The runtime of this process, created at the first call; a runtime that a fork inherited is not used."""
    with _lock:
        if (runtime := _runtimes.get(os.getpid())) is None:
            runtime = _runtimes[os.getpid()] = Runtime()
        return runtime
