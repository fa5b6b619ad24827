"""detection runs

Revision ID: 0030
Revises: 0029
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "detection_run",
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("options", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("result", sa.LargeBinary(), nullable=True),
        sa.Column("scene_bytes", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("model_name", sa.String(), nullable=False),
        sa.Column("model_version", sa.String(), nullable=True),
        sa.Column("ap", sa.Float(), nullable=True),
        sa.Column("folder", sa.String(), nullable=True),
        sa.CheckConstraint("(result IS NOT NULL) = (folder IS NOT NULL)", name=op.f("ck_detection_run_result")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_detection_run_account_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_detection_run_project_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_detection_run")),
    )
    op.create_index("ix_detection_run_account_id_id", "detection_run", ["account_id", "id"], unique=False)
    op.create_index("ix_detection_run_project_id_id", "detection_run", ["project_id", "id"], unique=False)
    op.create_index("ix_detection_run_folder", "detection_run", ["folder"], unique=False)


def downgrade() -> None:
    op.drop_table("detection_run")
