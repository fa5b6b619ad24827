"""Statements about requests that are to be done once."""

# Takes the key, also from a request that died before it did anything: its lease is over and it left no mark. Whoever is
# in the middle of such work holds the row, and this waits until it is known what became of it.
CLAIM = """
    INSERT INTO idempotency_key AS known (account_id, key, fingerprint, attempt, lease_until, worked)
    VALUES ($1, $2, $3, 1, now() + $4::interval, false)
    ON CONFLICT (account_id, key) DO UPDATE SET attempt = known.attempt + 1, lease_until = excluded.lease_until
        WHERE known.fingerprint = excluded.fingerprint AND NOT known.worked AND known.answer IS NULL
            AND known.lease_until < now()
    RETURNING attempt
"""

READ = """
    SELECT fingerprint = $3 AS is_same, answer, worked AND lease_until < now() AS is_lost
    FROM idempotency_key WHERE account_id = $1 AND key = $2
"""

# Whether this transaction has written anything so far, or locked it in order to.
HAS_WRITTEN = "SELECT pg_current_xact_id_if_assigned() IS NOT NULL"

MARK = """
    UPDATE idempotency_key SET worked = true
    WHERE account_id = $1 AND key = $2 AND attempt = $3 AND answer IS NULL
    RETURNING true
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
