"""which bucket belongs to the database, and which of its objects no row refers to

Revision ID: 0017
Revises: 0016
"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

TEXT = sqlmodel.sql.sqltypes.AutoString()
NOW = sa.text("now()")


def upgrade() -> None:
    op.create_table(
        "installation",
        sa.Column("is_only", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("generation", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("bound_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("problem", TEXT, nullable=True),
        sa.CheckConstraint("is_only", name=op.f("ck_installation_only")),
        sa.PrimaryKeyConstraint("is_only", name=op.f("pk_installation")),
    )
    op.create_table(
        "orphan",
        sa.Column("prefix", TEXT, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("etag", TEXT, nullable=False),
        sa.Column("marked_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.PrimaryKeyConstraint("prefix", "key", name=op.f("pk_orphan")),
    )
    op.create_table(
        "orphan_sweep",
        sa.Column("prefix", TEXT, nullable=False),
        sa.Column("objects", sa.BigInteger(), nullable=False),
        sa.Column("orphans", sa.BigInteger(), nullable=False),
        sa.Column("is_held", sa.Boolean(), nullable=False),
        sa.Column("allowed", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.PrimaryKeyConstraint("prefix", name=op.f("pk_orphan_sweep")),
    )


def downgrade() -> None:
    op.drop_table("orphan_sweep")
    op.drop_table("orphan")
    op.drop_table("installation")
