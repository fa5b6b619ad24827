"""same_work

Revision ID: 0014
Revises: 0013
"""

from shared.migrations import online

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    online.create_index("ix_job_same_work", "job", ["account_id", "fingerprint", "created_at"])
    online.drop_index("ix_job_fingerprint", "job")


def downgrade() -> None:
    online.create_index("ix_job_fingerprint", "job", ["account_id", "fingerprint"])
    online.drop_index("ix_job_same_work", "job")
