"""what a request under an idempotency key created

Revision ID: 0018
Revises: 0017
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # The program before writes none: repeats of its lost answers are refused as ever.
    op.add_column("idempotency_key", sa.Column("created_resource", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("idempotency_key", "created_resource")
