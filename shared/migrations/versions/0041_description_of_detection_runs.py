"""names and notes of detection runs

Revision ID: 0041
Revises: 0040
"""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("detection_run", sa.Column("name", sa.String(), nullable=True))
    op.add_column("detection_run", sa.Column("notes", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("detection_run", "notes")
    op.drop_column("detection_run", "name")
