"""The base class of the three servers: starting, checking, stopping and wiping."""

import os
import shutil
import signal
import time
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from deploy.local.credentials import Credentials
from deploy.local.datadir import DataDir
from deploy.local.errors import CannotStart, NotReady
from deploy.local.ports import all_free, free_ports
from deploy.local.process import Process

_START_S = 60.0
_STOP_S = 8.0
_PORT_CHOICES = 4


@dataclass(frozen=True, slots=True)
class Conditions:
    """The data directory, credentials and options that the servers of one stack share."""

    data: DataDir
    credentials: Credentials
    durable: bool = True
    avoid_ports: Collection[int] = ()


class Server(ABC):
    """One server of the stack, listening on loopback, with its data below the data directory."""

    name: ClassVar[str]
    port_count: ClassVar[int] = 1
    stop_signal: ClassVar[signal.Signals] = signal.SIGTERM

    def __init__(self, conditions: Conditions) -> None:
        self.data = conditions.data
        self.credentials = conditions.credentials
        self.durable = conditions.durable
        self.avoid_ports = conditions.avoid_ports
        self.home: Path = self.data.path / self.name
        self.ports: list[int] = []
        self._process: Process | None = None
        self._start_cancelled = False

    @property
    @abstractmethod
    def environment(self) -> dict[str, str]:
        """The settings that lead a client to the server."""

    def choose_ports(self) -> list[int]:
        """Free ports, as many as the server needs."""
        return free_ports(self.port_count, avoid=self.avoid_ports)

    @abstractmethod
    def prepare(self) -> None:
        """Make the data and configuration files that the server needs to start on its ports."""

    @abstractmethod
    def process(self) -> Process:
        """The server's command for its present ports."""

    @abstractmethod
    def check(self) -> None:
        """Raise NotReady unless this very server answers, which its password proves."""

    @property
    def running(self) -> bool:
        """Whether the server's process runs."""
        return self._process is not None and self._process.running

    @property
    def exit_code(self) -> int | None:
        """The exit code of the last run, or None."""
        return None if self._process is None else self._process.exit_code

    def start(self) -> None:
        """Start the server and return when it answers; its ports stay the same for the life of this object."""
        if self.ports:
            self._launch()
            return
        for ports in self._port_choices():
            self.ports = ports
            try:
                self._launch()
            except NotReady as error:  # it ended at once: most likely another program took a port
                self.ports, reason = [], error
            else:
                self.data.remember_ports(self.name, ports)
                return
        raise CannotStart(f"{self.name} does not start: {reason}") from reason

    def give_up(self) -> None:
        """Make a `start` that waits in another thread end soon, with CannotStart."""
        self._start_cancelled = True

    def spawn(self) -> None:
        """Start the server again and return at once."""
        self.prepare()
        self._process = self.process()
        self._process.spawn()

    def request_stop(self) -> None:
        """Ask the server to end and return at once."""
        if self._process is not None:
            self._process.request_stop()

    def stop(self) -> None:
        """End the server properly, by force if it takes too long."""
        if self._process is not None:
            self._process.stop(_STOP_S)

    def kill(self) -> None:
        """End the server as a crash would."""
        if self._process is not None:
            self._process.kill()

    def wipe(self) -> None:
        """Kill the server and delete its data."""
        self.kill()
        shutil.rmtree(self.home, ignore_errors=True)

    def tail(self) -> str:
        """Return the last lines of the server's log."""
        return "" if self._process is None else self._process.tail()

    def make_home(self) -> None:
        """Make the server's folder, readable by its owner only."""
        self.home.mkdir(mode=0o700, exist_ok=True)

    def base_environment(self, **additions: str) -> dict[str, str]:
        """The environment for a server: nothing of the user's PG*, AWS_*, S3_* or proxy settings gets in."""
        inherited = {name: os.environ[name] for name in ("PATH", "TZ") if name in os.environ}
        return {**inherited, "HOME": str(self.home), "LC_ALL": "C", **additions}

    def _port_choices(self) -> Iterator[list[int]]:
        last_ports = self.data.recall_ports(self.name)
        if len(last_ports) == self.port_count and not set(last_ports) & set(self.avoid_ports) and all_free(last_ports):
            yield last_ports
        for _ in range(_PORT_CHOICES):
            yield self.choose_ports()

    def _launch(self) -> None:
        self.spawn()
        deadline = time.monotonic() + _START_S
        while not self._start_cancelled:
            if not self.running:
                raise NotReady(f"it ended with exit code {self.exit_code}; its last lines:\n{self.tail()}")
            try:
                self.check()
            except NotReady as error:
                if time.monotonic() > deadline:
                    self.kill()
                    raise CannotStart(f"{self.name} does not answer within {_START_S:.0f} s: {error}") from error
                time.sleep(0.03)
            else:
                return
        self.kill()
        raise CannotStart(f"{self.name} was not started to the end.")
