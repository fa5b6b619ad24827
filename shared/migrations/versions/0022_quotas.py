"""what accounts use of their quotas

Revision ID: 0022
Revises: 0021
"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

TEXT = sqlmodel.sql.sqltypes.AutoString
NOW = sa.text("now()")


def upgrade() -> None:
    # The program before adds without counting; what it adds is seen at the next measurement.
    op.create_table(
        "quota_use",
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("quota", TEXT(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("measured_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_quota_use_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", "quota", name=op.f("pk_quota_use")),
    )


def downgrade() -> None:
    op.drop_table("quota_use")
