"""A backup that is taken under load, restored in either order: nothing that was acknowledged before it is lost."""

import asyncio
import hashlib
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from subprocess import PIPE
from typing import Any

import httpx2
import pytest

from api.app import create_app
from deploy.backup import database, servers
from deploy.backup.bucket import copy_in, copy_out
from deploy.backup.folder import BackupFolder
from deploy.local.stack import Stack
from shared.kit.platform import Platform, connect
from shared.kit.settings import Settings
from shared.operations.orphans import collection, installation
from shared.operations.orphans.__main__ import main
from shared.operations.orphans.prefixes import PREFIXES
from tests.actors import ROOT, Client, eventually
from tests.integration.deploy.programs import Programs
from tests.orphans import CARELESS, looking_only_below, with_settings
from tests.pictures import picture

pytestmark = pytest.mark.timeout(400)


@dataclass
class Ledger:
    """What the service has acknowledged: images with the SHA-256 of their bytes, jobs with those of their files."""

    images: dict[str, str] = field(default_factory=dict)
    jobs: dict[str, dict[str, str]] = field(default_factory=dict)
    matrices: list[str] = field(default_factory=list)

    def copy(self) -> "Ledger":
        return Ledger(dict(self.images), dict(self.jobs), list(self.matrices))


class Load:
    """A client that uploads, computes and deletes until it is stopped."""

    def __init__(self, client: Client, project: str) -> None:
        self.client, self.project, self.ledger = client, project, Ledger()
        self.deleted = 0
        self._random = Random(7)

    async def add_image(self) -> str:
        body = self._body()
        image = await self.client.add_image(self.project, body)
        self.ledger.images[image["id"]] = hashlib.sha256(body).hexdigest()
        return str(image["id"])

    async def finalize_upload(self) -> None:
        body = self._body()
        announced = {"filename": "ü.png", "content_type": "image/png", "size_bytes": len(body)}
        upload = (await self.client.post(f"/api/projects/{self.project}/uploads", announced)).json()
        async with httpx2.AsyncClient() as anybody:
            sent = await anybody.put(upload["upload_url"], content=body, headers=upload.get("headers") or {})
        assert sent.status_code == 200, sent.text
        answer = await self.client.post(upload["finalize_url"])
        assert answer.status_code == 200, answer.text
        self.ledger.images[answer.json()["id"]] = hashlib.sha256(body).hexdigest()

    async def run_job(self) -> None:
        uid = await self.client.create_matrix()
        self.ledger.matrices.append(uid)
        job = await self.client.final((await self.client.submit("report", uid))["id"])
        assert job["status"] == "succeeded"
        self.ledger.jobs[job["id"]] = {file["name"]: file["sha256"] for file in job["artifacts"]}

    async def delete_image(self) -> None:
        image = await self.client.add_image(self.project, self._body())
        path, query = f"/api/images/{image['id']}", {"reason": "It is blurred.", "force": "true"}
        assert (await self.client.send("DELETE", path, params=query)).status_code == 200
        self.deleted += 1

    async def is_well_under_way(self) -> bool:
        return len(self.ledger.images) > 6 and len(self.ledger.jobs) > 2 and self.deleted > 2

    async def _forever(self, act: Callable[[], Awaitable[Any]]) -> None:
        while True:
            await act()

    @asynccontextmanager
    async def going_on(self) -> AsyncIterator[None]:
        async with asyncio.TaskGroup() as group:
            acts = (self.add_image, self.finalize_upload, self.run_job, self.delete_image)
            tasks = [group.create_task(self._forever(act)) for act in acts]
            yield
            for task in tasks:
                task.cancel()

    def _body(self) -> bytes:
        # Hardly two alike.
        return picture(size=(self._random.randrange(20, 90), self._random.randrange(20, 90)))


@pytest.fixture
async def load(alice: Client, workers: Any) -> Load:
    """A client that has done something of everything."""
    del workers
    load = Load(alice, (await alice.create_project())["id"])
    for act in (load.add_image, load.finalize_upload, load.run_job, load.add_image):
        await act()
    return load


@pytest.fixture
def empty(tmp_path: Path, environment: dict[str, str]) -> Iterator[dict[str, str]]:
    """The environment of an empty stack, with the settings of the one that is backed up."""
    with Stack(tmp_path / "restored", durable=False) as stack:
        own = {"SECRET_KEY": environment["SECRET_KEY"], "S3_PUBLIC_ENDPOINT_URL": stack.environment["S3_ENDPOINT_URL"]}
        yield environment | stack.environment | own


def _settings(environment: dict[str, str]) -> Settings:
    return Settings.model_validate({name.lower(): value for name, value in environment.items()})


def _copy_back(path: Path, settings: Settings) -> None:
    folder = BackupFolder.existing(path)
    copy_in(folder, servers.bucket(settings))
    folder.close()


async def _sweep(platform: Platform) -> int:
    """Sweep everything twice without caution."""
    deleted = 0
    for prefix in [*PREFIXES, *PREFIXES]:
        with looking_only_below(prefix):
            deleted += await collection.collect(with_settings(platform, **CARELESS), prefix)
    return deleted


async def _losses(settings: Settings, client: Client, ledger: Ledger) -> list[str]:
    """Read everything in the ledger as its owner; return what is lost or changed."""
    losses = []
    app = create_app(settings)
    transport = httpx2.ASGITransport(app=app)  # type: ignore[arg-type] # the same protocol in other words
    async with app.lifespan(), httpx2.AsyncClient(transport=transport, base_url="http://restored.test") as http:
        owner = Client(http, client.email, client.password, client.key)
        for image_id, sha256 in ledger.images.items():
            answer = await owner.get(f"/api/images/{image_id}/content")
            if answer.status_code != 200 or hashlib.sha256(answer.content).hexdigest() != sha256:
                losses.append(f"image {image_id}: {answer.status_code}")
        statuses = {uid: (await owner.get(f"/v1/matrices/{uid}")).status_code for uid in ledger.matrices}
        losses += [f"matrix {uid}: {status}" for uid, status in statuses.items() if status != 200]
        async with httpx2.AsyncClient() as anybody:
            for job_id, digests in ledger.jobs.items():
                job = (await owner.get(f"/v1/jobs/{job_id}")).json()
                links = {file["name"]: file["url"] for file in job.get("artifacts", ())}
                for name, sha256 in digests.items():
                    content = (await anybody.get(links[name])).content if name in links else b""
                    if hashlib.sha256(content).hexdigest() != sha256:
                        losses.append(f"{name} of job {job_id}")
    return losses


async def test_a_backup_under_load_restored_in_the_right_order_has_all_that_was_acknowledged_before(
    load: Load, environment: dict[str, str], empty: dict[str, str], programs: Programs, tmp_path: Path
) -> None:
    async with load.going_on():
        await eventually(load.is_well_under_way)
        before = load.ledger.copy()
        await programs.save(environment, tmp_path / "backup")
    await programs.backup(empty, "restore", str(tmp_path / "backup"))

    assert await _losses(_settings(empty), load.client, before) == []


async def test_a_restore_in_the_wrong_order_beside_running_collectors_loses_nothing(
    load: Load, environment: dict[str, str], empty: dict[str, str], programs: Programs, tmp_path: Path
) -> None:
    async with load.going_on():
        await eventually(load.is_well_under_way)
        before = load.ledger.copy()
        await programs.save(environment, tmp_path / "backup")
    settings = _settings(empty)
    folder = BackupFolder.existing(tmp_path / "backup")
    dump = folder.dump(None)
    folder.close()
    await asyncio.to_thread(programs.run, empty, "alembic", "upgrade", "head")
    deleted = []
    async with connect(settings) as platform:
        # The service was started on the empty servers, and so has bound them.
        await installation.watch(platform)
        deleted.append(await _sweep(platform))
        await database.restore(settings.database_url.get_secret_value(), dump)
        deleted.append(await _sweep(platform))
        await asyncio.to_thread(_copy_back, tmp_path / "backup", settings)
        deleted.append(await _sweep(platform))

        assert deleted == [0, 0, 0]
        assert await _losses(settings, load.client, before) == []


async def test_a_bucket_that_is_copied_before_the_dump_lacks_what_came_in_between(
    load: Load, settings: Settings, empty: dict[str, str], programs: Programs, tmp_path: Path
) -> None:
    folder = BackupFolder.create(tmp_path / "backup")
    copy_out(servers.bucket(settings), folder)
    between = await load.add_image()
    database.dump(settings.database_url.get_secret_value(), folder.new_dump())
    await programs.backup(empty, "restore", str(tmp_path / "backup"))
    wrong = await _losses(_settings(empty), load.client, load.ledger)

    copy_out(servers.bucket(settings), folder)
    copy_in(folder, servers.bucket(_settings(empty)))
    folder.close()

    assert wrong == [f"image {between}: 410"]
    assert await _losses(_settings(empty), load.client, load.ledger) == []


async def test_images_that_are_newer_than_the_restored_database_stay_and_can_be_had_again(
    load: Load,
    environment: dict[str, str],
    empty: dict[str, str],
    programs: Programs,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    await programs.save(environment, tmp_path / "backup")
    folder = BackupFolder.existing(tmp_path / "backup")
    first = folder.dump(None).name
    folder.close()
    before = load.ledger.copy()
    for act in (load.add_image, load.finalize_upload):
        await act()
    said = await programs.save(environment, tmp_path / "backup")
    await programs.backup(empty, "restore", str(tmp_path / "backup"), "--dump", first)
    settings = _settings(empty)
    newer = load.ledger.images.keys() - before.images.keys()
    monkeypatch.setattr("shared.operations.orphans.__main__.settings", lambda: settings)

    async with connect(settings) as platform:
        deleted = await _sweep(platform)
        lost = await _losses(settings, load.client, load.ledger)
        capsys.readouterr()
        code = await asyncio.to_thread(main, ["recreate"])
        again = [line for line in capsys.readouterr().out.splitlines() if line.endswith("\trecreated")]
        bound = await asyncio.to_thread(main, ["bind"])
        await _sweep(platform)

    assert "objects, and" in said
    assert deleted == 0
    assert sorted(lost) == sorted(f"image {image_id}: 404" for image_id in newer)
    assert {line.split("/")[1] for line in again} >= newer
    assert (code, bound) == (0, 0)
    assert await _losses(settings, load.client, load.ledger) == []


def test_an_operator_asks_about_orphans_of_the_servers_that_are_backed_up(environment: dict[str, str]) -> None:
    inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    command = [sys.executable, "-m", "deploy.backup", "orphans", "status"]
    # A process that loads the program itself, as the operator's.
    said = subprocess.run(command, env=inherited | environment, cwd=ROOT, text=True, check=True, stdout=PIPE).stdout

    assert said.startswith(("The database and the bucket are bound", "Not bound, so no orphan is deleted"))


async def test_only_its_owner_reads_a_dump(environment: dict[str, str], programs: Programs, tmp_path: Path) -> None:
    # An operator's own folder, which everybody may list.
    folder = tmp_path / "backup"
    folder.mkdir(mode=0o755)

    await programs.save(environment, folder)

    (dump,) = folder.glob("*.dump")
    assert dump.stat().st_mode & 0o777 == 0o600
