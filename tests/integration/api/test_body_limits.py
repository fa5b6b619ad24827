"""How much of a body is taken, of whom, and what is answered where it is too much."""

import asyncio
import gzip
import sys
from typing import Any

import msgspec
import pytest
from litestar import Litestar
from litestar.routes import HTTPRoute

from api.http.bodies.limits import limit_of
from shared.kit.platform import Platform
from tests.actors import Client

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

MANY = 200_000
VECTORS = {"actual_vector": ["cat", "dog"] * MANY, "predicted_vector": ["cat", "cat"] * MANY}

LARGE = {
    "/v1/gates",
    "/v1/gates/{gate_id}",
    "/v1/jobs",
    "/v1/matrices",
    "/v1/runs",
    "/app/projects/{project_id}/files/import",
    "/app/runs/new",
    "/cm/create",
    "/cm/update",
    "/mlcm",
    "/curve",
    "/api/projects/{project_id}/images",
    "/api/analyses/{analysis_id}/annotations:bulk",
}
TABLES = {
    "/v1/confusion:batch",
    "/v1/uploads",
    "/v1/uploads/{upload_id}/complete",
    "/app/matrices/new",
    "/app/curves",
}


def _json(body: Any) -> bytes:
    return msgspec.json.encode(body)


def test_only_what_takes_vectors_files_or_tables_takes_more_than_a_small_body(
    app: Litestar, platform: Platform
) -> None:
    settings = platform.settings
    sizes = {
        (route.path_format.rstrip("/"), limit_of(handler, settings).size)
        for route in app.routes
        if isinstance(route, HTTPRoute)
        for handler in route.route_handlers
    }

    assert {path for path, size in sizes if size == settings.max_body_bytes} == LARGE
    assert {path for path, size in sizes if size == settings.max_table_bytes} == TABLES
    assert {size for path, size in sizes if path not in LARGE | TABLES} == {settings.max_small_body_bytes}


@pytest.mark.parametrize("path", ["/api/projects", "/v1/keys", "/v1/webhooks/endpoints", "/sign_in/", "/compare/"])
@pytest.mark.parametrize("headers", [{}, {"Idempotency-Key": "one"}])
async def test_a_large_body_where_small_ones_are_kept_is_refused_with_the_limit(
    alice: Client, path: str, headers: dict[str, str]
) -> None:
    answer = await alice.send("POST", path, headers, content=_json({"name": "x" * 300_000}))

    sentence = "The request body has more than the 262,144 bytes that this route accepts; send less."
    assert (answer.status_code, answer.json()["detail"]) == (413, sentence)


@pytest.mark.parametrize("key", [{}, {"X-API-Key": "evs_wrong"}])
@pytest.mark.parametrize("headers", [{}, {"Idempotency-Key": "one"}])
async def test_the_body_of_a_stranger_is_not_awaited(
    alice: Client, key: dict[str, str], headers: dict[str, str]
) -> None:
    sent = 0

    async def endless() -> Any:
        nonlocal sent
        while True:
            sent += 65_536
            yield b" " * 65_536

    answer = await asyncio.wait_for(
        alice.http.request("POST", "/cm/create", content=endless(), headers=key | headers), 30
    )

    assert (answer.status_code, sent <= 2**20) == (401, True)


@pytest.mark.parametrize(
    ("encoding", "compress"), [("gzip", gzip.compress), ("zstd", zstd.compress)], ids=["gzip", "zstd"]
)
@pytest.mark.parametrize("path", ["/cm/create", "/v1/matrices"])
async def test_a_compressed_body_is_read_as_what_it_was(alice: Client, path: str, encoding: str, compress: Any) -> None:
    answer = await alice.send("POST", path, {"Content-Encoding": encoding}, content=compress(_json(VECTORS)))

    assert answer.status_code in {200, 201}
    matrix = (await alice.get(f"/v1/matrices/{answer.json()['uid']}")).json()
    assert (matrix["classes"], matrix["confusion_matrix"]) == (["cat", "dog"], [[MANY, 0], [MANY, 0]])


async def test_a_body_that_inflates_beyond_the_limit_is_refused(alice: Client, platform: Platform) -> None:
    packed = gzip.compress(b" " * (platform.settings.max_small_body_bytes + 1))
    answer = await alice.send("POST", "/api/projects", {"Content-Encoding": "gzip"}, content=packed)

    assert (answer.status_code, answer.json()["code"]) == (413, "request-entity-too-large")


async def test_a_key_at_the_beginning_of_a_large_body_is_found_and_one_at_its_end_is_not(alice: Client) -> None:
    bodies = {"api_key": alice.key} | VECTORS, VECTORS | {"api_key": alice.key}
    first, last = [await alice.http.post("/cm/create", content=_json(body)) for body in bodies]

    assert [first.status_code, last.status_code] == [200, 401]


async def test_large_vectors_with_weights_and_classes_are_counted(alice: Client) -> None:
    body = VECTORS | {"sample_weight": [0.5, 1.5] * MANY, "classes": ["dog", "cat"]}
    uid = (await alice.post("/cm/create", body)).json()["uid"]
    matrix = (await alice.get(f"/v1/matrices/{uid}")).json()

    assert (matrix["classes"], matrix["confusion_matrix"]) == (["dog", "cat"], [[0, 1.5 * MANY], [0, 0.5 * MANY]])


async def test_a_fault_in_a_large_vector_has_its_place(alice: Client) -> None:
    answer = await alice.post("/cm/create", VECTORS | {"actual_vector": [*["cat"] * (2 * MANY - 1), None]})

    assert answer.json()["errors"][0]["pointer"] == f"/actual_vector/{2 * MANY - 1}"


async def test_large_label_sets_are_evaluated_like_small_ones(alice: Client) -> None:
    few = {"actual_vector": [["a", "b"], ["a"], []], "predicted_vector": [["a"], ["b"], []]}
    many = {name: sets * 40_000 for name, sets in few.items()}
    small, large = (await alice.post("/mlcm/", few)).json(), (await alice.post("/mlcm/", many)).json()

    assert large["by_class"]["a"] == small["by_class"]["a"] | {"support": 80_000}
    assert large["multihot_actual"] == small["multihot_actual"] * 40_000
    assert large["cm_by_samples"]["119999"] == small["cm_by_samples"]["2"]
    assert large["averages"]["subset_accuracy"] == pytest.approx(small["averages"]["subset_accuracy"])


async def test_large_counts_are_taken_and_other_widths_refused(alice: Client) -> None:
    counts = [[10**8] * 400 for _ in range(400)]
    good = await alice.post("/v1/matrices", {"classes": [*range(400)], "counts": counts})
    counts[3] = counts[3][1:]
    bad = await alice.post("/v1/matrices", {"classes": [*range(400)], "counts": counts})

    assert (good.status_code, good.json()["sample_count"]) == (201, 400 * 400 * 10**8)
    assert (bad.status_code, bad.json()["errors"][0]["pointer"]) == (400, "/counts")


@pytest.mark.parametrize("metadata", [{"a": [[]] * 60_000}, {str(number): [] for number in range(20_000)}])
async def test_metadata_of_many_values_are_refused_by_their_size(alice: Client, metadata: Any) -> None:
    answer = await alice.post("/api/projects", {"name": "x", "metadata": metadata})

    sentence = "metadata: must be at most 16,384 bytes of JSON."
    assert (answer.status_code, answer.json()["detail"]) == (400, sentence)


async def test_ten_thousand_nested_lists_are_refused(alice: Client) -> None:
    body = b'{"name": "x", "metadata": {"a": ' + b"[" * 10_000 + b"]" * 10_000 + b"}}"
    answer = await alice.send("POST", "/api/projects", content=body)

    assert (answer.status_code, answer.json()["detail"]) == (400, "The JSON is nested too deeply.")
