"""One run: load and faults at the same time, rest, and the verdict."""

import asyncio
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import asyncpg

from deploy.local.stack import Stack
from shared.kit.settings import Settings
from tests.actors import ROOT, eventually
from tests.chaos import faults, points
from tests.chaos.cluster import Cluster
from tests.chaos.load import Load
from tests.chaos.verdict import UNDELIVERED, UNFINISHED, WITNESS, Verdict, judge
from tests.receiver import Receiver


@dataclass(frozen=True)
class Plan:
    """The size of a run."""

    jobs: int
    faults: int
    seed: int
    over_s: float
    # One job in so many dies at each of the crash points.
    one_in: int = 100
    clients: int = 4
    poison: int = 3
    # The longest time until everything is at rest after the last fault.
    rest_s: float = 300


@dataclass
class Report:
    """The faults of a run, and their outcome."""

    plan: Plan
    verdict: Verdict
    done: Counter[str] = field(default_factory=Counter)
    crashes: Counter[str] = field(default_factory=Counter)
    unanswered: int = 0
    refused: dict[int, int] = field(default_factory=dict)
    took_s: float = 0
    # Seconds that clients went on after the last fault; from the end of both until no job was unfinished, and until
    # every callback was delivered.
    load_after_s: float = 0
    jobs_rest_s: float = 0
    callbacks_rest_s: float = 0

    def as_json(self) -> dict[str, Any]:
        """Return the report for a file."""
        return asdict(self) | {"done": dict(self.done), "crashes": dict(self.crashes)}


async def migrate(environment: Mapping[str, str]) -> None:
    """Make the tables, and the witness that records the states of jobs."""
    command = [sys.executable, "-m", "alembic", "upgrade", "head"]
    await asyncio.to_thread(subprocess.run, command, cwd=ROOT, env=environment, check=True, capture_output=True)
    connection = await asyncpg.connect(environment["DATABASE_URL"])
    await connection.execute(WITNESS)
    await connection.close()


def environment_for(stack: Stack, base: Mapping[str, str], folder: Path, plan: Plan) -> dict[str, str]:
    """Make the environment of the processes."""
    crashes = folder / "crashes"
    crashes.mkdir()
    return {
        **base,
        **stack.environment,
        "WEBHOOK_ALLOW_NETS": "127.0.0.0/8",
        # Every account comes from one address.
        "SIGN_UPS_PER_HOUR": "1000000",
        "SHUTDOWN_GRACE_S": "5",
        points.FOLDER: str(crashes),
        points.ONE_IN: str(plan.one_in),
    }


async def run(plan: Plan, stack: Stack, environment: dict[str, str], folder: Path) -> Report:
    """Run load and faults at once, then rest, and return the verdict."""
    began = time.monotonic()
    settings = Settings.model_validate({name.lower(): value for name, value in environment.items()})
    done: Counter[str] = Counter()
    with Receiver() as receiver, Cluster(stack, environment, folder) as cluster:
        load = Load(cluster.url, receiver.url)
        await load.sign_up()
        await load.poison(plan.poison)
        async with asyncio.TaskGroup() as group:
            group.create_task(load.submit(plan.jobs, clients=plan.clients, over_s=plan.over_s))
            fault_task = group.create_task(_break_things(cluster, plan, done))
        last = time.monotonic()
        jobs_rest_s = await _rest(environment, UNFINISHED, last, plan)
        callbacks_rest_s = await _rest(environment, UNDELIVERED, last, plan)
        await load.close()
        verdict = await judge(settings, load.ledger, receiver.requests)
    return Report(
        plan,
        verdict,
        done,
        points.count_deaths(Path(environment[points.FOLDER])),
        load.ledger.unanswered,
        load.ledger.refused,
        time.monotonic() - began,
        last - fault_task.result(),
        jobs_rest_s,
        callbacks_rest_s,
    )


async def _break_things(cluster: Cluster, plan: Plan, done: Counter[str]) -> float:
    random = Random(plan.seed)
    for kind in faults.draw_faults(plan.faults, random):
        await asyncio.sleep(random.expovariate(plan.faults / plan.over_s))
        fault, _ = faults.KINDS[kind]
        await asyncio.to_thread(fault, cluster, random)
        done[kind] += 1
    return time.monotonic()


async def _rest(environment: Mapping[str, str], query: str, since: float, plan: Plan) -> float:
    async def is_at_rest() -> bool:
        try:
            connection = await asyncpg.connect(environment["DATABASE_URL"], timeout=5)
            try:
                return not await connection.fetchval(query)
            finally:
                await connection.close()
        except (OSError, asyncpg.PostgresError):
            return False

    # The verdict reports whatever is not at rest by then.
    with suppress(AssertionError):
        await eventually(is_at_rest, plan.rest_s)
    return time.monotonic() - since
