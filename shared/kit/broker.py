"""Wake-ups for the workers: a message carries the id of a row and nothing else."""

import asyncio
from collections.abc import Iterable
from enum import StrEnum
from uuid import UUID

import redis.exceptions
from celery import Celery
from kombu.exceptions import OperationalError

# The transport's own defaults wait without end on a dead link.
TRANSPORT_OPTIONS = {
    "socket_timeout": 10,
    "socket_connect_timeout": 2,
    "socket_keepalive": True,
    "health_check_interval": 10,
}

# A publish that the broker has not taken by then is left to the dispatcher.
PUBLISH_TIMEOUT_S = 1.0


class Wakeup(StrEnum):
    """What a message asks for; the task's name, whose first word is the queue."""

    RUN_JOB = "jobs.run"
    SEND_DELIVERY = "deliveries.send"

    @property
    def queue(self) -> str:
        """The Redis list that the message waits in."""
        return self.value.partition(".")[0]


class BrokerUnavailable(Exception):
    """The broker did not take the message."""


class Broker:
    """The sending side of the queue."""

    def __init__(self, url: str) -> None:
        self._app = Celery("evalserve", broker=url, set_as_current=False)
        self._app.conf.update(
            broker_transport_options=TRANSPORT_OPTIONS,
            broker_connection_timeout=2,
            task_ignore_result=True,
            # More than a process sends at once; beyond it publishers queue for a connection.
            broker_pool_limit=4,
        )

    def publish(self, wakeup: Wakeup, ids: Iterable[UUID]) -> None:
        """Send one message for each id; raises BrokerUnavailable at the first that is not taken."""
        try:
            with self._app.producer_pool.acquire(block=True, timeout=PUBLISH_TIMEOUT_S) as producer:
                for id_ in ids:
                    self._app.send_task(
                        wakeup.value, [str(id_)], queue=wakeup.queue, producer=producer, retry=False, ignore_result=True
                    )
        except (OperationalError, redis.exceptions.RedisError, OSError) as error:
            raise BrokerUnavailable(str(error)) from error

    def waiting(self, wakeup: Wakeup) -> int:
        """The number of messages that no worker has taken yet."""
        try:
            with self._app.connection_or_acquire() as connection:
                return int(connection.default_channel.client.llen(wakeup.queue))
        except (OperationalError, redis.exceptions.RedisError, OSError) as error:
            raise BrokerUnavailable(str(error)) from error

    async def try_publish(self, wakeup: Wakeup, *ids: UUID) -> bool:
        """Send best effort, off the event loop; False means that the dispatcher will have to."""
        try:
            async with asyncio.timeout(PUBLISH_TIMEOUT_S):
                await asyncio.to_thread(self.publish, wakeup, ids)
        except (BrokerUnavailable, TimeoutError):
            return False
        return True

    def close(self) -> None:
        """Give the connections back."""
        self._app.close()
