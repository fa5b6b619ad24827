"""The outcome of a run's version is written with the end of its job, or not at all."""

from functools import partial
from typing import Any
from uuid import UUID

import pytest

from shared import runs
from shared.accounts import Caller
from shared.jobs import JobRecord, finishing
from shared.jobs import queries as job_queries
from shared.jobs.errors import LeaseLost
from shared.kit.platform import Platform
from shared.runs import ingest_jobs
from shared.runs.kinds.ingest_run import IngestRun
from shared.runs.mapping import ColumnsIn, MappingQuestion
from shared.runs.records import Reading, RunRecord
from tests.actors import Client, Team

ASKED = Reading("csv", [], [MappingQuestion("truth", "Which?", ["a", "b"])], [])


@pytest.fixture(autouse=True)
def no_worker(team: Team) -> None:
    """No worker takes a job before the tests do."""
    team["worker"].kill()


@pytest.fixture
async def caller(platform: Platform, alice: Client) -> Caller:
    async with platform.db.connection() as connection:
        account_id = await connection.fetchval("SELECT id FROM account WHERE email = $1", alice.email)
    return Caller(account_id, key_id="")


@pytest.fixture
async def run(platform: Platform, caller: Caller, alice: Client) -> RunRecord:
    """A run whose job no worker has taken yet."""
    made = (await alice.post("/v1/runs", {"data": {"y_true": ["a"], "y_pred": ["a"]}})).json()
    return await runs.get(platform, caller, made["id"])


async def claim(platform: Platform, job_id: UUID) -> JobRecord:
    async with platform.db.connection() as connection:
        job = await job_queries.claim(connection, job_id, finishing.LEASE)
    assert job is not None
    return job


async def end(platform: Platform, run: RunRecord, job: JobRecord, version: int = 1) -> Any:
    arguments = IngestRun(run_id=str(run.id), version=version)
    write = partial(ingest_jobs.conclude, job=job, arguments=arguments, reading=ASKED)
    return await finishing.succeed(platform, job, (), write)


async def test_an_attempt_that_lost_its_job_writes_no_outcome(
    platform: Platform, caller: Caller, run: RunRecord
) -> None:
    slow = await claim(platform, run.job_id)
    await finishing.give_back(platform, slow, delay=-finishing.LEASE)
    second = await claim(platform, run.job_id)

    with pytest.raises(LeaseLost):
        await end(platform, run, slow)
    assert (await runs.get(platform, caller, str(run.id))).status == "running"

    await end(platform, run, second)
    assert (await runs.get(platform, caller, str(run.id))).status == "needs_mapping"


async def test_a_deleted_run_ends_its_job_and_takes_no_outcome(
    platform: Platform, caller: Caller, run: RunRecord
) -> None:
    job = await claim(platform, run.job_id)
    await runs.delete(platform, caller, str(run.id))

    with pytest.raises(LeaseLost):
        await end(platform, run, job)


async def test_the_job_of_a_former_version_leaves_the_newest_as_it_is(
    platform: Platform, caller: Caller, run: RunRecord
) -> None:
    former = await claim(platform, run.job_id)
    newest = await runs.map_columns(platform, caller, str(run.id), ColumnsIn(truth="y_true", prediction="y_pred"))
    await end(platform, run, former)

    shown = await runs.get(platform, caller, str(run.id))
    assert (shown.version, shown.status, shown.job_id) == (2, "queued", newest.job_id)


async def test_a_run_whose_failed_job_is_no_longer_kept_has_failed(
    platform: Platform, caller: Caller, run: RunRecord
) -> None:
    async with platform.db.connection() as connection:
        await connection.execute("DELETE FROM job WHERE id = $1", run.job_id)

    assert (await runs.get(platform, caller, str(run.id))).status == "failed"
