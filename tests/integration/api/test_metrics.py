"""The metrics for Prometheus, and the token that reading them needs."""

import re
from dataclasses import replace

import httpx2
import pytest
from litestar import Litestar
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr

from api.operations import metrics
from deploy.local.stack import Stack
from shared.jobs import finishing, queries
from shared.kit.database.event_totals import CountedEvent
from shared.kit.ids import parse_uuid
from shared.kit.platform import Platform
from tests.actors import Client, Team, eventually

TOKEN = "a token of the test's"


@pytest.fixture
def allowed(app: Litestar, platform: Platform, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The header that permits reading the metrics."""
    settings = platform.settings.model_copy(update={"metrics_token": SecretStr(TOKEN)})
    monkeypatch.setattr(app.state, "platform", replace(platform, settings=settings))
    return {"Authorization": f"Bearer {TOKEN}"}


async def test_without_a_token_there_is_nothing_to_see(http: httpx2.AsyncClient) -> None:
    answer = await http.get("/metrics", headers={"Authorization": "Bearer "})

    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")


@pytest.mark.usefixtures("allowed")
@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": f"Basic {TOKEN}"}])
async def test_only_who_has_the_token_sees_the_figures(http: httpx2.AsyncClient, header: dict[str, str]) -> None:
    answer = await http.get("/metrics", headers=header)

    assert (answer.status_code, answer.headers["content-type"]) == (401, "application/problem+json")


async def test_the_figures_follow_a_job_that_waits_and_loses_its_worker(
    alice: Client, allowed: dict[str, str], team: Team, platform: Platform
) -> None:
    for name in ("worker", "dispatcher"):
        team[name].kill()
    async with platform.db.connection() as connection:
        await connection.execute("DELETE FROM job WHERE status IN ('queued', 'running')")
    before = await _figures(alice, allowed)

    job_id = parse_uuid((await alice.submit())["id"])
    assert job_id is not None
    async with platform.db.connection() as connection:
        await connection.execute("UPDATE job SET run_after = now() - interval '90 s' WHERE id = $1", job_id)
        queued = await _figures(alice, allowed)
        await queries.claim(connection, job_id, finishing.LEASE)
        running = await _figures(alice, allowed)
        await connection.execute("UPDATE job SET lease_until = now() - interval '1 s' WHERE id = $1", job_id)
    await finishing.rescue_expired(platform, 10)
    after = await _figures(alice, allowed)

    assert [before["evalserve_jobs_queued"], before["evalserve_oldest_queued_seconds"]] == [0, 0]
    assert [queued["evalserve_jobs_queued"], queued["evalserve_accounts_queued"]] == [1, 1]
    assert 90 <= queued["evalserve_oldest_queued_seconds"] < 120
    assert [running["evalserve_jobs_queued"], running["evalserve_jobs_running"]] == [0, 1]
    for name in ("lease_expiries", "job_retries"):
        assert after[f"evalserve_{name}_total"] == before[f"evalserve_{name}_total"] + 1
    assert after["evalserve_jobs_handed_back_total"] == before["evalserve_jobs_handed_back_total"]
    assert {name for name in after if name.startswith("evalserve_queue_messages")} >= {
        "evalserve_queue_messages{queue=jobs}",
        "evalserve_queue_messages{queue=backlog}",
    }


async def test_answers_are_counted_by_route_and_never_by_what_somebody_typed(
    alice: Client, allowed: dict[str, str]
) -> None:
    job = await alice.submit()
    before = await _figures(alice, allowed)
    await alice.get(f"/v1/jobs/{job['id']}")
    await alice.get("/wp-login.php")
    after = await _figures(alice, allowed)

    risen = {name for name, value in after.items() if "http_requests_total" in name and value > before.get(name, 0)}
    names = {re.sub("process=[0-9]+", "process=N", name) for name in risen}
    assert names == {
        "evalserve_http_requests_total{method=GET,process=N,route=/v1/jobs/{job_id},status=200}",
        "evalserve_http_requests_total{method=none,process=N,route=none,status=404}",
        "evalserve_http_requests_total{method=GET,process=N,route=/metrics,status=200}",
    }


async def test_a_part_that_is_away_is_a_figure_too(alice: Client, allowed: dict[str, str], stack: Stack) -> None:
    stack.valkey.kill()
    try:
        without_redis = await _figures(alice, allowed)
    finally:
        stack.valkey.start()
    stack.postgres.kill()
    try:
        without_postgres = await _figures(alice, allowed)
    finally:
        stack.postgres.start()

    async def is_back() -> bool:
        return (await _figures(alice, allowed))["evalserve_up{part=postgres}"] == 1

    await eventually(is_back)
    assert (without_redis["evalserve_up{part=redis}"], without_redis["evalserve_up{part=postgres}"]) == (0, 1)
    assert (without_postgres["evalserve_up{part=redis}"], without_postgres["evalserve_up{part=postgres}"]) == (1, 0)
    assert "evalserve_jobs_queued" not in without_postgres


def test_every_event_that_is_counted_is_explained() -> None:
    assert set(metrics.HELP) == set(CountedEvent)


async def _figures(client: Client, allowed: dict[str, str]) -> dict[str, float]:
    answer = await client.http.get("/metrics", headers=allowed)
    assert answer.status_code == 200, answer.text
    samples = [sample for family in text_string_to_metric_families(answer.text) for sample in family.samples]
    return {sample.name + _written(sample.labels): sample.value for sample in samples}


def _written(labels: dict[str, str]) -> str:
    return f"{{{','.join(f'{name}={labels[name]}' for name in sorted(labels))}}}" if labels else ""
