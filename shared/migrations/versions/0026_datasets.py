"""datasets, and the runs that refer to them

Revision ID: 0026
Revises: 0025
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

CONTENT = "(outcome IS NOT DISTINCT FROM 'ready') = (folder IS NOT NULL AND content_sha256 IS NOT NULL)"


def upgrade() -> None:
    op.create_table(
        "dataset",
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("columns", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("reading", postgresql.JSONB(astext_type=sa.Text(), none_as_null=True), nullable=True),
        sa.Column("sample_count", sa.BigInteger(), nullable=True),
        sa.Column("rows_bytes", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("is_private", sa.Boolean(), nullable=False),
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("upload_id", sa.Uuid(), nullable=False),
        sa.Column("filename", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("content_sha256", sa.String(), nullable=True),
        sa.Column("folder", sa.String(), nullable=True),
        sa.CheckConstraint("outcome IN ('needs_mapping', 'ready')", name=op.f("ck_dataset_outcome")),
        sa.CheckConstraint(CONTENT, name=op.f("ck_dataset_content")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_dataset_account_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dataset")),
        sa.UniqueConstraint("account_id", "name", "version", name="uq_dataset_account_id_name_version"),
    )
    op.create_index("ix_dataset_account_id_id", "dataset", ["account_id", "id"], unique=False)
    op.create_index("ix_dataset_folder", "dataset", ["folder"], unique=False)
    op.create_table(
        "run_dataset",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("dataset_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_run_dataset_run_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["dataset_id"], ["dataset.id"], name=op.f("fk_run_dataset_dataset_id")),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk_run_dataset")),
    )
    op.create_index(op.f("ix_run_dataset_dataset_id"), "run_dataset", ["dataset_id"], unique=False)


def downgrade() -> None:
    op.drop_table("run_dataset")
    op.drop_table("dataset")
