"""What takes long is not done where all requests wait for it."""

import threading
from collections.abc import Callable
from typing import Any

import pytest

from api.compat.pycm_rest.matrices import schemas
from api.http.bodies import decoding, json_bodies
from api.jobs import schemas as job_schemas
from shared.kit.platform import Platform
from shared.matrices.counting import Vectors
from tests.actors import Client

Threads = list[int]


def _observed(work: Callable[..., Any], threads: Threads) -> Callable[..., Any]:
    def observe(*arguments: Any, **named: Any) -> Any:
        threads.append(threading.get_ident())
        return work(*arguments, **named)

    return observe


MANY = ["x" * 40] * 1000
SENT: list[tuple[str, str, dict[str, Any]]] = [
    ("POST", "/v1/matrices", {"classes": [*range(200)], "counts": [[1] * 200] * 200}),
    ("POST", "/v1/matrices", {"actual_vector": MANY, "predicted_vector": MANY, "sample_weight": [1] * 1000}),
    ("PATCH", "/v1/matrices/any", {"tags": MANY}),
    ("POST", "/cm/create", {"actual_vector": MANY, "predicted_vector": MANY}),
    ("POST", "/v1/jobs", {"kind": "plot", "cm_uid": "x" * 40_000}),
    ("POST", "/v1/webhooks/endpoints", {"url": "x" * 40_000}),
    ("POST", "/sign_in/", {"email": "x" * 40_000, "password": "x"}),
    ("POST", "/curve", {"type": "roc", "actual_vector": MANY, "probability_vector": [[0.5, 0.5]] * 1000}),
    ("POST", "/mlcm/", {"actual_vector": [MANY], "predicted_vector": [MANY]}),
]


@pytest.mark.parametrize(("method", "path", "body"), SENT, ids=range(len(SENT)))
async def test_a_large_body_is_read_in_a_thread(
    alice: Client, monkeypatch: pytest.MonkeyPatch, method: str, path: str, body: dict[str, Any]
) -> None:
    threads: Threads = []
    # Every body passes through one of these.
    observed = _observed(decoding.decode, threads)
    monkeypatch.setattr(json_bodies, "decode", observed)
    monkeypatch.setattr(job_schemas, "decode", observed)
    monkeypatch.setattr(schemas, "Vectors", _observed(Vectors, threads))

    answer = await alice.http.request(method, path, json=body, headers={"X-API-Key": alice.key})

    assert answer.status_code < 500
    assert threads
    assert threading.get_ident() not in threads


@pytest.mark.usefixtures("workers")
async def test_the_links_of_a_page_of_jobs_are_signed_in_a_thread(
    alice: Client, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    await alice.final((await alice.submit("plot"))["id"])
    threads: Threads = []
    monkeypatch.setattr(platform.storage, "link", _observed(platform.storage.link, threads))

    (job,) = (await alice.get("/v1/jobs")).json()["items"]

    assert (len(threads), threading.get_ident() in threads) == (len(job["artifacts"]), False)
