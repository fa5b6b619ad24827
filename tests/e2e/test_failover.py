"""The database turns read-only, and is started anew, under load: nothing but 503 meanwhile, and nothing is lost."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx2
import pytest

from deploy.local.stack import Stack
from shared.kit.settings import Settings
from tests.actors import eventually
from tests.chaos.cluster import Cluster
from tests.chaos.load import Load
from tests.chaos.run import Plan, environment_for, migrate
from tests.chaos.verdict import UNDELIVERED, UNFINISHED, judge
from tests.postgres import count, set_read_only
from tests.receiver import Receiver

JOBS = 160

# Within this time after the server takes writes again, everything works.
RECOVERY_S = 5


@pytest.mark.timeout(600)
async def test_a_server_that_turns_read_only_and_back_costs_no_job_and_no_accepted_request(tmp_path: Path) -> None:
    # No job dies at one of the points that these processes have for it.
    plan = Plan(jobs=JOBS, faults=0, seed=0, over_s=0, one_in=10**9)
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    with Stack(tmp_path / "stack", durable=False) as stack:
        environment = environment_for(stack, kept, tmp_path, plan)
        await migrate(environment)
        with Receiver() as receiver, Cluster(stack, environment, tmp_path) as cluster:
            load = Load(cluster.url, receiver.url)
            await load.sign_up()
            submitting = asyncio.create_task(load.submit(JOBS, clients=8, over_s=20))
            async with httpx2.AsyncClient(base_url=cluster.url, timeout=15) as http:
                await eventually(_at_least(lambda: len(load.ledger.accepted), JOBS // 8), 120)

                await set_read_only(stack, "on")
                # Every process has met it, and jobs were under way.
                await eventually(_at_least(lambda: load.ledger.refused.get(503, 0), 100), 120)
                unready = await http.get("/readyz")
                alive = await http.get("/healthz")
                accepted = len(load.ledger.accepted)
                await set_read_only(stack, "off")
                await eventually(_at_least(lambda: len(load.ledger.accepted), accepted + 8), RECOVERY_S)
                ready = await http.get("/readyz")

                refused = load.ledger.refused[503]
                await asyncio.to_thread(stack.postgres.stop)
                await eventually(_at_least(lambda: load.ledger.refused[503], refused + 50), 120)
                accepted = len(load.ledger.accepted)
                await asyncio.to_thread(stack.postgres.start)
                await eventually(_at_least(lambda: len(load.ledger.accepted), accepted + 8), RECOVERY_S)
            await submitting
            for query in (UNFINISHED, UNDELIVERED):
                await eventually(_is_zero(environment["DATABASE_URL"], query), 120)
            await load.close()
            settings = Settings.model_validate({name.lower(): value for name, value in environment.items()})
            verdict = await judge(settings, load.ledger, receiver.requests)

    # Nothing but 503, and every request was answered.
    assert (set(load.ledger.refused), load.ledger.unanswered) == ({503}, 0)
    assert (unready.status_code, alive.status_code, ready.status_code) == (503, 200, 200)
    assert [check["name"] for check in unready.json()["checks"] if not check["ok"]] == ["postgres"]
    assert verdict.faults == {}
    assert (verdict.accepted, verdict.finished) == (JOBS, verdict.rows)


def _at_least(number: Callable[[], int], least: int) -> Callable[[], Awaitable[bool]]:
    async def is_reached() -> bool:
        return number() >= least

    return is_reached


def _is_zero(dsn: str, query: str) -> Callable[[], Awaitable[bool]]:
    async def is_zero() -> bool:
        return await count(dsn, query) == 0

    return is_zero
