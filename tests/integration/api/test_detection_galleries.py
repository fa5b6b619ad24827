"""The images of a detection run, the most wrong first, filtered by what is in them."""

import re
from typing import Any
from uuid import UUID

import pytest
from litestar import Litestar

from shared.kit.platform import Platform
from tests.actors import Client
from tests.detection_counts import COUNTS
from tests.detection_projects import CAR, FOUND, PERSON, TRUTH, judge, judged_project
from tests.integration.api.web.visitor import Visitor
from tests.pipelines import box

pytestmark = pytest.mark.usefixtures("workers")

SKELETON = [[1, 2], [2, 3]]
HOSTILE = '"><script>alert(1)</script>'
# Right but for one miss, two errors and a miss, nothing on either side, and 150 boxes.
MODEL = [TRUTH[:2], FOUND, [], [box("car", 0.5 + n / 1000, (n, 0, 5, 5)) for n in range(150)]]
IMAGES = [TRUTH, TRUTH, [], [box(HOSTILE, None, PERSON)]]


async def images(owner: Client, run: Any, **query: Any) -> Any:
    answer = await owner.get(f"/v1/detection-runs/{run['id']}/images", **query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def set_metadata(owner: Client, image_id: str, key: str, value: Any) -> None:
    answer = await owner.send("PUT", f"/api/images/{image_id}/metadata", json={"key": key, "value": value})
    assert answer.status_code in {200, 201}, answer.text


async def test_images_are_ordered_by_their_errors_and_filtered_by_what_is_in_them(
    platform: Platform, app: Litestar, alice: Client, mallory: Client
) -> None:
    project_id, ids = await judged_project(platform, alice, {"yolo_v8": MODEL}, IMAGES)
    run = await judge(alice, project_id, "yolo_v8")
    await set_metadata(alice, ids[1], "camera", "Front left")
    await set_metadata(alice, ids[0], "camera", "rear")

    every = await images(alice, run, confidence=0.2)
    counts = [(one["image_id"], *(one[name] for name in COUNTS.values())) for one in every["items"]]

    # Candidates of an image and class beyond 100 count as nothing.
    assert counts == [(ids[3], 0, 100, 1), (ids[1], 1, 2, 2), (ids[0], 2, 0, 1), (ids[2], 0, 0, 0)]
    assert (every["total"], every["next"], every["iou"], every["confidence"]) == (4, None, 0.5, 0.2)
    boxes = every["items"][1]["boxes"]
    assert [(one["class_name"], one["confidence"], one["is_true_positive"]) for one in boxes[:3]] == [
        ("person", 0.9, True),
        ("bus", 0.8, False),
        ("car", 0.3, False),
    ]
    assert {one["class_name"]: one["found_at"] for one in boxes[3:]} == {"person": 0.9, "car": None, "bus": None}
    assert len(every["items"][0]["boxes"]) == 151
    assert sum(not one["is_counted"] for one in every["items"][0]["boxes"]) == 50

    wanted: list[tuple[dict[str, Any], list[str]]] = [
        ({"kind": "TP"}, [ids[1], ids[0]]),
        ({"kind": "FN", "actual": "bus"}, [ids[1], ids[0]]),
        ({"kind": "FP", "predicted": "bus"}, [ids[1]]),
        ({"actual": "car", "predicted": "bus"}, [ids[1]]),
        ({"error": "missed", "confidence": 0}, [ids[3], ids[1], ids[0]]),
        ({"metadata_key": "camera"}, [ids[1], ids[0]]),
        ({"metadata_key": "camera", "metadata_value": "LEFT"}, [ids[1]]),
        ({"metadata_key": "nobody"}, []),
        ({"kind": "FN", "actual": HOSTILE}, [ids[3]]),
    ]
    for query, expected in wanted:
        found = await images(alice, run, **{"confidence": 0.2, **query})
        assert ([one["image_id"] for one in found["items"]], found["total"]) == (expected, len(expected)), query
    first = await images(alice, run, limit=3, confidence=0.2)
    rest = await images(alice, run, limit=3, confidence=0.2, cursor=first["next"])
    assert [one["image_id"] for one in first["items"] + rest["items"]] == [one["image_id"] for one in every["items"]]
    samples = (await alice.get(f"/v1/detection-runs/{run['id']}/samples", kind="FP", confidence=0.2)).json()["items"]
    assert len(samples) == sum(one["false_positives"] for one in every["items"]) - 2

    refused = await alice.get(f"/v1/detection-runs/{run['id']}/images", metadata_value="left")
    unknown = await alice.get(f"/v1/detection-runs/{run['id']}/images", actual="unicorn")
    foreign = await mallory.get(f"/v1/detection-runs/{run['id']}/images")
    assert [one.status_code for one in (refused, unknown, foreign)] == [400, 400, 404]
    await the_pages_walk(app, alice, mallory, run, ids)


async def the_pages_walk(app: Litestar, alice: Client, mallory: Client, run: Any, ids: list[str]) -> None:
    """What a project costs to make is paid once."""
    visitor, other = Visitor.of(app), Visitor.of(app)
    await visitor.sign_in(alice)
    await other.sign_in(mallory)
    gallery = f"/app/detection-runs/{run['id']}/images"
    query = "confidence=0.2"

    shown = (await visitor.get(f"{gallery}?{query}")).text
    assert [shown.index(f"{gallery}/{one}") for one in (ids[3], ids[1], ids[0], ids[2])] == sorted(
        shown.index(f"{gallery}/{one}") for one in ids
    )
    assert HOSTILE not in shown
    middle = (await visitor.get(f"{gallery}/{ids[1]}?{query}")).text
    assert "2 of 4" in middle
    assert [one in middle for one in (f"{gallery}/{ids[3]}?{query}", f"{gallery}/{ids[0]}?{query}")] == [True, True]
    # A deleted image is passed over, and shown to nobody.
    deleted = await alice.send("DELETE", f"/api/images/{ids[1]}", params={"reason": "it is in my way"})
    assert deleted.status_code in {200, 204}, deleted.text
    first = (await visitor.get(f"{gallery}/{ids[3]}?{query}")).text
    assert f"{gallery}/{ids[0]}?{query}" in first
    assert "image deleted" in (await visitor.get(f"{gallery}?{query}")).text
    outside = (await visitor.get(f"{gallery}/{ids[2]}?{query}&amp;kind=TP".replace("&amp;", "&"))).text
    assert "not among the 2 images of this filter" in outside
    answers = [
        await visitor.get(f"{gallery}/{ids[1]}?{query}"),
        await visitor.get(f"{gallery}/{UUID(int=0)}"),
        await other.get(gallery),
        await other.get(f"{gallery}/{ids[0]}"),
        await other.get(f"/app/detection-runs/{run['id']}/differences"),
    ]
    assert [answer.status_code for answer in answers] == [404] * 5
    refused = await visitor.get(f"{gallery}?kind=XX"), await visitor.get(f"{gallery}?confidence=2")
    assert [answer.status_code for answer in refused] == [400, 400]


async def test_what_other_rules_judge_otherwise_is_on_a_page_with_its_reason(
    platform: Platform, app: Litestar, alice: Client
) -> None:
    group = box("car", None, CAR)
    group["data"]["iscrowd"] = 1
    project_id, (image_id,) = await judged_project(platform, alice, {"yolo_v8": [FOUND]}, [[TRUTH[0], group]])
    run = await judge(alice, project_id, "yolo_v8")
    visitor = Visitor.of(app)
    await visitor.sign_in(alice)
    page = f"/app/detection-runs/{run['id']}/differences"

    every = (await visitor.get(f"{page}?iou=1&confidence=0.1")).text
    one = (await visitor.get(f"{page}?profile=voc12&confidence=0.1")).text

    assert "supervision-matrix: missed" in every or "supervision-matrix: FP" in every
    assert "an overlap or a confidence equals its threshold" in every
    assert f"/app/detection-runs/{run['id']}/images/{image_id}?iou=1.0&amp;confidence=0.1" in every
    assert f'/app/detection-runs/{run["id"]}?iou=1.0&amp;confidence=0.1&amp;kind=FN#samples"' in every
    assert "these rules judge every box alike" in one
    assert (await visitor.get(f"{page}?profile=lvis")).status_code == 400


def outlined(confidence: float | None, points: list[list[int]]) -> dict[str, Any]:
    data = {"format": "polygon", "points": points}
    return {"annotation_type": "segmentation", "class_name": "car", "confidence": confidence, "data": data}


def run_lengths(confidence: float | None) -> dict[str, Any]:
    """A mask of 20 by 10 pixels at (20, 0) in an image of 640 by 480."""
    counts = [20 * 480, *([10, 470] * 19), 10, 640 * 480 - 20 * 480 - 19 * 480 - 10]
    data = {"format": "rle", "rle": {"counts": counts, "size": [480, 640]}}
    return {"annotation_type": "segmentation", "class_name": "bus", "confidence": confidence, "data": data}


def jointed(confidence: float | None, by: int = 0) -> dict[str, Any]:
    places = {"head": (100, 100), HOSTILE: (110, 140), "foot": (100, 180)}
    points = [{"name": name, "x": x + by, "y": y} for name, (x, y) in places.items()]
    data = {"keypoints": points} | ({} if confidence else {"skeleton": SKELETON})
    return {"annotation_type": "keypoint", "class_name": "person", "confidence": confidence, "data": data}


async def test_masks_are_drawn_as_outlines_and_keypoints_as_joined_points(
    platform: Platform, app: Litestar, alice: Client
) -> None:
    square = [[0, 0], [80, 0], [80, 80], [0, 80]]
    truth = [outlined(None, square), run_lengths(None), jointed(None)]
    found = [outlined(0.9, [[x + 40, y] for x, y in square]), run_lengths(0.8), jointed(0.7, by=5)]
    project_id, (image_id,) = await judged_project(platform, alice, {"yolo_v8": [found]}, [truth])
    async with platform.db.connection() as connection:
        await connection.execute(
            "INSERT INTO project_category (project_id, number, name, keypoints, skeleton) VALUES ($1, 1, $2, $3, $4)",
            UUID(project_id),
            "person",
            ["head", HOSTILE, "foot"],
            [1, 3, 9, 9],
        )
    masks = await judge(alice, project_id, "yolo_v8", subject="masks")
    joints = await judge(alice, project_id, "yolo_v8", subject="keypoints", sigmas=[0.1, 0.1, 0.1])
    boxes = await judge(alice, project_id, "yolo_v8", subject="boxes")
    visitor = Visitor.of(app)
    await visitor.sign_in(alice)

    async def shapes(run: Any, path: str) -> list[str]:
        page = (await visitor.get(f"/app/detection-runs/{run['id']}{path}")).text
        assert HOSTILE not in page
        return re.findall(r'<g class="judged [^>]*>\s*(?:<title>[^<]*</title>\s*)?(<(?:path|rect) [dx][^>]*>)', page)

    # In units of 640 / 256 pixels on small images, and of 640 / 2048 on large ones.
    outlines = {'d="M0 0h32v32h-32Z"', 'd="M16 0h32v32h-32Z"', 'd="M8 0v4h8v-4Z"'}
    for path, count in (("/images", 4), ("?kind=TP&confidence=0.1", 2), ("?kind=FP&confidence=0.1", 1),
                        ("?kind=FN&confidence=0.1", 1)):  # fmt: skip
        drawn = re.findall('d="[^"]*"', "".join(await shapes(masks, path)))
        assert (len(drawn), set(drawn) <= outlines) == (count, True), path
    large = await shapes(masks, f"/images/{image_id}")
    assert sorted(re.findall('d="[^"]*"', "".join(large))) == [
        'd="M0 0h256v256h-256Z"',
        'd="M128 0h256v256h-256Z"',
        'd="M64 0v32h64v-32Z"',
        'd="M64 0v32h64v-32Z"',
    ]
    # The ground truth states its skeleton; that of the model's object is its category's.
    lines = await shapes(joints, f"/images/{image_id}?confidence=0.1")
    assert sorted(re.findall('d="[^"]*"', "".join(lines))) == [
        'd="M320 320L352 448M352 448L320 576"',
        'd="M336 320L336 576"',
    ]
    page = (await visitor.get(f"/app/detection-runs/{joints['id']}/images/{image_id}?confidence=0.1")).text
    assert page.count("<circle ") == 6
    assert all(shape.startswith("<rect ") for shape in await shapes(boxes, f"/images/{image_id}"))
    # What is not there any more is drawn as the box that was kept.
    async with platform.db.connection() as connection:
        await connection.execute("DELETE FROM annotation WHERE confidence = 0.9 AND class_name = 'car'")
    left = await shapes(masks, f"/images/{image_id}")
    assert sorted(shape[:5] for shape in left) == ["<path", "<path", "<path", "<rect"]
    page = (await visitor.get(f"/app/detection-runs/{masks['id']}/images/{image_id}")).text
    assert "1 object is drawn as the box around it: what was judged is too large or too small to draw here" in page
