"""The memory that the shipped deployment allows holds for the worst bodies that the budget lets in at once."""

import re
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import pytest

from benchmarks.service.bodies import CASES, MIB, Case, memory, send, worker_of
from shared.kit.settings.requests import RequestSettings
from tests.actors import ROOT
from tests.integration.fuzz.conftest import serving

DEPLOYMENT = (ROOT / "deploy/kubernetes/api.yaml").read_text()
NAMES = {"text labels", "probabilities of 0 and 1", "label sets"}
# An eighth of what is shipped.
BODY_BYTES = 8 * MIB
JSON_CASES = [case for case in CASES if case.name in NAMES]

# What the interpreter itself takes for a few more threads and modules, which does not grow with the bodies.
FIXED_MIB = 40


def _allowed_mib() -> float:
    """What a process may take beyond its rest, for bodies of the size that the tests send."""
    limit = re.search(r"limits: \{ memory: (\d+)Mi \}", DEPLOYMENT)
    workers = re.search(r'--workers, "(\d+)"', DEPLOYMENT)
    assert limit is not None
    assert workers is not None
    budget = RequestSettings.model_fields["body_budget_bytes"].default
    per_process: float = int(limit[1]) / int(workers[1]) - 200
    return per_process * BODY_BYTES / float(budget)


@pytest.fixture(scope="module")
def port(environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of an api with an eighth of the shipped budget."""
    limits = {"MAX_BODY_BYTES": str(BODY_BYTES), "BODY_BUDGET_BYTES": str(BODY_BYTES), "WAIT_LIMIT_S": "1"}
    with serving(environment | limits, tmp_path_factory.mktemp("small")) as served:
        yield served.port


@pytest.fixture(scope="module")
def key(port: int) -> str:
    """Somebody's key."""
    account = b'{"email": "memory@example.com", "password": "correct horse"}'
    text: str = msgspec.json.decode(send(port, "/sign_up/", account, {})[1])["api_key"]
    return text


def _status(port: int, path: str, body: bytes, headers: dict[str, str]) -> int:
    try:
        return send(port, path, body, headers)[0]
    except ConnectionError:
        # It was refused, and the connection ended before all was sent.
        return 503


@pytest.mark.parametrize("case", JSON_CASES, ids=[case.name for case in JSON_CASES])
def test_many_of_the_worst_bodies_at_once_stay_within_the_memory_of_a_pod(port: int, key: str, case: Case) -> None:
    pid = worker_of(port)
    body = case.body(BODY_BYTES - 10_000)
    headers = {"X-API-Key": key, "Content-Type": "application/json"}
    rest = memory(pid, "VmRSS")
    Path(f"/proc/{pid}/clear_refs").write_text("5")

    with ThreadPoolExecutor(4) as threads:
        statuses = [*threads.map(lambda _: _status(port, case.path, body, headers), range(8))]

    assert {*statuses} <= {200, 202, 503}
    assert {*statuses} & {200, 202}
    assert memory(pid, "VmHWM") - rest <= _allowed_mib() + FIXED_MIB


def test_a_client_that_leaves_in_the_middle_gives_its_share_back(port: int, key: str) -> None:
    head = f"POST /cm/create HTTP/1.1\r\nhost: x\r\nx-api-key: {key}\r\ncontent-length: {BODY_BYTES}\r\n\r\n"
    body = JSON_CASES[0].body(BODY_BYTES - 10_000)
    for _ in range(3):
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(head.encode() + b" " * (BODY_BYTES - 1))

    for _ in range(100):
        status = _status(port, JSON_CASES[0].path, body, {"X-API-Key": key})
        if status != 503:
            break

    assert status == 200
