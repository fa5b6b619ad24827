"""The time that an attempt may take: longer for more bytes, which a fixed time would fail however well it goes."""

import asyncio
import os
import signal
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from worker.common_ticks import until_next_tick

# An attempt that has ended leaves its watch behind for this time at most: to wake the loop for it takes longer than
# all the rest.
LOOK_S = 1.0

# An attempt records its failure within this time; what hangs in a library is killed, and its lease runs out.
GRACE_S = 15.0


def _kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class TimeLimit:
    """Calls `expire` once the context has lasted for the seconds that `limit_s` returns by then.

    The limit is asked again whenever it is reached, as the bytes that an attempt has fetched become more. `kill` is
    called where the context does not end within GRACE_S after that. Only a process's own work is limited: in another
    thread than the main one nothing is.
    """

    def __init__(
        self, limit_s: Callable[[], float], expire: Callable[[], None], kill: Callable[[], None] = _kill
    ) -> None:
        self._limit_s, self._expire, self._kill = limit_s, expire, kill
        self._has_ended = False
        self._watch: asyncio.Future[None] | None = None

    def __enter__(self) -> Self:
        self._is_main_thread = threading.current_thread() is threading.main_thread()
        self._start = time.monotonic()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._has_ended = True

    def watch(self) -> None:
        """Begin to watch the time, in the running event loop, which is another thread's."""
        if self._is_main_thread:
            self._watch = asyncio.ensure_future(self._wait())

    async def _wait(self) -> None:
        while (limit := self._start + self._limit_s()) > time.monotonic():
            if await self._ends_by(limit):
                return
        self._expire()
        if not await self._ends_by(time.monotonic() + GRACE_S):
            self._kill()

    async def _ends_by(self, moment: float) -> bool:
        while not self._has_ended and (left := moment - time.monotonic()) > 0:  # noqa: ASYNC110 -- in another thread
            await asyncio.sleep(min(left, until_next_tick(LOOK_S)))
        return self._has_ended
