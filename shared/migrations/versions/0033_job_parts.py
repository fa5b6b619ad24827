"""jobs of which several workers do a part each, and runs whose rows lie in several objects

Revision ID: 0033
Revises: 0032
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.migrations import online

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

# Together with its column a reference needs no look at the rows, none of which has a parent.
ADD_PARENT = """
    ALTER TABLE job ADD COLUMN IF NOT EXISTS parent_id UUID
        -- squawk-ignore adding-foreign-key-constraint
        CONSTRAINT fk_job_parent_id REFERENCES job (id) ON DELETE CASCADE
"""


def upgrade() -> None:
    # What is there already is left, should building the index have been broken off before.
    for table, column in (
        ("run_version", sa.Column("pieces", postgresql.ARRAY(sa.String()), nullable=True)),
        ("job", sa.Column("part_count", sa.Integer(), server_default=sa.text("0"), nullable=False)),
    ):
        op.add_column(table, column, if_not_exists=True)
    op.execute(ADD_PARENT)
    online.create_index("ix_job_parent_id", "job", ["parent_id"], postgresql_where=sa.text("parent_id IS NOT NULL"))


def downgrade() -> None:
    op.execute("DELETE FROM job WHERE parent_id IS NOT NULL")
    op.drop_index("ix_job_parent_id", table_name="job")
    op.drop_column("job", "parent_id")
    op.drop_column("job", "part_count")
    op.drop_column("run_version", "pieces")
