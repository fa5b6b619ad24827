"""Restarts parts while the service runs, and ends them when it stops."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

_FIRST_DELAY_S, _MAX_DELAY_S = 0.5, 30.0
_STABLE_S = 60.0
_POLL_S = 0.1


class Part(Protocol):
    """A server, or a process of the service."""

    @property
    def name(self) -> str:
        """Its name in messages."""

    @property
    def running(self) -> bool:
        """Whether it runs."""

    @property
    def exit_code(self) -> int | None:
        """The exit code of its last run, or None."""

    def spawn(self) -> None:
        """Start it and return at once."""

    def request_stop(self) -> None:
        """Ask it to end and return at once."""

    def kill(self) -> None:
        """End it as a crash would."""

    def tail(self) -> str:
        """Return the last lines of its log."""


class Watch:
    """One part under supervision: started again when it dies, after a delay that doubles while it keeps dying."""

    def __init__(self, part: Part, say: Callable[[str], None], clock: Callable[[], float] = time.monotonic) -> None:
        self.part = part
        self._say = say
        self._clock = clock
        self._started = clock()
        self._delay = _FIRST_DELAY_S
        self._due: float | None = None

    def look(self) -> None:
        """Restart the part if it is due."""
        if self._due is None and not self.part.running:
            self._plan_restart()
        elif self._due is not None and self._clock() >= self._due:
            self._due, self._started = None, self._clock()
            self.part.spawn()

    def _plan_restart(self) -> None:
        if self._clock() - self._started >= _STABLE_S:
            self._delay = _FIRST_DELAY_S
        last_lines = "".join(f"\n    {line}" for line in self.part.tail().splitlines())
        self._say(
            f"{self.part.name} ended with exit code {self.part.exit_code}; starting it again in {self._delay:g} s."
            f"{' Its last lines:' if last_lines else ''}{last_lines}"
        )
        self._due = self._clock() + self._delay
        self._delay = min(2 * self._delay, _MAX_DELAY_S)


def keep_alive(watches: Sequence[Watch], *, until: Callable[[], bool]) -> None:
    """Restart parts that die until `until` returns true; it is called ten times a second."""
    while not until():
        for watch in watches:
            watch.look()
        time.sleep(_POLL_S)


def stop_all(
    parts: Sequence[Part],
    *,
    seconds: float,
    hurry: threading.Event,
    longer: Mapping[str, float] | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> None:
    """Ask all parts to end, and kill those that remain after the time, or once `hurry` is set.

    Some may have a longer time of their own, by name; `say` announces a wait for one of them.
    """
    allowed = {part.name: max(seconds, (longer or {}).get(part.name, seconds)) for part in parts}
    for part in parts:
        part.request_stop()
    start, is_announced = time.monotonic(), False
    while remaining := [part for part in parts if part.running]:
        waited = time.monotonic() - start
        overdue = [part for part in remaining if hurry.is_set() or waited >= allowed[part.name]]
        if overdue:
            _kill(overdue)
        elif waited >= seconds and not is_announced:
            is_announced = True
            extra_s = max(allowed[part.name] for part in remaining) - seconds
            say(f"Waiting up to {extra_s:.0f} s for {remaining[0].name}.")
        else:
            time.sleep(0.02)


def _kill(parts: Sequence[Part]) -> None:
    killers = [threading.Thread(target=part.kill) for part in parts]
    for killer in killers:
        killer.start()
    for killer in killers:
        killer.join()
