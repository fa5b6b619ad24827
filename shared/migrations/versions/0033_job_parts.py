"""jobs of which several workers do a part each, and runs whose rows lie in several objects

Revision ID: 0033
Revises: 0032
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.migrations.online import create_index

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

_PARENT = "fk_job_parent_id"


def upgrade() -> None:
    op.add_column("run_version", sa.Column("pieces", postgresql.ARRAY(sa.String()), nullable=True))
    op.add_column("job", sa.Column("part_count", sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.add_column("job", sa.Column("parent_id", sa.Uuid(), nullable=True))
    # No row has a parent yet: checking them all would hold the lock for as long.
    op.create_foreign_key(_PARENT, "job", "job", ["parent_id"], ["id"], ondelete="CASCADE", postgresql_not_valid=True)
    create_index("ix_job_parent_id", "job", ["parent_id"], postgresql_where=sa.text("parent_id IS NOT NULL"))
    op.execute(f"ALTER TABLE job VALIDATE CONSTRAINT {_PARENT}")


def downgrade() -> None:
    op.execute("DELETE FROM job WHERE parent_id IS NOT NULL")
    op.drop_index("ix_job_parent_id", table_name="job")
    op.drop_column("job", "parent_id")
    op.drop_column("job", "part_count")
    op.drop_column("run_version", "pieces")
