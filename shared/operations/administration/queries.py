"""Statements about the data of all accounts."""

# ruff: noqa: S608 -- the texts are put together from the table of states only

from shared.jobs.lifecycle import Status, status_in

TOTALS = f"""
    SELECT (SELECT count(*) FROM account) AS accounts,
        (SELECT count(*) FROM matrix) AS matrices,
        (SELECT count(*) FROM image WHERE deleted_at IS NULL) AS images,
        (SELECT min(created_at) FROM job WHERE {status_in(Status.QUEUED)}) AS oldest_queued_at,
        (SELECT coalesce(sum(size_bytes), 0)::bigint
         FROM (SELECT DISTINCT object_key, size_bytes FROM artifact) AS file) AS artifact_bytes,
        (SELECT coalesce(sum(size_bytes), 0)::bigint FROM image) AS image_bytes
"""

JOBS = "SELECT status, count(*) FROM job GROUP BY status"

DELIVERIES = "SELECT status, count(*) FROM webhook_delivery GROUP BY status"

ACCOUNTS = """
    SELECT id, email, plan, credit, is_active, is_admin, created_at, deletes_at,
        (SELECT count(*) FROM matrix WHERE account_id = account.id) AS matrices
    FROM account
    WHERE id > $1 AND ($2::text IS NULL OR strpos(lower(email), lower($2)) > 0)
    ORDER BY id LIMIT $3
"""

ALL_JOBS = """
    SELECT job.id, account.email, job.kind, job.status, job.error, job.created_at, job.finished_at
    FROM job JOIN account ON account.id = job.account_id
    WHERE ($1::uuid IS NULL OR job.id < $1) AND ($2::text IS NULL OR job.status = $2) AND job.parent_id IS NULL
    ORDER BY job.id DESC LIMIT $3
"""

ALL_MATRICES = """
    SELECT matrix.uid, account.email, matrix.name, matrix.sample_count, matrix.accuracy, matrix.f1, matrix.created_at
    FROM matrix JOIN account ON account.id = matrix.account_id
    WHERE $1::uuid IS NULL OR matrix.uid < $1
    ORDER BY matrix.uid DESC LIMIT $2
"""

DEAD_DELIVERIES = """
    SELECT delivery.id, account.email, event.type, delivery.url,
        coalesce(replace(delivery.dead_because, '_', ' '),
            (SELECT coalesce(error, 'answered ' || status_code) FROM webhook_attempt
             WHERE delivery_id = delivery.id ORDER BY number DESC LIMIT 1)) AS last_error,
        delivery.finished_at
    FROM webhook_delivery AS delivery
        JOIN webhook_event AS event ON event.id = delivery.event_id
        JOIN account ON account.id = delivery.account_id
    WHERE delivery.status = 'dead'
    ORDER BY delivery.id DESC LIMIT $1
"""

# Who is disabled has to sign in again when he is enabled. An account that is enabled is deleted no more, as long as its
# deletion cannot have begun.
SET_ACCOUNT_STATE = """
    WITH ended AS (DELETE FROM session WHERE account_id = $1 AND NOT coalesce($2, true))
    UPDATE account SET is_active = coalesce($2, is_active), is_admin = coalesce($3, is_admin),
        deletes_at = CASE WHEN $2 THEN NULL ELSE deletes_at END
    WHERE id = $1 AND (deletes_at IS NULL OR deletes_at > now()) RETURNING true
"""

JOBS_OF_DISABLED_ACCOUNTS = f"""
    SELECT job.id, job.account_id FROM account JOIN job ON job.account_id = account.id
    WHERE NOT account.is_active AND {status_in(Status.QUEUED, Status.RUNNING)} AND job.parent_id IS NULL
    LIMIT $1
"""

# Apart from the others of its endpoint, whose row is not locked: what is locked is left to the next time.
END_DELIVERIES_OF_DISABLED_ACCOUNTS = """
    UPDATE webhook_delivery
    SET status = 'dead', finished_at = now(), under_way_until = NULL, dead_because = 'account_disabled'
    WHERE id IN (
        SELECT delivery.id FROM account JOIN webhook_delivery AS delivery ON delivery.account_id = account.id
        WHERE NOT account.is_active AND delivery.status = 'pending'
        LIMIT $1 FOR UPDATE OF delivery SKIP LOCKED
    )
"""

# What a job makes stores only what comes from its own job, which a retry is from then on.
_MADE_BY = {
    "ingest_run": "run_version",
    "ingest_dataset": "dataset",
    "paired_comparison": "comparison",
    "gate_check": "gate_check",
    "detection_run": "detection_run",
}
TAKE_OVER = {
    kind: f"UPDATE {table} SET job_id = $2 WHERE job_id = $1 RETURNING true" for kind, table in _MADE_BY.items()
}
