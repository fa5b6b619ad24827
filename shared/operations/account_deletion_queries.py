"""Statements about what belongs to an account whose owner has left."""

# ruff: noqa: S608 -- the texts are put together from the tables below only

from shared.analyses import files as analysis_files
from shared.comparisons.objects import FLIPS
from shared.datasets.objects import ROWS as DATASET_ROWS
from shared.detection_runs.objects import SCENE
from shared.projects import uploads
from shared.projects.retention_queries import SELECT_KEYS as SELECT_IMAGE_KEYS
from shared.runs.objects import BESIDE_ROWS, ROWS

SELECT_DUE = "SELECT id FROM account WHERE NOT is_active AND deletes_at <= now() ORDER BY id"

# Files of analyses: those that are kept, and those whose uploads were announced.
_ANALYSIS_KEYS = f"""
    SELECT coalesce(object_key, '{analysis_files.PREFIX}' || analysis_id || '/uploads/' || id) AS key
    FROM analysis_artifact WHERE analysis_id = ANY($1)
"""

# The tables whose rows have objects or are many, each with the statement that names the objects of some rows. Gates and
# comparisons refer to runs, runs to datasets, analyses to images.
KEYS = {
    "detection_run": f"SELECT folder || '{SCENE}' AS key FROM detection_run WHERE id = ANY($1) AND folder IS NOT NULL",
    "gate": "SELECT NULL AS key WHERE $1::uuid[] IS NULL",
    "comparison": f"SELECT folder || '{FLIPS}' AS key FROM comparison WHERE id = ANY($1) AND folder IS NOT NULL",
    "run": f"""
        SELECT folder || name AS key
        FROM run_version,
            unnest(coalesce(pieces, ARRAY['{ROWS}']::varchar[]) || ARRAY{[*BESIDE_ROWS]}::varchar[]) AS name
        WHERE run_id = ANY($1) AND folder IS NOT NULL
    """,
    "dataset": f"SELECT folder || '{DATASET_ROWS}' AS key FROM dataset WHERE id = ANY($1) AND folder IS NOT NULL",
    "analysis": _ANALYSIS_KEYS,
    "image": SELECT_IMAGE_KEYS,
    "upload": f"SELECT '{uploads.PREFIX}' || id AS key FROM upload WHERE id = ANY($1)",
}

# A former value of SECRET_KEY is known by the ids of keys and pipelines.
FORGET_FORMER_SECRETS = """
    DELETE FROM former_secret_use WHERE owner IN (
        SELECT id FROM api_key WHERE account_id = $1 UNION ALL SELECT id::text FROM pipeline WHERE account_id = $1
    )
"""

# Whom the invitation was for is a name or an address.
FORGET_INVITED = "UPDATE invitation SET note = NULL WHERE account_id = $1"

DELETE_ACCOUNT = "DELETE FROM account WHERE id = $1 AND deletes_at <= now() RETURNING true"

# Rows of other tables are deleted as well. No statement of a request may take so long, but here nobody waits.
TIMEOUT_S = 600
SET_TIMEOUT = f"SET LOCAL statement_timeout = '{TIMEOUT_S}s'"


def select_from(table: str) -> str:
    """Return the statement that selects some rows of an account."""
    return f"SELECT id FROM {table} WHERE account_id = $1 LIMIT $2"


def delete_from(table: str) -> str:
    """Return the statement that deletes rows by their ids."""
    return f"DELETE FROM {table} WHERE id = ANY($1)"
