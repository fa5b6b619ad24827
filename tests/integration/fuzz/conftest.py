"""The api as its own process behind a real socket, with limits that a test can reach."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest

from deploy.local.datadir import DataDir
from deploy.local.parts import commands
from deploy.local.ports import free_ports
from deploy.local.process import Process
from tests.actors import ROOT

START_S = 60.0

MAX_BODY_BYTES = 1_000_000
BODY_TIMEOUT_S = 2


@dataclass
class Served:
    """Where it listens, and what it has printed."""

    port: int
    log: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def mistakes(self) -> list[str]:
        """What it would be ashamed of."""
        signs = ("unforeseen error", "Traceback", "Unraisable", '"status":500', "panicked")
        return [line for line in self.log.read_text(errors="replace").splitlines() if any(s in line for s in signs)]


@pytest.fixture(scope="package")
def served(environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The running api."""
    (port,) = free_ports(1)
    data = DataDir(tmp_path_factory.mktemp("served"))
    data.lock()
    limits = {"MAX_BODY_BYTES": str(MAX_BODY_BYTES), "BODY_TIMEOUT_S": str(BODY_TIMEOUT_S), "WAIT_LIMIT_S": "1"}
    parts = commands(host="127.0.0.1", port=port, api_workers=1, worker_concurrency=1).parts
    process = Process("api", parts["api"], data=data, environment=environment | limits, folder=ROOT)
    process.spawn()
    try:
        _await(process, f"http://127.0.0.1:{port}/healthz")
        yield Served(port, process.log)
    finally:
        process.kill()


@pytest.fixture(scope="package")
def key(served: Served) -> str:
    """Somebody's key."""
    answer = httpx2.post(f"{served.url}/sign_up/", json={"email": "fuzz@example.com", "password": "correct horse"})
    text: str = answer.json()["api_key"]
    return text


def _await(process: Process, url: str) -> None:
    deadline = time.monotonic() + START_S
    while True:
        assert process.running, process.log.read_text()
        try:
            assert httpx2.get(url).status_code == 200
        except httpx2.TransportError:
            assert time.monotonic() < deadline, process.log.read_text()
            time.sleep(0.05)
        else:
            return
