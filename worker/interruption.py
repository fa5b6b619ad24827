"""What may interrupt the work, in a form that no library swallows."""

import signal
import threading
from types import FrameType, TracebackType
from typing import NoReturn, Self

from shared.jobs.errors import LeaseLost, TimeLimitExceeded

# Celery's signal for its soft limit, and one that nobody else uses.
OUT_OF_TIME, STOP = signal.SIGUSR1, signal.SIGUSR2


class Interrupted(BaseException):
    """The work is broken off; no `Exception`, because PyCM catches those around every figure."""


class WorkStopped(Exception):
    """The work was broken off for a reason that is not its own: it is to be done elsewhere, or by nobody."""


class Interruption:
    """Breaks the work off at Celery's soft limit, or when it is told to stop.

    Raises TimeLimitExceeded or WorkStopped at the end of the context.
    """

    def __init__(self) -> None:
        self._reasons: set[int] = set()

    def __enter__(self) -> Self:
        # Signals reach the main thread only; Celery has no soft limit where tasks run in others.
        self._applies = threading.current_thread() is threading.main_thread()
        if self._applies:
            self._former = {number: signal.signal(number, self._interrupt) for number in (OUT_OF_TIME, STOP)}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._applies:
            for number, former in self._former.items():
                signal.signal(number, former)
        # Whatever was made of the interruption on its way here, what it left unfinished is no result.
        if self._reasons and not isinstance(error, LeaseLost):
            raise (TimeLimitExceeded if OUT_OF_TIME in self._reasons else WorkStopped) from error

    def stop(self) -> None:
        """Break the work off; called from another thread."""
        if self._applies:
            signal.pthread_kill(threading.main_thread().ident or 0, STOP)

    def _interrupt(self, number: int, _frame: FrameType | None) -> NoReturn:
        self._reasons.add(number)
        raise Interrupted


def ignore_stop() -> None:
    """Let the signal to stop mean nothing while there is no work; it would end the process."""
    signal.signal(STOP, lambda *_: None)
