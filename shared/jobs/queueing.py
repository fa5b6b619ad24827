"""The queue that a job's message goes to, so that one account's many jobs do not delay another's few.

Workers take from two queues in turn. The first few jobs of every account go to the first queue, a bounded number of
further ones to the second; the rest wait in Postgres, from where the dispatcher takes them account by account.
"""

# ruff: noqa: S608 -- the texts are put together from the table of states and our own column names only

from datetime import timedelta
from typing import Any
from uuid import UUID

from shared.jobs.lifecycle import Status, status_in
from shared.jobs.queries import NEW
from shared.jobs.records import COLUMNS, JobRecord
from shared.kit.broker import Wakeup
from shared.kit.database.transactions import Connection

# Few enough that the jobs of a hundred accounts ahead of one's own are still soon done.
PROMPT = 4

# Enough that one account alone keeps many workers busy from one round of the dispatcher to the next.
SHARE = 100

SHARES = {Wakeup.RUN_JOB: PROMPT, Wakeup.RUN_LATER: SHARE}

# Nothing is queued beyond $11; two concurrent requests may both take the last slot, which does no harm. Nor is anything
# where $12 asks for new work only, and an equal request has succeeded; its artifacts are reused by another statement.
# `dispatched_at` is set as if the message were sent already: it is published next, and if that fails, the
# dispatcher takes the row once the time for a repeat is over.
ENQUEUE = f"""
    WITH ahead AS (
        SELECT count(*) AS jobs FROM (
            SELECT FROM job WHERE account_id = $2 AND {status_in(Status.QUEUED)} LIMIT $11
        ) AS waiting
    )
    INSERT INTO job ({NEW}, status, progress, attempt, failures, dispatched_at)
    SELECT $1, $2, $3, $4, $5, $6, $7::varchar, $8, $9, $10, '{Status.QUEUED.value}', 0, 0, 0,
        CASE WHEN jobs < {SHARE} THEN now() END
    FROM ahead WHERE jobs < $11 AND NOT ($12 AND EXISTS (
        SELECT FROM job WHERE account_id = $2 AND fingerprint = $7::varchar AND {status_in(Status.SUCCEEDED)}
    ))
    RETURNING (SELECT jobs FROM ahead), {COLUMNS}
"""

# No message was sent yet, or one so long ago that it may be lost with the broker.
_UNDISPATCHED = "(dispatched_at IS NULL OR dispatched_at < now() - $1::interval)"

# The first $2 jobs of every account, the accounts in turn. The recursion steps through the index from one account to
# the next, so a long backlog of one is not read.
TAKE_UNDISPATCHED = f"""
    WITH RECURSIVE account AS (
        (SELECT account_id FROM job WHERE {status_in(Status.QUEUED)} ORDER BY account_id LIMIT 1)
        UNION ALL
        SELECT (
            SELECT account_id FROM job WHERE {status_in(Status.QUEUED)} AND account_id > account.account_id
            ORDER BY account_id LIMIT 1
        ) FROM account WHERE account_id IS NOT NULL
    ), chosen AS (
        SELECT id, turn FROM account CROSS JOIN LATERAL (
            SELECT id, dispatched_at, row_number() OVER (ORDER BY run_after, id) AS turn FROM job
            WHERE account_id = account.account_id AND {status_in(Status.QUEUED)} AND run_after <= now()
            ORDER BY run_after, id LIMIT $2
        ) AS first
        WHERE {_UNDISPATCHED} ORDER BY turn LIMIT $3
    ), dispatched AS (
        UPDATE job SET dispatched_at = now()
        WHERE id IN (
            SELECT id FROM job WHERE id IN (SELECT id FROM chosen) AND {status_in(Status.QUEUED)} AND {_UNDISPATCHED}
            FOR UPDATE SKIP LOCKED
        )
        RETURNING id
    )
    SELECT id FROM dispatched JOIN chosen USING (id) ORDER BY turn
"""


def wakeup_for(ahead: int) -> Wakeup | None:
    """Return the message for a new job of an account with `ahead` waiting jobs; None leaves it to the dispatcher."""
    return next((wakeup for wakeup, share in SHARES.items() if ahead < share), None)


async def enqueue(
    connection: Connection, job: dict[str, Any], max_queued: int, *, only_new: bool = False
) -> tuple[JobRecord, int] | None:
    """Insert a job; returns it with the number of the account's waiting jobs, or None if those are `max_queued`.

    With `only_new` also None if an equal request has succeeded.
    """
    record = await connection.fetchrow(ENQUEUE, *job.values(), max_queued, only_new)
    return (JobRecord(*record[1:]), record[0]) if record else None


async def take_undispatched(connection: Connection, repeat_after: timedelta, limit: int, *, share: int) -> list[UUID]:
    """Mark queued jobs as dispatched, among the first `share` of each account; returns the ids to publish."""
    return [record["id"] for record in await connection.fetch(TAKE_UNDISPATCHED, repeat_after, share, limit)]
