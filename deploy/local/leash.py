"""Runs one command that must not outlive its starter: `python leash.py COMMAND [ARGUMENT ...]`.

The starter holds the other end of this program's standard input. However the starter ends, the kernel closes that
pipe, and the leash then kills the command with everything that it started. It forwards SIGINT and SIGTERM to the
command and ends with the command's exit code (128 + n after signal n). It needs the standard library only.
"""

# Why not PR_SET_PDEATHSIG alone: it fires when the starting *thread* ends, grandchildren do not inherit it, and a
# change of user clears it. Why not the process group alone: Postgres gives each of its processes a session of its own.
# So the leash adopts every orphan below it (Linux: "child subreaper") and kills its children until none is left.

# One runs beside every part: what only the start needs is imported there, and what holds the command in the end is an
# interpreter of its own, without it. It takes signals and threads from the modules below `signal` and `threading`, does
# without `contextlib`, and its paths are strings: with those modules it would have half as much memory again.

import _thread
import os
import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    import signal
    from collections.abc import Callable
else:
    import _signal as signal

_LINUX = sys.platform == "linux"
_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36
_FORWARDED = {signal.SIGINT, signal.SIGTERM}
_AWAITED = {*_FORWARDED, signal.SIGCHLD}
# The first argument where the command runs already: its number and the file for its exit code follow.
_HOLD = "--hold"
# In place of that file where whoever started the leash reads the exit code of the leash itself.
_NO_FILE = -1
_PATIENCE_S = 5.0  # a process that the kernel cannot end by then (stuck in I/O) must not hang the leash


def _children() -> list[int]:
    """Return the ids of this process's children, from /proc."""
    pids = []
    for name in filter(str.isdigit, os.listdir("/proc")):  # noqa: PTH208 -- said above
        try:
            with open(f"/proc/{name}/stat") as stat:  # noqa: PTH123 -- said above
                # The name, in parentheses, may itself hold spaces and parentheses.
                parent = int(stat.read().rpartition(")")[2].split()[1])
        except OSError:
            continue  # it ended while we looked
        if parent == os.getpid():
            pids.append(int(name))
    return pids


def _reap() -> dict[int, int]:
    """Return the exit codes of the children that have ended, by process id."""
    codes = {}
    try:
        while (result := os.waitpid(-1, os.WNOHANG)) != (0, 0):
            code = os.waitstatus_to_exitcode(result[1])
            codes[result[0]] = code if code >= 0 else 128 - code
    except ChildProcessError:
        pass  # none is left
    return codes


def _kill_children() -> None:
    deadline = time.monotonic() + _PATIENCE_S
    while _LINUX and (children := _children()) and time.monotonic() < deadline:
        for pid in children:
            try:  # noqa: SIM105 -- said above
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        time.sleep(0.005)
        _reap()


def _end_with_starter() -> None:
    # A byte is a signal, from a starter that is not this process's parent and so cannot be sure of its number.
    while received := os.read(sys.stdin.fileno(), 1):
        os.kill(os.getpid(), received[0])
    _kill_children()
    os.killpg(0, signal.SIGKILL)


def start(command: list[str]) -> None:
    """Start the command, and become its leash."""
    import subprocess  # noqa: PLC0415 -- said above

    # PLW1509: nothing else runs in this process yet, so no thread can hold a lock across the fork.
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, preexec_fn=prepare())  # noqa: PLW1509
    become(child.pid, command)


def prepare() -> "Callable[[], None]":
    """Make this process one that can hold a child, and return what the child calls before it does anything else."""
    import ctypes  # noqa: PLC0415 -- said above

    prctl = ctypes.CDLL(None).prctl if _LINUX else (lambda *_: 0)
    prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    signal.pthread_sigmask(signal.SIG_BLOCK, _AWAITED)

    leash_pid = os.getpid()

    def before() -> None:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _AWAITED)
        prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)  # a killed leash takes at least the command along
        if os.getppid() != leash_pid:  # it was killed before the line above
            os._exit(1)

    return before


def become(child: int, command: list[str], outcome: int = _NO_FILE) -> None:
    """Go on as the leash of a child, for which this process is prepared; `outcome` is a file for the exit code."""
    arguments = [sys.executable, "-I", "-S", __file__, _HOLD, str(child), str(outcome), *command]
    os.execv(sys.executable, arguments)  # noqa: S606 -- no shell is wanted


def hold(child: int, outcome: int) -> int:
    """Hold the child until it ends, with what it started, and return its exit code."""
    code = _wait(child)
    if outcome != _NO_FILE:
        os.write(outcome, bytes([code]))
    return code


def _wait(child: int) -> int:
    signal.signal(signal.SIGCHLD, lambda *_: None)  # systems other than Linux drop it while nobody handles it
    _thread.start_new_thread(_end_with_starter, ())
    while True:
        if (code := _reap().get(child)) is not None:
            _kill_children()
            return code
        received = signal.sigwait(_AWAITED)
        if received in _FORWARDED:
            os.kill(child, received)


if __name__ == "__main__":
    if sys.argv[1] != _HOLD:
        start(sys.argv[1:])
    # Without finalisation: the thread still waits for input.
    os._exit(hold(int(sys.argv[2]), int(sys.argv[3])))
