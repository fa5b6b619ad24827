"""gates of detectors, and tags of detection runs

Revision ID: 0040
Revises: 0035
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.migrations import online

revision = "0040"
down_revision = "0035"
branch_labels = None
depends_on = None

# Together with its column a reference needs no look at the rows, none of which has a detection run.
ADD_CANDIDATE = """
    ALTER TABLE gate_check ADD COLUMN IF NOT EXISTS candidate_detection_run_id UUID
        -- squawk-ignore adding-foreign-key-constraint
        CONSTRAINT fk_gate_check_candidate_detection_run_id REFERENCES detection_run (id) ON DELETE CASCADE
"""
# Rows are looked at in a transaction of its own, behind the index; what a broken attempt left is added again.
ADD_CHECK = """
    -- squawk-ignore ban-drop-constraint
    ALTER TABLE gate_check DROP CONSTRAINT IF EXISTS ck_gate_check_candidate,
        ADD CONSTRAINT ck_gate_check_candidate
        CHECK (num_nonnulls(candidate_run_id, candidate_detection_run_id) = 1) NOT VALID
"""
VALIDATE_CHECK = "ALTER TABLE gate_check VALIDATE CONSTRAINT ck_gate_check_candidate"


def upgrade() -> None:
    # What is there already is left, should building the index have been broken off before.
    tags: sa.Column[list[str]] = sa.Column(
        "tags", postgresql.ARRAY(sa.String()), server_default=sa.text("'{}'"), nullable=False
    )
    op.add_column("detection_run", tags, if_not_exists=True)
    # A gate was an option of a detection run; nobody has one.
    op.execute("UPDATE detection_run SET options = options - 'gate' WHERE options ? 'gate'")
    op.execute(ADD_CANDIDATE)
    op.execute("ALTER TABLE gate_check ALTER COLUMN candidate_run_id DROP NOT NULL")
    op.execute(ADD_CHECK)
    online.create_index("ix_gate_check_candidate_detection_run_id", "gate_check", ["candidate_detection_run_id"])
    op.execute(VALIDATE_CHECK)


def downgrade() -> None:
    op.execute("DELETE FROM gate_check WHERE candidate_run_id IS NULL")
    op.drop_index("ix_gate_check_candidate_detection_run_id", table_name="gate_check")
    op.drop_constraint("ck_gate_check_candidate", "gate_check")
    op.alter_column("gate_check", "candidate_run_id", nullable=False)
    op.drop_column("gate_check", "candidate_detection_run_id")
    op.drop_column("detection_run", "tags")
