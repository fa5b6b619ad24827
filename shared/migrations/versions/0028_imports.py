"""images without bytes, and the numbers by which files of annotations name images and categories

Revision ID: 0028
Revises: 0027
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

# An image that came without bytes cannot be kept by the program before, which would look for them.
DELETE_WITHOUT_BYTES = "DELETE FROM image WHERE object_key IS NULL"


def upgrade() -> None:
    op.alter_column("image", "object_key", existing_type=sa.String(), nullable=True)
    op.add_column("image", sa.Column("number", sa.BigInteger(), nullable=True), if_not_exists=True)
    op.create_table(
        "project_category",
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("keypoints", postgresql.ARRAY(sa.String()), nullable=False),
        sa.Column("skeleton", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_project_category_project_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("project_id", "number", "name", name=op.f("pk_project_category")),
    )


def downgrade() -> None:
    op.drop_table("project_category")
    op.drop_column("image", "number", if_exists=True)
    op.execute(DELETE_WITHOUT_BYTES)
    op.alter_column("image", "object_key", existing_type=sa.String(), nullable=False)
