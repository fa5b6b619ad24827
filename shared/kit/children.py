"""Child processes for work on bytes of users: what hangs, crashes or eats memory there harms nobody else."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from shared.kit import child_process
from shared.kit.child_process import SIZE_BYTES
from shared.kit.limits.slots import Slots

# A function of a module: an argument that is text, and a body.
BytesFunction = Callable[[bytes, bytes], bytes]

# A child that got so little of the processors, or waits for something else, is given up. Each gets its processor time
# many times over, for a machine may be busy.
_WALL_FACTOR, _WALL_EXTRA_S = 4, 10

_ROOT = Path(__file__).parents[2]

# Neither a secret nor an address of the service; the libraries' paths only.
_ENVIRONMENT = {"PATH": os.environ.get("PATH", ""), "PYTHONPATH": str(_ROOT), "PYTHONDONTWRITEBYTECODE": "1"}


class ChildDied(Exception):
    """The child ended before it answered."""


class OutOfTime(ChildDied):
    """The child used up the processor time of its work."""


class ChildSilent(ChildDied):
    """The child did not answer in time although it did not compute; the machine is too busy."""


def longest_call_s(cpu_s: float) -> float:
    """Return the most seconds that one call takes by the clock."""
    return _WALL_FACTOR * cpu_s + _WALL_EXTRA_S


class Child:
    """A child process, which is started for its first call, and again after it died."""

    def __init__(self, memory_bytes: int) -> None:
        self._command = [sys.executable, "-m", child_process.__name__, str(memory_bytes)]
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def call(self, function: BytesFunction, argument: bytes, body: bytes, cpu_s: float) -> bytes:
        """Call a function in the child; blocks. Raises OutOfTime, ChildSilent or ChildDied."""
        with self._lock:
            process = self._running()
            late = threading.Event()
            timer = threading.Timer(longest_call_s(cpu_s), _give_up, (process, late))
            timer.start()
            try:
                return _ask(process, function, argument, body, cpu_s)
            except (OSError, EOFError) as error:
                process.kill()
                code = process.wait()
                if late.is_set():
                    raise ChildSilent from error
                raise (OutOfTime if code == -signal.SIGPROF else ChildDied)(f"exit code {code}") from error
            finally:
                timer.cancel()

    def kill(self) -> None:
        """End the process, and with it a call under way; a later call starts another."""
        if self._process:
            self._process.kill()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self._close_pipes()
            self._process = subprocess.Popen(  # noqa: S603 -- our own module
                self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=_ROOT, env=_ENVIRONMENT
            )
        return self._process

    def close(self) -> None:
        """End the process."""
        self.kill()
        if self._process:
            self._process.wait()
        self._close_pipes()

    def _close_pipes(self) -> None:
        if self._process and self._process.stdin and self._process.stdout:
            with suppress(OSError):
                self._process.stdin.close()
            self._process.stdout.close()


class Children:
    """The children of this process; as many requests work in them at once as there are."""

    def __init__(self, count: int, *, wait_s: float, memory_bytes: int) -> None:
        self._slots = Slots(count, wait_s)
        self._idle = [Child(memory_bytes) for _ in range(count)]
        self._all = tuple(self._idle)
        self._threads = ThreadPoolExecutor(count, thread_name_prefix="child")

    @asynccontextmanager
    async def take(self, owner: Hashable) -> AsyncIterator["TakenChild"]:
        """Hold a child for as long as the context lasts; raises NoSlot."""
        async with self._slots.take(owner):
            child = self._idle.pop()
            try:
                yield TakenChild(child, self._threads)
            finally:
                self._idle.append(child)

    def close(self) -> None:
        """End all children."""
        for child in self._all:
            child.close()
        self._threads.shutdown(wait=False, cancel_futures=True)


class TakenChild:
    """A child that is held by one request."""

    def __init__(self, child: Child, threads: ThreadPoolExecutor) -> None:
        self._child = child
        self._threads = threads

    async def call(self, function: BytesFunction, argument: bytes, body: bytes, *, cpu_s: float) -> bytes:
        """Call a function of a module in the child; raises OutOfTime, ChildSilent or ChildDied.

        A child that ended for another reason than its time is tried a second time: an operator may have killed it.
        """
        try:
            return await self._call(function, argument, body, cpu_s)
        except (OutOfTime, ChildSilent):
            raise
        except ChildDied:
            return await self._call(function, argument, body, cpu_s)

    async def _call(self, function: BytesFunction, argument: bytes, body: bytes, cpu_s: float) -> bytes:
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._threads, self._child.call, function, argument, body, cpu_s)
        except asyncio.CancelledError:
            # Nobody waits for the answer any more, and the slot is free at once.
            self._child.kill()
            raise


def _ask(
    process: subprocess.Popen[bytes], function: BytesFunction, argument: bytes, body: bytes, cpu_s: float
) -> bytes:
    assert process.stdin is not None, "the pipe was asked for"
    assert process.stdout is not None, "the pipe was asked for"
    request = {
        "function": f"{function.__module__}:{function.__qualname__}",
        "argument": argument.decode(),
        "size": len(body),
        "cpu_s": cpu_s,
    }
    process.stdin.write(json.dumps(request).encode() + b"\n")
    process.stdin.write(body)
    process.stdin.flush()
    size = int.from_bytes(_read(process, SIZE_BYTES), "big")
    return _read(process, size)


def _read(process: subprocess.Popen[bytes], size: int) -> bytes:
    assert process.stdout is not None, "the pipe was asked for"
    data = process.stdout.read(size)
    if len(data) < size:
        raise EOFError
    return data


def _give_up(process: subprocess.Popen[bytes], late: threading.Event) -> None:
    late.set()
    process.kill()
