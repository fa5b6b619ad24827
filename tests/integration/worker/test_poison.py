"""A job that kills its worker is tried three times, and the jobs beside it succeed."""

from collections.abc import Callable
from typing import Any

import pytest

from deploy.local.process import Process
from shared.kit.platform import Platform
from tests.actors import Client, Team, eventually

CURVE = {
    "kind": "curve",
    "type": "ROC",
    "actual_vector": [0, 1, 1, 0],
    "options": {"plot": False},
}


@pytest.mark.timeout(300)
async def test_others_are_done_while_a_job_that_kills_its_worker_is_tried_three_times(
    alice: Client, mallory: Client, team: Team, poisoned: Callable[..., Process], platform: Platform
) -> None:
    worker = poisoned()
    # One that has seen the outage of an earlier test would hand the job back without counting the death against it.
    team["dispatcher"].kill()
    team["dispatcher"].spawn()
    poison = (await alice.submit("report"))["id"]
    others: list[dict[str, Any]] = []

    for attempt in (1, 2, 3):
        # The dead attempt's lease has not run out: whoever waited for it would wait in vain.
        await eventually(_is(alice, poison, "running", attempt))
        others += [await client.final(await _submit_curve(client, attempt)) for client in (alice, mallory)]
        assert await _is(alice, poison, "running", attempt)()
        await _let_lease_run_out(platform, poison)
        await eventually(_is(alice, poison, "failed" if attempt == 3 else "queued", attempt))
        await _make_due(platform, poison)

    job = (await alice.get(f"/v1/jobs/{poison}")).json()
    assert (job["status"], job["attempts"], job["error"]["code"]) == ("failed", 3, "worker-lost")
    assert [(other["status"], other["attempts"]) for other in others] == [("succeeded", 1)] * 6
    assert worker.running


async def _submit_curve(client: Client, number: int) -> str:
    # No two alike, or the second would be answered with what the first made.
    rows = [[0.9, 0.1], [1 - number / 10, number / 10], [0.4, 0.6], [0.7, 0.3]]
    answer = await client.post("/v1/jobs", {**CURVE, "probability_vector": rows})
    assert answer.status_code == 202, answer.text
    job_id: str = answer.json()["id"]
    return job_id


def _is(client: Client, job_id: str, status: str, attempts: int) -> Any:
    async def holds() -> bool:
        shown = (await client.get(f"/v1/jobs/{job_id}")).json()
        return (shown["status"], shown["attempts"]) == (status, attempts)

    return holds


async def _let_lease_run_out(platform: Platform, job_id: str) -> None:
    async with platform.db.connection() as connection:
        await connection.execute("UPDATE job SET lease_until = now() - interval '1 s' WHERE id = $1", job_id)


async def _make_due(platform: Platform, job_id: str) -> None:
    async with platform.db.connection() as connection:
        await connection.execute("UPDATE job SET run_after = now() WHERE id = $1 AND status = 'queued'", job_id)
