"""figures of runs, to sort lists by

Revision ID: 0035
Revises: 0034
"""

import sqlalchemy as sa
from alembic import op

from shared.migrations import online

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # What is there already is left, should building the index have been broken off before.
    op.create_table(
        "run_figure",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("metric", sa.String(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("label", sa.String(), nullable=True),
        sa.Column("value", sa.Double(), nullable=False),
        sa.Column("low", sa.Double(), nullable=True),
        sa.Column("high", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_run_figure_account_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_run_figure_run_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("run_id", "metric", name=op.f("pk_run_figure")),
        if_not_exists=True,
    )
    op.create_index(
        "ix_run_figure_sorted", "run_figure", ["account_id", "metric", "value", "run_id"], if_not_exists=True
    )
    # The program before leaves it false, and a duty measures what it counted.
    has_figures: sa.Column[bool] = sa.Column(
        "has_figures", sa.Boolean(), server_default=sa.text("false"), nullable=False
    )
    op.add_column("run_version", has_figures, if_not_exists=True)
    online.create_index(
        "ix_run_version_unmeasured",
        "run_version",
        ["run_id"],
        postgresql_where=sa.text("outcome = 'ready' AND NOT has_figures"),
    )


def downgrade() -> None:
    online.drop_index("ix_run_version_unmeasured", "run_version")
    op.drop_column("run_version", "has_figures", if_exists=True)
    op.drop_table("run_figure", if_exists=True)
