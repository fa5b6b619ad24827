"""Every operation of the published document that names a thing, tried on somebody else's thing."""

from typing import Any

import httpx2
import pytest
from litestar import Litestar

from api.openapi import document
from shared.kit.ids import uuid7
from shared.kit.platform import Platform
from tests.actors import Client
from tests.files import announce, content, upload_file
from tests.pictures import picture
from tests.pipelines import Pipeline, create_analysis

NAMES = {
    "cm_uid",
    "uid",
    "job_id",
    "endpoint_id",
    "delivery_id",
    "key_id",
    "project_id",
    "run_id",
    "comparison_id",
    "dataset_id",
    "detection_run_id",
    "gate_id",
    "check_id",
    "share_link_id",
    "image_id",
    "upload_id",
    "comment_id",
    "analysis_id",
    "pipeline_id",
    "artifact_name",
}

# What else an address or a query must hold so that ownership is what decides.
BESIDE = {
    "format": "json",
    "reference": "01a2d7a0-0000-7000-8000-000000000000",
    "candidate": "01a2d7a0-0000-7000-8000-000000000000",
    "key": "camera",
    "reason": "it is in my way",
}

# Lists of one's own that are filtered by a thing: nothing of one's own belongs to somebody else's.
FILTERED = {"runs.list"}

# What one operation needs, and another refuses.
QUERIES = {
    "runs.get_promised_threshold": {"at_least": "0.8"},
    "runs.export_samples": {"format": "csv"},
    "runs.get_clustered_intervals": {"group": "country"},
}

GATE = {"name": "mine now", "baseline": {"tag": "main"}}
LABELS = {"actual_vector": [0, 1], "predicted_vector": [0, 1]}

# What a body must look like so that ownership is what decides.
BODIES: dict[str, dict[str, Any]] = {
    "pycm.update_matrix": LABELS,
    "matrices.update": {"name": "mine now"},
    "projects.update": {"name": "mine now"},
    "analyses.create": {"model_name": "yolo_v8", "model_version": "1"},
    "analyses.update": {"is_ground_truth": True},
    "pipeline_api.update_status": {"status": "failed"},
    "pipeline_api.presign_artifacts": {"artifacts": [{"artifact_name": "a.png", "content_type": "image/png"}]},
    "pipeline_api.create_annotations": {"annotations": []},
    "pipeline_api.finalize_analysis": {"status": "completed"},
    "pipelines.update": {"name": "mine now"},
    "matrices.create_from_job": {"name": "mine now"},
    "images.uploads.create": {"filename": "mine.png", "content_type": "image/png", "size_bytes": 100},
    "images.comments.create": {"text": "mine"},
    "images.comments.update": {"text": "mine now"},
    "images.set_metadata_key": {"key": "owner", "value": "me"},
    "projects.imports.create": {"upload_id": "{upload_id}", "role": "ground_truth"},
    "runs.update": {"name": "mine now"},
    "detection_runs.update": {"tags": ["mine"]},
    "runs.set_columns": {"truth": "y_pred", "prediction": "y_true"},
    "gates.set_policy": GATE,
    "gates.create_check": {"candidate": "01a2d7a0-0000-7000-8000-000000000000"},
    "uploads.create_links": {"numbers": [1]},
    "uploads.complete": {},
    "webhooks.endpoints.update": {"description": "mine now"},
    "webhooks.endpoints.replay": {"since": "2026-01-01T00:00:00Z"},
}

# These name things in their bodies.
IN_BODIES: list[tuple[str, dict[str, Any]]] = [
    ("runs.create", {"upload_id": "{file_upload_id}"}),
    ("runs.create", {"data": {"id": ["1"], "prediction": ["a"]}, "truth_upload_id": "{file_upload_id}"}),
    ("runs.create", {"data": {"id": ["1"], "prediction": ["a"]}, "dataset_id": "{dataset_id}"}),
    ("datasets.create", {"upload_id": "{file_upload_id}", "name": "mine"}),
    ("comparisons.create", {"baseline": "{own}", "candidate": "{uid}"}),
    ("detection_runs.create", {"project_id": "{project_id}", "model_name": "yolo_v8"}),
    ("gates.create", {"name": "g", "baseline": {"run_id": "{run_id}"}}),
    ("gates.create", {"name": "g", "baseline": {"run_id": "{detection_run_id}"}, "metrics": [{"metric": "map"}]}),
    ("share_links.create", {"target_type": "run", "target_id": "{run_id}"}),
    ("share_links.create", {"target_type": "comparison", "target_id": "{comparison_id}"}),
    ("share_links.create", {"target_type": "gate", "target_id": "{gate_id}"}),
    ("share_links.create", {"target_type": "matrix", "target_id": "{uid}"}),
    ("share_links.create", {"target_type": "image", "target_id": "{image_id}"}),
    ("jobs.submit", {"kind": "report", "cm_uid": "{cm_uid}"}),
    ("pycm.compare_matrices", {"cm_uids": ["{cm_uid}", "{own}"]}),
]


@pytest.fixture
async def things(alice: Client, platform: Platform) -> dict[str, str]:
    """Something of everything that can be named, all of it Alice's."""
    uid = await alice.create_matrix()
    endpoint = (await alice.post("/v1/webhooks/endpoints", {"url": "https://example.com/hook"})).json()
    job = await alice.submit("report", uid)
    key = (await alice.post("/v1/keys", {"name": "another"})).json()
    delivery = (await alice.post(f"/v1/webhooks/endpoints/{endpoint['id']}/test")).json()
    project = (await alice.create_project())["id"]
    image = await alice.add_image(project, picture())
    announced = {"filename": "a.png", "content_type": "image/png", "size_bytes": 100}
    comment = (await alice.post(f"/api/images/{image['id']}/comments", {"text": "mine"})).json()
    upload = (await alice.post(f"/api/projects/{project}/uploads", announced)).json()
    rows = {"data": {"y_true": ["a", "b"], "y_pred": ["a", "a"]}}
    truth = await upload_file(alice, b"id,label\n1,a\n2,b\n")
    sides = {"baseline": uid, "candidate": uid}
    run = (await alice.post("/v1/runs", rows)).json()["id"]
    gate = (await alice.post("/v1/gates", GATE)).json()["id"]
    return {
        "gate_id": gate,
        "share_link_id": (await alice.post("/v1/share-links", {"target_type": "matrix", "target_id": uid})).json()[
            "id"
        ],
        "check_id": await _add_check(platform, gate, run),
        "detection_run_id": await _add_detection_run(platform, project),
        "comparison_id": (await alice.post("/v1/comparisons", sides)).json()["id"],
        "dataset_id": (await alice.post("/v1/datasets", {"upload_id": truth["id"], "name": "Pets"})).json()["id"],
        "run_id": run,
        "analysis_id": await create_analysis(alice, image["id"]),
        "pipeline_id": str((await Pipeline.of(alice)).id),
        "artifact_name": "a.png",
        "cm_uid": uid,
        "uid": uid,
        "job_id": job["id"],
        "endpoint_id": endpoint["id"],
        "delivery_id": delivery["id"],
        "key_id": key["id"],
        "project_id": project,
        "image_id": image["id"],
        "upload_id": upload["id"],
        "file_upload_id": (await announce(alice, content(100, "a file")))["id"],
        "comment_id": comment["id"],
    }


async def test_nothing_of_somebody_else_can_be_reached_by_any_operation(
    app: Litestar, alice: Client, mallory: Client, things: dict[str, str]
) -> None:
    before = await _shown(alice, things)
    foreign = await Pipeline.of(mallory)
    tried = set()
    for path, method, operation in _operations(app):
        if operation["operationId"] in FILTERED:
            continue
        named = {parameter["name"]: parameter["in"] for parameter in operation.get("parameters", ())}
        if not named.keys() & NAMES:
            continue
        known = things | BESIDE
        if path.startswith("/v1/uploads/"):
            known |= {"upload_id": things["file_upload_id"]}
        query = {name: known[name] for name, place in named.items() if place == "query" and name in known}
        query |= QUERIES.get(operation["operationId"], {})
        body = BODIES.get(operation["operationId"]) if method not in {"GET", "DELETE"} else None
        if operation["security"] == [{"pipeline": []}]:
            answer = await foreign.call(method, path.format(**known), body)
        else:
            answer = await mallory.http.request(
                method, path.format(**known), params=query, json=body, headers={"X-API-Key": mallory.key}
            )
        assert answer.status_code == 404, (operation["operationId"], answer.status_code, answer.text)
        tried.add(operation["operationId"])

    mine = await mallory.get("/v1/runs", dataset_id=things["dataset_id"])
    assert mine.json()["items"] == []
    assert len(tried) >= 15, tried
    assert await _shown(alice, things) == before


async def test_nothing_of_somebody_else_can_be_reached_through_a_body(
    app: Litestar, mallory: Client, things: dict[str, str]
) -> None:
    own = await mallory.create_matrix()
    paths = {operation["operationId"]: path for path, _, operation in _operations(app)}

    for operation_id, body in IN_BODIES:
        answer = await mallory.post(paths[operation_id], _filled(body, things | {"own": own}))
        assert answer.status_code == 404, (operation_id, answer.text)


async def test_every_operation_but_a_few_wants_a_key(app: Litestar, http: httpx2.AsyncClient) -> None:
    nobody = "01a2d7a0-0000-7000-8000-000000000000"
    everything = {**dict.fromkeys(NAMES, nobody), "account_id": "1", "invitation_id": nobody}
    answers = {}
    for path, method, operation in _operations(app):
        known = everything | BESIDE
        named = {parameter["name"] for parameter in operation.get("parameters", ()) if parameter["in"] == "query"}
        query = {name: known[name] for name in named & known.keys()} | QUERIES.get(operation["operationId"], {})
        answer = await http.request(method, path.format(**known), params=query)
        answers[operation["operationId"]] = answer.status_code

    assert {name for name, status in answers.items() if status != 401} == {
        "health.check_liveness",
        "health.check_pipeline_api",
        "health.check_readiness",
        "accounts.sign_in",
        "accounts.sign_up",
    }


def _filled(value: Any, things: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {name: _filled(inner, things) for name, inner in value.items()}
    if isinstance(value, list):
        return [_filled(inner, things) for inner in value]
    return value.format(**things)


async def _add_detection_run(platform: Platform, project_id: str) -> str:
    detection_run_id = uuid7()
    columns = "id, account_id, project_id, job_id, model_name, options"
    async with platform.db.connection() as connection:
        statement = (
            f"INSERT INTO detection_run ({columns}) SELECT $1, account_id, id, $1, 'yolo_v8', '{{}}' "
            "FROM project WHERE id = $2::text::uuid"
        )
        await connection.execute(statement, detection_run_id, project_id)
    return str(detection_run_id)


async def _add_check(platform: Platform, gate_id: str, run_id: str) -> str:
    # Without a worker no run becomes ready, and only those can be checked.
    check_id = str(uuid7())
    columns = "id, gate_id, gate_version, job_id, candidate_run_id, candidate_version"
    async with platform.db.connection() as connection:
        statement = f"INSERT INTO gate_check ({columns}) VALUES ($1, $2, 1, $1, $3, 1)"
        await connection.execute(statement, check_id, gate_id, run_id)
    return check_id


async def _shown(client: Client, things: dict[str, str]) -> list[dict[str, Any]]:
    """What its owner sees of what somebody else may have changed."""
    places = (
        "/v1/matrices/{uid}",
        "/api/projects/{project_id}",
        "/api/images/{image_id}",
        "/api/comments/{comment_id}",
        "/api/analyses/{analysis_id}",
        "/v1/uploads/{file_upload_id}",
        "/v1/gates/{gate_id}",
    )
    run = (await client.get(f"/v1/runs/{things['run_id']}")).json()
    shown = [(await client.get(place.format(**things))).json() for place in places]
    # The thumbnail may be drawn meanwhile, and the run be read.
    return [
        *({name: value for name, value in row.items() if name != "thumbnail_status"} for row in shown),
        {name: run[name] for name in ("id", "version", "name", "model_name", "tags", "notes", "created_at")},
    ]


def _operations(app: Litestar) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (path, method.upper(), operation)
        for path, operations in document(app)["paths"].items()
        for method, operation in operations.items()
    ]
