"""keys

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Keys that exist came with their accounts and may do everything. The defaults stay for those that the program of
    # before makes while it still runs beside its successor.
    op.add_column(
        "api_key", sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), server_default="main", nullable=False)
    )
    op.add_column(
        "api_key",
        sa.Column("scopes", postgresql.ARRAY(sa.String()), server_default="{account,read,write}", nullable=False),
    )
    for name in ("expires_at", "revoked_at", "last_used_at"):
        op.add_column("api_key", sa.Column(name, sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    for name in ("last_used_at", "revoked_at", "expires_at", "scopes", "name"):
        op.drop_column("api_key", name)
