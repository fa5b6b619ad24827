"""A detection run has figures only once its scene is stored, which happens while they are computed."""

import asyncio
import threading
from typing import Any
from uuid import UUID

import pytest

from shared.detection_runs import making
from shared.detection_runs.making import JudgedModel
from shared.kit.platform import Platform
from shared.kit.storage.bucket import Storage
from shared.kit.storage.errors import StorageUnavailable
from tests.actors import Client
from tests.detection_projects import FOUND, TRUTH, judged_project
from worker.execution import attempt
from worker.runtime import Runtime


async def test_figures_wait_for_their_scene_and_are_made_again_where_it_cannot_be_stored(
    alice: Client, runtime: Runtime, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    judge, are_there = making.judge, threading.Event()

    def tell(*arguments: Any) -> JudgedModel:
        model = judge(*arguments)
        are_there.set()
        return model

    def refuse_afterwards(*_: Any, **__: Any) -> None:
        assert are_there.wait(60)
        raise StorageUnavailable(retry_after_s=1)

    monkeypatch.setattr(making, "judge", tell)
    monkeypatch.setattr(Storage, "put_all", refuse_afterwards)
    project_id, _ = await judged_project(platform, alice, {"yolo_v8": [FOUND]}, [TRUTH])
    run = (await alice.post("/v1/detection-runs", {"project_id": project_id, "model_name": "yolo_v8"})).json()

    await _attempt(runtime, run)
    refused = await _shown(alice, run)
    monkeypatch.undo()
    async with platform.db.connection() as connection:
        await connection.execute("UPDATE job SET run_after = now() WHERE id = $1", run["job_id"])
    await _attempt(runtime, run)
    made = await _shown(alice, run)

    assert are_there.is_set()
    assert (refused["status"], refused["result"], made["status"]) == ("queued", None, "ready")
    matrix = await alice.get(f"/v1/detection-runs/{run['id']}/matrix")
    assert (matrix.status_code, matrix.json()["overall"]["true_positives"]) == (200, 1)


async def _attempt(runtime: Runtime, run: Any) -> None:
    await asyncio.to_thread(attempt, runtime, UUID(run["job_id"]))


async def _shown(owner: Client, run: Any) -> Any:
    return (await owner.get(f"/v1/detection-runs/{run['id']}")).json()
