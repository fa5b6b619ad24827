"""The api as its own process behind a real socket, with limits that a test can reach."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest

from deploy.local.commands import commands
from deploy.local.datadir import DataDir
from deploy.local.forking import Nursery
from deploy.local.ports import free_ports
from deploy.local.process import Process
from tests.actors import ROOT

START_S = 200.0

MAX_BODY_BYTES = 1_000_000
BODY_TIMEOUT_S = 2


@dataclass(frozen=True)
class Served:
    """Where it listens, and what it has printed."""

    port: int
    log: Path
    # Each request of its own has a connection of its own, as everybody else's has.
    http: httpx2.Client

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def mistakes(self, *, since: int = 0) -> list[str]:
        """What it would be ashamed of, in its log from so many bytes on."""
        with self.log.open("rb") as log:
            log.seek(since)
            lines = log.read().decode(errors="replace").splitlines()
        signs = ("unforeseen error", "Traceback", "Unraisable", '"status":500', "panicked")
        return [line for line in lines if any(sign in line for sign in signs)]


@contextmanager
def serving(environment: dict[str, str], folder: Path, nursery: Nursery | None = None) -> Iterator[Served]:
    """Run the api with one process."""
    (port,) = free_ports(1)
    data = DataDir(folder)
    data.lock()
    parts = commands(host="127.0.0.1", port=port, api_workers=1, worker_concurrency=1).parts
    process = Process("api", parts["api"], data=data, environment=environment, folder=ROOT, nursery=nursery)
    process.spawn()
    url = f"http://127.0.0.1:{port}"
    with httpx2.Client(base_url=url, limits=httpx2.Limits(max_keepalive_connections=0)) as http:
        try:
            _await(process, http)
            yield Served(port, process.log, http)
        finally:
            process.kill()


@pytest.fixture(scope="package")
def served(environment: dict[str, str], nursery: Nursery, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The running api."""
    limits = {"MAX_BODY_BYTES": str(MAX_BODY_BYTES), "BODY_TIMEOUT_S": str(BODY_TIMEOUT_S), "WAIT_LIMIT_S": "1"}
    with serving(environment | limits, tmp_path_factory.mktemp("served"), nursery) as running:
        yield running


@pytest.fixture(scope="package")
def key(served: Served) -> str:
    """Somebody's key."""
    answer = served.http.post("/sign_up/", json={"email": "fuzz@example.com", "password": "correct horse"})
    text: str = answer.json()["api_key"]
    return text


def _await(process: Process, http: httpx2.Client) -> None:
    deadline = time.monotonic() + START_S
    while True:
        assert process.running, process.log.read_text()
        try:
            assert http.get("/healthz").status_code == 200
        except httpx2.TransportError:
            assert time.monotonic() < deadline, process.log.read_text()
            time.sleep(0.05)
        else:
            return
