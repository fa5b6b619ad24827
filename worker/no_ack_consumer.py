"""A consumer that sends no acknowledgements, for queues of which nothing waits for them."""

from typing import Any

from worker.broker_reconnect import Consumer


class UnacknowledgingConsumer(Consumer):
    """Celery's consumer for queues without acknowledgements.

    Celery acknowledges their messages all the same, a round trip to Redis for each, two fifths of what this process
    does; the transport deletes what it never wrote.
    """

    def call_soon_ack(self, _acknowledge: Any, *_: Any, **__: Any) -> None:
        """Neither acknowledge nor reject a message."""
