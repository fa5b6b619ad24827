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
    SELECT id, email, plan, credit, is_active, is_admin, created_at,
        (SELECT count(*) FROM matrix WHERE account_id = account.id) AS matrices
    FROM account
    WHERE id > $1 AND ($2::text IS NULL OR strpos(lower(email), lower($2)) > 0)
    ORDER BY id LIMIT $3
"""

ALL_JOBS = """
    SELECT job.id, account.email, job.kind, job.status, job.error, job.created_at, job.finished_at
    FROM job JOIN account ON account.id = job.account_id
    WHERE ($1::uuid IS NULL OR job.id < $1) AND ($2::text IS NULL OR job.status = $2)
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
        (SELECT coalesce(error, 'answered ' || status_code) FROM webhook_attempt
         WHERE delivery_id = delivery.id ORDER BY number DESC LIMIT 1) AS last_error,
        delivery.finished_at
    FROM webhook_delivery AS delivery
        JOIN webhook_event AS event ON event.id = delivery.event_id
        JOIN account ON account.id = delivery.account_id
    WHERE delivery.status = 'dead'
    ORDER BY delivery.id DESC LIMIT $1
"""

SET_ACCOUNT_STATE = """
    UPDATE account SET is_active = coalesce($2, is_active), is_admin = coalesce($3, is_admin)
    WHERE id = $1 RETURNING true
"""
