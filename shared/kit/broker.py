"""Wake-ups for the workers: a message carries the id of a row and nothing else."""

import asyncio
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from enum import StrEnum
from uuid import UUID

import redis.asyncio
import redis.exceptions
from celery import Celery
from kombu.exceptions import LimitExceeded, OperationalError
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

# The transport's own defaults wait without end on a dead link.
TRANSPORT_OPTIONS = {
    "socket_timeout": 10,
    "socket_connect_timeout": 2,
    "socket_keepalive": True,
    "health_check_interval": 10,
}

# A publish that the broker has not taken by then is left to the dispatcher.
PUBLISH_TIMEOUT_S = 1.0

# Whoever asks whether the broker answers has little patience, too.
CHECK_TIMEOUT_S = 2.0

# So long workers have to say that they are there; the call takes all of it, as nobody knows how many there are.
ROLL_CALL_S = 1.0

# More than a process sends at once; beyond it messages queue for a thread and a connection.
PUBLISHERS = 4

# What a broker that is gone or hangs raises; the limit is reached when every connection waits for it.
OUTAGES = (OperationalError, LimitExceeded, redis.exceptions.RedisError, OSError)


class Wakeup(StrEnum):
    """What a message asks for; the task's name, whose first word is the queue."""

    RUN_JOB = "jobs.run"
    RUN_LATER = "backlog.run"
    SEND_DELIVERY = "deliveries.send"
    MAKE_THUMBNAIL = "thumbnails.make"

    @property
    def queue(self) -> str:
        """The Redis list that the message waits in."""
        return self.value.partition(".")[0]


class BrokerUnavailable(Exception):
    """The broker did not take the message."""


class Broker:
    """The sending side of the queue."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._app = Celery("evalserve", broker=url, set_as_current=False)
        self._app.conf.update(
            broker_transport_options=TRANSPORT_OPTIONS,
            broker_connection_timeout=2,
            task_ignore_result=True,
            broker_pool_limit=PUBLISHERS,
        )
        # Threads of its own: a broker that hangs must not take those that everything else waits for.
        self._publishers = ThreadPoolExecutor(PUBLISHERS, thread_name_prefix="publisher")
        self._overdue: set[Future[None]] = set()

    def publish(self, wakeup: Wakeup, ids: Iterable[UUID]) -> None:
        """Send one message for each id; raises BrokerUnavailable at the first that is not taken."""
        try:
            with self._app.producer_pool.acquire(block=True, timeout=PUBLISH_TIMEOUT_S) as producer:
                for id_ in ids:
                    self._app.send_task(
                        wakeup.value, [str(id_)], queue=wakeup.queue, producer=producer, retry=False, ignore_result=True
                    )
        except OUTAGES as error:
            raise BrokerUnavailable(str(error)) from error

    def waiting(self, wakeup: Wakeup) -> int:
        """The number of messages that no worker has taken yet."""
        try:
            with self._app.connection_or_acquire() as connection:
                return int(connection.default_channel.client.llen(wakeup.queue))
        except OUTAGES as error:
            raise BrokerUnavailable(str(error)) from error

    async def check(self) -> None:
        """Raise BrokerUnavailable unless the broker answers; one that hangs holds no thread."""
        await self.depths()

    async def depths(self) -> dict[str, int]:
        """The number of messages in each queue that no worker has taken yet."""
        client = redis.asyncio.Redis.from_url(
            self._url,
            socket_timeout=CHECK_TIMEOUT_S,
            socket_connect_timeout=CHECK_TIMEOUT_S,
            retry=Retry(NoBackoff(), 0),
        )
        try:
            return {wakeup.queue: await client.llen(wakeup.queue) for wakeup in Wakeup}
        except OUTAGES as error:
            raise BrokerUnavailable(str(error)) from error
        finally:
            await client.aclose(close_connection_pool=True)

    async def workers(self) -> list[str]:
        """The names of the workers that answer, couriers among them; raises BrokerUnavailable."""
        return await asyncio.wrap_future(self._publishers.submit(self._call_roll))

    async def try_publish(self, wakeup: Wakeup, *ids: UUID) -> bool:
        """Send best effort, off the event loop; False means that the dispatcher will have to."""
        if len(self._overdue) >= PUBLISHERS:
            return False
        sending = self._publishers.submit(self.publish, wakeup, ids)
        try:
            async with asyncio.timeout(PUBLISH_TIMEOUT_S):
                await asyncio.wrap_future(sending)
        except (BrokerUnavailable, TimeoutError):
            return False
        finally:
            if not sending.cancel():
                self._overdue.add(sending)
                # Called at once if it has ended, as it mostly has.
                sending.add_done_callback(self._overdue.discard)
        return True

    def _call_roll(self) -> list[str]:
        try:
            return sorted(name for answer in self._app.control.ping(timeout=ROLL_CALL_S) for name in answer)
        except OUTAGES as error:
            raise BrokerUnavailable(str(error)) from error

    def close(self) -> None:
        """Give the connections back."""
        self._publishers.shutdown(wait=False, cancel_futures=True)
        self._app.close()
