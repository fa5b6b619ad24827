"""Deliveries are begun by account in turn, within bounds that all couriers count together."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from uuid import NAMESPACE_URL, uuid4, uuid5

import pytest

from shared.accounts import Authenticator
from shared.kit.platform import Platform
from shared.webhooks import turns
from shared.webhooks.models import RECEIVER
from shared.webhooks.turns import DueDelivery, FreeSlots
from tests.actors import Client, Team

LEASE = timedelta(seconds=45)
MANY = FreeSlots(quick=1000, slow=1000)

EVENT = "INSERT INTO webhook_event (id, account_id, type, body) VALUES ($1, $2, 'job.succeeded', '')"
ENDPOINT = """
    INSERT INTO webhook_endpoint (id, account_id, url, events, secret_version) VALUES ($1, $2, $3, '{}', 1)
    ON CONFLICT DO NOTHING
"""
DELIVERY = """
    INSERT INTO webhook_delivery (id, account_id, event_id, endpoint_id, url, status, attempt, next_attempt_at)
    SELECT uuidv7(), $1, $2, id, url, 'pending', 0, now() - $4::interval FROM webhook_endpoint WHERE id = $3
"""
CALLBACK = """
    INSERT INTO webhook_delivery (id, account_id, event_id, url, status, attempt)
    VALUES (uuidv7(), $1, $2, $3, 'pending', 0)
"""
SETTLE = "UPDATE webhook_delivery SET status = 'delivered', under_way_until = NULL WHERE id = ANY($1)"


@pytest.fixture(autouse=True)
async def nothing_pending(platform: Platform, team: Team) -> AsyncIterator[None]:
    """No courier but those of the test, and none of what other tests have left."""
    team["courier"].kill()
    async with platform.db.connection() as connection:
        await connection.execute("DELETE FROM webhook_event")
        await connection.execute("DELETE FROM webhook_slow_receiver")
        yield
        await connection.execute("DELETE FROM webhook_event")
        await connection.execute("DELETE FROM webhook_slow_receiver")


async def test_an_endpoint_gets_two_attempts_at_once_and_the_next_one_when_one_of_them_ends(
    platform: Platform, alice: Client
) -> None:
    await _owe(platform, alice, {"a": 3})

    first = await _take(platform)
    second = await _take(platform)
    await _settle(platform, first[:1])
    third = await _take(platform)

    assert [len(taken) for taken in (first, second, third)] == [2, 0, 1]
    assert len({due.id for due in (*first, *third)}) == 3


async def test_callbacks_to_one_host_are_one_receiver_and_many_hosts_are_no_more_than_64(
    platform: Platform, alice: Client
) -> None:
    await _call_back(platform, alice, ["https://a.example/1", "https://a.example/2", "https://A.example?3"])
    taken = await _take(platform)
    await _call_back(platform, alice, [f"https://{number}.example/" for number in range(1000)])

    assert len(taken) == 2
    async with platform.db.connection() as connection:
        assert await connection.fetchval(f"SELECT count(DISTINCT {RECEIVER}) FROM webhook_delivery") == 64


async def test_couriers_that_take_at_the_same_time_keep_the_bound_together(platform: Platform, alice: Client) -> None:
    await _owe(platform, alice, {f"endpoint {number}": 5 for number in range(10)})

    taken = await asyncio.gather(*(_take(platform) for _ in range(6)))

    assert Counter(due.url for some in taken for due in some) == {
        f"https://example.com/endpoint {number}": 2 for number in range(10)
    }


async def test_an_account_with_a_long_backlog_leaves_the_next_slot_to_another(
    platform: Platform, alice: Client, mallory: Client
) -> None:
    await _owe(platform, mallory, {f"endpoint {number}": 10 for number in range(50)}, age_s=3600)
    await _owe(platform, alice, {"a": 2})

    first = await _take(platform, FreeSlots(quick=4, slow=0))
    rest = await _take(platform)

    hers, his = await _account_id(platform, alice), await _account_id(platform, mallory)
    assert Counter(due.account_id for due in first) == {his: 2, hers: 2}
    assert Counter(due.account_id for due in rest) == {his: turns.MAX_PER_ACCOUNT - 2}


async def test_receivers_that_took_long_share_the_slow_slots_until_they_are_quick(
    platform: Platform, alice: Client
) -> None:
    four = [f"endpoint {number}" for number in range(4)]
    await _owe(platform, alice, dict.fromkeys(four, 1))
    await _note(platform, await _take(platform), seconds=2)
    await _owe(platform, alice, dict.fromkeys([*four, "quick"], 1))

    quick = await _take(platform, FreeSlots(quick=5, slow=0))
    slow = await _take(platform, FreeSlots(quick=5, slow=3))
    await _note(platform, slow, seconds=1)
    await _owe(platform, alice, dict.fromkeys(four, 1))
    again = await _take(platform, FreeSlots(quick=5, slow=0))

    assert [(due.url, due.is_slow) for due in quick] == [("https://example.com/quick", False)]
    assert [due.is_slow for due in slow] == [True, True, True]
    assert {due.url for due in again} == {due.url for due in slow}


async def test_an_attempt_whose_courier_died_counts_until_its_lease_ends_and_is_then_made_again(
    platform: Platform, alice: Client
) -> None:
    await _owe(platform, alice, {"a": 2})
    first = await _take(platform)
    before = await _take(platform)
    async with platform.db.connection() as connection:
        await connection.execute(
            "UPDATE webhook_delivery SET next_attempt_at = now(), under_way_until = now() WHERE id = $1", first[0].id
        )
    (again,) = await _take(platform)

    assert (len(first), before) == (2, [])
    assert (again.id, again.attempt) == (first[0].id, 2)


async def test_nothing_is_sent_for_an_account_that_is_disabled(platform: Platform, alice: Client) -> None:
    await _owe(platform, alice, {"a": 1})
    account_id = await _account_id(platform, alice)
    async with platform.db.connection() as connection:
        await connection.execute("UPDATE account SET is_active = false WHERE id = $1", account_id)

    assert await _take(platform) == []


async def _owe(platform: Platform, client: Client, counts: dict[str, int], *, age_s: float = 0) -> None:
    """Insert so many pending deliveries to each endpoint of an account, by its name."""
    event_id, account_id = await _insert_event(platform, client)
    async with platform.db.connection() as connection:
        for name, count in counts.items():
            endpoint_id = uuid5(NAMESPACE_URL, f"{account_id} {name}")
            await connection.execute(ENDPOINT, endpoint_id, account_id, f"https://example.com/{name}")
            await connection.executemany(
                DELIVERY, [(account_id, event_id, endpoint_id, timedelta(seconds=age_s))] * count
            )


async def _call_back(platform: Platform, client: Client, urls: Sequence[str]) -> None:
    event_id, account_id = await _insert_event(platform, client)
    async with platform.db.connection() as connection:
        await connection.executemany(CALLBACK, [(account_id, event_id, url) for url in urls])


async def _insert_event(platform: Platform, client: Client) -> tuple[str, int]:
    event_id, account_id = f"msg_{uuid4().hex}", await _account_id(platform, client)
    async with platform.db.connection() as connection:
        await connection.execute(EVENT, event_id, account_id)
    return event_id, account_id


async def _account_id(platform: Platform, client: Client) -> int:
    return (await Authenticator(platform.db, platform.keyring).caller(client.key)).account_id


async def _take(platform: Platform, free: FreeSlots = MANY) -> list[DueDelivery]:
    async with platform.db.connection() as connection:
        return await turns.take(connection, LEASE, free)


async def _settle(platform: Platform, taken: Sequence[DueDelivery]) -> None:
    async with platform.db.connection() as connection:
        await connection.execute(SETTLE, [due.id for due in taken])


async def _note(platform: Platform, taken: Sequence[DueDelivery], *, seconds: float) -> None:
    await _settle(platform, taken)
    async with platform.db.connection() as connection:
        for due in taken:
            await turns.note_duration(connection, due, timedelta(seconds=seconds))
