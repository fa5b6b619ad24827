"""detection runs are ready before their intervals

Revision ID: 0042
Revises: 0041
"""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # What is there has its intervals, as has what the program before still writes.
    awaits: sa.Column[bool] = sa.Column(
        "awaits_intervals", sa.Boolean(), server_default=sa.text("false"), nullable=False
    )
    op.add_column("detection_run", awaits)


def downgrade() -> None:
    op.drop_column("detection_run", "awaits_intervals")
