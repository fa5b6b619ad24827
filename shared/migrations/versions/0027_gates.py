"""gates and their checks

Revision ID: 0027
Revises: 0026
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "gate",
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_gate_account_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gate")),
    )
    op.create_index("ix_gate_account_id_id", "gate", ["account_id", "id"], unique=False)
    op.create_table(
        "gate_version",
        sa.Column("gate_id", sa.Uuid(), nullable=False),
        sa.Column("policy", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["gate_id"], ["gate.id"], name=op.f("fk_gate_version_gate_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("gate_id", "number", name=op.f("pk_gate_version")),
    )
    op.create_table(
        "gate_check",
        sa.Column("candidate_run_id", sa.Uuid(), nullable=False),
        sa.Column("result", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("gate_id", sa.Uuid(), nullable=False),
        sa.Column("gate_version", sa.Integer(), nullable=False),
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("candidate_version", sa.Integer(), nullable=False),
        sa.Column("baseline_run_id", sa.Uuid(), nullable=True),
        sa.Column("baseline_version", sa.Integer(), nullable=True),
        sa.Column("verdict", sa.String(), nullable=True),
        sa.CheckConstraint("(result IS NOT NULL) = (verdict IS NOT NULL)", name=op.f("ck_gate_check_verdict")),
        sa.CheckConstraint("verdict IN ('pass', 'warn', 'fail')", name=op.f("ck_gate_check_verdict_word")),
        sa.CheckConstraint(
            "(baseline_run_id IS NULL) = (baseline_version IS NULL)", name=op.f("ck_gate_check_baseline")
        ),
        sa.ForeignKeyConstraint(
            ["gate_id", "gate_version"],
            ["gate_version.gate_id", "gate_version.number"],
            name=op.f("fk_gate_check_gate_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["candidate_run_id"], ["run.id"], name=op.f("fk_gate_check_candidate_run_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gate_check")),
    )
    op.create_index("ix_gate_check_gate_id_id", "gate_check", ["gate_id", "id"], unique=False)
    op.create_index("ix_gate_check_gate_id_gate_version", "gate_check", ["gate_id", "gate_version"], unique=False)
    op.create_index(op.f("ix_gate_check_candidate_run_id"), "gate_check", ["candidate_run_id"], unique=False)


def downgrade() -> None:
    op.drop_table("gate_check")
    op.drop_table("gate_version")
    op.drop_table("gate")
