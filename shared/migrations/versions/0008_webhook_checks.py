"""The conditions of 0004 hold for the endpoints of before, too

Revision ID: 0008
Revises: 0007
"""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

CHECKS = ("ck_webhook_endpoint_disabled_because", "ck_webhook_endpoint_disabled")


def upgrade() -> None:
    # In a transaction that has added nothing, so that the table is written to while its rows are looked through.
    for name in CHECKS:
        op.execute(f"ALTER TABLE webhook_endpoint VALIDATE CONSTRAINT {name}")


def downgrade() -> None:
    pass
