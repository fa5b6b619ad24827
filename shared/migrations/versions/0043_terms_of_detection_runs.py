"""counts of further profiles of detection runs have the field's terms

Revision ID: 0043
Revises: 0042
"""

import json
import zlib
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import context, op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

# Only runs of several profiles have such counts.
SELECT = sa.text("""
    SELECT id, result FROM detection_run
    WHERE result IS NOT NULL AND jsonb_array_length(options -> 'profiles') > 0
        AND (CAST(:after AS uuid) IS NULL OR id > :after)
    ORDER BY id LIMIT 100
""")
# A result that was stored meanwhile stays.
UPDATE = sa.text("UPDATE detection_run SET result = :renamed WHERE id = :id AND result = :result")

# The program before reads the former names, which stay beside the new ones.
NAMES = {"right": "true_positives", "wrong": "false_positives", "missed": "false_negatives"}


def upgrade() -> None:
    # What is stored is read for it.
    if context.is_offline_mode():
        return
    for run_id, result in _results():
        figures: dict[str, Any] = json.loads(zlib.decompress(result))
        for counts in figures.get("differences", []):
            counts.update({new: counts[old] for old, new in NAMES.items() if old in counts and new not in counts})
        renamed = zlib.compress(json.dumps(figures).encode(), level=1)
        op.get_bind().execute(UPDATE, {"id": run_id, "result": result, "renamed": renamed})


def downgrade() -> None:
    """The program before passes over names that it does not know."""


def _results() -> Iterator[tuple[Any, bytes]]:
    after = None
    while rows := op.get_bind().execute(SELECT, {"after": after}).all():
        yield from ((run_id, bytes(result)) for run_id, result in rows)
        after = rows[-1][0]
