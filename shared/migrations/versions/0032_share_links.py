"""links by which one object is read without an account

Revision ID: 0032
Revises: 0031
"""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "share_link",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("noun", sa.String(), nullable=False),
        sa.Column("target_id", sa.Uuid(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("noun IN ('run', 'comparison', 'gate', 'matrix', 'image')", name=op.f("ck_share_link_noun")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_share_link_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_share_link")),
    )
    op.create_index("uq_share_link_token_hash", "share_link", ["token_hash"], unique=True)
    op.create_index("ix_share_link_account_id_id", "share_link", ["account_id", "id"])
    op.create_index("ix_share_link_expires_at", "share_link", ["expires_at"])


def downgrade() -> None:
    op.drop_table("share_link")
