"""The time limit of the work, in a form that no library swallows."""

import signal
import threading
from types import FrameType, TracebackType
from typing import NoReturn, Self

from shared.jobs.errors import LeaseLost, TimeLimitExceeded


class OutOfTime(BaseException):
    """The work has taken as long as it may; no `Exception`, because PyCM catches those around every figure."""


class TimeLimit:
    """Interrupts the work when Celery's soft limit is reached; raises TimeLimitExceeded at the end of the context."""

    def __enter__(self) -> Self:
        self._exceeded = False
        # Signals reach the main thread only; Celery has no soft limit where tasks run in others.
        self._applies = threading.current_thread() is threading.main_thread()
        if self._applies:
            self._former = signal.signal(signal.SIGUSR1, self._interrupt)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._applies:
            signal.signal(signal.SIGUSR1, self._former)
        # Whatever was made of the interruption on its way here, what it left unfinished is no result.
        if self._exceeded and not isinstance(error, LeaseLost):
            raise TimeLimitExceeded from error

    def _interrupt(self, _number: int, _frame: FrameType | None) -> NoReturn:
        self._exceeded = True
        raise OutOfTime
