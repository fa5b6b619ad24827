"""Wake-ups for the workers: a message carries the id of a row and nothing else."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from enum import StrEnum
from typing import Any, TypeVar
from uuid import UUID

import redis.asyncio
import redis.exceptions
from celery import Celery, group
from kombu.exceptions import LimitExceeded, OperationalError
from kombu.pools import ProducerPool
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from shared.kit import broker_messages
from shared.kit.limits.redis_scripts import RedisScripts, RedisUnavailable

T = TypeVar("T")

# The transport's own defaults wait without end on a dead link.
TRANSPORT_OPTIONS = {
    "socket_timeout": 10,
    "socket_connect_timeout": 2,
    "socket_keepalive": True,
    "health_check_interval": 10,
}

# A publish that the broker has not taken by then is left to the dispatcher.
PUBLISH_TIMEOUT_S = 1.0

# Readiness checks give up soon as well.
CHECK_TIMEOUT_S = 2.0

# The time that workers have to answer; a ping takes all of it, as the number of workers is unknown.
PING_TIMEOUT_S = 1.0

# More than a process sends at once; further messages wait for a thread and a connection.
PUBLISHERS = 4

_PUSH = """
for _, message in ipairs(ARGV) do
    redis.call('LPUSH', KEYS[1], message)
end
return {#ARGV}
"""

# Raised for a broker that is gone or hangs; LimitExceeded when every connection waits for it.
OUTAGES = (OperationalError, LimitExceeded, redis.exceptions.RedisError, OSError)


class Wakeup(StrEnum):
    """The kind of a message: the task's name, whose first word is the queue."""

    RUN_JOB = "jobs.run"
    RUN_LATER = "backlog.run"

    @property
    def queue(self) -> str:
        """The Redis list that the message waits in."""
        return self.value.partition(".")[0]


class BrokerUnavailable(Exception):
    """The broker did not take the message."""


class Broker:
    """The sending side of the queue."""

    def __init__(self, url: str, redis_scripts: RedisScripts) -> None:
        self._url = url
        self._redis_scripts = redis_scripts
        self._app = Celery("evalserve", broker=url, set_as_current=False)
        self._app.conf.update(
            broker_transport_options=TRANSPORT_OPTIONS,
            broker_connection_timeout=2,
            task_ignore_result=True,
            broker_pool_limit=PUBLISHERS,
        )
        # Pools of its own, which connect at first use. Celery's belong to the process: it makes them at the first
        # message in two steps, of which the second fails if a thread takes a connection between them, and whoever
        # closes one closes that of every broker with this address.
        self._connections: Any = self._app.connection_for_write().Pool(PUBLISHERS)
        self._producers: Any = ProducerPool(self._connections, limit=PUBLISHERS)  # type: ignore[no-untyped-call] # kombu's pools have no types
        # Separate threads: a broker that hangs must not block those that everything else needs.
        self._publishers = ThreadPoolExecutor(PUBLISHERS, thread_name_prefix="publisher")
        self._overdue: set[Future[None]] = set()

    def publish(self, wakeup: Wakeup, ids: Iterable[UUID]) -> None:
        """Send one message for each id, all at once; raises BrokerUnavailable."""
        messages = [broker_messages.encode(wakeup.value, wakeup.queue, id_) for id_ in ids]
        if messages:
            self._ask(lambda client: client.lpush(wakeup.queue, *messages))

    def publish_group(self, wakeup: Wakeup, ids: Iterable[UUID]) -> None:
        """Send the messages for ids that belong together as one group of Celery's; raises BrokerUnavailable."""
        signatures = [self._app.signature(wakeup.value, [str(id_)]) for id_ in ids]
        try:
            with self._producers.acquire(block=True, timeout=PUBLISH_TIMEOUT_S) as producer:
                # Without a chord: what comes after the group is decided by the rows, which outlive the broker.
                group(signatures, app=self._app).apply_async(
                    queue=wakeup.queue, producer=producer, retry=False, ignore_result=True
                )
        except OUTAGES as error:
            raise BrokerUnavailable(str(error)) from error

    def waiting(self, wakeup: Wakeup) -> int:
        """Return the number of messages that no worker has taken yet."""
        return int(self._ask(lambda client: client.llen(wakeup.queue)))

    def take(self, wakeups: Sequence[Wakeup], *, wait_s: float = 0) -> UUID | None:
        """Take the oldest message of the first of these queues that has one, and return its id.

        None if none comes within `wait_s`, far less than the transport's time-out.
        """
        queues = [wakeup.queue for wakeup in wakeups]
        # Zero seconds would be without end.
        timeout_s = max(wait_s, 0.001)
        taken = self._ask(lambda client: client.blmpop(timeout_s, len(queues), *queues, direction="RIGHT"))
        return broker_messages.job_id_of(taken[1][0]) if taken else None

    def _ask(self, command: Callable[[Any], T]) -> T:
        try:
            with self._connections.acquire(block=True, timeout=PUBLISH_TIMEOUT_S) as connection:
                return command(connection.default_channel.client)
        except OUTAGES as error:
            raise BrokerUnavailable(str(error)) from error

    async def check(self) -> None:
        """Raise BrokerUnavailable unless the broker answers; one that hangs holds no thread."""
        await self.depths()

    async def depths(self) -> dict[str, int]:
        """Return the number of messages in each queue that no worker has taken yet."""
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
        """Return the names of the workers that answer; raises BrokerUnavailable."""
        return await asyncio.wrap_future(self._publishers.submit(self._ping_workers))

    async def try_publish(self, wakeup: Wakeup, *ids: UUID) -> bool:
        """Publish best effort; False leaves the messages to the dispatcher.

        Messages of many requests go together, without a thread for each. Where that takes too long, they are sent once
        more in a thread, which has a second for it: a message too many finds nothing to claim.
        """
        if self._is_hanging():
            return False
        messages = [broker_messages.encode(wakeup.value, wakeup.queue, id_).decode() for id_ in ids]
        try:
            await self._redis_scripts.run(_PUSH, [wakeup.queue], messages)
        except RedisUnavailable:
            return await self._try(self.publish, wakeup, ids)
        return True

    async def try_publish_group(self, wakeup: Wakeup, ids: Sequence[UUID]) -> bool:
        """Publish a group best effort, likewise."""
        return not ids or await self._try(self.publish_group, wakeup, ids)

    async def _try(
        self, publish: Callable[[Wakeup, Iterable[UUID]], None], wakeup: Wakeup, ids: Sequence[UUID]
    ) -> bool:
        if self._is_hanging():
            return False
        future = self._publishers.submit(publish, wakeup, ids)
        try:
            async with asyncio.timeout(PUBLISH_TIMEOUT_S):
                await asyncio.wrap_future(future)
        except (BrokerUnavailable, TimeoutError):
            return False
        finally:
            if not future.cancel():
                self._overdue.add(future)
                # Called at once if the future has ended, as it mostly has.
                future.add_done_callback(self._overdue.discard)
        return True

    def _is_hanging(self) -> bool:
        return len(self._overdue) >= PUBLISHERS

    def _ping_workers(self) -> list[str]:
        try:
            with self._connections.acquire(block=True, timeout=PUBLISH_TIMEOUT_S) as connection:
                answers = self._app.control.ping(timeout=PING_TIMEOUT_S, connection=connection)
            return sorted(name for answer in answers for name in answer)
        except OUTAGES as error:
            raise BrokerUnavailable(str(error)) from error

    def close(self) -> None:
        """Close the connections."""
        self._publishers.shutdown(wait=False, cancel_futures=True)
        self._producers.force_close_all()
        self._connections.force_close_all()
        self._app.close()
