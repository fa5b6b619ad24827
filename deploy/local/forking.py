"""Has processes forked by the nursery, and holds them as if they had been started here."""

import json
import os
import select
import signal
import socket
import struct
import subprocess
import sys
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import IO

# A machine that does something else as well loads for long; after this a process is started without the nursery.
_LOAD_S = 60.0
_ROOM = "-" * 1024
# Before each order, and the number of the process in answer to it.
LENGTH = struct.Struct("!Q")
# glibc gives each thread an arena of its own otherwise, which keeps what the thread once needed.
_ARENAS = {"MALLOC_ARENA_MAX": "2"}
# With AVX-512 NumPy sorts a little faster on some processors, and on AMD's fourth Zen takes six times as long.
_SORTS = {"NPY_DISABLE_CPU_FEATURES": "X86_V4"}


class Fork:
    """A leash that the nursery forked; what `subprocess.Popen` tells of one that was started here."""

    def __init__(self, args: Sequence[str], pid: int, stdin: IO[bytes], outcome: int) -> None:
        self.args = list(args)
        self.pid = pid
        self.stdin: IO[bytes] | None = stdin
        self.returncode: int | None = None
        self._outcome = outcome

    def poll(self) -> int | None:
        """Return the exit code, or None while it runs."""
        return self._read(0.0)

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end and return the exit code; raises subprocess.TimeoutExpired."""
        code = self._read(timeout)
        if code is None:
            raise subprocess.TimeoutExpired(self.args, timeout or 0.0)
        return code

    def send_signal(self, number: int) -> None:
        """Have a signal passed on to the command."""
        # Over the pipe: nobody waits for the process here, so its number may be another's by now.
        assert self.stdin is not None
        try:
            os.write(self.stdin.fileno(), bytes([number]))
        except BrokenPipeError:
            return

    def _read(self, timeout: float | None) -> int | None:
        if self.returncode is None and select.select([self._outcome], [], [], timeout)[0]:
            code = os.read(self._outcome, 1)
            os.close(self._outcome)
            self.returncode = code[0] if code else -signal.SIGKILL
        return self.returncode


class Nursery:
    """The process that forks the others, started at the first need and again if it was killed."""

    def __init__(self, folder: Path, log: Path, environment: Mapping[str, str], *, first: Collection[str] = ()) -> None:
        self._first = ",".join(first)
        self._folder = folder
        self._log = log
        self._environment = {**_SORTS, **environment, **_ARENAS, "PYTHONUNBUFFERED": "1"}
        self._process: subprocess.Popen[bytes] | None = None
        self._orders: socket.socket | None = None

    @staticmethod
    def takes(command: Sequence[str]) -> bool:
        """Whether it can run this command."""
        return sys.platform == "linux" and tuple(command[:2]) == (sys.executable, "-m")

    def start(self) -> None:
        """Let it load, and return at once."""
        self.stop()
        ours, theirs = socket.socketpair()
        ours.settimeout(_LOAD_S)
        self._log.parent.mkdir(mode=0o700, exist_ok=True)
        with theirs, os.fdopen(os.open(self._log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "deploy.local.nursery", str(theirs.fileno()), self._first, _ROOM],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self._folder,
                env=self._environment,
                start_new_session=True,
                pass_fds=(theirs.fileno(),),
            )
        self._orders = ours

    def fork(
        self, command: Sequence[str], environment: Mapping[str, str], folder: Path, log: int, locks: Sequence[int]
    ) -> Fork | None:
        """Have a command forked below a leash; None where the nursery does not answer."""
        if self._process is None or self._process.poll() is not None:
            self.start()
        assert self._orders is not None
        body = json.dumps({"command": [*command], "environment": {**environment}, "folder": str(folder)}).encode()
        lifeline, stdin = os.pipe()
        outcome, theirs = os.pipe()
        try:
            socket.send_fds(self._orders, [LENGTH.pack(len(body))], [lifeline, theirs, log, *locks])
            self._orders.sendall(body)
            answer = self._orders.recv(LENGTH.size, socket.MSG_WAITALL)
        except OSError:
            answer = b""
        finally:
            os.close(lifeline)
            os.close(theirs)
        if len(answer) == LENGTH.size:
            return Fork(command, LENGTH.unpack(answer)[0], os.fdopen(stdin, "wb", buffering=0), outcome)
        # An order that it may yet take finds its pipe closed, and its leash ends at once.
        os.close(stdin)
        os.close(outcome)
        self.stop()
        return None

    def stop(self) -> None:
        """End it; what it forked goes on."""
        if self._process is not None and self._orders is not None:
            self._orders.close()
            self._process.kill()
            self._process.wait()
            self._process = self._orders = None
