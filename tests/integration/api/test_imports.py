"""A file of annotations comes in, and its project holds the same objects: all of them, or none."""

import contextlib
import io
from typing import Any

import httpx2
import pytest
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from shared.kit.settings import Settings
from tests.actors import Client
from tests.coco_files import CATEGORIES, encoded, ground_truth, results
from tests.files import upload_file
from tests.pictures import picture
from tests.unit.shared.imports.containers import CONTAINERS, WITHOUT_IMAGES, Box, Picture

pytestmark = pytest.mark.usefixtures("workers")


async def import_file(alice: Client, project: str, body: bytes, name: str = "instances.json", **fields: Any) -> Any:
    """The job of an import, once it has ended."""
    upload = await upload_file(alice, body, filename=name)
    request = {"upload_id": upload["id"], "role": "ground_truth", **fields}
    answer = await alice.send("POST", f"/v1/projects/{project}/imports", json=request)
    assert answer.status_code in {200, 202}, answer.text
    return await alice.final(answer.json()["id"])


async def report(job: Any) -> Any:
    """The one artifact of a job that has succeeded."""
    assert job["status"] == "succeeded", job["error"]
    async with httpx2.AsyncClient() as outside:
        return (await outside.get(job["artifacts"][0]["url"])).json()


async def evaluated(alice: Client, project: str, model: str) -> Any:
    """The average precision of a model against the ground truth."""
    request = {
        "kind": "agreement",
        "project_id": project,
        "reference": {"ground_truth": True},
        "candidate": {"model_name": model},
    }
    job = await alice.final((await alice.post("/v1/jobs", request)).json()["id"])
    return await report(job)


def by_pycocotools(truth: dict[str, Any], detections: list[dict[str, Any]]) -> list[float]:
    """All twelve metrics of boxes."""
    with contextlib.redirect_stdout(io.StringIO()):
        reference = COCO()
        reference.dataset = truth
        reference.createIndex()
        evaluation = COCOeval(reference, reference.loadRes(detections), "bbox")
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    metrics: list[float] = evaluation.stats.tolist()
    return metrics


async def images_of(alice: Client, project: str) -> list[Any]:
    images: list[Any] = (await alice.get(f"/api/projects/{project}/images", limit=100)).json()["items"]
    return images


NAMES = ("map", "map_50", "map_75", "map_small", "map_medium", "map_large")
RECALLS = ("mar_1", "mar_10", "mar_100", "mar_small", "mar_medium", "mar_large")


async def test_imported_files_of_coco_are_evaluated_as_pycocotools_evaluates_them(alice: Client) -> None:
    project, truth = (await alice.create_project())["id"], ground_truth(8)
    detections = results(truth)

    imported = await report(await import_file(alice, project, encoded(truth)))
    predicted = await report(
        await import_file(alice, project, encoded(detections), role="predictions", model={"name": "yolo_v8"}),
    )

    assert {name: imported[name] for name in ("format", "images_created", "images_matched", "annotations")} == {
        "format": "coco",
        "images_created": 8,
        "images_matched": 0,
        "annotations": len(truth["annotations"]),
    }
    assert [(category["name"], category["number"]) for category in imported["categories"]] == sorted(
        (category["name"], category["id"]) for category in CATEGORIES
    )
    assert (predicted["format"], predicted["images_matched"], predicted["images_without"]) == ("coco_results", 7, 1)
    precision = (await evaluated(alice, project, "yolo_v8"))["average_precision"]
    assert [precision[name] for name in (*NAMES, *RECALLS)] == pytest.approx(
        by_pycocotools(truth, detections), abs=1e-9
    )


LOST = (
    "2 images have detections of this model and version from before, and none in this file: they count as without "
    "detections now. Import all that a model finds as one file."
)


async def test_what_a_file_replaces_is_said(alice: Client) -> None:
    project, truth = (await alice.create_project())["id"], ground_truth(4)
    halves = [[each for each in results(truth) if (each["image_id"] > 20) == is_second] for is_second in (False, True)]
    model: dict[str, Any] = {"role": "predictions", "model": {"name": "yolo_v8"}}

    reports = [
        await report(await import_file(alice, project, encoded(body), **options))
        for body, options in (
            (truth, {}),
            (halves[0], model),
            (halves[1], {**model, "model": {"name": "yolo_v8", "version": "2"}}),
            (halves[1], model),
            (truth, {}),
        )
    ]

    # The images are 10, 20, 30, and 40 without an object.
    assert [(one["images_matched"], one["images_without"]) for one in reports] == [
        (0, 0),
        (2, 2),
        (1, 3),
        (1, 3),
        (4, 0),
    ]
    assert [one["notices"] for one in reports] == [
        [],
        [],
        [],
        [LOST],
        ["4 images had ground truth from before: that of this file replaces it in detection runs."],
    ]


async def test_one_fault_in_a_file_leaves_the_project_as_it_was(alice: Client) -> None:
    project, truth = (await alice.create_project())["id"], ground_truth(4)
    truth["annotations"][5]["image_id"] = 999

    job = await import_file(alice, project, encoded(truth))

    assert (job["status"], job["artifacts"]) == ("failed", [])
    assert job["error"]["errors"] == [
        {
            "pointer": "/annotations/5/image_id",
            "detail": "annotations.5.image_id: none of the images of this file has the id 999.",
        }
    ]
    assert await images_of(alice, project) == []


async def test_an_image_without_bytes_has_its_size_a_canvas_and_no_download(alice: Client) -> None:
    project = (await alice.create_project())["id"]
    await report(await import_file(alice, project, encoded(ground_truth(2))))

    image = (await images_of(alice, project))[0]
    content = await alice.get(f"/api/images/{image['id']}/content")

    assert (image["width"], image["height"], image["content_type"]) == (640, 480, "image/svg+xml")
    assert content.text == (
        '<svg xmlns="http://www.w3.org/2000/svg" width="640" height="480">'
        '<rect width="100%" height="100%" fill="#d4d4d4"/></svg>'
    )
    assert (content.headers["content-type"], len(content.content)) == ("image/svg+xml", image["size_bytes"])
    assert (await alice.get(f"/api/images/{image['id']}/download")).json()["code"] == "image-without-bytes"


async def test_ground_truth_goes_to_the_images_that_the_project_has_by_name(alice: Client) -> None:
    project = (await alice.create_project())["id"]
    picture_id = (await alice.add_image(project, picture(size=(640, 480)), name="000000000001.jpg"))["id"]

    imported = await report(await import_file(alice, project, encoded(ground_truth(2))))

    assert (imported["images_created"], imported["images_matched"]) == (1, 1)
    (analysis,) = (await alice.get(f"/api/images/{picture_id}/analyses")).json()["analyses"]
    assert (analysis["is_ground_truth"], analysis["status"], analysis["model_name"]) == (
        True,
        "completed",
        "ground truth",
    )


async def test_an_image_takes_no_more_analyses_than_its_limit(alice: Client, settings: Settings) -> None:
    project, body = (await alice.create_project())["id"], encoded(ground_truth(1))
    for number in range(settings.ml_max_analyses_per_image):
        await report(await import_file(alice, project, body + b" " * number))

    job = await import_file(alice, project, body + b"\n")

    assert (job["status"], job["error"]["code"]) == ("failed", "analysis-limit-reached")
    assert job["error"]["detail"].startswith("“000000000001.jpg” has 10 analyses already")


async def test_predictions_need_the_name_of_their_model(alice: Client) -> None:
    project = (await alice.create_project())["id"]
    upload = await upload_file(alice, b"[]", filename="results.json")

    answer = await alice.post(f"/v1/projects/{project}/imports", {"upload_id": upload["id"], "role": "predictions"})

    assert (answer.status_code, answer.json()["detail"]) == (400, "model: predictions need the name of their model.")


async def test_one_ground_truth_in_nine_containers_gives_one_average_precision(alice: Client) -> None:
    truth = ground_truth(6)
    detections = results(truth)
    names = {category["id"]: category["name"].replace(" ", "_") for category in truth["categories"]}
    truth["categories"] = [{"id": number, "name": name} for number, name in names.items()]
    boxes = [{"id": one["id"], "image_id": one["image_id"], "category_id": one["category_id"], "bbox": one["bbox"]}
             for one in truth["annotations"]]  # fmt: skip
    pictures = [
        Picture(
            image["file_name"],
            image["width"],
            image["height"],
            [Box(names[one["category_id"]], *one["bbox"]) for one in boxes if one["image_id"] == image["id"]],
        )
        for image in truth["images"]
    ]
    # By names, as not every container has numbers.
    predicted = {**truth, "annotations": [{"id": number, **one} for number, one in enumerate(detections, start=1)]}

    found = {}
    for index, (name, container) in enumerate(CONTAINERS.items()):
        project = (await alice.create_project())["id"]
        if name in WITHOUT_IMAGES:
            await report(await import_file(alice, project, encoded({**truth, "annotations": []}) + b" " * index))
        await report(await import_file(alice, project, container(pictures), name="truth", format=name))
        model = {"name": "yolo_v8"}
        await report(
            # The same bytes again would be the same upload.
            await import_file(
                alice, project, encoded(predicted) + b" " * index, role="predictions", model=model, format="coco"
            )
        )
        found[name] = (await evaluated(alice, project, "yolo_v8"))["average_precision"]

    expected = by_pycocotools(
        {**truth, "annotations": [{**one, "area": one["bbox"][2] * one["bbox"][3], "iscrowd": 0} for one in boxes]},
        detections,
    )
    assert {name: [one[metric] for metric in (*NAMES, *RECALLS)] for name, one in found.items()} == {
        name: pytest.approx(expected, abs=1e-9) for name in CONTAINERS
    }
