"""files with the actual labels of runs

Revision ID: 0025
Revises: 0024
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # The program before reads such a version as a file without actual labels: its job asks for them.
    op.add_column("run_version", sa.Column("truth", postgresql.JSONB(astext_type=sa.Text(), none_as_null=True)))


def downgrade() -> None:
    op.drop_column("run_version", "truth")
