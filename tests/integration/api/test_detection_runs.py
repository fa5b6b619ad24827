"""Detectors are judged on a project's images, and every count leads to its images and boxes."""

from typing import Any

import numpy as np
import pytest

from shared.evaluation.detection.precision.average_precision import NAMES
from shared.kit.platform import Platform
from tests.actors import Client
from tests.detection_counts import COUNTS
from tests.detection_projects import BUS, CAR, FOUND, PERSON, TRUTH, judge, judged_project
from tests.pipelines import box
from tests.unit.shared.evaluation.detection.precision.test_coco_profile import oracle

pytestmark = pytest.mark.usefixtures("workers")

PARTS = ("", "/matrix", "/counts", "/curve", "/samples", "/differences")
CODES = {"bus": 0, "car": 1}


async def shown(owner: Client, run: Any, part: str, **query: Any) -> Any:
    answer = await owner.get(f"/v1/detection-runs/{run['id']}/{part}", **query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_every_figure_of_coco_is_there_and_every_count_leads_to_its_objects(
    platform: Platform, alice: Client
) -> None:
    project_id, image_ids = await judged_project(platform, alice, {"yolo_v8": [FOUND, TRUTH]}, [TRUTH, TRUTH])

    run = await judge(alice, project_id, "yolo_v8")

    result = run["result"]
    assert (result["profile"], result["subject"], result["images"]) == ("coco", "boxes", 2)
    assert (result["objects"], result["candidates"], result["ignored_objects"]) == (6, 6, 0)
    assert set(result["metrics"]) == set(NAMES)
    assert result["ap"] == run["ap"] == result["metrics"]["map"]
    assert [one["name"] for one in result["classes"]] == ["bus", "car", "person"]
    few = "the average precision of so few is too high on average, and so is the mean with it."
    assert result["notices"] == [
        "3 of 6 candidates state no confidence and count as certain.",
        "The interval rests on 2 images; of fewer than 20 it is too narrow.",
        f"3 classes have fewer than 10 objects, and so no interval; {few}",
    ]
    assert [error for error in result["errors"] if error["count"]] == [
        {"type": "class", "count": 1, "cost": pytest.approx(result["errors"][0]["cost"])},
        {"type": "background", "count": 1, "cost": pytest.approx(0, abs=1e-9)},
        {"type": "missed", "count": 1, "cost": pytest.approx(result["errors"][5]["cost"])},
    ]
    matrix = await shown(alice, run, "matrix", confidence=0.2)
    assert matrix["classes"] == ["bus", "car", "person"]
    assert matrix["counts"] == [[1, 0, 0, 1], [1, 1, 0, 0], [0, 0, 2, 0], [0, 1, 0, 0]]
    assert matrix["overall"] == {
        "true_positives": 4, "false_positives": 2, "false_negatives": 2,
        "precision": 4 / 6, "recall": 4 / 6, "f1": 4 / 6,
    }  # fmt: skip
    wrong = (await shown(alice, run, "samples", kind="FP", confidence=0.2))["items"]
    assert [(one["image_id"], one["class_name"], one["box"], one["error"]) for one in wrong] == [
        (image_ids[0], "bus", list(CAR), "class"),
        (image_ids[0], "car", [90, 90, 9, 9], "background"),
    ]
    assert (wrong[0]["partner"]["class_name"], wrong[0]["partner"]["iou"]) == ("car", 1.0)
    assert wrong[1]["partner"] is None
    of_image = (await alice.get(f"/api/images/{image_ids[0]}/analyses")).json()["analyses"]
    assert {one["id"]: one["is_ground_truth"] for one in of_image} == {
        wrong[0]["reference_analysis_id"]: True,
        wrong[0]["candidate_analysis_id"]: False,
    }
    missed = (await shown(alice, run, "samples", kind="FN", confidence=0.2))["items"]
    assert [(one["class_name"], one["box"], one["error"]) for one in missed] == [
        ("bus", list(BUS), "missed"),
        ("car", list(CAR), None),
    ]
    foreign = await shown(alice, run, "matrix", profile="supervision-matrix")
    assert (foreign["profile"], foreign["iou"], foreign["confidence"]) == ("supervision-matrix", 0.5, 0.3)
    assert (matrix["profile"], foreign["counts"]) == ("coco", matrix["counts"])
    listed = await shown(alice, run, "samples", kind="FP", profile="ultralytics-matrix")
    assert [one["box"] for one in listed["items"]] == [list(CAR), [90, 90, 9, 9]]
    cell = await shown(alice, run, "samples", kind="FN", actual="car", predicted="bus", confidence=0.2)
    assert [(one["image_id"], one["partner"]["confidence"]) for one in cell["items"]] == [(image_ids[0], 0.8)]
    alone = await shown(alice, run, "samples", kind="FN", background="true", confidence=0.2)
    assert [one["class_name"] for one in alone["items"]] == ["bus"]
    of_type = await shown(alice, run, "samples", kind="FP", error="background", confidence=0)
    assert [one["box"] for one in of_type["items"]] == [[90, 90, 9, 9]]
    right = await shown(alice, run, "samples", kind="TP", predicted="person", confidence=0.95)
    assert [(one["image_id"], one["box"]) for one in right["items"]] == [(image_ids[1], list(PERSON))]


async def test_at_any_level_the_counts_of_the_matrix_are_the_numbers_of_samples(
    platform: Platform, alice: Client
) -> None:
    random = np.random.default_rng(5)
    truth, found = [], []
    for _ in range(4):
        places = random.uniform(0, 60, (6, 2)).round(1)
        truth.append([box("car" if n % 2 else "bus", None, (*place, 20, 15)) for n, place in enumerate(places)])
        found.append(
            [
                box(str(random.choice(["car", "bus"])), float(random.choice([0.2, 0.5, 0.9])), (*place, 20, 15))
                for place in np.vstack([places + random.normal(0, 2, places.shape), places[:2]]).round(1)
            ]
        )
    project_id, _ = await judged_project(platform, alice, {"yolo_v8": found}, truth)

    run = await judge(alice, project_id, "yolo_v8")

    expected = oracle([(_entries(one), _entries(other)) for one, other in zip(truth, found, strict=True)], "boxes")
    stats = [None if value == -1 else pytest.approx(value, abs=1e-9) for value in expected.stats]
    assert list(run["result"]["metrics"].values()) == stats
    low, high = run["result"]["interval"]["low"], run["result"]["interval"]["high"]
    assert low <= run["ap"] <= high
    for level in ({"iou": 0.5}, {"iou": 0.75, "confidence": 0.3}, {"iou": 0.1, "confidence": 0.9}):
        matrix = await shown(alice, run, "matrix", **level)
        counted = {kind: matrix["overall"][name] for kind, name in COUNTS.items()}
        listed = {kind: (await shown(alice, run, "samples", kind=kind, **level))["items"] for kind in counted}
        assert counted == {kind: len(items) for kind, items in listed.items()}
        off_diagonal = matrix["counts"][0][1]
        cell = await shown(alice, run, "samples", kind="FP", actual="bus", predicted="car", **level)
        assert len(cell["items"]) == off_diagonal
    curve = await shown(alice, run, "curve", **{"class": "car"})
    assert curve["profile"] == "coco"
    assert curve["precision"] == pytest.approx(expected.eval["precision"][0, :, 1, 0, -1].tolist(), abs=1e-9)
    best = run["result"]["best"]
    at_best = await shown(alice, run, "matrix")
    assert (at_best["confidence"], at_best["overall"]["f1"]) == pytest.approx((best["confidence"], best["f1"]))


def _entries(annotations: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {"code": CODES[one["class_name"]], "bbox": one["data"]["bbox"], "score": one["confidence"], "area": None}
        for one in annotations
    ]


async def test_two_models_are_compared_image_by_image(platform: Platform, alice: Client) -> None:
    project_id, image_ids = await judged_project(
        platform, alice, {"yolo_v8": [FOUND] * 3, "resnet50": [TRUTH, TRUTH, FOUND[:1]]}, [TRUTH] * 3
    )
    baseline = await judge(alice, project_id, "yolo_v8")

    run = await judge(alice, project_id, "resnet50", baseline_id=baseline["id"])
    again = await judge(alice, project_id, "yolo_v8", baseline_id=baseline["id"])

    comparison = run["result"]["comparison"]
    assert comparison["baseline_id"] == baseline["id"]
    assert comparison["difference"] == pytest.approx(run["ap"] - baseline["ap"])
    assert (comparison["better"], comparison["worse"], comparison["equal"]) == (2, 0, 1)
    assert comparison["interval"]["low"] <= comparison["difference"] <= comparison["interval"]["high"]
    assert again["result"]["comparison"] | {"interval": None} == {
        "baseline_id": baseline["id"], "verdict": "inconclusive", "baseline": baseline["ap"], "difference": 0.0,
        "interval": None, "better": 0, "worse": 0, "equal": 3, "worst": [],
    }  # fmt: skip
    reverse = await judge(alice, project_id, "yolo_v8", baseline_id=run["id"])
    assert [one["image_id"] for one in reverse["result"]["comparison"]["worst"]] == image_ids[:2]
    other = await alice.post(
        "/v1/detection-runs",
        {"project_id": project_id, "model_name": "resnet50", "profile": "voc12", "baseline_id": baseline["id"]},
    )
    assert (other.status_code, other.json()["code"]) == (409, "baseline-not-comparable")


async def test_images_without_any_object_on_either_side_are_judged_and_have_no_figures(
    platform: Platform, alice: Client
) -> None:
    project_id, _ = await judged_project(platform, alice, {"yolo_v8": [[], []]}, [[], []])

    run = await judge(alice, project_id, "yolo_v8")

    assert (run["ap"], run["result"]["interval"], run["result"]["classes"]) == (None, None, [])
    assert (run["result"]["images"], run["result"]["objects"], run["result"]["candidates"]) == (2, 0, 0)
    assert run["intervals"] == {"status": "ready", "reason": None}
    assert (await shown(alice, run, "matrix"))["counts"] == [[0]]


async def test_objects_of_another_type_than_what_is_compared_are_counted_in_a_notice(
    platform: Platform, alice: Client
) -> None:
    outline = {"format": "polygon", "points": [[0, 0], [9, 0], [9, 9]]}
    mask = {"annotation_type": "segmentation", "class_name": "car", "data": outline}
    project_id, _ = await judged_project(platform, alice, {"yolo_v8": [TRUTH]}, [[mask, *TRUTH[:1]]])

    run = await judge(alice, project_id, "yolo_v8", subject="masks")

    assert (run["result"]["objects"], run["result"]["candidates"], run["ap"]) == (1, 0, 0)
    assert run["result"]["notices"][:2] == [
        "1 annotation of the ground truth is of another type than masks, and does not count.",
        f"{len(TRUTH)} annotations of the model are of another type than masks, and do not count.",
    ]


async def test_a_run_is_named_and_what_is_not_sent_stays(platform: Platform, alice: Client) -> None:
    project_id, _ = await judged_project(platform, alice, {"yolo_v8": [FOUND]}, [TRUTH])
    run = await judge(alice, project_id, "yolo_v8", name="May", tags=["night"], notes="The first with flips.")
    address = f"/v1/detection-runs/{run['id']}"

    renamed = await alice.send("PATCH", address, json={"name": "June"})
    cleared = await alice.send("PATCH", address, json={"notes": None, "tags": []})
    refused = await alice.send("PATCH", address, json={"name": ""})

    described = [
        {name: one[name] for name in ("name", "tags", "notes")} for one in (run, renamed.json(), cleared.json())
    ]
    assert described == [
        {"name": "May", "tags": ["night"], "notes": "The first with flips."},
        {"name": "June", "tags": ["night"], "notes": "The first with flips."},
        {"name": "June", "tags": [], "notes": None},
    ]
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (400, "/name")
    (listed,) = (await alice.get("/v1/detection-runs")).json()["items"]
    assert (listed["name"], listed["notes"]) == ("June", None)


async def test_vocs_rules_and_keypoints_are_judged_by_their_own(platform: Platform, alice: Client) -> None:
    points = {"keypoints": [{"name": n, "x": x, "y": 5} for n, x in (("nose", 3), ("tail", 9))], "bbox": [0, 0, 12, 10]}
    pet = {"annotation_type": "keypoint", "class_name": "pet", "confidence": 0.5, "data": points}
    project_id, _ = await judged_project(platform, alice, {"yolo_v8": [[*TRUTH, pet]]}, [[*TRUTH, pet]])

    for profile in ("voc07", "voc12"):
        run = await judge(alice, project_id, "yolo_v8", profile=profile)
        assert (run["result"]["metrics"], run["result"]["interval"]) == ({"map_50": 1.0}, None)
        assert "no interval" in run["result"]["notices"][-1]
    foreign = await alice.get(f"/v1/detection-runs/{run['id']}/matrix", profile="ultralytics-matrix")
    assert (foreign.status_code, foreign.json()["errors"][0]["pointer"]) == (400, "/profile")
    posed = await judge(alice, project_id, "yolo_v8", subject="keypoints", sigmas=[0.1, 0.2])
    refused = await judge(alice, project_id, "yolo_v8", subject="keypoints", status="failed")
    masks = await alice.post(
        "/v1/detection-runs",
        {"project_id": project_id, "model_name": "yolo_v8", "profile": "voc07", "subject": "masks"},
    )

    assert posed["result"]["metrics"]["map"] == pytest.approx(1)
    assert posed["result"]["objects"] == 1
    assert refused["error"]["code"] == "keypoints-not-comparable"
    assert (masks.status_code, masks.json()["errors"][0]["pointer"]) == (400, "/profile")


async def test_counts_are_those_of_the_matrix_at_any_overlap(platform: Platform, alice: Client) -> None:
    shifted = [box("car", 0.5, (22, 1, 20, 10)), box("bus", 0.4, BUS)]
    project_id, _ = await judged_project(platform, alice, {"yolo_v8": [FOUND, shifted]}, [TRUTH, TRUTH])
    run = await judge(alice, project_id, "yolo_v8")

    for query in ({}, {"iou": 0.7}, {"iou": 0.72, "confidence": 0.45}, {"iou": 0.95, "confidence": 0}):
        counts, matrix = await shown(alice, run, "counts", **query), await shown(alice, run, "matrix", **query)
        assert counts == {name: matrix[name] for name in counts}


async def test_other_rules_are_asked_of_the_same_run_and_say_why_they_differ(platform: Platform, alice: Client) -> None:
    group = box("car", None, CAR)
    group["data"]["iscrowd"] = 1
    project_id, image_ids = await judged_project(platform, alice, {"yolo_v8": [FOUND]}, [[TRUTH[0], group]])
    run = await judge(alice, project_id, "yolo_v8")

    every = await shown(alice, run, "differences", confidence=0.1)
    one = await shown(alice, run, "differences", confidence=0.1, profile="voc12", limit=1)
    refused = await alice.get(f"/v1/detection-runs/{run['id']}/differences", profile="lvis")

    assert [rules["profile"] for rules in every["rules"]] == [
        "coco", "voc07", "voc12", "ultralytics-matrix", "supervision-matrix",
    ]  # fmt: skip
    assert (every["iou"], every["confidence"], every["rules"][0]["ap"]) == (0.5, 0.1, run["ap"])
    assert (one["items"], one["next"]) == ([], None)
    threshold = await shown(alice, run, "differences", confidence=0.1, iou=1, profile="supervision-matrix", limit=1)
    assert (threshold["items"][0]["image_id"], threshold["next"]) == (image_ids[0], 1)
    assert threshold["items"][0]["others"] == [
        {"profile": "supervision-matrix", "judgement": "FP", "reason": "threshold"}
    ]
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (400, "/profile")


async def test_one_call_judges_by_several_profiles_and_counts_what_differs_by_reason(
    platform: Platform, alice: Client
) -> None:
    half = box("car", 0.9, (*CAR[:2], CAR[2], CAR[3] / 2))
    project_id, _ = await judged_project(platform, alice, {"yolo_v8": [[half]]}, [[TRUTH[1]]])
    body = {"project_id": project_id, "model_name": "yolo_v8"}

    run = await judge(alice, project_id, "yolo_v8", profiles=["supervision-matrix", "voc12"])
    refused = [
        await alice.post("/v1/detection-runs", body | {"profiles": names})
        for names in (["dota"], ["voc12", "voc12"], ["coco"])
    ]

    rules, voc = run["result"]["differences"]
    assert (run["result"]["profile"], run["options"]["profiles"]) == ("coco", ["supervision-matrix", "voc12"])
    assert rules == {
        "profile": "supervision-matrix", "ap": None, "true_positives": 0, "false_positives": 1, "false_negatives": 1,
        "iou": 0.5, "confidence": 0.9, "differing": 2, "reasons": {"threshold": 2},
    }  # fmt: skip
    assert (voc["profile"], voc["ap"], voc["differing"], voc["reasons"]) == ("voc12", 1.0, 0, {})
    listed = (await alice.get(run["links"]["supervision-matrix"])).json()["items"]
    assert [one["others"][0]["reason"] for one in listed] == ["threshold", "threshold"]
    assert [(one.status_code, one.json()["errors"][0]["pointer"]) for one in refused] == [(400, "/profiles")] * 3


async def test_nobody_else_sees_a_detection_run_and_it_goes_with_its_project(
    platform: Platform, alice: Client, mallory: Client
) -> None:
    project_id, _ = await judged_project(platform, alice, {"yolo_v8": [FOUND]}, [TRUTH])
    run = await judge(alice, project_id, "yolo_v8")
    path = f"/v1/detection-runs/{run['id']}"
    body = {"project_id": project_id, "model_name": "yolo_v8"}

    assert [(await mallory.get(f"{path}{part}")).status_code for part in PARTS] == [404] * len(PARTS)
    assert (await mallory.post("/v1/detection-runs", body)).status_code == 404
    assert (await mallory.get("/v1/detection-runs")).json()["items"] == []
    assert (await mallory.get("/v1/detection-runs", project_id=project_id)).status_code == 404
    listed = (await alice.get("/v1/detection-runs", project_id=project_id)).json()["items"]
    assert [(one["id"], one["ap"]) for one in listed] == [(run["id"], run["ap"])]
    unknown = await alice.get(f"{path}/samples", predicted="eggs")
    assert (unknown.status_code, unknown.json()["errors"][0]["pointer"]) == (400, "/predicted")
    nothing = await alice.post("/v1/detection-runs", body | {"model_name": "unheard-of"})
    assert (nothing.status_code, nothing.json()["code"]) == (400, "nothing-to-compare")
    assert (await alice.send("DELETE", path)).status_code == 204
    assert (await alice.get(path)).status_code == 404
    kept = await judge(alice, project_id, "yolo_v8")
    assert (await alice.send("DELETE", f"/api/projects/{project_id}?force=true")).status_code == 204
    assert (await alice.get(f"/v1/detection-runs/{kept['id']}")).status_code == 404
