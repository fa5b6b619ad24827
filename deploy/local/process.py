"""A process of the stack: on a leash, with its output in a log file."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from deploy.local import leash
from deploy.local.datadir import DataDir
from deploy.local.forking import Fork, Nursery

_LOG_LIMIT_BYTES = 10_000_000
_KILL_S = 6.0  # a little more than the leash gives the kernel


class Process:
    """One command that can be started again and again, and never outlives this process."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        data: DataDir,
        environment: Mapping[str, str],
        folder: Path,
        stop_signal: signal.Signals = signal.SIGTERM,
        nursery: Nursery | None = None,
    ) -> None:
        self.name = name
        self.command = list(command)
        self.log = data.logs / f"{name}.log"
        self._data = data
        self._environment = dict(environment)
        self._folder = folder
        self._stop_signal = stop_signal
        self._nursery = nursery
        self._leash: subprocess.Popen[bytes] | Fork | None = None

    @property
    def running(self) -> bool:
        """Whether the command was started and has not ended."""
        if self._leash is None:
            return False
        if self._leash.poll() is None:
            return True
        self._clear_up(self._leash)
        return False

    @property
    def exit_code(self) -> int | None:
        """The exit code of the last run; 128 + n after signal n, None while it runs and before the first start."""
        if self._leash is None or self.running:
            return None
        code = self._leash.returncode
        assert code is not None, "it does not run any more"
        return code if code >= 0 else 128 - code

    def spawn(self) -> None:
        """Start the command and return at once."""
        self.log.parent.mkdir(mode=0o700, exist_ok=True)
        if self.log.exists() and self.log.stat().st_size > _LOG_LIMIT_BYTES:
            self.log.replace(self.log.with_suffix(".log.1"))
        descriptor = os.open(self.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            self._leash = self._fork(descriptor) or self._start(descriptor)
        finally:
            os.close(descriptor)

    def _fork(self, log: int) -> Fork | None:
        if self._nursery is None or not self._nursery.takes(self.command):
            return None
        return self._nursery.fork(self.command, self._environment, self._folder, log, self._data.lock_descriptors)

    def _start(self, log: int) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-I", "-S", leash.__file__, *self.command],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=self._environment,
            cwd=self._folder,
            start_new_session=True,  # Ctrl-C in the terminal reaches the supervisor only
            pass_fds=self._data.lock_descriptors,
        )

    def request_stop(self) -> None:
        """Ask the command to end and return at once."""
        if self._leash is not None and self.running:
            self._leash.send_signal(self._stop_signal)

    def wait(self, seconds: float) -> bool:
        """Return whether the command has ended within that time."""
        if self._leash is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._leash.wait(seconds)
        return not self.running

    def kill(self) -> None:
        """End the command and everything it started with SIGKILL, as a crash would."""
        if self._leash is None or not self.running:
            return
        assert self._leash.stdin is not None
        self._leash.stdin.close()
        if not self.wait(_KILL_S):
            self._kill_group(self._leash)
            self._leash.wait()

    def stop(self, seconds: float) -> None:
        """Ask the command to end, and kill it when the time is over."""
        self.request_stop()
        if not self.wait(seconds):
            self.kill()

    def tail(self, lines: int = 8) -> str:
        """The last lines of the log."""
        if not self.log.exists():
            return ""
        with self.log.open("rb") as log:
            log.seek(max(0, self.log.stat().st_size - 8192))
            return "\n".join(log.read().decode(errors="replace").splitlines()[-lines:])

    def _clear_up(self, leash_process: subprocess.Popen[bytes] | Fork) -> None:
        if leash_process.stdin is None or leash_process.stdin.closed:
            return
        leash_process.stdin.close()
        # The leash leaves nobody behind, unless it was killed itself or cannot adopt orphans (macOS).
        if (leash_process.returncode or 0) < 0 or sys.platform != "linux":
            self._kill_group(leash_process)

    @staticmethod
    def _kill_group(process: subprocess.Popen[bytes] | Fork) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
