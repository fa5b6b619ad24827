"""Statements about share links."""

COLUMNS = "id, noun, target_id, created_at, expires_at"

# Locks the account, so that requests for links take turns and the limit holds.
COUNT = """
    WITH owner AS (SELECT id FROM account WHERE id = $1 FOR NO KEY UPDATE)
    SELECT count(share_link.id) FROM owner LEFT JOIN share_link ON share_link.account_id = owner.id
"""

INSERT = f"""
    INSERT INTO share_link (id, account_id, token_hash, noun, target_id, expires_at)
    VALUES ($1, $2, $3, $4, $5, now() + $6::interval) RETURNING {COLUMNS}
"""  # noqa: S608 -- the columns above

LIST_OWN = f"""
    SELECT {COLUMNS} FROM share_link WHERE account_id = $1 AND ($2::uuid IS NULL OR id < $2) ORDER BY id DESC LIMIT $3
"""  # noqa: S608 -- the columns above

# What has no name of its own, as a comparison, has no row.
NAMES = """
    SELECT run.id, coalesce(run.name, newest.filename)
    FROM run JOIN run_version AS newest ON newest.run_id = run.id AND newest.number = run.version
    WHERE run.account_id = $1 AND run.id = ANY($2::uuid[])
    UNION ALL SELECT id, name FROM gate WHERE account_id = $1 AND id = ANY($2::uuid[])
    UNION ALL SELECT uid, name FROM matrix WHERE account_id = $1 AND uid = ANY($2::uuid[]) AND name IS NOT NULL
    UNION ALL SELECT id, filename FROM image WHERE account_id = $1 AND id = ANY($2::uuid[])
"""

DELETE = "DELETE FROM share_link WHERE id = $1 AND account_id = $2 RETURNING noun, target_id"

FIND = """
    SELECT link.noun, link.target_id, link.expires_at, account.id, account.plan,
        account.credit + account.credit_drawn AS granted
    FROM share_link AS link JOIN account ON account.id = link.account_id
    WHERE link.token_hash = $1 AND link.expires_at > now() AND account.is_active
"""

EXPIRE = "DELETE FROM share_link WHERE expires_at <= now() - $1::interval"
