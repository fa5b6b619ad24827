"""The jobs of each account that wait, in their order

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa

from shared.migrations import online

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    online.create_index(
        "ix_job_waiting", "job", ["account_id", "run_after", "id"], postgresql_where=sa.text("status = 'queued'")
    )


def downgrade() -> None:
    online.drop_index("ix_job_waiting", "job")
