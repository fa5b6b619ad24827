"""what kinds of things a job refers to

Revision ID: 0015
Revises: 0014
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # The program before writes none: its jobs are done as ever, and their pages link to no matrix.
    op.add_column(
        "job",
        sa.Column("reference_kinds", postgresql.JSONB(), nullable=False, server_default=sa.text("'{}'::jsonb")),
    )


def downgrade() -> None:
    op.drop_column("job", "reference_kinds")
