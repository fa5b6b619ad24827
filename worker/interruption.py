"""Interrupts an attempt by signals, with an exception that no library catches."""

import signal
import threading
from types import FrameType, TracebackType
from typing import NoReturn, Self

from shared.jobs.errors import LeaseLost, TimeLimitExceeded

# Celery's signal for its soft limit, and a signal that no library uses.
OUT_OF_TIME, STOP = signal.SIGUSR1, signal.SIGUSR2


class Interrupted(BaseException):
    """The attempt is interrupted; not an `Exception`, because PyCM catches those around every statistic."""


class WorkStopped(Exception):
    """The attempt was stopped from outside: the job goes back into the queue, or was cancelled."""


class Interruption:
    """Interrupts the attempt on `expire`, at Celery's soft limit, or on `stop`.

    Raises TimeLimitExceeded or WorkStopped at the end of the context.
    """

    def __init__(self) -> None:
        self._reasons: set[int] = set()

    def __enter__(self) -> Self:
        # Signals reach the main thread only; Celery has no soft limit where tasks run in others.
        self._is_main_thread = threading.current_thread() is threading.main_thread()
        if self._is_main_thread:
            self._previous_handlers = {number: signal.signal(number, self._interrupt) for number in (OUT_OF_TIME, STOP)}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._is_main_thread:
            for number, handler in self._previous_handlers.items():
                signal.signal(number, handler)
        # A library may have replaced the exception on its way here; either way the result is incomplete.
        if self._reasons and not isinstance(error, LeaseLost):
            raise (TimeLimitExceeded if OUT_OF_TIME in self._reasons else WorkStopped) from error

    def stop(self) -> None:
        """Interrupt the attempt; called from another thread."""
        if self._is_main_thread:
            signal.pthread_kill(threading.main_thread().ident or 0, STOP)

    def expire(self) -> None:
        """Interrupt the attempt as out of time; called from another thread."""
        if self._is_main_thread:
            signal.pthread_kill(threading.main_thread().ident or 0, OUT_OF_TIME)

    def _interrupt(self, number: int, _frame: FrameType | None) -> NoReturn:
        self._reasons.add(number)
        raise Interrupted


def ignore_stop() -> None:
    """Ignore the signal to stop while no attempt runs; by default it would end the process."""
    signal.signal(STOP, lambda *_: None)
