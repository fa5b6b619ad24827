"""thumbnails are taken by account in turn

Revision ID: 0021
Revises: 0020
"""

import sqlalchemy as sa
from alembic import op

from shared.migrations import online

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

# Those that are made already are never taken again.
SET_ACCOUNT = """
    UPDATE thumbnail SET account_id = image.account_id FROM image
    WHERE image.id = thumbnail.image_id AND thumbnail.status = 'queued'
"""


def upgrade() -> None:
    # The program before leaves it at 0, and all that it queues has its turn as one account.
    column = sa.Column("account_id", sa.BigInteger(), server_default="0", nullable=False)
    op.add_column("thumbnail", column, if_not_exists=True)
    op.execute(SET_ACCOUNT)
    online.create_index(
        "ix_thumbnail_turn", "thumbnail", ["account_id", "due_at"], postgresql_where=sa.text("status = 'queued'")
    )


def downgrade() -> None:
    online.drop_index("ix_thumbnail_turn", "thumbnail")
    op.drop_column("thumbnail", "account_id", if_exists=True)
