"""A broker that hangs holds up nobody who does not need it."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
import redis

from shared.kit.broker import CHECK_TIMEOUT_S, PUBLISH_TIMEOUT_S, PUBLISHERS, Broker, BrokerUnavailable, Wakeup
from shared.kit.limits.redis_scripts import RedisScripts
from shared.kit.settings import Settings
from tests.actors import Team, eventually


@pytest.fixture
async def broker(settings: Settings) -> AsyncIterator[Broker]:
    scripts = RedisScripts(settings.redis_url.get_secret_value())
    sending = Broker(settings.redis_url.get_secret_value(), scripts)
    yield sending
    sending.close()
    await scripts.close()


@pytest.fixture
def untaken(team: Team, settings: Settings) -> Iterator[redis.Redis]:
    """Valkey, from which nobody takes messages, and in which none waits."""
    for name in ("worker", "dispatcher"):
        team[name].kill()
    with redis.Redis.from_url(settings.redis_url.get_secret_value()) as client:
        client.delete(*(wakeup.queue for wakeup in Wakeup))
        yield client
        client.delete(*(wakeup.queue for wakeup in Wakeup))


@pytest.fixture
def paused(settings: Settings) -> Iterator[int]:
    """Valkey's process, which takes connections and answers nothing."""
    with redis.Redis.from_url(settings.redis_url.get_secret_value()) as client:
        pid = int(client.info()["process_id"])
    os.kill(pid, signal.SIGSTOP)
    yield pid
    os.kill(pid, signal.SIGCONT)


def _unused(settings: Settings) -> Broker:
    """Make a broker of which only the threads are used."""
    url = settings.redis_url.get_secret_value()
    return Broker(url, RedisScripts(url))


async def test_messages_of_many_requests_go_together_and_need_no_thread(broker: Broker, untaken: redis.Redis) -> None:
    ids = [uuid4() for _ in range(40)]

    assert await asyncio.gather(*(broker.try_publish(Wakeup.RUN_LATER, id_) for id_ in ids)) == [True] * 40

    assert not broker._publishers._threads
    assert untaken.llen(Wakeup.RUN_LATER.queue) == 40
    assert [broker.take([Wakeup.RUN_LATER]) for _ in ids] == ids


async def test_a_message_that_goes_by_no_script_goes_by_a_thread(broker: Broker, untaken: redis.Redis) -> None:
    broker._redis_scripts = RedisScripts("redis://127.0.0.1:1")
    job_id = uuid4()

    assert await broker.try_publish(Wakeup.RUN_LATER, job_id)

    assert untaken.llen(Wakeup.RUN_LATER.queue) == 1
    assert broker.take([Wakeup.RUN_LATER]) == job_id


async def test_a_broker_that_hangs_takes_no_thread_from_anybody_else(broker: Broker, paused: int) -> None:
    sent = await asyncio.gather(*(broker.try_publish(Wakeup.RUN_LATER, uuid4()) for _ in range(40)))

    async with asyncio.timeout(PUBLISH_TIMEOUT_S):
        assert await asyncio.to_thread(lambda: "free") == "free"
    assert sent == [False] * 40
    assert len(broker._overdue) == PUBLISHERS

    # With every thread overdue nothing is even tried: no time at all is enough for the answer.
    coroutine = broker.try_publish(Wakeup.RUN_LATER, uuid4())
    with pytest.raises(StopIteration) as returned:
        coroutine.send(None)
    assert returned.value.value is False

    os.kill(paused, signal.SIGCONT)

    async def is_taken() -> bool:
        return await broker.try_publish(Wakeup.RUN_LATER, uuid4())

    await eventually(is_taken)


def test_a_message_for_which_no_connection_is_left_is_not_taken(broker: Broker) -> None:
    pool: Any = broker._app.connection_for_write().Pool(1)
    broker._connections = pool
    taken = pool.acquire()
    try:
        with pytest.raises(BrokerUnavailable):
            broker.publish(Wakeup.RUN_LATER, [uuid4()])
    finally:
        taken.release()


def test_a_broker_that_is_closed_leaves_another_of_the_same_address_open(broker: Broker, settings: Settings) -> None:
    other = _unused(settings)
    other.publish(Wakeup.RUN_LATER, [uuid4()])
    broker.publish(Wakeup.RUN_LATER, [uuid4()])

    other.close()

    broker.publish(Wakeup.RUN_LATER, [uuid4()])
    assert broker.waiting(Wakeup.RUN_LATER) >= 0


def test_the_first_messages_of_a_broker_are_taken_from_several_threads_at_once(settings: Settings) -> None:
    broker = _unused(settings)
    start = Barrier(PUBLISHERS)

    def publish(_: int) -> None:
        start.wait()
        broker.publish(Wakeup.RUN_LATER, [uuid4()])

    try:
        with ThreadPoolExecutor(PUBLISHERS) as threads:
            assert list(threads.map(publish, range(PUBLISHERS))) == [None] * PUBLISHERS
    finally:
        broker.close()


@pytest.mark.usefixtures("paused")
async def test_asking_a_broker_that_hangs_takes_little_time_and_no_thread(broker: Broker) -> None:
    async with asyncio.timeout(CHECK_TIMEOUT_S + 1):
        with pytest.raises(BrokerUnavailable):
            await broker.check()

    assert not broker._publishers._threads
