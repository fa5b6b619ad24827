"""The short version of `make chaos`: everything dies while ninety jobs are done, and nothing is lost."""

import os
from pathlib import Path

import pytest

from deploy.local.stack import Stack
from tests.chaos import points
from tests.chaos.run import Plan, environment_for, migrate, run

SEED = int(os.environ.get("CHAOS_SEED", "20261125"))


@pytest.mark.timeout(600)
async def test_nothing_is_lost_and_nothing_is_done_twice_when_everything_dies(tmp_path: Path) -> None:
    plan = Plan(jobs=90, faults=12, seed=SEED, over_s=35, one_in=30, poison=1)
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    with Stack(tmp_path / "stack", durable=False) as stack:
        environment = environment_for(stack, kept, tmp_path, plan)
        await migrate(environment)
        report = await run(plan, stack, environment, tmp_path)

    assert report.verdict.faults == {}, report
    assert report.verdict.accepted == plan.jobs
    assert report.verdict.finished == report.verdict.rows >= plan.jobs
    assert report.verdict.poison == report.verdict.poison_given_up >= 1
    assert sum(report.done.values()) == plan.faults
    assert set(report.crashes) <= set(points.POINTS)
