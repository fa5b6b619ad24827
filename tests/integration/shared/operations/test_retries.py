"""A failed job that an administrator retries makes what it was to make, with the id that it had from the start."""

from typing import Any
from uuid import UUID

import pytest

from shared.jobs.errors import JobRetriedAlready
from shared.kit.platform import Platform
from shared.operations import administration
from tests.actors import Client, Team
from tests.detection_projects import TRUTH, judge, judged_project
from tests.files import upload_announced

DATA = {"id": ["a", "b", "c"], "y_true": ["cat", "dog", "cat"], "y_pred": ["cat", "dog", "dog"]}
BROKEN = {"type": "/problems/job-crashed", "title": "x", "status": 500, "detail": "It broke.", "code": "job-crashed"}


async def bodies(platform: Platform, owner: Client) -> dict[str, Any]:
    """A request for each thing that a job of its own makes."""
    runs = [(await owner.make("/v1/runs", {"data": DATA, "name": name}))["id"] for name in ("old", "new")]
    gate = (await owner.post("/v1/gates", {"name": "release", "baseline": {"run_id": runs[0]}})).json()["id"]
    truth = (await upload_announced(owner, b"id,label\n1,cat\n2,dog\n", filename="truth.csv", sha256=None))["id"]
    project_id, _ = await judged_project(platform, owner, {"resnet50": [TRUTH]}, [TRUTH])
    baseline = await judge(owner, project_id, "resnet50")
    return {
        "/v1/runs": {"data": DATA},
        "/v1/datasets": {"upload_id": truth, "name": "pets"},
        "/v1/comparisons": {"baseline": runs[0], "candidate": runs[1]},
        f"/v1/gates/{gate}/checks": {"candidate": runs[1]},
        "/v1/detection-runs": {
            "project_id": project_id,
            "model_name": "resnet50",
            "baseline_id": baseline["id"],
        },
    }


def stop(team: Team) -> None:
    """Leave the jobs that follow in the queue."""
    for name in ("worker", "dispatcher"):
        team[name].kill()


async def fail(platform: Platform, job_id: str) -> None:
    """Let a queued job fail, as its third attempt would."""
    async with platform.db.connection() as connection:
        await connection.execute(
            "UPDATE job SET status = 'failed', attempt = 3, failures = 2, finished_at = now(), error = $2 "
            "WHERE id = $1",
            UUID(job_id),
            BROKEN,
        )


@pytest.mark.timeout(300)
async def test_everything_with_a_job_of_its_own_is_made_by_the_retry(
    platform: Platform, alice: Client, team: Team
) -> None:
    team.start()
    requests = await bodies(platform, alice)
    stop(team)
    made = {}
    for path, body in requests.items():
        answer = await alice.post(path, body)
        assert answer.status_code == 202, answer.text
        made[answer.headers["Location"]] = answer.json()["job_id"]
        await fail(platform, answer.json()["job_id"])
    failed = [(await alice.get(location)).json()["status"] for location in made]

    retried = [await administration.retry(platform, UUID(job_id)) for job_id in made.values()]
    queued = [(await alice.get(location)).json() for location in made]
    team.start()
    ready = [await alice.ended(location) for location in made]

    assert failed == ["failed"] * 5
    assert [one["status"] for one in queued] == ["queued"] * 5
    assert [one["job_id"] for one in queued] == [str(job.id) for job in retried]
    assert [(one["status"], one["error"]) for one in ready] == [("ready", None)] * 5
    assert ready[-1]["intervals"] == {"status": "ready", "reason": None}
    jobs = [await alice.final(str(job.id)) for job in retried]
    # Their files lie in folders of attempts, of which no number is given twice.
    assert [(job["status"], job["attempts"]) for job in jobs] == [("succeeded", 4)] * 5


async def test_a_second_retry_of_what_a_newer_job_makes_is_refused(
    platform: Platform, alice: Client, team: Team
) -> None:
    stop(team)
    made = (await alice.post("/v1/runs", {"data": DATA})).json()
    await fail(platform, made["job_id"])
    newer = await administration.retry(platform, UUID(made["job_id"]))

    with pytest.raises(JobRetriedAlready):
        await administration.retry(platform, UUID(made["job_id"]))

    jobs = [one["id"] for one in (await alice.get("/v1/jobs")).json()["items"]]
    assert jobs == [str(newer.id), made["job_id"]]
    assert (await alice.get(f"/v1/runs/{made['id']}")).json()["job_id"] == str(newer.id)


async def test_the_retry_of_intervals_that_failed_draws_them_beside_the_figures(
    platform: Platform, alice: Client, team: Team
) -> None:
    team.start()
    project_id, _ = await judged_project(platform, alice, {"resnet50": [TRUTH]}, [TRUTH])
    run = await judge(alice, project_id, "resnet50")
    stop(team)
    async with platform.db.connection() as connection:
        # As an attempt leaves it that kept the figures and came to the end of its time.
        await connection.execute("UPDATE detection_run SET awaits_intervals = true WHERE id = $1", UUID(run["id"]))
    await fail(platform, run["job_id"])
    path = f"/v1/detection-runs/{run['id']}"
    failed = (await alice.get(path)).json()

    await administration.retry(platform, UUID(run["job_id"]))
    pending = (await alice.get(path)).json()
    team.start()
    drawn = await alice.ended(path)

    stages = [(one["status"], one["intervals"]["status"]) for one in (failed, pending, drawn)]
    assert stages == [("ready", "failed"), ("ready", "pending"), ("ready", "ready")]
    assert drawn["result"]["interval"] == run["result"]["interval"]
