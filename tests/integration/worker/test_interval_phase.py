"""A detection run has its figures before its intervals, and whatever dies between the two, neither is lost."""

import asyncio
import threading
from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from uuid import UUID

import pytest
from litestar import Litestar

from deploy.local.process import Process
from shared.detection_runs import making
from shared.detection_runs.making import JudgedModel
from shared.detection_runs.results import DetectionFigures
from shared.jobs import finishing, queries
from shared.jobs.errors import TimeLimitExceeded
from shared.kit.database.transactions import DatabaseUnavailable
from shared.kit.platform import Platform
from tests.actors import Client, Team, eventually
from tests.detection_projects import FOUND, TRUTH, judge, judged_project
from tests.integration.api.web.visitor import Visitor
from worker import execution
from worker.execution import attempt
from worker.runtime import Runtime

PENDING = "Intervals, and the comparison with a baseline, are still being computed, and null until then."
CERTAIN = "9 of 9 candidates state no confidence and count as certain."


async def two_models(platform: Platform, owner: Client) -> str:
    """A project of three images, on which yolo_v8 errs and resnet50 does not."""
    project_id, _ = await judged_project(
        platform, owner, {"yolo_v8": [FOUND] * 3, "resnet50": [TRUTH] * 3}, [TRUTH] * 3
    )
    return project_id


async def submitted(owner: Client, project_id: str, **options: Any) -> Any:
    body = {"project_id": project_id, "model_name": "resnet50", **options}
    answer = await owner.post("/v1/detection-runs", body)
    assert answer.status_code == HTTPStatus.ACCEPTED, answer.text
    return answer.json()


async def shown(owner: Client, run: Any) -> Any:
    return (await owner.get(f"/v1/detection-runs/{run['id']}")).json()


def without_intervals(result: Any) -> Any:
    """Figures as they are before images are drawn."""
    classes = [one | {"interval": None} for one in result["classes"]]
    return result | {"interval": None, "classes": classes, "comparison": None, "notices": []}


@pytest.mark.timeout(300)
async def test_a_worker_that_dies_between_the_two_leaves_the_figures_and_the_next_attempt_draws_the_intervals(
    alice: Client, team: Team, undrawn: Callable[..., Process], platform: Platform
) -> None:
    team.start()
    project_id = await two_models(platform, alice)
    baseline = await judge(alice, project_id, "yolo_v8")
    usual = await judge(alice, project_id, "resnet50", baseline_id=baseline["id"])
    team["worker"].kill()
    undrawn(DEATHS="1")
    _start_again(team)

    run = await submitted(alice, project_id, baseline_id=baseline["id"])
    await eventually(_are(alice, run, "pending"), deadline_s=120)
    first = await shown(alice, run)
    folder = await _folder(platform, run)
    await _let_lease_run_out(platform, run)
    last = await alice.ended(f"/v1/detection-runs/{run['id']}")

    assert (first["status"], first["error"]) == ("ready", None)
    assert first["intervals"] == {"status": "pending", "reason": PENDING}
    assert first["result"] == without_intervals(usual["result"]) | {"notices": [CERTAIN, PENDING]}
    assert (last["status"], last["intervals"]) == ("ready", {"status": "ready", "reason": None})
    assert last["result"] == usual["result"]
    assert last["result"]["comparison"]["baseline_id"] == baseline["id"]
    assert (folder, await _folder(platform, run)) == (f"detection-runs/{run['id']}/1/",) * 2
    job = (await alice.get(f"/v1/jobs/{run['job_id']}")).json()
    assert (job["status"], job["attempts"]) == ("succeeded", 2)
    assert await _events_of(platform, run) == ["job.succeeded"]


@pytest.mark.timeout(300)
async def test_figures_stay_where_every_attempt_at_the_intervals_dies(
    app: Litestar, alice: Client, team: Team, undrawn: Callable[..., Process], platform: Platform
) -> None:
    project_id = await two_models(platform, alice)
    undrawn(DEATHS="3")
    _start_again(team)

    run = await submitted(alice, project_id)
    for number in (1, 2, 3):
        await eventually(_died(platform, run, number), deadline_s=120)
        await _let_lease_run_out(platform, run)
    last = await alice.ended(f"/v1/detection-runs/{run['id']}")

    job = (await alice.get(f"/v1/jobs/{run['job_id']}")).json()
    assert (job["status"], job["error"]["code"]) == ("failed", "worker-lost")
    assert (last["status"], last["error"], last["ap"], last["result"]["ap"]) == ("ready", None, 1.0, 1.0)
    reason = last["intervals"]["reason"]
    assert last["intervals"]["status"] == "failed"
    assert job["error"]["detail"].rstrip(".") in reason
    assert (last["result"]["interval"], last["result"]["notices"]) == (None, [CERTAIN, reason])
    (listed,) = (await alice.get("/v1/detection-runs")).json()["items"]
    assert listed["intervals"] == last["intervals"]
    assert await _events_of(platform, run) == ["job.failed"]
    page = (await (await _visitor(app, alice)).get(f"/app/detection-runs/{run['id']}")).text
    assert "There are no intervals" in page
    assert "/intervals" not in page
    matrix = await alice.get(f"/v1/detection-runs/{run['id']}/matrix")
    assert matrix.json()["overall"]["true_positives"] == 9


async def test_an_attempt_that_runs_out_of_time_at_the_intervals_says_so_beside_the_figures(
    alice: Client, runtime: Runtime, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    def expire(_: JudgedModel) -> None:
        raise TimeLimitExceeded

    monkeypatch.setattr(making, "draw", expire)
    run = await submitted(alice, await two_models(platform, alice))

    await _attempt(runtime, run)

    last = await shown(alice, run)
    assert (last["status"], last["ap"], last["intervals"]["status"]) == ("ready", 1.0, "failed")
    assert TimeLimitExceeded().detail.rstrip(".") in last["intervals"]["reason"]


async def test_a_run_whose_job_is_cancelled_at_the_intervals_keeps_its_figures(
    app: Litestar, alice: Client, runtime: Runtime, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = await submitted(alice, await two_models(platform, alice))
    draw = making.draw

    def cancel(model: JudgedModel) -> DetectionFigures:
        runtime.run(_cancel(runtime.platform, run))
        return draw(model)

    monkeypatch.setattr(making, "draw", cancel)
    await _attempt(runtime, run)

    last = await shown(alice, run)
    assert (last["status"], last["ap"], last["intervals"]["status"]) == ("ready", 1.0, "failed")
    assert "the job that computes them ended before" in last["intervals"]["reason"]
    part = (await (await _visitor(app, alice)).get(f"/app/detection-runs/{run['id']}/intervals")).text
    assert "There are no intervals" in part


async def test_figures_whose_storing_was_not_confirmed_are_stored_once_more(
    alice: Client, runtime: Runtime, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep, answers = finishing.keep, list[bool]()

    async def lose_the_first_answer(*arguments: Any) -> None:
        await keep(*arguments)
        answers.append(bool(answers))
        if not answers[-1]:
            raise DatabaseUnavailable

    monkeypatch.setattr(finishing, "keep", lose_the_first_answer)
    monkeypatch.setattr(execution, "RETRY_INTERVAL_S", 0)
    run = await submitted(alice, await two_models(platform, alice))

    await _attempt(runtime, run)

    last = await shown(alice, run)
    assert (answers, last["status"], last["intervals"]["status"]) == ([False, True], "ready", "ready")


async def test_a_page_says_that_intervals_are_to_come_and_then_that_they_are_there(
    app: Litestar, alice: Client, runtime: Runtime, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = await submitted(alice, await two_models(platform, alice))
    visitor, page, draw = await _visitor(app, alice), f"/app/detection-runs/{run['id']}", making.draw
    begun, may_go_on = threading.Event(), threading.Event()

    def wait(model: JudgedModel) -> DetectionFigures:
        begun.set()
        assert may_go_on.wait(60)
        return draw(model)

    monkeypatch.setattr(making, "draw", wait)
    attempting = asyncio.create_task(_attempt(runtime, run))
    assert await asyncio.to_thread(begun.wait, 60)
    before = [(await visitor.get(address)).text for address in (page, f"{page}/intervals")]
    waited = await alice.get(f"/v1/detection-runs/{run['id']}", headers={"Prefer": "wait=1"})
    exported = await alice.get(f"/v1/detection-runs/{run['id']}/counts")
    may_go_on.set()
    await attempting
    after = [(await visitor.get(address)).text for address in (page, f"{page}/intervals")]

    assert [PENDING in text and f'hx-get="{page}/intervals"' in text for text in before] == [True, True]
    assert (waited.json()["intervals"]["status"], waited.headers["retry-after"]) == ("pending", "1")
    assert exported.json()["overall"]["true_positives"] == 9
    assert [PENDING in text or "hx-get" in text for text in (after[1],)] == [False]
    assert "The intervals are there." in after[1]
    assert 'id="intervals"' not in after[0]


@pytest.mark.usefixtures("runtime")
async def test_of_a_run_without_figures_no_page_says_that_intervals_are_there(
    app: Litestar, alice: Client, platform: Platform
) -> None:
    run = await submitted(alice, await two_models(platform, alice))

    answer = await (await _visitor(app, alice)).get(f"/app/detection-runs/{run['id']}/intervals")

    assert answer.status_code == HTTPStatus.CONFLICT
    assert "The detection run is queued, not ready." in answer.text


async def _visitor(app: Litestar, owner: Client) -> Visitor:
    visitor = Visitor.of(app)
    await visitor.sign_in(owner)
    return visitor


async def _attempt(runtime: Runtime, run: Any) -> None:
    await asyncio.to_thread(attempt, runtime, UUID(run["job_id"]))


async def _cancel(platform: Platform, run: Any) -> None:
    async with platform.db.connection() as connection:
        account_id = await connection.fetchval("SELECT account_id FROM job WHERE id = $1", run["job_id"])
        assert await queries.cancel(connection, account_id, UUID(run["job_id"]))


def _start_again(team: Team) -> None:
    """One that has seen the outage of an earlier test would hand jobs back without counting a death against them."""
    team["dispatcher"].kill()
    team["dispatcher"].spawn()


def _are(owner: Client, run: Any, status: str) -> Any:
    async def holds() -> bool:
        return ((await shown(owner, run))["intervals"] or {}).get("status") == status

    return holds


def _died(platform: Platform, run: Any, number: int) -> Any:
    """Whether this attempt runs and has come to the intervals, at which its process dies; makes it due before."""

    async def holds() -> bool:
        async with platform.db.connection() as connection:
            await connection.execute(
                "UPDATE job SET run_after = now() WHERE id = $1 AND status = 'queued'", run["job_id"]
            )
            return bool(
                await connection.fetchval(
                    "SELECT attempt = $2 AND status = 'running' FROM job JOIN detection_run ON job_id = job.id "
                    "WHERE job.id = $1 AND result IS NOT NULL",
                    run["job_id"],
                    number,
                )
            )

    return holds


async def _let_lease_run_out(platform: Platform, run: Any) -> None:
    async with platform.db.connection() as connection:
        await connection.execute(
            "UPDATE job SET lease_until = now() - interval '1 s' WHERE id = $1 AND status = 'running'", run["job_id"]
        )


async def _folder(platform: Platform, run: Any) -> str:
    async with platform.db.connection() as connection:
        folder: str = await connection.fetchval("SELECT folder FROM detection_run WHERE id = $1", run["id"])
    return folder


async def _events_of(platform: Platform, run: Any) -> list[str]:
    async with platform.db.connection() as connection:
        rows = await connection.fetch(
            "SELECT type FROM webhook_event WHERE account_id = (SELECT account_id FROM job WHERE id = $1) AND "
            "type LIKE 'job.%' AND convert_from(body, 'utf8') LIKE '%' || $2 || '%'",
            run["job_id"],
            run["job_id"],
        )
    return [row["type"] for row in rows]
