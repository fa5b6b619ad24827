"""Changes of tables that are in use."""

from typing import Any

from alembic import op


def create_index(name: str, table: str, columns: list[str], **options: Any) -> None:
    """Build an index while the table is written to."""
    with op.get_context().autocommit_block():
        # It waits for transactions, not in front of a table: nobody stands behind it.
        op.execute("SET lock_timeout = 0")
        # One that was broken off stays behind, unusable, under the same name.
        op.drop_index(name, table_name=table, if_exists=True, postgresql_concurrently=True)
        op.create_index(name, table, columns, postgresql_concurrently=True, **options)
        op.execute("RESET lock_timeout")


def drop_index(name: str, table: str) -> None:
    """Drop an index while the table is used."""
    with op.get_context().autocommit_block():
        op.execute("SET lock_timeout = 0")
        op.drop_index(name, table_name=table, if_exists=True, postgresql_concurrently=True)
        op.execute("RESET lock_timeout")
