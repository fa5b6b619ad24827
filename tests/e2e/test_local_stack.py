"""The embedded stack and its supervisor, with real servers and with stand-ins for the service's own processes."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import asyncpg
import boto3
import pytest
from redis import Redis

from deploy.local import postgres, unprivileged
from deploy.local.errors import CannotStart
from deploy.local.options import PROJECT
from deploy.local.ports import free_ports
from deploy.local.stack import Stack

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks at processes in /proc")

API = """
import http.server, os, pathlib, subprocess, sys
subprocess.Popen(["sleep", "1000"], start_new_session=True)
pathlib.Path(os.environ["ENVIRONMENT_FILE"]).write_text("\\n".join(f"{k}={v}" for k, v in os.environ.items()))
class Ready(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/readyz" else 404)
        self.end_headers()
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Ready).serve_forever()
"""
IDLE = "import time; time.sleep(1000)"
# Ends as soon as what it is about is done, which lasts longer than all the other parts have.
DELIVERING = """
import os, pathlib, signal, time
mark = pathlib.Path(os.environ["ENVIRONMENT_FILE"]).with_suffix(".delivered")
def finish(*_):
    time.sleep(7)
    mark.touch()
    os._exit(0)
signal.signal(signal.SIGTERM, finish)
mark.with_suffix(".delivering").touch()
time.sleep(1000)
"""
STUBBORN = """
import os, pathlib, signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
pathlib.Path(os.environ["ENVIRONMENT_FILE"]).with_suffix(".deaf").touch()
time.sleep(1000)
"""
RUN = """
import os, pathlib, sys
from deploy.local.options import Options
from deploy.local.commands import Commands
from deploy.local.run import run
port, folder, migrate, api, worker, loops = sys.argv[1:]
options = Options(pathlib.Path(folder), "127.0.0.1", int(port), 1, 1)
python = (sys.executable, "-c")
parts = {"api": (*python, api, port), "worker": (*python, worker)}
if loops:
    parts["loops"] = (*python, loops)
commands = Commands((*python, migrate), parts)
sys.exit(run(options, commands))
"""


class Run:
    """A supervisor in a process of its own, with everything that it prints."""

    def __init__(self, folder: Path, *, port: int | None = None, worker: str = IDLE, loops: str = "") -> None:
        self.port = port or free_ports(1)[0]
        self.environment_file = folder.with_suffix(".environment")
        self.lines: list[str] = []
        self.process = subprocess.Popen(
            [sys.executable, "-c", RUN, str(self.port), str(folder), "print('migrated')", API, worker, loops],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=PROJECT,
            env={**os.environ, "ENVIRONMENT_FILE": str(self.environment_file)},
        )
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        self.lines.extend(iter(self.process.stdout.readline, ""))

    @property
    def text(self) -> str:
        return "".join(self.lines)

    def ready(self) -> "Run":
        # A machine that does something else as well takes long to start three servers.
        wait_until(lambda: "evalserve is ready" in self.text or self.process.poll() is not None, lambda: self.text, 200)
        assert self.process.poll() is None, self.text
        return self

    def ended(self) -> int:
        code = self.process.wait(100)
        self._reader.join(20)
        return code

    def descendants(self) -> dict[int, str]:
        """The command lines of all living processes below the supervisor, by process id."""
        found = {self.process.pid}
        table = process_table()
        while more := {pid for pid, (parent, _) in table.items() if parent in found} - found:
            found |= more
        return {pid: table[pid][1] for pid in found - {self.process.pid}}

    def commands(self, mark: str) -> set[int]:
        """The processes below the supervisor with that in their command line, leashes left out."""
        return {pid for pid, command in self.descendants().items() if mark in command and "leash.py" not in command}

    def wait_for(self, text: str) -> None:
        wait_until(lambda: text in self.text, lambda: self.text)

    def wait_for_another(self, mark: str, former: set[int]) -> None:
        wait_until(lambda: bool(self.commands(mark) - former), self.descendants)

    def settings(self) -> dict[str, str]:
        return dict(line.split("=", 1) for line in self.environment_file.read_text().splitlines() if "=" in line)

    def clear_up(self) -> None:
        self.process.terminate()  # SIGKILL would leave the storage server's sockets in /tmp
        try:
            self.process.wait(12)
        finally:
            self.process.kill()
            self.ended()
        assert self.process.stdout is not None
        self.process.stdout.close()


def process_table() -> dict[int, tuple[int, str]]:
    """Parent and command line of every process that is not a zombie."""
    table = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            state, parent = (folder / "stat").read_text().rpartition(")")[2].split()[:2]
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
        if state not in "ZX":
            table[int(folder.name)] = (int(parent), command)
    return table


def wait_until(condition: Callable[[], bool], explain: Callable[[], object] = lambda: "", seconds: float = 100) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, explain()
        time.sleep(0.02)


def alive(processes: dict[int, str]) -> dict[int, str]:
    table = process_table()
    return {pid: command for pid, command in processes.items() if pid in table and table[pid][1] == command}


@pytest.fixture
def runs() -> Iterator[Callable[..., Run]]:
    started: list[Run] = []

    def start(folder: Path, **options: Any) -> Run:
        started.append(Run(folder, **options))
        return started[-1]

    yield start
    for run in started:
        run.clear_up()


def storage(settings: dict[str, str]) -> Any:
    return boto3.client(
        "s3",
        endpoint_url=settings["S3_ENDPOINT_URL"],
        aws_access_key_id=settings["S3_ACCESS_KEY_ID"],
        aws_secret_access_key=settings["S3_SECRET_ACCESS_KEY"],
        region_name="us-east-1",
    )


async def query(settings: dict[str, str], statement: str) -> Any:
    connection = await asyncpg.connect(settings["DATABASE_URL"])
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()


async def leave_a_note(settings: dict[str, str], note: str) -> None:
    await query(settings, "CREATE TABLE note AS SELECT 1")
    await query(settings, f'UPDATE note SET "?column?" = {len(note)}')
    with Redis.from_url(settings["REDIS_URL"]) as redis:
        redis.set("note", note)
    client = storage(settings)
    client.put_object(Bucket=settings["S3_BUCKET"], Key="note", Body=note.encode())
    client.close()


async def notes(settings: dict[str, str]) -> tuple[Any, Any, Any]:
    """What Postgres, Valkey and the storage hold."""
    with Redis.from_url(settings["REDIS_URL"]) as redis:
        cached = redis.get("note")
    client = storage(settings)
    listed = client.list_objects_v2(Bucket=settings["S3_BUCKET"]).get("Contents", [])
    stored = [client.get_object(Bucket=settings["S3_BUCKET"], Key=item["Key"])["Body"].read() for item in listed]
    client.close()
    if not await query(settings, "SELECT to_regclass('note') IS NOT NULL"):
        return None, cached, stored
    return await query(settings, "SELECT * FROM note"), cached, stored


async def test_two_stacks_started_at_once_do_not_meet(tmp_path: Path) -> None:
    one, two = Stack(tmp_path / "one", durable=False), Stack(tmp_path / "two", durable=False)
    try:
        await asyncio.gather(asyncio.to_thread(one.__enter__), asyncio.to_thread(two.__enter__))
        await leave_a_note(one.environment, "first")
        assert await notes(one.environment) == (5, b"first", [b"first"])
        assert await notes(two.environment) == (None, None, [])
        assert all(one.environment[name] != two.environment[name] for name in one.environment if name != "S3_BUCKET")
    finally:
        await asyncio.gather(asyncio.to_thread(one.close), asyncio.to_thread(two.close))


async def test_killed_servers_come_back_with_their_data_and_wiped_ones_without(tmp_path: Path) -> None:
    with Stack(tmp_path / "data") as stack:
        settings = stack.environment
        await leave_a_note(settings, "kept")
        # The append-only file is synced once a second: only what the system has written may be expected back.
        for server in stack.servers:
            server.kill()
            assert not server.running
            server.start()
        assert stack.environment == settings
        assert await notes(settings) == (4, b"kept", [b"kept"])
        for server in stack.servers:
            server.wipe()
            server.start()
        assert stack.environment == settings
        assert await notes(settings) == (None, None, [])


def test_a_stack_that_cannot_start_leaves_nothing_behind(tmp_path: Path) -> None:
    stack = Stack(tmp_path / "data", durable=False)
    stack.open()
    stack.postgres.prepare()
    (tmp_path / "data/postgres/cluster/PG_VERSION").write_text("9\n")
    stack.close()
    with pytest.raises(CannotStart, match=r"(?s)postgres does not start.*incompatible"), stack:
        pass
    assert [command for _, command in process_table().values() if str(tmp_path) in command] == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root needs to run Postgres as somebody else")
async def test_postgres_runs_for_root_where_namespaces_are_forbidden(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Stack(tmp_path / "data", durable=False, embed={"postgres"}) as stack:
        await query(stack.environment, "CREATE TABLE mine AS SELECT 7")
    monkeypatch.setattr(postgres, "identity", lambda: unprivileged.NOBODY)
    with Stack(tmp_path / "data", durable=False, embed={"postgres"}) as stack:
        assert await query(stack.environment, "SELECT * FROM mine") == 7
    assert (tmp_path / "data/postgres/cluster").stat().st_uid == 65534
    monkeypatch.undo()
    with Stack(tmp_path / "data", durable=False, embed={"postgres"}) as stack:
        assert await query(stack.environment, "SELECT * FROM mine") == 7


def test_no_secret_is_readable_by_others_or_shown_in_the_process_list(runs: Callable[..., Run], tmp_path: Path) -> None:
    run = runs(tmp_path / "data").ready()
    settings = run.settings()
    secrets = [settings[name] for name in ("SECRET_KEY", "S3_SECRET_ACCESS_KEY", "S3_ACCESS_KEY_ID")]
    secrets += [settings["PYCM_API_ADMIN_PASSWORD"], settings["REDIS_URL"].split(":")[2].partition("@")[0]]
    secrets += [settings["DATABASE_URL"].split(":")[2].partition("@")[0]]
    assert all(len(secret) >= 16 for secret in secrets)
    commands = "\n".join(run.descendants().values())
    assert [secret for secret in secrets if secret in commands] == []
    modes = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "data").iterdir()}
    assert modes["credentials.json"] == 0o600
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700
    assert run.text.count(settings["PYCM_API_ADMIN_PASSWORD"]) == 1


def test_a_data_directory_in_use_is_refused_by_name(runs: Callable[..., Run], tmp_path: Path) -> None:
    with Stack(tmp_path / "data", durable=False, embed=()):
        refused = runs(tmp_path / "data")
        assert refused.ended() == 1
    assert refused.text == (
        f"evalserve cannot start: The data directory {tmp_path / 'data'} is in use by process {os.getpid()}. "
        "Stop that one first, or choose another directory with DATA_DIR.\n"
    )


def test_a_taken_port_is_refused_before_anything_starts(runs: Callable[..., Run], tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refused = runs(tmp_path / "data", port=port)
        assert refused.ended() == 1
    assert f"Nothing can listen on 127.0.0.1 port {port} (Address already in use). Choose another port" in refused.text
    assert not (tmp_path / "data/logs").exists()


def test_parts_that_die_are_started_again_and_sigterm_leaves_no_process(
    runs: Callable[..., Run], tmp_path: Path
) -> None:
    run = runs(tmp_path / "data").ready()
    for name, mark in {"postgres": "bin/postgres -D", "valkey": "valkey-server", "worker": "time.sleep(1000)"}.items():
        former = run.commands(mark)
        assert len(former) == 1, run.descendants()
        os.kill(min(former), signal.SIGKILL)
        run.wait_for(f"{name} ended with exit code 137; starting it again in 0.5 s.")
        run.wait_for_another(mark, former)
    # Each part on its leash, and a grandchild in a session of its own.
    before = run.descendants()
    assert sum("leash.py" in command for command in before.values()) == 5
    assert "sleep 1000 " in before.values()
    asked = time.monotonic()
    run.process.send_signal(signal.SIGTERM)
    assert run.ended() == 0
    assert time.monotonic() - asked < 10
    assert alive(before) == {}
    assert run.text.endswith("Stopping.\n")


async def test_after_kill_9_nothing_lives_on_and_a_new_run_finds_the_data(
    runs: Callable[..., Run], tmp_path: Path
) -> None:
    first = runs(tmp_path / "data").ready()
    before = first.descendants()
    await leave_a_note(first.settings(), "survives")
    first.process.kill()
    second = runs(tmp_path / "data").ready()
    assert alive(before) == {}
    assert await notes(second.settings()) == (8, b"survives", [b"survives"])
    assert second.settings()["PYCM_API_ADMIN_PASSWORD"] == first.settings()["PYCM_API_ADMIN_PASSWORD"]
    assert second.settings()["PYCM_API_ADMIN_PASSWORD"] not in second.text


def test_after_kill_9_a_new_run_takes_over_the_temporary_folder_of_the_socket_and_removes_it(
    runs: Callable[..., Run], tmp_path: Path
) -> None:
    first = runs(tmp_path / ("x" * 100)).ready()
    url = first.settings()["DATABASE_URL"]
    folder = Path(unquote(urlsplit(url).netloc.rpartition("@")[2].rpartition(":")[0]))
    first.process.kill()
    second = runs(tmp_path / ("x" * 100)).ready()
    assert second.settings()["DATABASE_URL"] == url
    assert asyncio.run(query(second.settings(), "SELECT inet_client_addr() IS NULL")) is True
    second.process.terminate()
    assert second.ended() == 0
    assert not folder.exists()

    # Somebody's file has its name.
    folder.touch()
    third = runs(tmp_path / ("x" * 100)).ready()
    assert "Postgres is reached over TCP, which is slower: " in third.text
    assert asyncio.run(query(third.settings(), "SELECT inet_client_addr() IS NULL")) is False
    folder.unlink()


def test_killing_a_leash_too_leaves_no_process(runs: Callable[..., Run], tmp_path: Path) -> None:
    run = runs(tmp_path / "data").ready()
    before = run.descendants()
    # Everything at once, as an impatient person does it; the grandchild in its own session is out of any group.
    victims = [pid for pid, command in before.items() if "leash.py" in command]
    os.kill(run.process.pid, signal.SIGSTOP)
    for pid in [run.process.pid, *victims]:
        os.kill(pid, signal.SIGKILL)
    stray = {pid: command for pid, command in before.items() if command == "sleep 1000 "}
    wait_until(lambda: alive(before).keys() <= stray.keys(), lambda: alive(before))
    for pid in alive(stray):
        os.kill(pid, signal.SIGKILL)


def test_a_second_signal_ends_a_part_that_does_not_listen_at_once(runs: Callable[..., Run], tmp_path: Path) -> None:
    run = runs(tmp_path / "data", worker=STUBBORN).ready()
    wait_until((tmp_path / "data.deaf").exists)
    before = run.descendants()
    asked = time.monotonic()
    run.process.send_signal(signal.SIGINT)
    wait_until(lambda: "Stopping." in run.text)
    run.process.send_signal(signal.SIGINT)
    assert run.ended() == 0
    # A part that is left its time takes ten seconds.
    assert time.monotonic() - asked < 8
    assert alive(before) == {}


def test_a_delivery_under_way_is_finished_although_it_takes_longer_than_stopping_may(
    runs: Callable[..., Run], tmp_path: Path
) -> None:
    run = runs(tmp_path / "data", worker=STUBBORN, loops=DELIVERING).ready()
    for mark in (".deaf", ".delivering"):
        wait_until(run.environment_file.with_suffix(mark).exists)
    processes = run.descendants()
    run.process.terminate()
    run.wait_for("Waiting up to 12 s for loops.")
    assert [command for command in alive(processes).values() if ".deaf" in command] == []
    assert run.ended() == 0
    assert run.environment_file.with_suffix(".delivered").exists()
    assert alive(processes) == {}


def test_a_signal_while_starting_ends_everything(runs: Callable[..., Run], tmp_path: Path) -> None:
    run = runs(tmp_path / "data")
    wait_until(lambda: any("weed" in command for command in run.descendants().values()), lambda: run.text)
    before = run.descendants()
    run.process.send_signal(signal.SIGTERM)
    assert run.ended() == 0
    assert alive(before) == {}
    assert "ready" not in run.text


def test_with_stack_gives_the_command_its_servers_and_returns_its_exit_code() -> None:
    check = "import os; from redis import Redis; Redis.from_url(os.environ['REDIS_URL']).ping(); raise SystemExit(7)"
    ended = subprocess.run(
        [sys.executable, "-m", "deploy.local", "with-stack", "--", sys.executable, "-c", check],
        cwd=PROJECT,
        check=False,
    )
    assert ended.returncode == 7
