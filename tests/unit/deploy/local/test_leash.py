import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from deploy.local import leash

PYTHON = (sys.executable, "-I", "-S")
# It starts a grandchild in a session of its own, writes both process ids, and waits.
FAMILY = """
import os, pathlib, subprocess, sys, time
child = subprocess.Popen(["sleep", "1000"], start_new_session=True)
pathlib.Path(sys.argv[1] + ".part").write_text(f"{os.getpid()} {child.pid}")
os.replace(sys.argv[1] + ".part", sys.argv[1])
time.sleep(float(sys.argv[2]))
"""


def start(*command: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([*PYTHON, leash.__file__, *command], stdin=subprocess.PIPE, start_new_session=True)


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 100
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.parametrize(("command", "code"), [("raise SystemExit(0)", 0), ("raise SystemExit(7)", 7)])
def test_it_ends_with_the_exit_code_of_its_command(command: str, code: int) -> None:
    with start(*PYTHON, "-c", command) as leashed:
        assert leashed.wait(100) == code


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signals_reach_the_command(number: signal.Signals, tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    command = (
        "import pathlib, signal, sys, time\n"
        "for n in (signal.SIGTERM, signal.SIGINT): signal.signal(n, lambda n, _: sys.exit(40 + n))\n"
        "pathlib.Path(sys.argv[1]).touch()\n"
        "time.sleep(1000)"
    )
    with start(*PYTHON, "-c", command, str(ready)) as leashed:
        wait_until(ready.exists)
        leashed.send_signal(number)
        assert leashed.wait(100) == 40 + number


def test_a_command_that_a_signal_ended_counts_as_128_and_the_signal() -> None:
    with start(*PYTHON, "-c", "import os; os.kill(os.getpid(), 9)") as leashed:
        assert leashed.wait(100) == 137


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a process in a session of its own gets away")
@pytest.mark.parametrize(("seconds", "who"), [("0", "command"), ("1000", "starter")])
def test_no_descendant_outlives_the_command_or_the_starter(seconds: str, who: str, tmp_path: Path) -> None:
    written = tmp_path / "family"
    with start(*PYTHON, "-c", FAMILY, str(written), seconds) as leashed:
        wait_until(written.exists)
        family = [int(pid) for pid in written.read_text().split()]
        if who == "starter":
            assert [alive(pid) for pid in family] == [True, True]
            assert leashed.stdin is not None
            leashed.stdin.close()
        leashed.wait(100)
        assert [alive(pid) for pid in family] == [False, False]


@pytest.mark.skipif(sys.platform != "linux", reason="needs the parent-death signal")
def test_the_command_dies_with_a_killed_leash() -> None:
    with start("sleep", "1000") as leashed:
        children = Path(f"/proc/{leashed.pid}/task/{leashed.pid}/children")
        wait_until(lambda: children.read_text() != "")
        (child,) = (int(pid) for pid in children.read_text().split())
        # Before it, the fork has the command line of the leash.
        wait_until(lambda: Path(f"/proc/{child}/cmdline").read_bytes().startswith(b"sleep"))
        os.kill(leashed.pid, signal.SIGKILL)
        wait_until(lambda: not alive(child))
