"""A gate of detectors compares detection runs image by image, by the noun, the history and the files of every gate."""

from typing import Any
from xml.etree import ElementTree as ET

import pytest

from shared.kit.platform import Platform
from tests.actors import Client
from tests.detection_projects import FOUND, TRUTH, judge, judged_project
from tests.integration.api.test_gates import ended

pytestmark = pytest.mark.usefixtures("workers")

IMAGES = 20
FIGURES = [{"metric": "map_50", "margin": 0.05}, {"metric": "ap.class"}]


async def create_gate(owner: Client, **policy: Any) -> str:
    body = {"name": "detector", "baseline": {"tag": "released"}, "metrics": FIGURES, **policy}
    answer = await owner.post("/v1/gates", body)
    assert answer.status_code == 201, answer.text
    assert answer.json()["is_of_detectors"] is True
    return str(answer.json()["id"])


async def check(owner: Client, gate_id: str, candidate: str) -> Any:
    answer = await owner.post(f"/v1/gates/{gate_id}/checks", {"candidate": candidate})
    assert answer.status_code == 202, answer.text
    return await ended(owner, f"/v1/checks/{answer.json()['id']}", "ready")


async def test_a_check_of_a_detector_says_of_every_figure_whether_it_is_kept(platform: Platform, alice: Client) -> None:
    found = {"yolo_v8": [TRUTH] * IMAGES, "resnet50": [TRUTH[:2]] * 12 + [TRUTH] * 8}
    project_id, _ = await judged_project(platform, alice, found, [TRUTH] * IMAGES)
    gate_id = await create_gate(alice)
    baseline = await judge(alice, project_id, "yolo_v8")
    alone = await check(alice, gate_id, baseline["id"])
    tagged = await alice.send("PATCH", f"/v1/detection-runs/{baseline['id']}", json={"tags": ["released"]})
    worse, same = await judge(alice, project_id, "resnet50"), await judge(alice, project_id, "yolo_v8")

    failed, alike = await check(alice, gate_id, worse["id"]), await check(alice, gate_id, same["id"])

    assert alone["verdict"] == "fail"
    assert alone["result"]["summary"] == (
        "The candidate fails the gate. No other run with the tag “released”, of the same project and rules, is ready, "
        "so the candidate cannot be judged."
    )
    assert (tagged.status_code, tagged.json()["tags"]) == (200, ["released"])
    assert failed["baseline"] == {"id": baseline["id"], "version": 1}
    assert (failed["is_of_detectors"], failed["result"]["samples"], failed["verdict"]) == (True, IMAGES, "fail")
    tests = {(one["test"]["metric"], one["test"]["label"]): one for one in failed["result"]["reasons"]}
    assert {key: one["test"]["finding"] for key, one in tests.items()} == {
        ("map_50", None): "drop_beyond_margin",
        ("ap.class", "bus"): "drop_shown",
        ("ap.class", "car"): "no_drop_shown",
        ("ap.class", "person"): "no_drop_shown",
    }
    assert tests["map_50", None]["test"]["candidate"] == pytest.approx(worse["result"]["metrics"]["map_50"])
    assert tests["ap.class", "bus"]["text"].startswith("Average precision of “bus” 1 → 0.4059, difference −0.5941")
    # Twenty images that both answer alike say little of the hundredth that the margin allows.
    assert (alike["verdict"], [one["test"]["finding"] for one in alike["result"]["reasons"]]) == (
        "warn",
        ["inconclusive", *["no_drop_shown"] * 3],
    )

    history = (await alice.get(f"/v1/gates/{gate_id}/checks")).json()["items"]
    assert [(one["candidate"]["id"], one["verdict"]) for one in history] == [
        (same["id"], "warn"),
        (worse["id"], "fail"),
        (baseline["id"], "fail"),
    ]
    texts = {
        form: (await alice.get(f"/v1/checks/{failed['id']}/{form}")).text for form in ("junit", "markdown", "badge")
    }
    assert [case.attrib["name"] for case in ET.fromstring(texts["junit"]).iter("testcase")][:2] == [
        "metric: Mean average precision at IoU 0.50",
        "metric: Average precision of “bus”",
    ]
    assert f"{IMAGES} images; check" in texts["markdown"]
    assert "fail" in texts["badge"]
    receipt = (await alice.get(f"/v1/checks/{failed['id']}/receipt")).json()
    assert [(one["role"], one["kind"], one["model_name"]) for one in receipt["sides"]] == [
        ("baseline", "detection_run", "yolo_v8"),
        ("candidate", "detection_run", "resnet50"),
    ]
    report = await alice.get(f"/v1/checks/{failed['id']}/report")
    assert (report.status_code, "Detection run" in report.text) == (200, True)
    assert "without files its figures cannot be computed once more" in report.text

    # The history outlives the baseline, and goes with its candidate.
    assert (await alice.send("DELETE", f"/v1/detection-runs/{baseline['id']}")).status_code == 204
    assert (await alice.get(f"/v1/checks/{failed['id']}")).json()["verdict"] == "fail"
    assert (await alice.send("DELETE", f"/v1/detection-runs/{worse['id']}")).status_code == 204
    assert (await alice.get(f"/v1/checks/{failed['id']}")).status_code == 404


async def test_few_images_fail_with_the_reason_and_the_latest_is_of_the_same_project_and_rules(
    platform: Platform, alice: Client
) -> None:
    project_id, _ = await judged_project(platform, alice, {"yolo_v8": [FOUND]}, [TRUTH])
    elsewhere, _ = await judged_project(platform, alice, {"yolo_v8": [FOUND]}, [TRUTH])
    candidate, baseline = (
        await judge(alice, project_id, "yolo_v8"),
        await judge(alice, project_id, "yolo_v8", tags=["a"]),
    )
    other = await judge(alice, elsewhere, "yolo_v8", tags=["a"])
    by_voc = await judge(alice, project_id, "yolo_v8", tags=["a"], profile="voc12")
    gate_id = await create_gate(alice, baseline={"tag": "a", "model_name": "yolo_v8"})
    pinned = await create_gate(alice, name="pinned", baseline={"run_id": other["id"]})

    found, foreign = await check(alice, gate_id, candidate["id"]), await check(alice, pinned, candidate["id"])

    assert found["baseline"]["id"] == baseline["id"]
    assert by_voc["tags"] == ["a"]
    assert [one["text"] for one in found["result"]["reasons"]] == [
        "Both runs have 1 image, and fewer than 20 show nothing."
    ]
    assert (found["verdict"], foreign["verdict"]) == ("fail", "fail")
    assert foreign["result"]["reasons"][0]["text"].startswith("The baseline was judged on other images")


async def test_a_gate_of_detectors_refuses_what_it_does_not_test(alice: Client, mallory: Client) -> None:
    bodies: list[tuple[dict[str, Any], str]] = [
        ({"metrics": [{"metric": "map"}, {"metric": "accuracy"}]}, "/metrics/1"),
        ({"metrics": [{"metric": "map", "label": "car"}]}, "/metrics/0/label"),
        ({"metrics": [{"metric": "ap.class"}, {"metric": "ap.class", "margin": 0.1}]}, "/metrics/1"),
        ({"slices": [{"column": "camera"}]}, "/slices"),
        ({"golden_ids": ["1"]}, "/golden_ids"),
        ({"new_samples": "warn"}, "/new_samples"),
        ({"removed_samples": "warn"}, "/removed_samples"),
    ]
    detector = {"name": "detector", "baseline": {"tag": "released"}, "metrics": [{"metric": "map"}]}
    for change, pointer in bodies:
        answer = await alice.post("/v1/gates", {**detector, **change})
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, pointer)
    gate_id = await create_gate(mallory)
    # A run is no detection run, and neither is somebody else's.
    run = (await mallory.post("/v1/runs", {"data": {"y_true": ["a", "b"], "y_pred": ["a", "a"]}})).json()["id"]
    for candidate in (run, "x"):
        answer = await mallory.post(f"/v1/gates/{gate_id}/checks", {"candidate": candidate})
        assert (answer.status_code, answer.json()["code"]) == (404, "detection-run-not-found")
