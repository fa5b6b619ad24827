"""Reconnects a worker to its broker after an outage."""

from functools import partial
from typing import Any

from celery.worker import consumer

from worker import liveness


class Consumer(consumer.Consumer):  # type: ignore[misc] # Celery ships no types
    """Celery's consumer, with an attempt to reconnect every two seconds for as long as the outage lasts.

    By default the interval grows to half a minute, by which every waiting job would start later.
    """

    def ensure_connected(self, conn: Any) -> Any:
        """Return the connection as soon as it is established."""
        conn.ensure_connection = partial(_ensure_connection, conn.ensure_connection)
        return super().ensure_connected(conn)


def _ensure_connection(ensure: Any, errback: Any, *arguments: Any, **options: Any) -> Any:
    def note_error(*error: Any) -> None:
        # An outage of the broker is no reason to restart this process.
        liveness.touch()
        errback(*error)

    return ensure(note_error, *arguments, **options, interval_start=2, interval_step=0)
