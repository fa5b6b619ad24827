"""passwords that administrators let reset, accounts that leave, and where sessions began

Revision ID: 0031
Revises: 0030
"""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("account", sa.Column("deletes_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("session", sa.Column("address", sa.String(), nullable=True))
    op.add_column("session", sa.Column("browser", sa.String(), nullable=True))
    op.create_table(
        "password_reset",
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_password_reset_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_password_reset")),
    )
    op.create_index("uq_password_reset_token_hash", "password_reset", ["token_hash"], unique=True)


def downgrade() -> None:
    op.drop_table("password_reset")
    op.drop_column("session", "browser")
    op.drop_column("session", "address")
    op.drop_column("account", "deletes_at")
