"""Changes of tables that are in use."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from alembic import op
from sqlalchemy import TextClause


def create_index(name: str, table: str, columns: Sequence[str | TextClause], **options: Any) -> None:
    """Build an index while the table is written to."""
    with _patience():
        # One that was broken off stays behind, unusable, under the same name.
        op.drop_index(name, table_name=table, if_exists=True, postgresql_concurrently=True)
        op.create_index(name, table, columns, postgresql_concurrently=True, **options)


def drop_index(name: str, table: str) -> None:
    """Drop an index while the table is used."""
    with _patience():
        op.drop_index(name, table_name=table, if_exists=True, postgresql_concurrently=True)


@contextmanager
def _patience() -> Iterator[None]:
    """No limit to the wait for a lock: it waits for transactions, not in front of a table, and nobody behind it."""
    with op.get_context().autocommit_block():
        op.execute("SET lock_timeout = 0")
        try:
            yield
        finally:
            # The migration may be tried again on this connection.
            op.execute("RESET lock_timeout")
