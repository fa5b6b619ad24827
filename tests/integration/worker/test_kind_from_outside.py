"""A job kind comes with a distribution of its own: no file of the product names it, and every process knows it."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
import pytest

from deploy.local.commands import commands
from deploy.local.datadir import DataDir
from deploy.local.ports import free_ports
from deploy.local.process import Process
from shared.kit.platform import Platform
from shared.kit.storage.files import File
from tests.actors import ROOT, Client, Team, eventually
from worker import handlers
from worker.execution import attempt
from worker.job_attempt import JobAttempt
from worker.runtime import Runtime

ENTRY_POINTS = """\
[evalserve.kinds]
glossary = tests.integration.worker.outside.kind

[evalserve.handlers]
glossary = tests.integration.worker.outside.handler
"""


@dataclass
class Extended:
    """An account at an api that knows the kind, and a worker that does, not started yet."""

    client: Client
    worker: Process
    temporary: Path

    async def submit(self, **body: Any) -> httpx2.Response:
        """What the service says to a job of the kind."""
        return await self.client.post("/v1/jobs", {"kind": "glossary", **body})


@dataclass
class Outside:
    """The address of an api that finds the distribution, and what makes a worker find it."""

    url: str
    parts: dict[str, tuple[str, ...]]
    data: DataDir
    variables: dict[str, str]

    def process(self, name: str, **variables: str) -> Process:
        """A part of the service that finds the distribution in a folder beside the installed ones."""
        environment = self.variables | variables
        return Process(f"outside-{name}", self.parts[name], data=self.data, environment=environment, folder=ROOT)


@pytest.fixture(scope="module")
async def outside(environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Outside]:
    """An api beside the usual one, for all tests: it is not forked, and loading takes it seconds."""
    folder = tmp_path_factory.mktemp("outside")
    metadata = folder / "installed/glossary-1.0.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: glossary\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text(ENTRY_POINTS)
    (port,) = free_ports(1)
    parts = commands(host="127.0.0.1", port=port, api_workers=1, worker_concurrency=1).parts
    data = DataDir(folder / "data")
    data.lock()
    variables = environment | {"PYTHONPATH": str(metadata.parent)}
    made = Outside(f"http://127.0.0.1:{port}", parts, data, variables)
    api = made.process("api")
    api.spawn()
    try:
        async with httpx2.AsyncClient(base_url=made.url) as http:
            await eventually(_answers(http))
        yield made
    finally:
        api.kill()
        data.unlock()


@pytest.fixture
async def extended(team: Team, outside: Outside, tmp_path: Path) -> AsyncIterator[Extended]:
    """An account there, and a worker with a folder of its own for temporary files."""
    # The usual worker knows no glossaries.
    team["worker"].kill()
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    worker = outside.process("worker", TMPDIR=str(temporary))
    async with httpx2.AsyncClient(base_url=outside.url, timeout=40) as http:
        yield Extended(await Client.sign_up(http), worker, temporary)
    worker.kill()


async def test_a_job_of_the_kind_is_submitted_done_and_done_once(extended: Extended) -> None:
    alice = extended.client
    uid = await alice.create_matrix()
    answer = await extended.submit(about=uid, words=["zebra", "ant", "ant"], loud=True)
    assert (answer.status_code, answer.json()["status"]) == (202, "queued")
    extended.worker.spawn()

    job = await alice.final(answer.json()["id"])
    again = (await extended.submit(about=uid, words=["ant", "zebra"], loud=True)).json()
    other = (await extended.submit(about=uid, words=["ant"], loud=True)).json()

    assert (job["status"], job["attempts"], job["error"]) == ("succeeded", 1, None)
    assert await _contents(job) == {"matrix.txt": b"5 samples", "words.txt": b"ANT\nZEBRA"}
    assert (again["status"], again["attempts"], await _contents(again)) == ("succeeded", 0, await _contents(job))
    assert other["status"] == "queued"
    assert await _contents(await alice.final(other["id"])) == {"matrix.txt": b"5 samples", "words.txt": b"ANT"}
    assert list(extended.temporary.glob("evalserve-*")) == []


async def test_a_job_of_the_kind_depends_on_what_it_refers_to(extended: Extended, alice: Client) -> None:
    owner = extended.client
    changed, deleted = await owner.create_matrix(), await owner.create_matrix()
    fails, goes = [(await extended.submit(about=uid, words=["ant"])).json()["id"] for uid in (changed, deleted)]
    foreign = await extended.submit(about=await alice.create_matrix(), words=["ant"])

    await owner.post(f"/cm/update?cm_uid={changed}", {"actual_vector": [1], "predicted_vector": [1]})
    await owner.delete(f"/cm/{deleted}")
    extended.worker.spawn()

    assert (foreign.status_code, foreign.json()["code"]) == (404, "matrix-not-found")
    assert (await owner.final(fails))["error"]["code"] == "matrix-changed"
    assert (await owner.get(f"/v1/jobs/{goes}")).status_code == 404


async def test_mistakes_in_a_job_of_the_kind_are_named_as_in_any_other(extended: Extended) -> None:
    uid = await extended.client.create_matrix()
    bodies: list[dict[str, Any]] = [
        {"about": uid, "words": []},
        {"about": uid},
        {"about": uid, "words": ["ant", 5]},
        {"about": uid, "words": ["ant"], "loud": "very"},
        {"about": uid, "words": ["ant"], "actual_vector": [1]},
        {"about": uid, "words": ["ant"], "wrods": []},
    ]

    answers = [await extended.submit(**body) for body in bodies]

    pointers = [[error["pointer"] for error in answer.json()["errors"]] for answer in answers]
    assert [answer.status_code for answer in answers] == [400] * len(bodies)
    assert pointers == [["/words"], ["/words"], ["/words/1"], ["/loud"], ["/actual_vector"], ["/wrods"]]


async def test_the_document_describes_the_kind(extended: Extended) -> None:
    document = (await extended.client.get("/openapi.json")).json()

    described = document["components"]["schemas"]["Glossary"]
    assert set(described["properties"]) == {"kind", "about", "loud", "words", "callback_url", "api_key"}


async def test_a_handler_that_crashes_leaves_nothing_in_its_folder(
    alice: Client, runtime: Runtime, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    folders: list[Path] = []

    class Crashing:
        async def load(self, _platform: Platform, attempt: JobAttempt[Any]) -> None:
            (attempt.scratch.folder / "half").write_bytes(b"x")

        def perform(self, _inputs: Any, attempt: JobAttempt[Any]) -> Sequence[File]:
            folders.append(attempt.scratch.folder)
            assert (attempt.scratch.folder / "half").exists()
            raise RuntimeError

    monkeypatch.setitem(handlers.HANDLERS, "report", Crashing())
    job_id = UUID((await alice.submit("report"))["id"])

    await asyncio.to_thread(attempt, runtime, job_id)

    assert [folder.exists() for folder in folders] == [False]
    async with platform.db.connection() as connection:
        assert await connection.fetchval("SELECT failures FROM job WHERE id = $1", job_id) == 1


def _answers(http: httpx2.AsyncClient) -> Callable[[], Any]:
    async def answers() -> bool:
        try:
            return (await http.get("/healthz")).status_code == 200
        except httpx2.TransportError:
            return False

    return answers


async def _contents(job: dict[str, Any]) -> dict[str, bytes]:
    """What the links of a job lead to, by name."""
    contents = {}
    async with httpx2.AsyncClient() as anybody:
        for made in job["artifacts"]:
            body = (await anybody.get(made["url"])).content
            assert (len(body), hashlib.sha256(body).hexdigest()) == (made["size_bytes"], made["sha256"])
            contents[made["name"]] = body
    return contents
