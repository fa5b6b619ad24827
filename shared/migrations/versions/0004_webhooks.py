"""webhook endpoints that are rotated, disabled and tried out

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

CHECKS = {
    "ck_webhook_endpoint_disabled_because": "disabled_because IN ('owner', 'gone', 'failing')",
    "ck_webhook_endpoint_disabled": "(disabled_at IS NULL) = (disabled_because IS NULL)",
}


def upgrade() -> None:
    op.add_column("webhook_endpoint", sa.Column("secret_rotated_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("webhook_endpoint", sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True))
    op.add_column("webhook_endpoint", sa.Column("disabled_because", sqlmodel.sql.sqltypes.AutoString(), nullable=True))
    op.add_column("webhook_delivery", sa.Column("repeats", sa.Boolean(), server_default=sa.true(), nullable=False))
    # Until now nothing but 410 disabled an endpoint.
    op.execute("UPDATE webhook_endpoint SET disabled_because = 'gone' WHERE disabled_at IS NOT NULL")
    # Validated by 0008: in this transaction it would keep everybody from the table.
    for name, condition in CHECKS.items():
        op.execute(f"ALTER TABLE webhook_endpoint ADD CONSTRAINT {name} CHECK ({condition}) NOT VALID")


def downgrade() -> None:
    for name in CHECKS:
        op.drop_constraint(name, "webhook_endpoint")
    op.drop_column("webhook_delivery", "repeats")
    for column in ("disabled_because", "failing_since", "secret_rotated_at"):
        op.drop_column("webhook_endpoint", column)
