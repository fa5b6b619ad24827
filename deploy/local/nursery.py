"""Forks the service's processes from one that has loaded what they share.

`python -m deploy.local.nursery FD FIRST ROOM` takes orders over the socket FD, each with three files or more: the pipe
that holds the leash, the pipe for its exit code, the log, and the lock of the data directory. FIRST names the programs,
with commas, whose libraries are loaded before the first order; command lines are written over ROOM.
"""

import ctypes
import gc
import importlib
import json
import os
import runpy
import signal
import socket
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from deploy.local import leash
from deploy.local.forking import LENGTH

_PR_SET_PDEATHSIG = 1
_MADV_DONTNEED = 4
_MAX_FILES = 8
_FIRST_FILE = 3
# Fields of /proc/self/stat after the name (proc_pid_stat(5)).
_ARG_START, _ARG_END = 45, 46

# What a program imports, by the first word of its name; it is itself run under the name __main__.
_NEEDED: dict[str, tuple[str, ...]] = {
    # Alembic itself is loaded by the migrations alone, which end: here its 10 MiB would stay.
    "alembic": ("shared.operations.retention",),
    "api": ("api.server", "granian.cli"),
    "celery": ("celery.bin.worker", "celery.concurrency.prefork", "worker.runtime", "worker.handlers.plot"),
    "worker": ("worker.loops",),
}

# That of the settings that have been read.
_last_environment: dict[str, str] = {}


@dataclass(frozen=True, slots=True)
class Order:
    """A program to run: `python -m module arguments`, in a folder, with an environment."""

    command: list[str]
    environment: dict[str, str]
    folder: str

    @property
    def module(self) -> str:
        """The name of the program."""
        return self.command[2]


def main() -> None:
    """Load what programs need, and fork them as they are ordered, until the other end of the socket is closed."""
    # Ended with its starter also while it loads.
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    # Nobody waits here for those that are forked: they report to whom they serve.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    # What is loaded is no garbage, and looking for some is a fifth of the loading; the programs look again.
    gc.disable()
    orders = socket.socket(fileno=int(sys.argv[1]))
    for name in sys.argv[2].split(","):
        load(name)
    while (message := receive(orders)) is not None:
        order, files = message
        load(order.module.partition(".")[0])
        make_for(order)
        # Objects that the collector does not traverse stay shared after a fork.
        gc.freeze()
        pid = os.fork()
        if not pid:
            orders.close()
            hold(order, *files)
            return
        for file in files:
            os.close(file)
        orders.sendall(LENGTH.pack(pid))


@cache
def load(name: str) -> None:
    """Import what the programs of a package need; nothing for an unknown one."""
    if name not in _NEEDED:
        return
    for module in _NEEDED[name]:
        importlib.import_module(module)
    rehearse()
    release_files()


def release_files() -> None:
    """Give up the pages of libraries that only loading needed: what is used again is mapped anew, from the same file.

    Left alone are pages that could be written to, and those whose addresses the loader has filled in.
    """
    madvise = ctypes.CDLL(None).madvise
    for start, end in _pure_files(Path("/proc/self/smaps").read_text().splitlines()):
        madvise(ctypes.c_void_p(start), ctypes.c_size_t(end - start), _MADV_DONTNEED)


def _pure_files(lines: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield where the mappings of files begin and end that hold nothing but what is in the file (proc_pid_smaps(5))."""
    start = end = 0
    is_file = False
    for line in lines:
        name, *fields = line.split()
        if not name.endswith(":"):
            start, end = (int(address, 16) for address in name.split("-"))
            mode, _, _, inode, *_ = fields
            is_file = inode != "0" and "w" not in mode and mode.endswith("p")
        elif name == "Anonymous:" and is_file and fields[0] == "0":
            yield start, end


@cache
def rehearse() -> None:
    """Make what every program makes at its start, by which libraries load what is left of them."""
    importlib.import_module("shared.kit.platform").rehearse()


def make_for(order: Order) -> None:
    """Make what depends on the settings, with those of the order, so that the program finds it made.

    A page that it writes to is no longer shared, and reading the settings writes to a thousand.
    """
    if order.module.partition(".")[0] not in _NEEDED or _last_environment == order.environment:
        return
    _last_environment.clear()
    _last_environment.update(order.environment)
    own = dict(os.environ)
    replace_environment(order.environment)
    importlib.import_module("shared.kit.settings").settings.cache_clear()
    importlib.import_module("shared.kit.platform").make_before_forking()
    replace_environment(own)


def replace_environment(environment: Mapping[str, str]) -> None:
    """Give this process another environment."""
    os.environ.clear()
    os.environ.update(environment)


def receive(orders: socket.socket) -> tuple[Order, list[int]] | None:
    """Wait for an order and its files; None at the end."""
    head, files, _, _ = socket.recv_fds(orders, LENGTH.size, _MAX_FILES)
    if not head:
        return None
    (size,) = LENGTH.unpack(head)
    return Order(**json.loads(orders.recv(size, socket.MSG_WAITALL))), files


def hold(order: Order, lifeline: int, outcome: int, log: int, *locks: int) -> None:
    """Fork the program, and become its leash, which writes the exit code to `outcome`."""
    os.setsid()
    for file, number in ((lifeline, 0), (log, 1), (log, 2)):
        os.dup2(file, number)
    os.close(lifeline)
    os.close(log)
    # Ignored, as it is in the nursery, a program that ends before its leash is there would leave no exit code.
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    before = leash.prepare()
    pid = os.fork()
    if not pid:
        before()
        os.closerange(_FIRST_FILE, os.sysconf("SC_OPEN_MAX"))
        perform(order)
        return
    for file in (outcome, *locks):
        os.set_inheritable(file, True)  # noqa: FBT003 -- it has no name
    # A program of its own, since one that was forked holds what has been loaded once more, page by page.
    leash.become(pid, order.command, outcome)


def perform(order: Order) -> None:
    """Run the program in this process."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.chdir(order.folder)
    replace_environment(order.environment)
    rename(order.command)
    sys.argv = order.command[2:]
    gc.enable()
    sys.modules.pop(order.module, None)
    runpy.run_module(order.module, run_name="__main__", alter_sys=True)


def rename(command: Sequence[str]) -> None:
    """Show another command line in the list of processes, cut off where there is no room."""
    fields = Path("/proc/self/stat").read_text().rpartition(")")[2].split()
    start, end = int(fields[_ARG_START]), int(fields[_ARG_END])
    # The last byte stays 0: the kernel would read on into the environment.
    text = "\0".join(command).encode(errors="surrogateescape")[: end - start - 1]
    ctypes.memmove(start, text.ljust(end - start, b"\0"), end - start)


if __name__ == "__main__":
    main()
