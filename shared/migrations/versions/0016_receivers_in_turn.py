"""deliveries are taken by account and receiver in turn

Revision ID: 0016
Revises: 0015
"""

import sqlalchemy as sa
from alembic import op

from shared.migrations import online

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

# The endpoint, or one of 64 groups of callback origins, since host names are free and must not add up.
MAKE_FUNCTION = """
    CREATE OR REPLACE FUNCTION webhook_receiver(endpoint_id uuid, url varchar) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN coalesce(
        endpoint_id::text, 'callback ' || (hashtext(lower(substring(url FROM '^[^/]+//[^/?#]+'))) & 63)::text
    )
"""


def upgrade() -> None:
    # The program before writes none of them: its attempts count for no receiver, and are fenced as ever. What is there
    # already is left, should building an index have been broken off before.
    for column in (
        sa.Column("under_way_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dead_because", sa.String(), nullable=True),
    ):
        op.add_column("webhook_delivery", column, if_not_exists=True)
    op.create_table(
        "webhook_slow_receiver",
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("receiver", sa.String(), nullable=False),
        sa.Column("last_slow_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_webhook_slow_receiver_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", "receiver", name=op.f("pk_webhook_slow_receiver")),
        if_not_exists=True,
    )
    op.create_table(
        "courier",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("clock_skew_s", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_courier")),
        if_not_exists=True,
    )
    op.execute(MAKE_FUNCTION)
    online.create_index(
        "ix_webhook_delivery_turn",
        "webhook_delivery",
        ["account_id", sa.text("webhook_receiver(endpoint_id, url)"), "next_attempt_at"],
        postgresql_where=sa.text("status = 'pending'"),
    )
    online.create_index(
        "ix_webhook_delivery_under_way",
        "webhook_delivery",
        ["under_way_until"],
        postgresql_where=sa.text("under_way_until IS NOT NULL"),
    )
    online.create_index("ix_account_disabled", "account", ["id"], postgresql_where=sa.text("NOT is_active"))


def downgrade() -> None:
    online.drop_index("ix_account_disabled", "account")
    online.drop_index("ix_webhook_delivery_under_way", "webhook_delivery")
    online.drop_index("ix_webhook_delivery_turn", "webhook_delivery")
    op.execute("DROP FUNCTION IF EXISTS webhook_receiver")
    op.drop_table("courier", if_exists=True)
    op.drop_table("webhook_slow_receiver", if_exists=True)
    op.drop_column("webhook_delivery", "dead_because", if_exists=True)
    op.drop_column("webhook_delivery", "under_way_until", if_exists=True)
