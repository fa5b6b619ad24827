"""Annotations in bulk, and reading them page by page and in other forms."""

import json
from typing import Any

import httpx2
import numpy as np
import pytest
from pycocotools import mask as coco_mask

from shared.analyses.annotations import formats
from shared.analyses.annotations import queries as annotation_queries
from shared.kit.platform import Platform
from tests.actors import Client
from tests.pipelines import Pipeline, add_image, box, create_analysis


@pytest.fixture
async def analysis_id(platform: Platform, alice: Client) -> str:
    return await create_analysis(alice, await add_image(platform, alice, width=64, height=48))


@pytest.fixture
def pipeline(http: httpx2.AsyncClient) -> Pipeline:
    return Pipeline(http)


async def read(alice: Client, analysis_id: str, **query: Any) -> dict[str, Any]:
    answer = await alice.get(f"/api/analyses/{analysis_id}/annotations", **query)
    assert answer.status_code == 200, answer.text
    page: dict[str, Any] = answer.json()
    return page


async def test_a_batch_is_answered_as_the_guide_shows_it_and_comes_back(
    alice: Client, pipeline: Pipeline, analysis_id: str
) -> None:
    sent = [box("person", 0.95, (100, 150, 50, 100)), box("car", None)]

    answer = await pipeline.annotate(analysis_id, *sent)

    body = answer.json()
    shown = [{name: one[name] for name in ("annotation_type", "class_name", "confidence")} for one in sent]
    assert answer.status_code == 201
    assert body == {
        "created_count": 2,
        "annotations": [{"id": kept["id"], **one} for kept, one in zip(body["annotations"], shown, strict=True)],
    }
    assert await read(alice, analysis_id) == {
        "annotations": [{"id": kept["id"], **one} for kept, one in zip(body["annotations"], sent, strict=True)],
        "total": 2,
        "next": None,
    }


@pytest.mark.parametrize("path", ["annotations:bulk", "annotations:bulk/", "annotations%3Abulk", "annotations%3abulk/"])
async def test_the_colon_may_be_written_in_any_way(pipeline: Pipeline, analysis_id: str, path: str) -> None:
    answer = await pipeline.call("POST", f"/api/analyses/{analysis_id}/{path}", {"annotations": [box()]})

    assert answer.status_code == 201, answer.text


async def test_the_same_batch_again_is_the_same_batch(alice: Client, pipeline: Pipeline, analysis_id: str) -> None:
    first = await pipeline.annotate(analysis_id, box("a"), box("b"))
    other = await pipeline.annotate(analysis_id, box("c"))
    again = await pipeline.annotate(analysis_id, box("a"), box("b"))
    await pipeline.finalize(analysis_id)
    late = await pipeline.annotate(analysis_id, box("a"), box("b"))
    new = await pipeline.annotate(analysis_id, box("d"))

    assert (again.status_code, again.json()) == (late.status_code, late.json()) == (201, first.json())
    assert (new.status_code, new.json()["code"]) == (409, "analysis-ended")
    assert other.json()["created_count"] == 1
    assert [one["class_name"] for one in (await read(alice, analysis_id))["annotations"]] == ["a", "b", "c"]


async def test_a_batch_with_one_fault_is_refused_whole(alice: Client, pipeline: Pipeline, analysis_id: str) -> None:
    answer = await pipeline.annotate(analysis_id, box(), box(confidence=1.5), box(class_name=""))

    assert answer.status_code == 400
    assert answer.json()["errors"] == [
        {"pointer": "/annotations/1/confidence", "detail": "annotations.1.confidence: expected a number from 0 to 1."},
        {
            "pointer": "/annotations/2/class_name",
            "detail": "annotations.2.class_name: expected text of 1 to 255 characters, not all of them invisible.",
        },
    ]
    assert await read(alice, analysis_id) == {"annotations": [], "total": 0, "next": None}


async def test_members_that_change_the_meaning_are_read_or_refused(
    alice: Client, pipeline: Pipeline, analysis_id: str
) -> None:
    scored = {**box("0", None), "score": 0.25}
    angled = box()
    angled["data"]["angle"] = 30

    taken = await pipeline.annotate(analysis_id, scored)
    refused = await pipeline.annotate(analysis_id, {**box(), "confidance": 0.1}, angled)
    page = await read(alice, analysis_id, class_name="0", min_confidence=0.25)

    assert taken.json()["annotations"][0]["confidence"] == 0.25
    assert [(one["class_name"], one["confidence"]) for one in page["annotations"]] == [("0", 0.25)]
    assert refused.json()["errors"] == [
        {
            "pointer": "/annotations/0/confidance",
            "detail": "annotations.0.confidance: not a member of this object; did you mean confidence?",
        },
        {
            "pointer": "/annotations/1/data/angle",
            "detail": "annotations.1.data.angle: send rotation, in degrees clockwise around the centre, or the corners "
            "as a segmentation of the format polygon.",
        },
    ]


async def test_a_mask_of_another_size_than_the_image_is_refused(pipeline: Pipeline, analysis_id: str) -> None:
    right, other = mask([1, 1]), mask([1, 1])
    other["data"]["rle"]["size"] = [64, 48]

    refused = await pipeline.annotate(analysis_id, right, other)

    assert refused.status_code == 400
    assert refused.json()["errors"] == [
        {
            "pointer": "/annotations/1/data/rle/size",
            "detail": "annotations.1.data.rle.size: the mask is 64 x 48 pixels (height x width), but the image is "
            "48 x 64.",
        }
    ]


@pytest.mark.parametrize(
    ("raw", "pointer"),
    [
        (b"{}", "/annotations"),
        (b'{"annotations": {}}', "/annotations"),
        (b'{"annotations": [{"class_name": "\\u0000"}]}', "/annotations"),
        (b'{"annotations": [NaN]}', ""),
        (b'{"annotations": [' + b"[" * 5000, ""),
        (b"not json", ""),
    ],
)
async def test_what_is_no_batch_is_refused(pipeline: Pipeline, analysis_id: str, raw: bytes, pointer: str) -> None:
    answer = await pipeline.call("POST", f"/api/analyses/{analysis_id}/annotations:bulk", raw)

    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, pointer), answer.text


async def test_too_many_at_once_are_refused_and_many_are_not(pipeline: Pipeline, analysis_id: str) -> None:
    many = [box(f"class {number}") for number in range(10_000)]

    taken = await pipeline.annotate(analysis_id, *many)
    assert taken.json().get("created_count") == 10_000, taken.text[:300]
    answer = await pipeline.annotate(analysis_id, *many, box())
    assert answer.status_code == 400
    assert answer.json()["detail"] == "annotations: send at most 10000 in one request."


async def test_a_heatmap_shows_an_artifact_that_was_announced(pipeline: Pipeline, analysis_id: str) -> None:
    heatmap = {"annotation_type": "heatmap", "class_name": "dog", "data": {"artifact_name": "heat.png"}}

    unknown = await pipeline.annotate(analysis_id, box(), heatmap)
    await pipeline.presign(analysis_id, {"artifact_name": "heat.png", "content_type": "image/png"})
    known = await pipeline.annotate(analysis_id, box(), heatmap)

    assert unknown.status_code == 400
    assert [fault["pointer"] for fault in unknown.json()["errors"]] == ["/annotations/1/data/artifact_name"]
    assert known.status_code == 201


async def test_pages_follow_each_other_and_filters_hold(alice: Client, pipeline: Pipeline, analysis_id: str) -> None:
    await pipeline.annotate(analysis_id, *(box("odd" if n % 2 else "even", n / 100) for n in range(101)))

    seen: list[float] = []
    cursor: int | None = 0
    while cursor is not None:
        page = await read(alice, analysis_id, cursor=cursor, limit=25)
        seen += [one["confidence"] for one in page["annotations"]]
        cursor = page["next"]
    sure = await read(alice, analysis_id, class_name="odd", min_confidence=0.9, limit=1000)
    none = await read(alice, analysis_id, annotation_type="heatmap")

    assert seen == [n / 100 for n in range(101)]
    assert [one["confidence"] for one in sure["annotations"]] == [0.91, 0.93, 0.95, 0.97, 0.99]
    assert (none["annotations"], none["total"]) == ([], 101)


async def test_boxes_and_masks_come_in_the_form_that_is_asked_for(
    alice: Client, pipeline: Pipeline, analysis_id: str
) -> None:
    corners: list[list[float]] = [[10.0, 5.5], [40, 8], [30.5, 40], [8, 30]]
    polygon = {
        "annotation_type": "segmentation",
        "class_name": "x",
        "data": {"points": corners, "format": "polygon"},
    }
    await pipeline.annotate(analysis_id, box(bbox=(1, 2, 30, 40)), polygon)
    oracle = coco_mask.frPyObjects([[value for corner in corners for value in corner]], 48, 64)[0]

    xyxy = (await read(alice, analysis_id, box_format="xyxy"))["annotations"]
    compressed = (await read(alice, analysis_id, mask_format="coco_rle"))["annotations"][1]["data"]
    counts = (await read(alice, analysis_id, mask_format="rle"))["annotations"][1]["data"]
    polygons = (await read(alice, analysis_id, mask_format="polygon"))["annotations"]
    wrong = await alice.get(f"/api/analyses/{analysis_id}/annotations", box_format="yolo")

    assert xyxy[0]["data"] == {"bbox": [1.0, 2.0, 31.0, 42.0], "format": "xyxy"}
    assert xyxy[1]["data"] == polygon["data"]
    assert compressed == {"rle": {"counts": oracle["counts"].decode(), "size": [48, 64]}, "format": "rle"}
    assert sum(counts["rle"]["counts"]) == 48 * 64
    assert sum(counts["rle"]["counts"][1::2]) == coco_mask.area(oracle)
    assert polygons[1]["data"] == polygon["data"]
    none = await alice.get(f"/api/analyses/{analysis_id}/annotations", limit=0)
    assert (wrong.status_code, wrong.json()["detail"]) == (400, "box_format: expected xywh or xyxy.")
    assert (none.status_code, none.json()["detail"]) == (400, "limit: expected a whole number >= 1.")


# pycocotools is older than numpy 2.
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
async def test_run_lengths_come_as_a_polygon_that_coco_draws_alike(
    alice: Client, pipeline: Pipeline, analysis_id: str
) -> None:
    mask = np.zeros((48, 64), dtype=np.uint8)
    mask[10:30, 5:40], mask[15:20, 10:20], mask[40:44, 50:60] = 1, 0, 1
    counts = coco_mask.encode(np.asfortranarray(mask))["counts"].decode()
    sent = [{"rle": {"counts": runs, "size": [48, 64]}, "format": "rle"} for runs in (counts, [48 * 64])]
    sent = [{**data, "attributes": {"source": "x"}} for data in sent]
    found = [{"annotation_type": "segmentation", "class_name": "x", "data": data} for data in sent]
    await pipeline.annotate(analysis_id, *found)

    shown, empty = [one["data"] for one in (await read(alice, analysis_id, mask_format="polygon"))["annotations"]]

    line = [float(value) for point in shown.pop("points") for value in point]
    assert (coco_mask.decode(coco_mask.frPyObjects([line], 48, 64)[0]) == mask).all()
    assert shown == {"format": "polygon", "attributes": {"source": "x"}}
    assert empty == sent[1]


async def test_outlines_that_are_too_long_together_are_not_drawn(
    alice: Client, pipeline: Pipeline, analysis_id: str
) -> None:
    data = {"points": [[0, 0], [200_000, 10], [0, 200_000]], "format": "polygon"}
    far = {"annotation_type": "segmentation", "class_name": "x", "data": data}
    await pipeline.annotate(analysis_id, *[far] * 5)
    path = f"/api/analyses/{analysis_id}"

    together = await alice.get(f"{path}/annotations", mask_format="rle")
    one = await alice.get(f"{path}/annotations", mask_format="rle", limit=1)
    as_coco = (await alice.get(f"{path}/export", format="coco")).json()["annotations"]

    assert (together.status_code, together.json()["code"]) == (400, "outline-not-drawn")
    assert one.status_code == 200
    assert [(found["bbox"], found["area"]) for found in as_coco] == [([0, 0, 200_000, 200_000], 200_000**2 / 2)] * 5


async def test_an_outline_that_is_too_long_to_draw_is_named(
    alice: Client, pipeline: Pipeline, analysis_id: str
) -> None:
    points = [[1_000_000 * (n % 2), n] for n in range(100)]
    data = {"points": points, "format": "polygon"}
    await pipeline.annotate(analysis_id, {"annotation_type": "segmentation", "class_name": "x", "data": data})

    answer = await alice.get(f"/api/analyses/{analysis_id}/annotations", mask_format="rle")

    assert (answer.status_code, answer.json()["code"]) == (400, "outline-not-drawn")
    assert json.dumps(points) in (await alice.get(f"/api/analyses/{analysis_id}/annotations")).text.replace(",", ", ")


async def test_a_mask_of_too_many_run_lengths_is_refused_with_its_place(
    pipeline: Pipeline, analysis_id: str, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    _lower(platform, monkeypatch, 4)

    at_the_limit = await pipeline.annotate(analysis_id, mask([1, 1, 1, 1]), mask("1111"))
    above = await pipeline.annotate(analysis_id, box(), mask([1, 1, 1, 1, 1]), mask("11111"))

    assert at_the_limit.status_code == 201
    assert above.status_code == 400
    assert above.json()["errors"] == [
        {
            "pointer": f"/annotations/{number}/data/rle/counts",
            "detail": f"annotations.{number}.data.rle.counts: expected at most 4 run lengths; send a mask of fewer "
            "pixels.",
        }
        for number in (1, 2)
    ]


async def test_a_stored_mask_of_too_many_run_lengths_comes_as_it_was_sent(
    alice: Client, pipeline: Pipeline, analysis_id: str, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    await pipeline.annotate(analysis_id, mask([1, 1]), mask([1, 1, 1, 1]), mask("1111"))
    _lower(platform, monkeypatch, 3)

    page = await read(alice, analysis_id, mask_format="polygon")

    assert [one["data"]["format"] for one in page["annotations"]] == ["polygon", "rle", "rle"]
    assert page["next"] is None


@pytest.mark.parametrize("mask_format", ["polygon", "rle", "coco_rle"])
async def test_a_page_ends_where_its_masks_are_work_enough_and_the_cursor_goes_on(
    alice: Client, pipeline: Pipeline, analysis_id: str, monkeypatch: pytest.MonkeyPatch, mask_format: str
) -> None:
    await pipeline.annotate(analysis_id, *(mask([1, 1, 1, 1]) for _ in range(5)), box(), mask([1, 1]))
    whole = await read(alice, analysis_id, mask_format=mask_format)
    monkeypatch.setattr(formats, "MAX_RUNS", 8)

    pages, cursor = [], 0
    while cursor is not None:
        pages.append(await read(alice, analysis_id, mask_format=mask_format, cursor=cursor))
        cursor = pages[-1]["next"]
    unconverted = await read(alice, analysis_id)

    assert [len(page["annotations"]) for page in pages] == [2, 2, 3]
    assert [one for page in pages for one in page["annotations"]] == whole["annotations"]
    assert (len(unconverted["annotations"]), unconverted["next"]) == (7, None)


async def test_a_page_of_large_annotations_is_short_and_the_cursor_goes_on(
    alice: Client, pipeline: Pipeline, analysis_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await pipeline.annotate(analysis_id, *(box("cat", n / 10) for n in range(10)))
    size = len(json.dumps(box()["data"], separators=(",", ":")))
    monkeypatch.setattr(annotation_queries, "MAX_PAGE_BYTES", 3 * size)

    first = await read(alice, analysis_id)
    second = await read(alice, analysis_id, cursor=first["next"], limit=2)
    skipped = await alice.get(f"/api/analyses/{analysis_id}/annotations", skip=2)
    exported = (await alice.get(f"/api/analyses/{analysis_id}/export", format="json")).json()

    assert [one["confidence"] for one in first["annotations"]] == [0, 0.1, 0.2]
    assert [one["confidence"] for one in second["annotations"]] == [0.3, 0.4]
    assert (skipped.status_code, skipped.json()["code"]) == (400, "page-too-large")
    assert len(exported["annotations"]) == 10


async def test_pages_are_also_read_by_skip_and_limit(alice: Client, pipeline: Pipeline, analysis_id: str) -> None:
    await pipeline.annotate(analysis_id, *(box("cat", n / 10) for n in range(5)))

    pages = [await read(alice, analysis_id, skip=skip, limit=2) for skip in (0, 2, 4, 6)]

    found = [[one["confidence"] for one in page["annotations"]] for page in pages]
    assert found == [[0, 0.1], [0.2, 0.3], [0.4], []]
    assert {page["total"] for page in pages} == {5}


async def test_a_heatmap_may_name_its_artifact_by_the_path_or_none_at_all(
    alice: Client, pipeline: Pipeline, analysis_id: str
) -> None:
    await pipeline.presign(analysis_id, {"artifact_name": "heat.png", "content_type": "image/png"})
    path = f"ml_outputs/{analysis_id}/heat.png"
    elsewhere = path.replace(analysis_id, "01a224fc-286d-7b93-8d6b-87a844123d01")
    right: list[dict[str, Any]] = [{"storage_path": path}, {"width": 8, "height": 6, "color_map": "jet"}]

    known = await pipeline.annotate(analysis_id, *map(heatmap, right))
    unknown = await pipeline.annotate(
        analysis_id,
        heatmap({"storage_path": elsewhere}),
        heatmap({"storage_path": path.replace("heat", "cold")}),
    )
    wrong = await pipeline.annotate(analysis_id, heatmap({"storage_path": "/etc/passwd"}), heatmap({"color_map": "x"}))

    assert known.status_code == 201
    assert [one["data"] for one in (await read(alice, analysis_id))["annotations"]] == right
    assert [fault["pointer"] for fault in unknown.json()["errors"]] == [
        "/annotations/0/data/storage_path",
        "/annotations/1/data/storage_path",
    ]
    assert [fault["pointer"] for fault in wrong.json()["errors"]] == [
        "/annotations/0/data/storage_path",
        "/annotations/1/data/artifact_name",
    ]


def heatmap(data: dict[str, Any]) -> dict[str, Any]:
    """A heat map."""
    return {"annotation_type": "heatmap", "class_name": "dog", "data": data}


def mask(counts: list[int] | str) -> dict[str, Any]:
    """A mask of an image of 64 x 48."""
    data = {"format": "rle", "rle": {"counts": counts, "size": [48, 64]}}
    return {"annotation_type": "segmentation", "class_name": "dog", "data": data}


def _lower(platform: Platform, monkeypatch: pytest.MonkeyPatch, max_runs: int) -> None:
    # Settings are frozen for the program, not for a test.
    monkeypatch.setitem(platform.settings.__dict__, "ml_max_mask_runs", max_runs)
