"""comparisons on the same samples

Revision ID: 0024
Revises: 0023
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

SIDES = (
    "num_nonnulls(baseline_run_id, candidate_run_id) IN (0, 2) AND "
    "num_nonnulls(baseline_run_id, candidate_run_id, baseline_matrix_uid, candidate_matrix_uid) = 2"
)
COMPARED = {
    "baseline_run_id": "run.id",
    "candidate_run_id": "run.id",
    "baseline_matrix_uid": "matrix.uid",
    "candidate_matrix_uid": "matrix.uid",
}


def upgrade() -> None:
    op.create_table(
        "comparison",
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        *(sa.Column(name, sa.Uuid(), nullable=True) for name in COMPARED),
        sa.Column("options", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("result", sa.LargeBinary(), nullable=True),
        sa.Column("flips_bytes", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("baseline_version", sa.Integer(), nullable=False),
        sa.Column("candidate_version", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=True),
        sa.Column("folder", sa.String(), nullable=True),
        sa.CheckConstraint("(result IS NOT NULL) = (verdict IS NOT NULL)", name=op.f("ck_comparison_verdict")),
        sa.CheckConstraint(SIDES, name=op.f("ck_comparison_sides")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_comparison_account_id"), ondelete="CASCADE"
        ),
        *(
            sa.ForeignKeyConstraint([name], [target], name=op.f(f"fk_comparison_{name}"), ondelete="CASCADE")
            for name, target in COMPARED.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comparison")),
    )
    op.create_index("ix_comparison_account_id_id", "comparison", ["account_id", "id"], unique=False)
    op.create_index("ix_comparison_folder", "comparison", ["folder"], unique=False)
    for name in COMPARED:
        op.create_index(op.f(f"ix_comparison_{name}"), "comparison", [name], unique=False)


def downgrade() -> None:
    op.drop_table("comparison")
