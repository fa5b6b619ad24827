"""The signals that stop a run."""

import signal
import threading
from types import FrameType


class StopRequested(BaseException):
    """A signal requested the end of the run; not an error, so `except Exception` lets it pass."""


class StopSignals:
    """The first signal asks for an orderly end, a second one for an end at once.

    While `interrupt` is true the first signal also raises StopRequested in the main thread, so that the start, which
    waits in many places, needs no check in any of them. Leashes end the processes that are then half started.
    """

    def __init__(self) -> None:
        self.stop_requested = threading.Event()
        self.hurry = threading.Event()
        self.interrupt = True

    def install(self) -> None:
        """Receive SIGINT, SIGTERM and SIGHUP from now on."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._receive)

    def _receive(self, _number: int, _frame: FrameType | None) -> None:
        if self.stop_requested.is_set():
            self.hurry.set()
            return
        self.stop_requested.set()
        if self.interrupt:
            raise StopRequested
