"""Analyses from being asked for to their end, as pipelines and owners see them."""

import asyncio
import json
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from shared.analyses import files
from shared.kit.platform import Platform
from tests.actors import Client, stored_keys
from tests.orphans import collect_everything
from tests.pipelines import Pipeline, add_image, box, create_analysis
from tests.receiver import Receiver

PNG = b"\x89PNG not really"


@pytest.fixture
async def image_id(platform: Platform, alice: Client) -> str:
    return await add_image(platform, alice)


@pytest.fixture
async def analysis_id(alice: Client, image_id: str) -> str:
    return await create_analysis(alice, image_id)


@pytest.fixture
def pipeline(http: httpx2.AsyncClient) -> Pipeline:
    return Pipeline(http)


async def put(presigned: dict[str, Any], body: bytes = PNG, headers: dict[str, str] | None = None) -> int:
    """Upload as documented clients do: with nothing but the content type."""
    said = {"Content-Type": "image/png", **(headers or {})}
    async with httpx2.AsyncClient() as outside:
        return (await outside.put(presigned["upload_url"], content=body, headers=said)).status_code


async def announce(pipeline: Pipeline, analysis_id: str, *names: str, **more: Any) -> list[dict[str, Any]]:
    answer = await pipeline.presign(
        analysis_id, *({"artifact_name": name, "content_type": "image/png", **more} for name in names)
    )
    assert answer.status_code == 200, answer.text
    urls: list[dict[str, Any]] = answer.json()["presigned_urls"]
    return urls


async def test_a_new_analysis_is_answered_as_the_guide_shows_it(alice: Client, image_id: str) -> None:
    sent = {
        "model_name": "yolo_v8",
        "model_version": "v8.0.0",
        "parameters": {"confidence_threshold": 0.5, "iou_threshold": 0.45},
        "description": "Object detection using YOLOv8",
    }

    answer = await alice.post(f"/api/images/{image_id}/analyses", {**sent, "image_id": image_id, "priority": 3})

    body = answer.json()
    assert answer.status_code == 201
    assert body == {
        **sent,
        "id": body["id"],
        "image_id": image_id,
        "status": "queued",
        "summary": None,
        "error_message": None,
        "is_ground_truth": False,
        "annotation_count": 0,
        "created_at": body["created_at"],
        "updated_at": body["created_at"],
        "started_at": None,
        "completed_at": None,
    }
    assert body["created_at"].endswith("Z")
    assert (await alice.get(f"/api/analyses/{body['id']}/")).json() == body
    assert (await alice.get(f"/api/images/{image_id}/analyses/")).json() == {"analyses": [body], "total": 1}


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"model_version": "1"}, "/model_name"),
        ({"model_name": "yolo_v8"}, "/model_version"),
        ({"model_name": "", "model_version": "1"}, "/model_name"),
        ({"model_name": "yolo_v8", "model_version": "1", "parameters": []}, "/parameters"),
        ({"model_name": "yolo_v8", "model_version": "1", "parameters": {"x": "y" * 70_000}}, "/parameters"),
        ({"model_name": "yolo_v8", "model_version": "1\0"}, ""),
    ],
)
async def test_an_analysis_that_cannot_be_is_refused_with_the_place(
    alice: Client, image_id: str, body: dict[str, Any], pointer: str
) -> None:
    answer = await alice.post(f"/api/images/{image_id}/analyses", body)

    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, pointer)


async def test_a_model_that_is_not_in_the_list_is_refused_by_that_name(alice: Client, image_id: str) -> None:
    answer = await alice.post(
        f"/api/images/{image_id}/analyses", {"model_name": "test_model", "model_version": "1.0.0"}
    )

    assert (answer.status_code, answer.json()["code"]) == (400, "model-not-allowed")
    assert answer.json()["detail"].startswith("Model not in allowed list; allowed models are yolo_v8, ")


async def test_of_many_that_are_asked_for_at_once_no_more_than_the_limit_are_made(alice: Client, image_id: str) -> None:
    body = {"model_name": "yolo_v8", "model_version": "1"}
    answers = await asyncio.gather(*(alice.post(f"/api/images/{image_id}/analyses", body) for _ in range(14)))

    assert sorted(answer.status_code for answer in answers) == [201] * 10 + [400] * 4
    assert {answer.json()["code"] for answer in answers if answer.status_code == 400} == {"analysis-limit-reached"}
    await alice.delete(f"/api/analyses/{answers[0].json().get('id') or answers[1].json()['id']}")
    assert (await alice.post(f"/api/images/{image_id}/analyses", body)).status_code == 201


async def test_asking_again_under_an_idempotency_key_makes_no_second_analysis(alice: Client, image_id: str) -> None:
    body = {"model_name": "yolo_v8", "model_version": "1"}

    first, again = [
        await alice.post(f"/api/images/{image_id}/analyses", body, {"Idempotency-Key": "one run"}) for _ in range(2)
    ]

    assert (first.status_code, again.status_code, again.json()) == (201, 201, first.json())
    assert (await alice.get(f"/api/images/{image_id}/analyses")).json()["total"] == 1


async def test_images_that_are_not_ones_own_or_deleted_have_no_analyses(
    platform: Platform, alice: Client, mallory: Client, image_id: str, analysis_id: str
) -> None:
    body = {"model_name": "yolo_v8", "model_version": "1"}
    foreign = [
        await mallory.post(f"/api/images/{image_id}/analyses", body),
        await mallory.get(f"/api/images/{image_id}/analyses"),
        await alice.post(f"/api/images/{uuid4()}/analyses", body),
        await alice.post("/api/images/none/analyses", body),
    ]
    async with platform.db.connection() as connection:
        await connection.execute(
            "UPDATE image SET deleted_at = now(), purge_at = now() + interval '1 day' WHERE id::text = $1", image_id
        )
    deleted = [
        await alice.post(f"/api/images/{image_id}/analyses", body),
        await alice.get(f"/api/images/{image_id}/analyses"),
    ]

    assert {(answer.status_code, answer.json()["code"]) for answer in foreign + deleted} == {(404, "image-not-found")}
    assert (await alice.get(f"/api/analyses/{analysis_id}")).json()["code"] == "analysis-not-found"
    assert (await Pipeline(alice.http).status(analysis_id, "processing")).status_code == 200


@pytest.mark.parametrize(
    ("present", "requested", "expected"),
    [
        ("queued", "queued", 200),
        ("queued", "processing", 200),
        ("queued", "completed", 200),
        ("queued", "failed", 200),
        ("queued", "cancelled", 200),
        ("queued", "canceled", 200),
        ("processing", "processing", 200),
        ("processing", "completed", 200),
        ("processing", "canceled", 200),
        ("processing", "queued", 409),
        ("completed", "completed", 200),
        ("completed", "processing", 409),
        ("completed", "failed", 409),
        ("failed", "completed", 409),
        ("cancelled", "canceled", 200),
        ("cancelled", "processing", 409),
    ],
)
async def test_statuses_move_as_the_table_says(
    alice: Client, pipeline: Pipeline, analysis_id: str, present: str, requested: str, expected: int
) -> None:
    await pipeline.status(analysis_id, present)
    before = (await alice.get(f"/api/analyses/{analysis_id}")).json()

    answer = await pipeline.status(analysis_id, requested)

    after = (await alice.get(f"/api/analyses/{analysis_id}")).json()
    assert answer.status_code == expected, answer.text
    if expected == 200:
        spelled = "cancelled" if requested == "canceled" else requested
        assert (answer.json(), after["status"]) == (after, spelled)
    if expected == 409 or present == requested:
        assert after == before


async def test_a_status_that_there_is_not_is_refused(pipeline: Pipeline, analysis_id: str) -> None:
    answer = await pipeline.status(analysis_id, "done")

    assert (answer.status_code, answer.json()["errors"]) == (
        400,
        [
            {
                "pointer": "/status",
                "detail": "status: expected one of queued, processing, completed, failed, cancelled.",
            }
        ],
    )


async def test_of_two_pipelines_that_race_for_the_end_one_wins_and_the_other_hears_of_it(
    alice: Client, pipeline: Pipeline, image_id: str
) -> None:
    own = await Pipeline.of(alice)
    for _ in range(5):
        analysis_id = await create_analysis(alice, image_id)
        (url,) = await announce(pipeline, analysis_id, "a.png")
        assert await put(url) == 200

        answers = await asyncio.gather(
            pipeline.finalize(analysis_id, summary={"by": "one"}),
            own.finalize(analysis_id, status="failed", summary={"by": "other"}),
        )

        ended = (await alice.get(f"/api/analyses/{analysis_id}")).json()
        statuses = {answer.status_code: answer for answer in answers}
        assert set(statuses) == {200, 409}
        assert statuses[200].json()["status"] == ended["status"]
        assert ended["summary"]["by"] == {"completed": "one", "failed": "other"}[ended["status"]]


async def test_two_pipelines_that_annotate_at_once_both_keep_theirs_in_one_piece(
    alice: Client, pipeline: Pipeline, analysis_id: str
) -> None:
    own = await Pipeline.of(alice)
    batches = [[box(f"{name}{number}") for number in range(200)] for name in "abcd"]

    answers = await asyncio.gather(
        *(who.annotate(analysis_id, *batch) for who, batch in zip([pipeline, own] * 2, batches, strict=True))
    )

    assert {answer.status_code for answer in answers} == {201}
    kept = (await alice.get(f"/api/analyses/{analysis_id}/annotations", limit=1000)).json()["annotations"]
    names = [annotation["class_name"] for annotation in kept]
    assert sorted(names[start][0] for start in range(0, 800, 200)) == list("abcd")
    for start in range(0, 800, 200):
        assert names[start : start + 200] == [f"{names[start][0]}{number}" for number in range(200)]


async def test_finalizing_keeps_the_summary_and_lists_the_files(
    alice: Client, pipeline: Pipeline, analysis_id: str
) -> None:
    await pipeline.status(analysis_id, "processing")
    urls = await announce(pipeline, analysis_id, "boxes.png", "never.png", "other.png")
    assert await put(urls[0]) == 200
    assert await put(urls[2]) == 200
    assert [url["artifact_name"] for url in urls] == ["boxes.png", "never.png", "other.png"]
    assert urls[0]["storage_path"] == f"ml_outputs/{analysis_id}/boxes.png"
    assert urls[0]["expires_in"] == 3600

    answer = await pipeline.finalize(analysis_id, summary={"total_detections": 25})

    body = answer.json()
    assert (answer.status_code, body["status"], body["summary"]) == (200, "completed", {"total_detections": 25})
    assert body["completed_at"] is not None
    assert [(file["artifact_name"], file["status"], file["size_bytes"]) for file in body["artifacts"]] == [
        ("boxes.png", "stored", len(PNG)),
        ("never.png", "missing", None),
        ("other.png", "stored", len(PNG)),
    ]
    assert body["missing_artifacts"] == ["never.png"]
    assert (await pipeline.finalize(analysis_id, summary={"another": 1})).json() == body
    shown = (await alice.get(f"/api/analyses/{analysis_id}")).json()
    assert {name: body[name] for name in shown} == shown


async def test_an_upload_is_held_to_its_content_type_and_its_size(pipeline: Pipeline, analysis_id: str) -> None:
    free, sized = (
        await announce(pipeline, analysis_id, "free.png"),
        await announce(pipeline, analysis_id, "sized.png", size_bytes=len(PNG)),
    )

    assert await put(free[0], headers={"Content-Type": "text/html"}) == 403
    assert await put(free[0], PNG * 3) == 200
    assert await put(sized[0], PNG + b"!") == 403
    assert await put(sized[0]) == 200
    assert sized[0]["headers"] == {"Content-Type": "image/png", "Content-Length": str(len(PNG))}


async def test_an_upload_that_must_not_overwrite_works_once(pipeline: Pipeline, analysis_id: str) -> None:
    (url,) = await announce(pipeline, analysis_id, "once.png", no_overwrite=True)

    assert await put(url) == 403
    assert await put(url, headers={"If-None-Match": "*"}) == 200
    assert await put(url, b"another", {"If-None-Match": "*"}) == 412


async def test_what_is_uploaded_after_the_end_changes_nothing(
    alice: Client, pipeline: Pipeline, analysis_id: str
) -> None:
    (url,) = await announce(pipeline, analysis_id, "a.png")
    await put(url, b"the true one")
    await pipeline.finalize(analysis_id)
    assert await put(url, b"a later one") == 200

    (file,) = (await alice.get(f"/api/analyses/{analysis_id}/artifacts")).json()["artifacts"]
    async with httpx2.AsyncClient() as outside:
        found = await outside.get(file["url"])

    assert (found.content, found.headers["content-type"]) == (b"the true one", "image/png")
    assert found.headers["content-disposition"] == 'attachment; filename="a.png"'


async def test_announcing_again_gives_the_same_place_and_after_the_end_none(
    pipeline: Pipeline, analysis_id: str
) -> None:
    (first,), (second,) = (
        await announce(pipeline, analysis_id, "a.png"),
        await announce(pipeline, analysis_id, "a.png"),
    )
    assert first["upload_url"].partition("?")[0] == second["upload_url"].partition("?")[0]
    await put(second)
    body = (await pipeline.finalize(analysis_id)).json()
    assert [file["status"] for file in body["artifacts"]] == ["stored"]

    late = await pipeline.presign(analysis_id, {"artifact_name": "b.png", "content_type": "image/png"})

    assert (late.status_code, late.json()["code"]) == (409, "analysis-ended")


@pytest.mark.parametrize(
    "name", ["../secret", "a/b.png", "..", ".hidden", "", "a\\b", "a b.png", "a..b", "ä.png", "x" * 201, "%2e%2e"]
)
async def test_a_name_that_leads_elsewhere_is_refused(pipeline: Pipeline, analysis_id: str, name: str) -> None:
    fine = {"artifact_name": "fine.png", "content_type": "image/png"}

    answer = await pipeline.presign(analysis_id, fine, {"artifact_name": name, "content_type": "image/png"})

    assert answer.status_code == 400
    assert [fault["pointer"] for fault in answer.json()["errors"]] == ["/artifacts/1/artifact_name"]


async def test_every_fault_of_an_announcement_is_named(pipeline: Pipeline, analysis_id: str) -> None:
    answer = await pipeline.presign(
        analysis_id,
        {"artifact_name": "a.png", "content_type": "image/png"},
        {"artifact_name": "a.png", "content_type": "png"},
        {"artifact_name": "b.png", "content_type": "image/png\r\nX-Evil: 1", "size_bytes": -1},
    )

    assert [fault["pointer"] for fault in answer.json()["errors"]] == [
        "/artifacts/1/artifact_name",
        "/artifacts/1/content_type",
        "/artifacts/2/content_type",
        "/artifacts/2/size_bytes",
    ]


@pytest.mark.parametrize("size", [512 * 2**20 + 1, 2**63, 10**30])
async def test_a_file_that_would_not_be_kept_is_refused_when_it_is_announced(
    pipeline: Pipeline, analysis_id: str, size: int
) -> None:
    file = {"artifact_name": "a.png", "content_type": "image/png"}

    answer = await pipeline.presign(analysis_id, {**file, "size_bytes": size})
    largest = await pipeline.presign(analysis_id, {**file, "size_bytes": 512 * 2**20})

    assert (answer.status_code, largest.status_code) == (400, 200)
    assert answer.json()["errors"] == [
        {
            "pointer": "/artifacts/0/size_bytes",
            "detail": "artifacts.0.size_bytes: must be a number of bytes, at most 536870912.",
        }
    ]


async def test_a_file_that_was_announced_as_empty_is_empty(pipeline: Pipeline, analysis_id: str) -> None:
    (empty,) = await announce(pipeline, analysis_id, "a.png", size_bytes=0)

    assert await put(empty, b"") == 200
    assert (await pipeline.finalize(analysis_id)).json()["missing_artifacts"] == []


async def test_its_owner_can_cancel_and_delete_an_analysis(alice: Client, pipeline: Pipeline, analysis_id: str) -> None:
    cancelled = [await alice.post(f"/api/analyses/{analysis_id}/cancel") for _ in range(2)]
    late = await pipeline.finalize(analysis_id)
    deleted = await alice.delete(f"/api/analyses/{analysis_id}")

    assert [(answer.status_code, answer.json()["status"]) for answer in cancelled] == [(200, "cancelled")] * 2
    assert (late.status_code, late.json()["code"]) == (409, "illegal-transition")
    assert deleted.status_code == 204
    assert (await alice.get(f"/api/analyses/{analysis_id}")).status_code == 404
    assert (await pipeline.status(analysis_id, "processing")).status_code == 404


@pytest.mark.usefixtures("workers")
async def test_webhooks_tell_of_every_status_and_pipelines_begin_without_asking(
    platform: Platform, alice: Client, mallory: Client, pipeline: Pipeline, receiver: Receiver
) -> None:
    for owner in (alice, mallory):
        registered = await owner.post("/v1/webhooks/endpoints", {"url": receiver.url})
        assert registered.status_code == 201
    image_id = await add_image(platform, alice, filename="a street.png")
    analysis_id = await create_analysis(alice, image_id, parameters={"threshold": 0.5})
    await pipeline.status(analysis_id, "processing")
    await pipeline.finalize(analysis_id, summary={"found": 0})
    await pipeline.finalize(analysis_id, summary={"found": 0})

    received = [json.loads(request.body) for request in await receiver.wait_for(3)]

    events = {event["type"]: event["data"] for event in received}
    assert set(events) == {"analysis.queued", "analysis.processing", "analysis.completed"}
    queued = events["analysis.queued"]
    assert (queued["id"], queued["parameters"], queued["image"]["filename"]) == (
        analysis_id,
        {"threshold": 0.5},
        "a street.png",
    )
    assert queued["image"]["url"].startswith("http")
    assert events["analysis.completed"]["summary"] == {"found": 0}
    assert len(receiver.requests) == 3


async def test_abandoned_uploads_and_those_of_deleted_analyses_are_collected(
    platform: Platform, alice: Client, pipeline: Pipeline, image_id: str
) -> None:
    abandoned, deleted, kept = [await create_analysis(alice, image_id) for _ in range(3)]
    for analysis_id in (abandoned, deleted, kept):
        (url,) = await announce(pipeline, analysis_id, "a.png")
        await put(url)
    for analysis_id in (deleted, kept):
        await pipeline.finalize(analysis_id)
    await put(url, b"after the end")
    await alice.delete(f"/api/analyses/{deleted}")
    async with platform.db.connection() as connection:
        await connection.execute(
            "UPDATE analysis_artifact SET created_at = now() - interval '8 days' WHERE analysis_id::text = $1",
            abandoned,
        )

    expired = await files.expire_uploads(platform)
    for analysis_id in (abandoned, deleted, kept):
        await collect_everything(platform, f"analyses/{analysis_id}/")

    def left(analysis_id: str) -> list[str]:
        return stored_keys(platform.storage, f"analyses/{analysis_id}/")

    assert expired == 1
    assert [len(await asyncio.to_thread(left, one)) for one in (abandoned, deleted, kept)] == [0, 0, 1]
    assert (await pipeline.finalize(abandoned)).json()["missing_artifacts"] == ["a.png"]
