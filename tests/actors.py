"""The actors of the tests: users with the Python client, and the service's own processes."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

import evalserve
import httpx2

from deploy.local.commands import commands
from deploy.local.datadir import DataDir
from deploy.local.forking import Nursery
from deploy.local.ports import free_ports
from deploy.local.process import Process
from shared.kit.storage.bucket import Storage

ROOT = Path(__file__).parents[1]

_numbers = count(1)


@dataclass
class Client:
    """An account, and the Python client with its key over a session: every request of a test goes through it."""

    http: httpx2.AsyncClient
    email: str
    password: str
    key: str

    @classmethod
    async def sign_up(cls, http: httpx2.AsyncClient) -> Self:
        """Create an account."""
        email, password = f"user-{next(_numbers)}-{uuid4().hex[:8]}@example.com", "correct horse"
        key = await evalserve.async_sign_up(url_of(http), email, password, http_client=http)
        return cls(http, email, password, key)

    @property
    def api(self) -> evalserve.AsyncClient:
        """The client, with the key that the account has now."""
        return evalserve.AsyncClient(url_of(self.http), self.key, http_client=self.http)

    async def get(self, path: str, headers: Mapping[str, str] | None = None, **query: Any) -> httpx2.Response:
        """Send a GET with the account's key."""
        return await self.send("GET", path, headers, params=query)

    async def post(self, path: str, body: Any = None, headers: Mapping[str, str] | None = None) -> httpx2.Response:
        """Send a POST of JSON with the account's key."""
        return await self.send("POST", path, headers, json=body)

    async def delete(self, path: str) -> httpx2.Response:
        """Send a DELETE with the account's key."""
        return await self.send("DELETE", path)

    async def send(
        self, method: str, path: str, headers: Mapping[str, str] | None = None, **options: Any
    ) -> httpx2.Response:
        """Send any request with the account's key, once, and return its answer whatever it is."""
        return await self.api.request(method, path, headers=headers, **options)

    async def ended(self, path: str, deadline_s: float = 200) -> dict[str, Any]:
        """Wait until what is made at a path is neither queued nor running, and return it."""
        async with asyncio.timeout(deadline_s):
            return await self.api.wait(path)

    async def ready(self, path: str, deadline_s: float = 200) -> dict[str, Any]:
        """Wait until what is made at a path is ready, and return it; fail where it ends otherwise."""
        shown = await self.ended(path, deadline_s)
        assert shown["status"] == "ready", shown
        return shown

    async def make(self, path: str, body: Any) -> dict[str, Any]:
        """Create what the service makes in the background, wait until that has ended, and return it."""
        answer = await self.post(path, body)
        assert answer.is_success, answer.text
        return await self.ended(answer.headers["Location"])

    async def create_project(self, **body: Any) -> dict[str, Any]:
        """Create a project."""
        answer = await self.post("/api/projects", {"name": "Project", **body})
        assert answer.status_code == 201, answer.text
        project: dict[str, Any] = answer.json()
        return project

    async def add_image_answer(
        self, project_id: str, body: bytes, name: str = "a.png", content_type: str = "image/png", **fields: str
    ) -> httpx2.Response:
        """Upload an image to a project and return the answer."""
        files = {"file": (name, body, content_type)}
        return await self.send("POST", f"/api/projects/{project_id}/images", files=files, data=fields)

    async def add_image(self, project_id: str, body: bytes, **options: Any) -> dict[str, Any]:
        """Upload an image to a project and return it."""
        answer = await self.add_image_answer(project_id, body, **options)
        assert answer.status_code == 201, answer.text
        image: dict[str, Any] = answer.json()
        return image

    async def create_matrix(self, actual: list[Any] | None = None, predicted: list[Any] | None = None) -> str:
        """Create a confusion matrix and return its uid."""
        body = {"actual_vector": actual or [1, 0, 1, 1, 0], "predicted_vector": predicted or [1, 0, 0, 1, 1]}
        answer = await self.post("/cm/create", body)
        assert answer.status_code == 200, answer.text
        uid: str = answer.json()["uid"]
        return uid

    async def submit(self, kind: str = "report", uid: str | None = None, **fields: Any) -> dict[str, Any]:
        """Submit a job for a matrix, a new one unless `uid` is given, and return the job."""
        body = {"kind": kind, "cm_uid": uid or await self.create_matrix(), **fields}
        answer = await self.post("/v1/jobs", body)
        assert answer.status_code == 202, answer.text
        job: dict[str, Any] = answer.json()
        return job

    async def final(self, job_id: str, deadline_s: float = 200) -> dict[str, Any]:
        """Wait for the end of a job and return it."""
        return await self.ended(f"/v1/jobs/{job_id}", deadline_s)


def url_of(http: httpx2.AsyncClient) -> str:
    """Return the address that a session is for."""
    return str(http.base_url).rstrip("/")


async def eventually(condition: Callable[[], Awaitable[bool]], deadline_s: float = 100) -> None:
    """Return when the condition holds; fail when it does not within the time."""
    deadline = time.monotonic() + deadline_s
    while not await condition():
        assert time.monotonic() < deadline, f"not within {deadline_s} s: {condition}"
        await asyncio.sleep(0.02)


def stored_keys(storage: Storage, prefix: str) -> list[str]:
    """Return the keys of all objects under a prefix. Blocks."""
    return [entry.key for page in storage.pages(prefix) for entry in page]


class Api(Process):
    """One process that answers requests, on a port of its own."""

    url: str

    @classmethod
    def start(cls, environment: Mapping[str, str], folder: Path, nursery: Nursery) -> "Api":
        """Start an api whose files lie in a folder; it is ready some time later."""
        (port,) = free_ports(1)
        data = DataDir(folder)
        data.lock()
        command = commands(host="127.0.0.1", port=port, api_workers=1, worker_concurrency=1).parts["api"]
        api = cls("api", command, data=data, environment=environment, folder=ROOT, nursery=nursery)
        api.url = f"http://127.0.0.1:{port}"
        api.spawn()
        return api


async def is_answering(http: httpx2.AsyncClient, path: str = "/readyz") -> bool:
    """Return whether a service answers 200 there."""
    try:
        return (await http.get(path)).status_code == 200
    except httpx2.TransportError:
        return False


class Team:
    """The service's background processes, each of which can be killed and started."""

    def __init__(self, environment: Mapping[str, str], folder: Path, nursery: Nursery) -> None:
        parts = commands(host="127.0.0.1", port=0, api_workers=1, worker_concurrency=1).parts
        data = DataDir(folder)
        data.lock()
        self._processes = {
            name: Process(name, parts[name], data=data, environment=environment, folder=ROOT, nursery=nursery)
            for name in ("worker", "thumbnailer", "courier", "dispatcher")
        }

    def __getitem__(self, name: str) -> Process:
        return self._processes[name]

    def start(self) -> None:
        """Start those that do not run."""
        for process in self._processes.values():
            if not process.running:
                process.spawn()

    def log(self, name: str) -> str:
        """Return the whole log of a process."""
        return self._processes[name].log.read_text()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in self._processes.values():
            process.kill()
