"""Inputs that several jobs are done on: they stay until the last of these jobs goes."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from shared.jobs import requests, retention
from shared.jobs.errors import InputsNotKept
from shared.kit.platform import Platform
from shared.operations import administration
from tests.actors import Client
from tests.integration.api.web.visitor import Visitor

LONG_AGO = timedelta(days=31)
CURVE = {
    "kind": "curve",
    "actual_vector": [0, 1, 0, 1],
    "probability_vector": [[0.9, 0.1], [0.4, 0.6], [0.7, 0.3], [0.2, 0.8]],
}

pytestmark = pytest.mark.usefixtures("workers")


@pytest.fixture(params=["in the row", "in storage"])
def place(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Where inputs are kept."""
    if request.param == "in storage":
        monkeypatch.setattr(requests, "MAX_BYTES_IN_ROW", 0)
    return str(request.param)


async def _curve(client: Client, **more: Any) -> str:
    answer = await client.post("/v1/jobs", CURVE | more)
    job: str = (await client.final(answer.json()["id"]))["id"]
    return job


async def _set(platform: Platform, job: str, assignments: str, *values: Any) -> None:
    async with platform.db.connection() as connection:
        await connection.execute(f"UPDATE job SET {assignments} WHERE id = $1", UUID(job), *values)


async def _expire(platform: Platform, job: str) -> None:
    await _set(platform, job, "finished_at = now() - $2::interval", LONG_AGO)
    await retention.expire(platform)


async def _fail(platform: Platform, job: str) -> None:
    error = {"type": "/problems/job-crashed", "title": "x", "status": 500, "detail": "It broke.", "code": "job-crashed"}
    await _set(platform, job, "status = 'failed', error = $2", error)


async def _inputs(platform: Platform, job: str) -> tuple[bytes | None, str | None]:
    async with platform.db.connection() as connection:
        record = await connection.fetchrow("SELECT inputs, inputs_key FROM job WHERE id = $1", UUID(job))
    return record["inputs"], record["inputs_key"]


@pytest.mark.usefixtures("place")
async def test_a_repeated_curve_is_looked_at_after_the_first_one_is_gone(
    alice: Client, platform: Platform, app: Any
) -> None:
    first, second = await _curve(alice), await _curve(alice)
    assert first != second
    await _expire(platform, first)

    visitor = Visitor.of(app)
    await visitor.sign_in(alice)
    assert (await visitor.get(f"/app/curves/{first}")).status_code == 404
    page = await visitor.get(f"/app/curves/{second}?column=1")
    assert page.status_code == 200, page.text
    assert 'id="slider"' in page.text


async def test_an_earlier_repeat_without_inputs_is_no_example_for_a_new_one(alice: Client, platform: Platform) -> None:
    first = await _curve(alice)
    await _set(platform, first, "inputs = NULL")

    second = await _curve(alice)
    assert (await _inputs(platform, second))[0] is not None


@pytest.mark.usefixtures("place")
async def test_a_retried_job_succeeds_after_the_failed_one_is_gone(
    alice: Client, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    failed = await _curve(alice)
    await _fail(platform, failed)
    # Nobody tells the workers before the failed one is gone.
    monkeypatch.setattr(platform.broker, "try_publish", _nobody_hears)
    retried = await administration.retry(platform, UUID(failed))
    await _expire(platform, failed)
    monkeypatch.undo()

    assert (await alice.get(f"/v1/jobs/{failed}")).status_code == 404
    assert (await alice.final(str(retried.id)))["status"] == "succeeded"


async def test_the_last_job_takes_the_inputs_along(
    alice: Client, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(requests, "MAX_BYTES_IN_ROW", 0)
    first, second = await _curve(alice), await _curve(alice)
    _, key = await _inputs(platform, first)
    assert key is not None
    assert await _inputs(platform, second) == (None, key)

    await _expire(platform, second)
    assert platform.storage.stat(key) is not None
    await _expire(platform, first)
    assert platform.storage.stat(key) is None


async def test_a_retry_without_its_inputs_is_refused_with_a_sentence(
    alice: Client, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(requests, "MAX_BYTES_IN_ROW", 0)
    job = await _curve(alice)
    await _fail(platform, job)
    _, key = await _inputs(platform, job)
    assert key is not None
    platform.storage.delete([key])

    with pytest.raises(InputsNotKept):
        await administration.retry(platform, UUID(job))
    assert len((await alice.get("/v1/jobs")).json()["items"]) == 1


async def _nobody_hears(*_: Any) -> None:
    return
