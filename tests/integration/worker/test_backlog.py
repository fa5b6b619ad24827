"""A worker's process takes messages that wait by itself, as Celery would."""

import asyncio
import threading
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
import redis

from shared.kit.broker import Broker, BrokerUnavailable, Wakeup
from shared.kit.platform import Platform
from shared.kit.settings import Settings
from tests.actors import Client, Team
from worker import backlog, execution
from worker.runtime import Runtime


@pytest.fixture
def valkey(runtime: Runtime, settings: Settings) -> Iterator[redis.Redis]:
    """The broker, in which no message waits."""
    assert runtime is not None, "whose fixture has stopped whoever else takes messages"
    with redis.Redis.from_url(settings.redis_url.get_secret_value()) as client:
        client.delete(*(wakeup.queue for wakeup in Wakeup))
        yield client
        client.delete(*(wakeup.queue for wakeup in Wakeup))


@pytest.fixture
def attempted(valkey: redis.Redis, monkeypatch: pytest.MonkeyPatch) -> list[UUID]:
    """The jobs that are attempted, in their order."""
    assert valkey is not None
    jobs: list[UUID] = []
    monkeypatch.setattr(execution, "attempt", lambda _runtime, job_id: jobs.append(job_id))
    monkeypatch.setattr(backlog, "WORK_OFF_S", 3600)
    monkeypatch.setattr(backlog, "IDLE_S", 0)
    return jobs


@pytest.mark.usefixtures("valkey")
async def test_the_jobs_that_wait_are_done(alice: Client, runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backlog, "WORK_OFF_S", 3600)
    submitted = [(await alice.submit())["id"] for _ in range(3)]

    await asyncio.to_thread(backlog.work_off, runtime)

    done = [(await alice.get(f"/v1/jobs/{job_id}")).json()["status"] for job_id in submitted]
    assert done == ["succeeded"] * 3


def test_the_queues_have_their_turns_and_each_its_order(
    runtime: Runtime, attempted: list[UUID], platform: Platform
) -> None:
    first, later, parts = ([uuid4(), uuid4()] for _ in range(3))
    platform.broker.publish(Wakeup.RUN_JOB, first)
    platform.broker.publish(Wakeup.RUN_LATER, later)
    platform.broker.publish_group(Wakeup.RUN_LATER, parts)

    backlog.work_off(runtime)

    assert attempted == [first[0], later[0], first[1], later[1], *parts]


def test_nothing_more_is_taken_once_the_time_is_over(
    runtime: Runtime, attempted: list[UUID], platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backlog, "WORK_OFF_S", -1)
    platform.broker.publish(Wakeup.RUN_LATER, [uuid4()])

    backlog.work_off(runtime)

    assert attempted == []
    assert platform.broker.waiting(Wakeup.RUN_LATER) == 1


def test_a_broker_that_is_away_ends_it(
    runtime: Runtime, attempted: list[UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    def take(*_: Any, **__: Any) -> UUID:
        raise BrokerUnavailable

    monkeypatch.setattr(Broker, "take", take)

    backlog.work_off(runtime)

    assert attempted == []


def test_a_message_that_comes_soon_is_waited_for(
    runtime: Runtime,
    attempted: list[UUID],
    platform: Platform,
    valkey: redis.Redis,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(backlog, "IDLE_S", 5)
    monkeypatch.setattr(backlog, "WORK_OFF_S", 5)
    job_id, is_over = uuid4(), threading.Event()

    def publish_once_it_waits() -> None:
        clients: Any = valkey.info("clients")
        while not (is_over.is_set() or clients["blocked_clients"]):
            clients = valkey.info("clients")
        platform.broker.publish(Wakeup.RUN_JOB, [job_id])

    def attempt_the_last_one(_: Runtime, taken_id: UUID) -> None:
        attempted.append(taken_id)
        monkeypatch.setattr(backlog, "IDLE_S", 0)

    monkeypatch.setattr(execution, "attempt", attempt_the_last_one)
    sender = threading.Thread(target=publish_once_it_waits)
    sender.start()
    backlog.work_off(runtime)
    is_over.set()
    sender.join()

    assert attempted == [job_id]


async def test_a_worker_acknowledges_no_message(alice: Client, workers: Team, settings: Settings) -> None:
    assert workers["worker"].running
    with redis.Redis.from_url(settings.redis_url.get_secret_value()) as client:
        before = _deletions(client)
        done = await alice.final((await alice.submit())["id"])
        assert (done["status"], _deletions(client)) == ("succeeded", before)


def _deletions(client: redis.Redis) -> int:
    """How often a field was deleted from a hash, which only acknowledgements do."""
    commands: Any = client.info("commandstats")
    return int(commands.get("cmdstat_hdel", {"calls": 0})["calls"])
