"""image_order

Revision ID: 0011
Revises: 0010
"""

from shared.migrations import online

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    online.create_index("ix_image_project_id_created_at", "image", ["project_id", "created_at", "id"])
    online.drop_index("ix_image_project_id_id", "image")


def downgrade() -> None:
    online.create_index("ix_image_project_id_id", "image", ["project_id", "id"])
    online.drop_index("ix_image_project_id_created_at", "image")
