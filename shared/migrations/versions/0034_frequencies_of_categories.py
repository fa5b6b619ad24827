"""in how many images of a training set a category occurs, as LVIS says it

Revision ID: 0034
Revises: 0033
"""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("project_category", sa.Column("frequency", sa.String(), nullable=True))
    op.create_check_constraint(
        "frequency", "project_category", "frequency IN ('rare', 'common', 'frequent')", postgresql_not_valid=True
    )
    op.execute("ALTER TABLE project_category VALIDATE CONSTRAINT ck_project_category_frequency")


def downgrade() -> None:
    op.drop_column("project_category", "frequency")
