"""Two who change different details at the same moment lose neither's."""

import asyncio
from typing import Any

import pytest

from shared.kit.platform import Platform
from tests.actors import Client
from tests.detection_projects import TRUTH, judged_project


async def run(_: Platform, owner: Client) -> Any:
    return await owner.post("/v1/runs", {"data": {"y_true": ["cat", "dog"], "y_pred": ["cat", "dog"]}})


async def detection_run(platform: Platform, owner: Client) -> Any:
    project_id, _ = await judged_project(platform, owner, {"resnet50": [TRUTH]}, [TRUTH])
    return await owner.post("/v1/detection-runs", {"project_id": project_id, "model_name": "resnet50"})


@pytest.mark.parametrize("make", [run, detection_run])
async def test_changes_of_different_details_at_once_are_all_kept(platform: Platform, alice: Client, make: Any) -> None:
    path = (await make(platform, alice)).headers["Location"]

    for number in range(5):
        changes = {"name": f"June {number}", "tags": [f"tag {number}"], "notes": f"note {number}"}
        answers = await asyncio.gather(
            *(alice.send("PATCH", path, json={name: value}) for name, value in changes.items())
        )
        assert [answer.status_code for answer in answers] == [200] * 3
        shown = (await alice.get(path)).json()
        assert {name: shown[name] for name in changes} == changes
