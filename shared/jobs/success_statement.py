"""The success of a job that is neither a part nor in parts, in one statement: round trips are most of a small job."""

# ruff: noqa: S608 -- the text is put together from the table of states and our own names only

import time
from collections.abc import Sequence
from datetime import timedelta
from operator import attrgetter

from shared.artifacts import queries as artifact_queries
from shared.jobs.errors import LeaseLost
from shared.jobs.lifecycle import Move, before, set_by, target
from shared.jobs.queries import CHANNEL, FENCE
from shared.jobs.records import ClaimedJob, JobOut, JobRecord, Snapshot
from shared.kit.database.transactions import retry_conflicts
from shared.kit.platform import Platform
from shared.kit.storage.files import StoredFile
from shared.webhooks import announcing
from shared.webhooks.queries import event_of_fact

# The first part is the fence: without its row none of the others writes anything.
SUCCEED = f"""
    WITH fact AS (
        UPDATE job SET {set_by(Move.SUCCEED)}, progress = 1, lease_until = NULL, finished_at = $3
        WHERE {FENCE} AND {before(Move.SUCCEED)} RETURNING id, account_id, callback_url
    ), file AS ({artifact_queries.INSERT_OF_FACT.format("$4", "$5", "$6", "$7", "$8")}), {event_of_fact(first=9)}
    SELECT beyond, pg_notify('{CHANNEL}', fact.id::text) FROM fact CROSS JOIN given_up
"""


@retry_conflicts
async def succeed(platform: Platform, job: ClaimedJob, files: Sequence[StoredFile]) -> Snapshot:
    """End the job with its files, its event and its notification; raises LeaseLost."""
    snapshot = Snapshot(_succeeded(job), tuple(sorted(files, key=attrgetter("name"))))
    event = announcing.written(platform, "job.succeeded", JobOut.of(snapshot, platform.storage))
    finished_at = snapshot.job.finished_at
    async with platform.db.connection() as connection:
        columns = artifact_queries.columns(files)
        beyond = await connection.fetchval(SUCCEED, job.id, job.attempt, finished_at, *columns, *event)
    if beyond is None:
        raise LeaseLost
    announcing.warn_of(job.account_id, beyond)
    return snapshot


def _succeeded(job: ClaimedJob) -> JobRecord:
    """The row as it is from now on, by the clock of the database: the event tells of it before it is written."""
    elapsed = timedelta(seconds=time.monotonic() - job.claimed_s)
    columns = {name: getattr(job, name) for name in JobRecord.__struct_fields__}
    ending = {"status": target(Move.SUCCEED).value, "progress": 1.0, "finished_at": job.claimed_at + elapsed}
    return JobRecord(**columns | ending)
