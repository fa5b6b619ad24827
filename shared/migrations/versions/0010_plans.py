"""plans and the use that is made of them

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("account", sa.Column("plan", sqlmodel.sql.sqltypes.AutoString(), nullable=True))
    op.add_column("account", sa.Column("credit_drawn", sa.BigInteger(), server_default="0", nullable=False))
    op.create_table(
        "usage",
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("route", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("calls", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_usage_account_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("account_id", "day", "route", name=op.f("pk_usage")),
    )
    op.create_index("ix_usage_day", "usage", ["day"], unique=False)


def downgrade() -> None:
    op.drop_table("usage")
    op.drop_column("account", "credit_drawn")
    op.drop_column("account", "plan")
