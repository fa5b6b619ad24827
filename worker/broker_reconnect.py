"""How a worker comes back to a broker that was away."""

from functools import partial
from typing import Any

from celery.worker import consumer


class Consumer(consumer.Consumer):  # type: ignore[misc] # Celery ships no types
    """Celery's, which asks for the broker every two seconds however long that has been away.

    By itself it asks ever more seldom, at last every half a minute, for which all that waits would wait on.
    """

    def ensure_connected(self, conn: Any) -> Any:
        """The connection once it stands."""
        conn.ensure_connection = partial(conn.ensure_connection, interval_start=2, interval_step=0)
        return super().ensure_connected(conn)
