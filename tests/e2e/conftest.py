"""The whole service as a user starts it: `python -m deploy.local run`, with its real processes."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest

from deploy.local.options import PROJECT
from deploy.local.ports import free_ports

LAST_LINE = "Stop: Ctrl-C"
START_S = 200.0
STOP_S = 30.0


class Service:
    """A running service, from the line that says so to its end."""

    def __init__(self, folder: Path) -> None:
        (self.port,) = free_ports(1)
        self.url = f"http://127.0.0.1:{self.port}"
        self.data_dir = folder / "data"
        self._printed = folder / "printed.txt"
        self.process: subprocess.Popen[bytes]

    @property
    def text(self) -> str:
        """All that it has printed."""
        return self._printed.read_text()

    def logs(self) -> dict[str, str]:
        """What its parts have written, by name."""
        return {path.stem: path.read_text(errors="replace") for path in (self.data_dir / "logs").glob("*.log")}

    def stop(self) -> float:
        """Ask it to end with SIGTERM; the seconds until it has."""
        asked = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(STOP_S)
        return time.monotonic() - asked

    def __enter__(self) -> Self:
        inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
        with self._printed.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "deploy.local", "run"],
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=PROJECT,
                env=inherited | {"PORT": str(self.port), "DATA_DIR": str(self.data_dir)},
            )
        try:
            self._await_ready()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def _await_ready(self) -> None:
        deadline = time.monotonic() + START_S
        while LAST_LINE not in self.text:
            assert self.process.poll() is None, self.text
            assert time.monotonic() < deadline, f"not ready after {START_S} s: {self.text}"
            time.sleep(0.05)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            try:
                self.stop()
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


@pytest.fixture(scope="package")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service that the tests of this folder share; it ends with them, as it works even when nobody asks."""
    with Service(tmp_path_factory.mktemp("service")) as running:
        yield running
