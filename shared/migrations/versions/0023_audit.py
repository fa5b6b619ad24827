"""invitations, audit events, and uses of former secrets

Revision ID: 0023
Revises: 0022
"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

TEXT = sqlmodel.sql.sqltypes.AutoString
NOW = sa.text("now()")


def upgrade() -> None:
    op.create_table(
        "invitation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("invited_by", TEXT(), nullable=False),
        sa.Column("note", TEXT(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
    )
    op.create_index("uq_invitation_token_hash", "invitation", ["token_hash"], unique=True)
    op.create_table(
        "audit_event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("type", TEXT(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("actor", TEXT(), nullable=False),
        sa.Column("address", TEXT(), nullable=True),
        sa.Column("details", postgresql.JSONB(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_event")),
    )
    op.create_index("ix_audit_event_account_id_id", "audit_event", ["account_id", "id"])
    op.create_index("ix_audit_event_created_at", "audit_event", ["created_at"])
    op.create_index(
        "ix_audit_event_known_address",
        "audit_event",
        ["account_id", "address"],
        postgresql_where=sa.text("type = 'signed_in'"),
    )
    op.create_table(
        "former_secret_use",
        sa.Column("kind", TEXT(), nullable=False),
        sa.Column("owner", TEXT(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.PrimaryKeyConstraint("kind", "owner", name=op.f("pk_former_secret_use")),
    )


def downgrade() -> None:
    op.drop_table("former_secret_use")
    op.drop_table("audit_event")
    op.drop_table("invitation")
