"""Boxes of a model leave a project, or a detection run, as COCO's results, which pycocotools and an import read."""

import asyncio
import contextlib
import io
import json
from pathlib import Path
from typing import Any

import evalserve
import pytest
from evalserve import command
from pycocotools.coco import COCO

from tests.client.conftest import Account
from tests.coco_files import encoded, ground_truth, results

TRUTH = ground_truth(3)
DETECTIONS = results(TRUTH)


@pytest.fixture
async def filled(account: Account, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Account:
    """An account whose project `Streets` has ground truth and the detections of a model."""
    monkeypatch.setenv("EVALSERVE_URL", account.url)
    monkeypatch.setenv("EVALSERVE_API_KEY", account.key)
    truth, detections = tmp_path / "truth.json", tmp_path / "results.json"
    truth.write_bytes(encoded(TRUTH))
    detections.write_bytes(encoded(DETECTIONS))

    def fill() -> None:
        with account.client() as client:
            client.import_annotations(truth, "Streets", role="ground_truth", create=True)
            client.import_annotations(detections, "Streets", role="predictions", model={"name": "yolo_v8"})

    await asyncio.to_thread(fill)
    return account


async def perform(*arguments: str) -> int:
    """Run the command and return its exit code."""
    return await asyncio.to_thread(command.run, list(arguments))


def boxes(detections: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    """What two lists of results must have in common, in one order."""
    return sorted(
        (one["image_id"], one["category_id"], *(round(side, 6) for side in one["bbox"]), one["score"])
        for one in detections
    )


def by_pycocotools(path: Path) -> list[dict[str, Any]]:
    """What pycocotools reads of results beside the ground truth."""
    with contextlib.redirect_stdout(io.StringIO()):
        reference = COCO()
        reference.dataset = TRUTH
        reference.createIndex()
        loaded = reference.loadRes(str(path))
    return list(loaded.anns.values())


async def test_the_boxes_of_a_model_go_out_as_results_that_come_back(filled: Account, tmp_path: Path) -> None:
    path = tmp_path / "exported.json"
    chosen = ("--format", "coco_results", "--model", "yolo_v8", "-o", str(path))
    code = await perform("export", "Streets", *chosen)
    with filled.client() as client:
        report = await asyncio.to_thread(
            lambda: client.import_annotations(path, "Streets", role="predictions", model={"name": "resnet50"})
        )
        again = await asyncio.to_thread(lambda: client.export_annotations("Streets", model="resnet50"))

    assert code == 0
    assert boxes(by_pycocotools(path)) == boxes(json.loads(again.content)) == boxes(DETECTIONS)
    assert (report["annotations"], again.name, again.report["annotations"]) == (
        len(DETECTIONS),
        "results.json",
        len(DETECTIONS),
    )


async def test_a_detection_run_goes_out_with_what_it_judged(
    filled: Account, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    later = tmp_path / "later.json"
    later.write_bytes(encoded([{**DETECTIONS[0], "score": 0.25}]))
    async with evalserve.AsyncClient(filled.url, filled.key) as client:
        (project,) = (await client.send("GET", "/api/projects"))["items"]
        body = {"project_id": project["id"], "model_name": "yolo_v8"}
        run = await client.send("POST", "/v1/detection-runs", json=body)
        judged = await client.wait(f"/v1/detection-runs/{run['id']}")
        await client.import_annotations(later, "Streets", role="predictions", model={"name": "yolo_v8"})
        newest = await client.export_annotations("Streets", model="yolo_v8")
        with pytest.raises(evalserve.InputRefused, match="has its own project and model"):
            await client.export_annotations("Streets", detection_run=run["id"])
    code = await perform("export", run["id"], "--detection-run", "--format", "coco_results")

    assert (judged["status"], code) == ("ready", 0)
    assert boxes(json.loads(capsysbinary.readouterr().out)) == boxes(DETECTIONS)
    assert 0.25 in {one["score"] for one in json.loads(newest.content)}


async def test_what_cannot_go_out_is_refused_with_what_to_change(
    filled: Account, capsys: pytest.CaptureFixture[str]
) -> None:
    codes = [
        await perform("export", *arguments)
        for arguments in (
            ("Streets", "--format", "coco_results"),
            ("Roads", "--format", "coco"),
            ("Streets", "--format", "coco", "--model-version", "8"),
            ("v1", "--model", "yolo_v8"),
        )
    ]
    said = capsys.readouterr()

    assert filled.url
    assert (codes, said.out) == ([5, 5, 5, 2], "")
    for sentence in (
        "coco_results has detections only",
        "There is no project with the id or name 'Roads'.",
        "A version needs the name of its model.",
        "need --format coco_results",
    ):
        assert sentence in said.err
