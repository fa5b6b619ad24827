"""first rows of runs, and versions that stop to show them

Revision ID: 0029
Revises: 0028
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # The program before counts such a version without being told to go on.
    op.add_column("run_version", sa.Column("is_review", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column("run_version", sa.Column("preview", postgresql.JSONB(astext_type=sa.Text(), none_as_null=True)))


def downgrade() -> None:
    op.drop_column("run_version", "preview")
    op.drop_column("run_version", "is_review")
