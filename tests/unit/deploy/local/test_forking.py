"""Programs that the nursery forks behave as those that were started."""

import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deploy.local import leash
from deploy.local.datadir import DataDir
from deploy.local.forking import Fork, Nursery
from deploy.local.options import PROJECT
from deploy.local.process import Process

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are forked on Linux only")

PATIENCE_S = 100.0
PROBE = """
import json, os, pathlib, signal, subprocess, sys, time
def command(pid):
    return pathlib.Path(f"/proc/{pid}/cmdline").read_text().rstrip("\\0").split("\\0")
def end(*_):
    sys.exit(3)
signal.signal(signal.SIGTERM, end)
child = subprocess.Popen(["sleep", "1000"])
print(json.dumps({
    "name": __name__, "argv": sys.argv[1:], "environment": dict(os.environ), "folder": os.getcwd(),
    "command": command(os.getpid()), "parent": command(os.getppid()), "input": sys.stdin.read(),
    "files": sorted(os.listdir("/proc/self/fd"), key=int)[:-1], "pid": os.getpid(), "child": child.pid,
    "mask": len(signal.pthread_sigmask(signal.SIG_BLOCK, ())), "ended": repr(signal.getsignal(signal.SIGCHLD)),
}), flush=True)
if sys.argv[1] == "end":
    sys.exit(7)
while True:
    time.sleep(1000)
"""


@pytest.fixture
def nursery(tmp_path: Path) -> Iterator[Nursery]:
    (tmp_path / "probe.py").write_text(PROBE)
    made = Nursery(PROJECT, tmp_path / "nursery.log", os.environ | {"PYTHONPATH": str(tmp_path)})
    yield made
    made.stop()


@pytest.fixture
def program(tmp_path: Path, nursery: Nursery) -> Iterator[Callable[..., Process]]:
    data = DataDir(tmp_path / "data")
    data.lock()
    started: list[Process] = []

    def start(name: str, word: str, **environment: str) -> Process:
        command = [sys.executable, "-m", "probe", word, "two words"]
        process = Process(name, command, data=data, environment=environment, folder=tmp_path, nursery=nursery)
        process.spawn()
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
    data.unlock()


def wait_until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def said(process: Process) -> dict[str, object]:
    wait_until(lambda: process.log.exists() and process.log.read_text().endswith("}\n"))
    answer: dict[str, object] = json.loads(process.log.read_text().splitlines()[-1])
    return answer


def is_gone(pid: object) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def test_a_program_has_its_own_environment_folder_name_and_exit_code(
    program: Callable[..., Process], tmp_path: Path
) -> None:
    process = program("probe", "end", ONLY="this")
    assert process.wait(PATIENCE_S)
    assert process.exit_code == 7
    answer = said(process)
    command = [sys.executable, "-m", "probe", "end", "two words"]
    pid, child = answer.pop("pid"), answer.pop("child")
    parent = answer.pop("parent")
    assert isinstance(parent, list)
    assert (parent[:4], parent[-5:]) == ([sys.executable, "-I", "-S", leash.__file__], command)
    assert answer == {
        "name": "__main__",
        "argv": ["end", "two words"],
        "environment": {"ONLY": "this"},
        "folder": str(tmp_path),
        "command": command,
        "input": "",
        "files": ["0", "1", "2"],
        "mask": 0,
        "ended": repr(signal.SIG_DFL),
    }
    assert (is_gone(pid), is_gone(child)) == (True, True)


def test_a_program_is_told_to_stop_and_ends_as_it_likes(program: Callable[..., Process]) -> None:
    process = program("probe", "stay")
    said(process)
    process.stop(PATIENCE_S)
    assert process.exit_code == 3


def test_a_program_is_killed_with_what_it_started_and_alone(program: Callable[..., Process]) -> None:
    first, second = program("first", "stay"), program("second", "stay")
    pids = [said(process) for process in (first, second)]
    first.kill()
    wait_until(lambda: is_gone(pids[0]["pid"]) and is_gone(pids[0]["child"]))
    assert (first.running, second.running, is_gone(pids[1]["pid"])) == (False, True, False)


def test_a_program_that_is_killed_by_its_number_has_the_exit_code_of_the_signal(
    program: Callable[..., Process],
) -> None:
    process = program("probe", "stay")
    pid = said(process)["pid"]
    assert isinstance(pid, int)
    os.kill(pid, signal.SIGKILL)
    assert process.wait(PATIENCE_S)
    assert process.exit_code == 128 + signal.SIGKILL


def test_killing_a_leash_takes_the_program_along(program: Callable[..., Process]) -> None:
    process = program("probe", "stay")
    pids = said(process)
    assert isinstance(process._leash, Fork)
    os.kill(process._leash.pid, signal.SIGKILL)
    assert process.wait(PATIENCE_S)
    wait_until(lambda: is_gone(pids["pid"]) and is_gone(pids["child"]))


def test_programs_outlive_the_nursery_and_the_next_one_has_another(
    program: Callable[..., Process], nursery: Nursery
) -> None:
    first = program("first", "stay")
    pid = said(first)["pid"]
    assert nursery._process is not None
    former = nursery._process.pid
    os.kill(former, signal.SIGKILL)
    nursery._process.wait()
    second = program("second", "stay")
    assert isinstance(second._leash, Fork)
    assert nursery._process.pid != former
    said(second)
    assert (first.running, is_gone(pid)) == (True, False)
    first.stop(PATIENCE_S)
    assert first.exit_code == 3


def test_a_program_is_started_by_itself_where_no_nursery_starts(tmp_path: Path) -> None:
    (tmp_path / "probe.py").write_text(PROBE)
    data = DataDir(tmp_path / "data")
    data.lock()
    nowhere = Nursery(tmp_path, tmp_path / "nursery.log", {})
    command = [sys.executable, "-m", "probe", "end"]
    process = Process("probe", command, data=data, environment={}, folder=tmp_path, nursery=nowhere)
    process.spawn()
    assert process.wait(PATIENCE_S)
    assert (process.exit_code, isinstance(process._leash, Fork)) == (7, False)
    data.unlock()
