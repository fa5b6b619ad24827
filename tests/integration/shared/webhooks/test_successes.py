"""A success is settled by one statement: its attempt, its delivery and its endpoint, all of them or none."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any
from uuid import UUID, uuid4

import pytest

from shared.accounts import Authenticator
from shared.kit.database.transactions import Connection
from shared.kit.platform import Platform
from shared.webhooks import queries
from tests.actors import Client, Team, eventually

EVENT = "INSERT INTO webhook_event (id, account_id, type, body) VALUES ($1, $2, 'job.succeeded', '')"
ENDPOINT = """
    INSERT INTO webhook_endpoint (id, account_id, url, events, secret_version, failing_since)
    VALUES ($1, $2, 'https://example.com/', '{}', 1, now())
"""
DELIVERY = """
    INSERT INTO webhook_delivery (id, account_id, event_id, endpoint_id, url, status, attempt, under_way_until)
    VALUES ($1, $2, $3, $4, 'https://example.com/', 'pending', 2, now() + interval '1 hour')
"""
STATE = """
    SELECT status, under_way_until IS NULL, finished_at IS NULL,
        ARRAY(SELECT (number, status_code, error, duration_ms, response_excerpt)::text FROM webhook_attempt
              WHERE delivery_id = delivery.id ORDER BY number),
        (SELECT failing_since IS NULL FROM webhook_endpoint WHERE id = endpoint_id)
    FROM webhook_delivery AS delivery WHERE id = $1
"""
WAITS_FOR_A_LOCK = "SELECT $1 = ANY(pg_blocking_pids(pid)) FROM pg_stat_activity WHERE pid = $2"


@pytest.fixture
async def owed(platform: Platform, team: Team, alice: Client) -> AsyncIterator[tuple[UUID, UUID]]:
    """A delivery under way for the second time, to an endpoint that fails, and that endpoint."""
    team["courier"].kill()
    delivery_id, endpoint_id, event_id = uuid4(), uuid4(), f"msg_{uuid4().hex}"
    account_id = (await Authenticator(platform.db, platform.keyring).caller(alice.key)).account_id
    async with platform.db.transaction() as connection:
        await connection.execute(EVENT, event_id, account_id)
        await connection.execute(ENDPOINT, endpoint_id, account_id)
        await connection.execute(DELIVERY, delivery_id, account_id, event_id, endpoint_id)
    yield delivery_id, endpoint_id
    async with platform.db.connection() as connection:
        await connection.execute("DELETE FROM webhook_event WHERE id = $1", event_id)


async def test_a_success_ends_its_delivery_once_and_the_failing_of_its_endpoint(
    platform: Platform, owed: tuple[UUID, UUID]
) -> None:
    async with platform.db.connection() as connection:
        # The second time as after a lost answer of the database.
        tags = [await _succeed(connection, owed, 2) for _ in range(2)]
        state = await _state(connection, owed)

    assert tags == ["UPDATE 1", "UPDATE 0"]
    assert state == ("delivered", True, False, ["(2,204,,10,ok)"], True)


async def test_a_success_after_its_lease_is_an_attempt_and_leaves_the_delivery_to_the_next(
    platform: Platform, owed: tuple[UUID, UUID]
) -> None:
    async with platform.db.connection() as connection:
        tag = await _succeed(connection, owed, 1)
        state = await _state(connection, owed)

    assert tag == "UPDATE 0"
    assert state == ("pending", False, True, ["(1,204,,10,ok)"], True)


async def test_a_success_of_a_delivery_that_is_gone_writes_nothing(platform: Platform, owed: tuple[UUID, UUID]) -> None:
    async with platform.db.connection() as connection:
        await connection.execute("DELETE FROM webhook_delivery WHERE id = $1", owed[0])
        tag = await _succeed(connection, owed, 2)
        attempts = await connection.fetchval("SELECT count(*) FROM webhook_attempt WHERE delivery_id = $1", owed[0])

    assert (tag, attempts) == ("UPDATE 0", 0)


async def test_a_success_waits_for_its_endpoint_before_it_holds_its_delivery(
    platform: Platform, owed: tuple[UUID, UUID]
) -> None:
    async with platform.db.connection() as disabling, platform.db.connection() as courier:
        pids = disabling.get_server_pid(), courier.get_server_pid()
        async with disabling.transaction():
            await disabling.execute(queries.LOCK_ENDPOINT, owed[1])
            success = asyncio.create_task(_succeed(courier, owed, 2))
            await eventually(lambda: disabling.fetchval(WAITS_FOR_A_LOCK, *pids))
            # Would end in a deadlock if the success held it.
            await disabling.execute("UPDATE webhook_delivery SET status = 'dead' WHERE id = $1", owed[0])
        tag = await success
        state = await _state(courier, owed)

    assert tag == "UPDATE 0"
    assert state == ("dead", False, True, ["(2,204,,10,ok)"], True)


async def _succeed(connection: Connection, owed: tuple[UUID, UUID], attempt: int) -> str:
    tag: str = await connection.execute(queries.SUCCEED, owed[0], attempt, 204, 10, "ok", owed[1])
    return tag


async def _state(connection: Connection, owed: tuple[UUID, UUID]) -> Sequence[Any]:
    return tuple(await connection.fetchrow(STATE, owed[0]))
