"""One side of a project goes out as a file of another program, and means the same when it comes back."""

import io
import json
import zipfile
from typing import Any

import pytest

from tests.actors import Client
from tests.coco_files import encoded, ground_truth, results
from tests.detection_projects import judge
from tests.integration.api.test_imports import by_pycocotools, evaluated, import_file, report

pytestmark = pytest.mark.usefixtures("workers")

TRUTH = {"ground_truth": True}


async def export(alice: Client, project: str, file_format: str, side: dict[str, Any]) -> tuple[bytes, Any]:
    """The file and the report of an export."""
    return await files_of(
        alice, {"kind": "export_annotations", "project_id": project, "format": file_format, "side": side}
    )


async def exported(alice: Client, request: dict[str, Any]) -> Any:
    """The content of the JSON file that a request exports."""
    return json.loads((await files_of(alice, request))[0])


async def files_of(alice: Client, request: dict[str, Any]) -> tuple[bytes, Any]:
    """The file and the report of a request."""
    answer = await alice.post("/v1/jobs", request)
    assert answer.status_code == 202, answer.text
    job = await alice.final(answer.json()["id"], deadline_s=100)
    assert job["status"] == "succeeded", job["error"]
    links = {one["name"]: one["url"] for one in job["artifacts"]}
    described = await alice.api.send("GET", links.pop("report.json"))
    (link,) = links.values()
    return (await alice.api.request("GET", link)).content, described


async def filled(alice: Client, images: int = 6) -> tuple[str, dict[str, Any], list[dict[str, Any]]]:
    """A project with ground truth and the detections of `yolo_v8`, and what was imported."""
    project, truth = (await alice.create_project())["id"], ground_truth(images)
    detections = results(truth)
    await report(await import_file(alice, project, encoded(truth)))
    model = {"name": "yolo_v8"}
    await report(await import_file(alice, project, encoded(detections), role="predictions", model=model))
    return project, truth, detections


async def test_both_sides_go_out_to_coco_and_pycocotools_counts_as_on_the_files_that_came_in(alice: Client) -> None:
    project, truth, detections = await filled(alice)

    said, described = await export(alice, project, "coco", TRUTH)
    found, of_results = await export(alice, project, "coco_results", {"model_name": "yolo_v8"})

    assert by_pycocotools(json.loads(said), json.loads(found)) == pytest.approx(
        by_pycocotools(truth, detections), abs=1e-12
    )
    assert {name: described[name] for name in ("role", "images", "images_without", "annotations")} == {
        "role": "ground_truth",
        "images": 6,
        "images_without": 0,
        "annotations": len(truth["annotations"]),
    }
    assert (of_results["role"], of_results["annotations"]) == ("predictions", len(detections))


@pytest.mark.parametrize("file_format", ["coco", "voc", "yolo"])
async def test_a_project_that_is_moved_by_files_has_the_same_average_precision(alice: Client, file_format: str) -> None:
    project, truth, _ = await filled(alice)
    other = (await alice.create_project())["id"]
    if file_format == "yolo":
        # YOLO's texts do not say how large the images are.
        bare = {**truth, "annotations": []}
        await report(await import_file(alice, other, encoded(bare)))

    said, described = await export(alice, project, file_format, TRUTH)
    found, _ = await export(alice, project, file_format, {"model_name": "yolo_v8", "model_version": "1"})
    await report(await import_file(alice, other, said, name="truth"))
    await report(await import_file(alice, other, found, name="found", role="predictions", model={"name": "yolo_v8"}))

    before, after = await evaluated(alice, project, "yolo_v8"), await evaluated(alice, other, "yolo_v8")
    if file_format == "coco":
        assert after["average_precision"] == before["average_precision"]
    else:
        # Stated areas and groups do not fit into boxes alone, and the report says so.
        lost = [one for one in described["notices"] if "area" in one or "iscrowd" in one]
        assert len(lost) == 2
        assert after["average_precision"]["map"] == pytest.approx(before["average_precision"]["map"], abs=0.2)


async def test_numbers_are_given_once_and_kept(alice: Client) -> None:
    project, truth, _ = await filled(alice, images=2)
    new: dict[str, list[dict[str, Any]]] = {
        "images": [{"id": "x", "file_name": "new.jpg", "width": 64, "height": 48}],
        "categories": [{"id": "tram", "name": "tram"}],
        "annotations": [{"id": 1, "image_id": "x", "category_id": "tram", "bbox": [1, 2, 3, 4]}],
    }
    await report(await import_file(alice, project, encoded(new)))

    first = json.loads((await export(alice, project, "coco", TRUTH))[0])
    await report(
        await import_file(
            alice, project, encoded({**new, "categories": [{"id": 1, "name": "bike"}, *new["categories"]]})
        )
    )
    second = json.loads((await export(alice, project, "coco", TRUTH))[0])

    known = {image["file_name"]: image["id"] for image in truth["images"]}
    assert {image["file_name"]: image["id"] for image in first["images"]} == {**known, "new.jpg": 21}
    assert second["images"] == first["images"]
    names = {category["name"]: category["id"] for category in first["categories"]}
    assert names == {"person": 3, "traffic light": 7, "bus": 90, "tram": 91}
    assert {category["name"]: category["id"] for category in second["categories"]} == {**names, "bike": 1}


async def test_two_files_that_number_alike_go_out_with_numbers_of_their_own(alice: Client) -> None:
    project = (await alice.create_project())["id"]
    for name in ("a", "b"):
        document = {
            "images": [{"id": 1, "file_name": f"{name}.jpg", "width": 64, "height": 48}],
            "categories": [{"id": 1, "name": name}],
            "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 2, 3, 4]}],
        }
        await report(await import_file(alice, project, encoded(document)))

    found = json.loads((await export(alice, project, "coco", TRUTH))[0])

    images = {image["id"]: image["file_name"] for image in found["images"]}
    categories = {category["id"]: category["name"] for category in found["categories"]}
    assert (images, categories) == ({2: "a.jpg", 3: "b.jpg"}, {2: "a", 3: "b"})
    assert [
        (images[one["image_id"]], categories[one["category_id"]]) for one in found["annotations"]
    ] == [("a.jpg", "a"), ("b.jpg", "b")]  # fmt: skip


async def test_the_archives_hold_a_file_for_each_image(alice: Client) -> None:
    project, _, _ = await filled(alice, images=2)

    voc, yolo = [(await export(alice, project, name, TRUTH))[0] for name in ("voc", "yolo")]

    with zipfile.ZipFile(io.BytesIO(voc)) as packed:
        assert packed.namelist() == ["Annotations/000000000001.xml", "Annotations/000000000002.xml"]
    with zipfile.ZipFile(io.BytesIO(yolo)) as packed:
        assert packed.namelist() == ["data.yaml", "labels/000000000001.txt", "labels/000000000002.txt"]
        assert packed.read("data.yaml") == b"names:\n  0: person\n  1: traffic light\n  2: bus\n"
        assert packed.read("labels/000000000002.txt") == b""


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"side": {}}, 400, "invalid-input"),
        ({"format": "coco_results"}, 400, "invalid-input"),
        ({"side": {"model_name": "other"}}, 409, "nothing-to-export"),
        ({"side": {"analysis_id": "nonsense"}}, 409, "nothing-to-export"),
        ({"project_id": "nonsense"}, 404, "project-not-found"),
        ({"format": "cvat"}, 400, "invalid-input"),
    ],
)
async def test_an_export_that_cannot_be_made_is_refused_at_once(
    alice: Client, changes: dict[str, Any], status: int, code: str
) -> None:
    project = (await alice.create_project())["id"]
    await report(await import_file(alice, project, encoded(ground_truth(2))))
    request = {"kind": "export_annotations", "project_id": project, "format": "coco", "side": TRUTH, **changes}

    answer = await alice.post("/v1/jobs", request)

    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_nobody_exports_the_project_of_another_account(alice: Client, mallory: Client) -> None:
    project, _, _ = await filled(alice, images=2)
    own = (await mallory.create_project())["id"]
    image = (await alice.get(f"/api/projects/{project}/images")).json()["items"][0]["id"]
    analysis = (await alice.get(f"/api/images/{image}/analyses")).json()["analyses"][0]["id"]
    request = {"kind": "export_annotations", "format": "coco", "side": {"analysis_id": analysis}}

    foreign = await mallory.post("/v1/jobs", {**request, "project_id": project})
    mixed = await mallory.post("/v1/jobs", {**request, "project_id": own})

    assert (foreign.status_code, foreign.json()["code"]) == (404, "project-not-found")
    assert (mixed.status_code, mixed.json()["code"]) == (409, "nothing-to-export")


async def test_a_detection_run_goes_out_with_what_it_judged_and_not_with_what_came_later(alice: Client) -> None:
    project, truth, detections = await filled(alice, images=3)
    run = await judge(alice, project, "yolo_v8")
    later = [{**detection, "score": 0.001} for detection in detections]
    await report(await import_file(alice, project, encoded(later), role="predictions", model={"name": "yolo_v8"}))
    request = {"kind": "export_annotations", "project_id": project, "detection_run_id": run["id"]}
    model = {"side": {"model_name": "yolo_v8"}, "format": "coco_results"}

    judged = await exported(alice, {**request, **model})
    newest = await exported(alice, {**request, **model, "detection_run_id": None})
    references = await exported(alice, {**request, "side": TRUTH, "format": "coco"})
    other = await alice.post("/v1/jobs", {**request, **model, "project_id": (await alice.create_project())["id"]})
    unknown = await alice.post("/v1/jobs", {**request, **model, "detection_run_id": project})
    image = (await alice.get(f"/api/projects/{project}/images")).json()["items"][0]["id"]
    await alice.api.send("DELETE", f"/api/images/{image}", params={"reason": "out of focus"})
    gone = await alice.post("/v1/jobs", {**request, "side": TRUTH, "format": "coco"})

    assert sorted(one["score"] for one in judged) == sorted(one["score"] for one in detections)
    assert {one["score"] for one in newest} == {0.001}
    assert len(references["annotations"]) == len(truth["annotations"])
    assert [(one.status_code, one.json()["code"]) for one in (other, unknown, gone)] == [
        (409, "nothing-to-export"),
        (404, "detection-run-not-found"),
        (404, "analysis-not-found"),
    ]
