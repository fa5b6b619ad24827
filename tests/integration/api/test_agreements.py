"""Comparing analyses, evaluating models, and taking analyses away as files."""

import csv
import io
import json
from typing import Any

import httpx2
import pytest
from faster_coco_eval import COCO, COCOeval_faster
from pycocotools import mask as coco_mask

from shared.kit.platform import Platform
from tests.actors import Client, eventually
from tests.pipelines import Pipeline, add_image, add_project, box, create_analysis

TRUTH = [box("person", 1, (0, 0, 10, 10)), box("car", 1, (20, 0, 20, 10)), box("bus", 1, (50, 0, 30, 20))]
# The person, the car as a bus, and something where nothing is.
FOUND = [
    box("person", 0.9, (0, 0, 10, 10)),
    box("bus", 0.8, (20, 0, 20, 10)),
    box("car", 0.3, (90, 90, 9, 9)),
]


@pytest.fixture
def pipeline(http: httpx2.AsyncClient) -> Pipeline:
    return Pipeline(http)


async def analysed(
    owner: Client, pipeline: Pipeline, image_id: str, found: list[dict[str, Any]], model: str = "yolo_v8", **more: Any
) -> str:
    """A completed analysis."""
    analysis_id = await create_analysis(owner, image_id, model)
    assert (await pipeline.annotate(analysis_id, *found)).status_code == 201
    assert (await pipeline.finalize(analysis_id)).status_code == 200
    if more:
        assert (await owner.send("PATCH", f"/api/analyses/{analysis_id}", json=more)).status_code == 200
    return analysis_id


async def compare(owner: Client, image_id: str, reference: str, candidate: str, **query: Any) -> Any:
    """The comparison, as soon as it is made."""
    answer = httpx2.Response(202)

    async def is_made() -> bool:
        nonlocal answer
        path = f"/api/images/{image_id}/compare"
        answer = await owner.get(path, reference=reference, candidate=candidate, **query)
        return answer.status_code != 202

    await eventually(is_made)
    return answer.json()


async def kept(owner: Client, analysis_id: str) -> list[str]:
    """The ids of what an analysis found."""
    page = (await owner.get(f"/api/analyses/{analysis_id}/annotations")).json()
    return [found["id"] for found in page["annotations"]]


@pytest.mark.usefixtures("workers")
async def test_two_models_of_one_image_are_compared_object_by_object(
    platform: Platform, alice: Client, pipeline: Pipeline
) -> None:
    image_id = await add_image(platform, alice)
    reference = await analysed(alice, pipeline, image_id, TRUTH)
    candidate = await analysed(alice, pipeline, image_id, FOUND, "resnet50")
    theirs, ours = await kept(alice, reference), await kept(alice, candidate)

    found = await compare(alice, image_id, reference, candidate)
    surer = await compare(alice, image_id, reference, candidate, min_confidence=0.85)

    assert found["matrix"] == {
        "classes": ["bus", "car", "person", "(none)"],
        "counts": [[0, 0, 0, 1], [1, 0, 0, 0], [0, 0, 1, 0], [0, 1, 0, 0]],
    }
    assert found["per_class"]["person"] == {
        "matched": 1, "missed": 0, "extra": 0, "precision": 1.0, "recall": 1.0, "f1": 1.0,
    }  # fmt: skip
    assert found["overall"] == {
        "matched": 1, "missed": 2, "extra": 2, "precision": 1 / 3, "recall": 1 / 3, "f1": 1 / 3,
    }  # fmt: skip
    assert found["matches"] == {
        "matched": [
            {"reference": theirs[0], "candidate": ours[0], "iou": 1.0},
            {"reference": theirs[1], "candidate": ours[1], "iou": 1.0},
        ],
        "only_reference": [theirs[2]],
        "only_candidate": [ours[2]],
        "ignored": [],
    }
    assert (found["reference_is_truth"], found["average_precision"]) == (False, None)
    assert surer["overall"]["extra"] == 0


@pytest.mark.usefixtures("workers")
async def test_a_model_is_evaluated_over_a_project_and_its_matrix_is_kept(
    platform: Platform, alice: Client, mallory: Client, pipeline: Pipeline
) -> None:
    project_id = await add_project(platform, alice)
    foreign = await add_image(platform, mallory)
    await analysed(mallory, pipeline, foreign, FOUND)
    truth: list[list[dict[str, Any]]] = []
    results: list[list[dict[str, Any]]] = []
    for number in range(4):
        image_id = await add_image(platform, alice, project_id)
        shifted = [box(one["class_name"], 0.9 - number / 10, _moved(one, number)) for one in TRUTH[: 1 + number % 3]]
        await analysed(alice, pipeline, image_id, TRUTH, "person", is_ground_truth=True)
        # An older run of the same model, which does not count.
        await analysed(alice, pipeline, image_id, FOUND)
        await analysed(alice, pipeline, image_id, shifted)
        truth.append(TRUTH)
        results.append(shifted)
    alone = await add_image(platform, alice, project_id)
    await analysed(alice, pipeline, alone, FOUND)

    body = {"kind": "agreement", "reference": {"ground_truth": True}, "candidate": {"model_name": "yolo_v8"}}
    submitted = await alice.post("/v1/jobs", {**body, "project_id": str(project_id)})
    assert submitted.status_code == 202, submitted.text
    job = await alice.final(submitted.json()["id"])
    assert job["status"] == "succeeded", job
    async with httpx2.AsyncClient() as outside:
        found = (await outside.get(job["artifacts"][0]["url"])).json()
    saved = await alice.post(f"/v1/jobs/{job['id']}/matrix", {"name": "yolo against truth", "model_name": "yolo_v8"})
    report = await alice.final((await alice.submit("report", saved.json()["uid"]))["id"])

    assert (found["images"], found["only_reference"], found["only_candidate"]) == (4, 0, 1)
    assert found["reference_is_truth"] is True
    stats = _faster_coco_eval(truth, results)
    assert found["average_precision"]["profile"] == "coco"
    assert [found["average_precision"][name] for name in ("map", "map_50", "map_75")] == pytest.approx(stats[:3])
    assert saved.status_code == 201
    assert (saved.json()["classes"], saved.json()["confusion_matrix"]) == (
        found["matrix"]["classes"],
        found["matrix"]["counts"],
    )
    assert (saved.json()["name"], report["status"]) == ("yolo against truth", "succeeded")
    assert (await mallory.post(f"/v1/jobs/{job['id']}/matrix", {})).status_code == 404
    assert (await alice.post(f"/v1/jobs/{report['id']}/matrix", {})).json()["code"] == "no-agreement"


def _moved(annotation: dict[str, Any], by: int) -> list[float]:
    left, top, width, height = annotation["data"]["bbox"]
    return [left + by, top, width, height]


def _faster_coco_eval(truth: list[list[dict[str, Any]]], results: list[list[dict[str, Any]]]) -> list[float]:
    names = ["bus", "car", "person"]

    def entries(images: list[list[dict[str, Any]]]) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for image_id, annotations in enumerate(images, start=1):
            for one in annotations:
                bbox = one["data"]["bbox"]
                category = names.index(one["class_name"]) + 1
                described = {"image_id": image_id, "category_id": category, "bbox": bbox, "area": bbox[2] * bbox[3]}
                found.append({**described, "id": len(found) + 1, "iscrowd": 0, "score": one["confidence"]})
        return found

    images = [{"id": number + 1, "height": 480, "width": 640} for number in range(len(truth))]
    categories = [{"id": number, "name": name} for number, name in enumerate(names, start=1)]
    known = COCO({"images": images, "categories": categories, "annotations": entries(truth)})
    evaluated = COCOeval_faster(known, known.loadRes(entries(results)), "bbox")
    evaluated.run()
    return [float(value) for value in evaluated.stats]


@pytest.mark.usefixtures("workers")
async def test_groups_ignored_objects_and_stated_areas_are_honoured_and_exported(
    platform: Platform, alice: Client, pipeline: Pipeline
) -> None:
    image_id = await add_image(platform, alice)
    truth = [
        {**box("0", None, (0, 0, 20, 20)), "area": 32**2},
        {**box("0", None, (100, 100, 200, 200)), "iscrowd": 1},
        {**box("0", None, (400, 10, 30, 30)), "difficult": 1},
        {**box("0", None, (500, 10, 30, 30)), "ignore": 1},
    ]
    found = [
        box("0", 0.9, (0, 0, 20, 20)),
        *(box("0", 0.8, (110 + 30 * n, 110, 20, 20)) for n in range(3)),
        box("0", 0.7, (400, 10, 30, 30)),
    ]
    reference = await analysed(alice, pipeline, image_id, truth, is_ground_truth=True)
    candidate = await analysed(alice, pipeline, image_id, found, "resnet50")
    ours = await kept(alice, candidate)

    result = await compare(alice, image_id, reference, candidate)
    exported = (await alice.get(f"/api/analyses/{reference}/export", format="coco")).json()["annotations"]

    counts = {name: result["overall"][name] for name in ("matched", "missed", "extra")}
    assert (counts, result["matrix"]) == ({"matched": 1, "missed": 0, "extra": 0}, {"classes": ["0"], "counts": [[1]]})
    assert (result["matches"]["ignored"], result["matches"]["only_reference"]) == (ours[1:], [])
    # An area of exactly 32² belongs to both sizes.
    precisions = [result["average_precision"][name] for name in ("map", "map_small", "map_medium", "map_large")]
    assert precisions == [pytest.approx(1), pytest.approx(1), pytest.approx(1), None]
    assert [(one["iscrowd"], one.get("ignore"), one["area"]) for one in exported] == [
        (0, None, 1024),
        (1, None, 40_000),
        (0, 1, 900),
        (0, 1, 900),
    ]


@pytest.mark.usefixtures("workers")
async def test_polygons_are_compared_as_boxes_by_their_outline_and_not_by_their_pixels(
    platform: Platform, alice: Client, pipeline: Pipeline
) -> None:
    image_id = await add_image(platform, alice, width=200, height=200)
    boxes = [(10.6, 10.6, 3.8, 3.8), (50.1, 50.1, 0.4, 0.4), (190.0, 190.0, 40.0, 40.0)]
    outlines = [[[x, y], [x + w, y], [x + w, y + h], [x, y + h]] for x, y, w, h in boxes]
    truth = [
        {"annotation_type": "segmentation", "class_name": "x", "data": {"format": "polygon", "points": points}}
        for points in outlines
    ]
    reference = await analysed(alice, pipeline, image_id, truth, is_ground_truth=True)
    candidate = await analysed(alice, pipeline, image_id, [box("x", 0.9, bbox) for bbox in boxes], "resnet50")

    result = await compare(alice, image_id, reference, candidate)

    assert (result["overall"]["matched"], result["average_precision"]["map"]) == (3, pytest.approx(1))


@pytest.mark.usefixtures("workers")
async def test_masks_and_labels_are_compared_as_such(platform: Platform, alice: Client, pipeline: Pipeline) -> None:
    image_id = await add_image(platform, alice, width=64, height=48)

    def polygon(right: float) -> dict[str, Any]:
        points = [[0, 0], [right, 0], [right, 20], [0, 20]]
        return {"annotation_type": "segmentation", "class_name": "x", "data": {"points": points, "format": "polygon"}}

    def label(name: str, confidence: float) -> dict[str, Any]:
        data = {"scores": {name: confidence}}
        return {"annotation_type": "classification", "class_name": name, "confidence": confidence, "data": data}

    one = await analysed(alice, pipeline, image_id, [polygon(20), label("cat", 0.4), label("dog", 0.6)])
    other = await analysed(alice, pipeline, image_id, [polygon(30), label("cat", 0.8)])
    rle = {"counts": [0, 10], "size": [48, 64]}
    small = {"annotation_type": "segmentation", "class_name": "x", "data": {"rle": rle, "format": "rle"}}
    third = await analysed(alice, pipeline, image_id, [small])
    async with platform.db.connection() as connection:
        # Such masks were taken before their size was compared with the image's.
        change = "UPDATE annotation SET data = replace(data, '[48,64]', '[10,10]') WHERE analysis_id = $1::text::uuid"
        await connection.execute(change, third)

    close = await compare(alice, image_id, one, other, subject="masks", iou_threshold=0.66)
    strict = await compare(alice, image_id, one, other, subject="masks", iou_threshold=0.67)
    labels = await compare(alice, image_id, one, other, subject="labels")
    unequal = await compare(alice, image_id, one, third, subject="masks")

    assert close["matches"]["matched"][0]["iou"] == pytest.approx(400 / 600)
    assert (close["overall"]["matched"], strict["overall"]["matched"]) == (1, 0)
    assert labels["matrix"] == {"classes": ["cat", "dog"], "counts": [[0, 0], [1, 0]]}
    assert (unequal["status"], unequal["code"]) == (400, "masks-not-comparable")
    assert unequal["detail"].startswith(f"Image {image_id}: ")


@pytest.mark.usefixtures("workers")
# pycocotools is older than numpy 2.
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
async def test_a_polygon_of_several_parts_is_one_object_in_every_form(
    platform: Platform, alice: Client, pipeline: Pipeline
) -> None:
    image_id = await add_image(platform, alice, width=64, height=48)
    nested = [[[0, 0], [10, 0], [10, 10], [0, 10]], [[20, 5], [30, 5], [30, 20]]]
    flat = [[value for point in part for value in point] for part in nested]
    runs = coco_mask.merge(coco_mask.frPyObjects(flat, 48, 64))
    forms = [
        {"format": "polygon", "points": nested},
        {"format": "polygon", "points": flat},
        {"format": "rle", "rle": {"counts": runs["counts"].decode(), "size": [48, 64]}},
    ]
    sent = [{"annotation_type": "segmentation", "class_name": "x", "data": data} for data in forms]
    reference = await analysed(alice, pipeline, image_id, sent[:1], is_ground_truth=True)
    others = [await analysed(alice, pipeline, image_id, [one], "resnet50") for one in sent[1:]]

    results = [await compare(alice, image_id, reference, other, subject="masks") for other in others]
    exported = (await alice.get(f"/api/analyses/{reference}/export", format="coco")).json()["annotations"]
    page = (await alice.get(f"/api/analyses/{reference}/annotations", mask_format="coco_rle")).json()["annotations"]

    assert [result["matches"]["matched"][0]["iou"] for result in results] == [1, 1]
    assert [result["average_precision"]["map"] for result in results] == [pytest.approx(1)] * 2
    assert exported[0]["segmentation"] == flat
    assert page[0]["data"] == forms[2]


async def test_what_cannot_be_compared_is_said(
    platform: Platform, alice: Client, mallory: Client, pipeline: Pipeline
) -> None:
    image_id = await add_image(platform, alice)
    own = await analysed(alice, pipeline, image_id, TRUTH)
    running = await create_analysis(alice, image_id)
    theirs = await analysed(mallory, pipeline, await add_image(platform, mallory), TRUTH)
    project = str(await add_project(platform, alice))
    foreign_project = str(await add_project(platform, mallory))

    async def submit(**body: Any) -> tuple[int, str]:
        answer = await alice.post("/v1/jobs", {"kind": "agreement", **body})
        return answer.status_code, answer.json().get("code", "")

    ours = {"analysis_id": own}
    assert await submit(reference=ours, candidate={"analysis_id": running}) == (400, "nothing-to-compare")
    assert await submit(reference=ours, candidate={"analysis_id": theirs}) == (404, "analysis-not-found")
    assert await submit(reference=ours, candidate={"analysis_id": "x"}) == (404, "analysis-not-found")
    assert await submit(reference=ours, candidate={"model_name": "m"}) == (400, "invalid-input")
    assert await submit(reference=ours, candidate={}, project_id=project) == (400, "invalid-input")
    sides = {"reference": {"ground_truth": True}, "candidate": {"model_name": "m"}}
    assert await submit(**sides, project_id=project) == (400, "nothing-to-compare")
    assert await submit(**sides, project_id=foreign_project) == (404, "project-not-found")
    assert await submit(reference=ours, candidate={"analysis_id": own.upper()}, image_id=image_id) == (202, "")
    assert await submit(**sides, image_id="none") == (404, "image-not-found")


async def test_an_analysis_is_taken_away_as_json_csv_or_coco(
    platform: Platform, alice: Client, pipeline: Pipeline
) -> None:
    image_id = await add_image(platform, alice, width=64, height=48)
    points = [[0, 0], [20, 0], [20, 20], [0, 20]]
    found = [
        box("=HYPERLINK(evil)", 0.5, (1, 2, 3, 4)),
        {"annotation_type": "segmentation", "class_name": "x", "data": {"points": points, "format": "polygon"}},
        {
            "annotation_type": "segmentation",
            "class_name": "x",
            "data": {"rle": {"counts": [0, 48], "size": [48, 64]}, "format": "rle"},
        },
        {"annotation_type": "keypoint", "class_name": "y", "data": {"keypoints": [{"name": "nose", "x": 1, "y": 2}]}},
        {"annotation_type": "classification", "class_name": "z", "data": {"scores": {"z": 1}}},
    ]
    analysis_id = await analysed(alice, pipeline, image_id, found)

    async def export(form: str) -> httpx2.Response:
        answer = await alice.get(f"/api/analyses/{analysis_id}/export", format=form)
        assert answer.status_code == 200, answer.text
        return answer

    as_json, as_csv, as_coco = await export("json"), await export("csv"), await export("coco")
    rows = list(csv.DictReader(io.StringIO(as_csv.text)))
    coco = as_coco.json()

    whole = (await alice.get(f"/api/analyses/{analysis_id}")).json()
    shown = (await alice.get(f"/api/analyses/{analysis_id}/annotations")).json()["annotations"]
    assert as_json.json() == {**whole, "annotations": shown}
    assert as_csv.headers["content-disposition"] == f'attachment; filename="analysis-{analysis_id}.csv"'
    assert [row["class_name"] for row in rows] == ["'=HYPERLINK(evil)", "x", "x", "y", "z"]
    assert [json.loads(row["data_json"]) for row in rows] == [one["data"] for one in found]
    assert coco["images"] == [{"id": 1, "file_name": "street.png", "height": 48, "width": 64}]
    assert coco["categories"] == [
        {"id": 1, "name": "=HYPERLINK(evil)"},
        {"id": 2, "name": "x"},
        {"id": 3, "name": "y", "keypoints": ["nose"], "skeleton": []},
    ]
    assert [one.get("bbox") for one in coco["annotations"]] == [
        [1.0, 2.0, 3.0, 4.0],
        [0, 0, 20, 20],
        [0, 0, 1, 48],
        [1, 2, 0, 0],
    ]
    assert coco["annotations"][1]["segmentation"] == [[0, 0, 20, 0, 20, 20, 0, 20]]
    assert coco["annotations"][2]["area"] == 48
    assert coco["annotations"][3]["keypoints"] == [1, 2, 2]
    assert COCO(coco).getAnnIds() == [1, 2, 3, 4]
    wrong = await alice.get(f"/api/analyses/{analysis_id}/export", format="xml")
    assert wrong.status_code == 400
    assert wrong.json()["errors"] == [{"pointer": "/format", "detail": "format: expected json or csv or coco."}]


async def test_an_export_of_many_annotations_is_complete(platform: Platform, alice: Client, pipeline: Pipeline) -> None:
    analysis_id = await create_analysis(alice, await add_image(platform, alice))
    for start in (0, 6000):
        names = [box(f"class {number}") for number in range(start, start + 6000)]
        assert (await pipeline.annotate(analysis_id, *names)).status_code == 201
    empty = await create_analysis(alice, await add_image(platform, alice))

    found = (await alice.get(f"/api/analyses/{analysis_id}/export")).json()["annotations"]
    lines = (await alice.get(f"/api/analyses/{analysis_id}/export", format="csv")).text.splitlines()
    nothing = (await alice.get(f"/api/analyses/{empty}/export")).json()

    assert [one["class_name"] for one in found] == [f"class {number}" for number in range(12_000)]
    assert len(lines) == 12_001
    assert (nothing["id"], nothing["annotations"]) == (empty, [])
