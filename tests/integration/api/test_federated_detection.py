"""Images that were searched for some classes only: from their files to the figures of LVIS and of Open Images."""

import json
import random
from typing import Any

import pytest

from shared.kit.platform import Platform
from tests import lvis_oracle
from tests.actors import Client
from tests.coco_files import CATEGORIES, encoded, ground_truth, results
from tests.detection_projects import FOUND, analysed, judge
from tests.integration.api.test_annotation_exports import export
from tests.integration.api.test_imports import import_file, report
from tests.pipelines import Pipeline, add_image, add_project, create_analysis
from tests.unit.shared.imports.containers import zipped

pytestmark = pytest.mark.usefixtures("workers")

FREQUENCIES = ("r", "c", "f")


def federated(images: int) -> dict[str, Any]:
    """A document of LVIS; some classes were looked for without an object, and some not exhaustively marked."""
    document, choose = ground_truth(images, objects=1), random.Random(4)
    for annotation in document["annotations"]:
        del annotation["iscrowd"]
    numbers = [category["id"] for category in CATEGORIES]
    for image in document["images"]:
        own = {one["category_id"] for one in document["annotations"] if one["image_id"] == image["id"]}
        image["neg_category_ids"] = [number for number in numbers if number not in own and choose.random() < 0.5]
        image["not_exhaustive_category_ids"] = [number for number in own if choose.random() < 0.4]
    document["categories"] = [
        {**category, "frequency": name} for category, name in zip(CATEGORIES, FREQUENCIES, strict=True)
    ]
    return document


async def test_imported_files_of_lvis_are_judged_as_the_lvis_package_judges_them(alice: Client) -> None:
    project, truth = (await alice.create_project())["id"], federated(20)
    detections = results(truth)
    imported = await report(await import_file(alice, project, encoded(truth)))
    await report(
        await import_file(alice, project, encoded(detections), role="predictions", model={"name": "yolo_v8"}),
    )

    run = await judge(alice, project, "yolo_v8", profile="lvis")

    result = run["result"]
    assert imported["notices"] == []
    assert list(result["metrics"].values()) == lvis_oracle.figures(lvis_oracle.evaluated(truth, detections))
    assert result["interval"]["low"] <= result["ap"] <= result["interval"]["high"]
    assert (result["profile"], result["left_out"] > 0) == ("lvis", True)
    coco = await judge(alice, project, "yolo_v8")
    assert coco["result"]["ap"] != result["ap"]
    matrix = await alice.get(f"/v1/detection-runs/{run['id']}/matrix", confidence=0)
    samples = (await alice.get(f"/v1/detection-runs/{run['id']}/samples", confidence=0, limit=1000)).json()["items"]
    assert matrix.json()["overall"]["false_positives"] == len(samples)


async def test_an_export_of_lvis_says_what_its_file_said(alice: Client) -> None:
    project, truth = (await alice.create_project())["id"], federated(6)
    await report(await import_file(alice, project, encoded(truth)))

    exported, _ = await export(alice, project, "coco", {"ground_truth": True})

    found, members = json.loads(exported), ("id", "neg_category_ids", "not_exhaustive_category_ids")
    assert [[image[name] for name in members] for image in found["images"]] == [
        [image["id"], sorted(image[members[1]]), sorted(image[members[2]])] for image in truth["images"]
    ]
    frequencies = {category["id"]: category["frequency"] for category in truth["categories"]}
    assert {category["id"]: category["frequency"] for category in found["categories"]} == frequencies


async def test_without_labels_of_images_lvis_figures_say_what_they_lack(alice: Client) -> None:
    project, truth = (await alice.create_project())["id"], ground_truth(3)
    await report(await import_file(alice, project, encoded(truth)))
    await report(
        await import_file(alice, project, encoded(results(truth)), role="predictions", model={"name": "yolo_v8"}),
    )

    run = await judge(alice, project, "yolo_v8", profile="lvis")

    assert [run["result"]["metrics"][f"map_{name}"] for name in ("rare", "common", "frequent")] == [None] * 3
    assert any("verified_classes" in text for text in run["result"]["notices"])
    assert any("frequent" in text for text in run["result"]["notices"])


async def test_labels_of_open_images_decide_which_candidates_count(alice: Client) -> None:
    project = (await alice.create_project())["id"]
    document = {
        "images": [
            {"id": number, "file_name": f"street{number}.jpg", "width": 100, "height": 100} for number in (1, 2, 3)
        ],
        "categories": [{"id": 1, "name": "car"}],
        "annotations": [],
    }
    await report(await import_file(alice, project, encoded(document)))
    boxes = "ImageID,Source,LabelName,Confidence,XMin,XMax,YMin,YMax,IsGroupOf\nstreet1,x,/m/01,1,0.1,0.9,0.1,0.9,1\n"
    labels = "ImageID,Source,LabelName,Confidence\nstreet1,x,/m/01,1\nstreet2,x,/m/01,0\nstreet3,x,/m/01,0.7\n"
    files = {"boxes.csv": boxes, "class-descriptions.csv": "/m/01,car\n", "labels.csv": labels}
    await report(await import_file(alice, project, zipped(files), "openimages.zip"))
    found = [
        {"image_id": 1, "category_id": 1, "bbox": [20, 20, 10, 10], "score": 0.8},
        {"image_id": 1, "category_id": 1, "bbox": [50, 50, 10, 10], "score": 0.7},
        {"image_id": 2, "category_id": 1, "bbox": [20, 20, 10, 10], "score": 0.9},
        {"image_id": 3, "category_id": 1, "bbox": [20, 20, 10, 10], "score": 0.95},
    ]
    await report(await import_file(alice, project, encoded(found), role="predictions", model={"name": "yolo_v8"}))

    run = await judge(alice, project, "yolo_v8", profile="openimages")

    # The group is found once, behind the error in the image that has no car; the third image was not searched.
    assert run["result"]["metrics"] == {"map_50": 0.5}
    assert (run["result"]["objects"], run["result"]["left_out"]) == (1, 1)


async def test_labels_that_are_no_lists_of_names_fail_with_the_image_named(platform: Platform, alice: Client) -> None:
    pipeline, project = Pipeline(alice.http), await add_project(platform, alice)
    image = await add_image(platform, alice, project)
    truth = await create_analysis(alice, image, "person", parameters={"verified_classes": "car"})
    assert (await pipeline.finalize(truth)).status_code == 200
    assert (await alice.send("PATCH", f"/api/analyses/{truth}", json={"is_ground_truth": True})).status_code == 200
    await analysed(alice, pipeline, image, FOUND, "yolo_v8")

    failed = await judge(alice, str(project), "yolo_v8", profile="lvis", status="failed")

    assert (failed["error"]["code"], image in failed["error"]["detail"]) == ("image-labels-unreadable", True)
    assert (await judge(alice, str(project), "yolo_v8"))["result"]["images"] == 1
