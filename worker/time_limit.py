"""The time that an attempt may take: longer for more bytes, which a fixed time would fail however well it goes."""

import os
import signal
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

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
        self._ended = threading.Event()
        self._watch = threading.Thread(target=self._wait, name="time-limit", daemon=True)

    def __enter__(self) -> Self:
        self._is_main_thread = threading.current_thread() is threading.main_thread()
        if self._is_main_thread:
            self._start = time.monotonic()
            self._watch.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._ended.set()
        if self._is_main_thread:
            self._watch.join()

    def _wait(self) -> None:
        while (left := self._start + self._limit_s() - time.monotonic()) > 0:
            if self._ended.wait(left):
                return
        self._expire()
        if not self._ended.wait(GRACE_S):
            self._kill()
