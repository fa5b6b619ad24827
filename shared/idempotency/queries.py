"""Statements about idempotency keys."""

# Claims the key, also from a request that died before it wrote anything: its lease has expired and it left no mark. A
# transaction that is marking the row holds its lock, and this waits for the outcome.
CLAIM = """
    INSERT INTO idempotency_key AS stored (account_id, key, fingerprint, attempt, lease_until, worked)
    VALUES ($1, $2, $3, 1, now() + $4::interval, false)
    ON CONFLICT (account_id, key) DO UPDATE SET attempt = stored.attempt + 1, lease_until = excluded.lease_until
        WHERE stored.fingerprint = excluded.fingerprint AND NOT stored.worked AND stored.answer IS NULL
            AND stored.lease_until < now()
    RETURNING attempt
"""

READ = """
    SELECT fingerprint = $3 AS is_same, answer, created_resource, worked AND lease_until < now() AS is_lost
    FROM idempotency_key WHERE account_id = $1 AND key = $2
"""

# True once this transaction has written anything, or locked a row.
HAS_WRITTEN = "SELECT pg_current_xact_id_if_assigned() IS NOT NULL"

MARK = """
    UPDATE idempotency_key SET worked = true, created_resource = coalesce($4, created_resource)
    WHERE account_id = $1 AND key = $2 AND attempt = $3 AND answer IS NULL
    RETURNING true
"""

# For the claims of one process together.
RENEW = """
    UPDATE idempotency_key AS stored SET lease_until = now() + $4::interval
    FROM unnest($1::bigint[], $2::text[], $3::int[]) AS held (account_id, key, attempt)
    WHERE stored.account_id = held.account_id AND stored.key = held.key AND stored.attempt = held.attempt
        AND stored.answer IS NULL
"""

# Repeats are told at once what was created, and need not wait for the lease to run out.
LET_GO = """
    UPDATE idempotency_key SET lease_until = now() - interval '1 microsecond'
    WHERE account_id = $1 AND key = $2 AND attempt = $3 AND worked AND answer IS NULL
"""

RECORD = "UPDATE idempotency_key SET answer = $4 WHERE account_id = $1 AND key = $2 AND attempt = $3"

RELEASE = """
    DELETE FROM idempotency_key
    WHERE account_id = $1 AND key = $2 AND attempt = $3 AND NOT worked AND answer IS NULL
    RETURNING true
"""

EXPIRE = """
    DELETE FROM idempotency_key
    WHERE (account_id, key) IN (
        SELECT account_id, key FROM idempotency_key WHERE created_at < now() - $1::interval LIMIT $2
    )
"""
