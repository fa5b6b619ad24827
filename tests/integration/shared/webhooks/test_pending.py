"""An account has a bounded number of pending deliveries; what comes beyond it is a dead letter that says why."""

import asyncio
from dataclasses import replace
from typing import Any

import msgspec
import pytest

from shared import webhooks
from shared.accounts import Authenticator, Caller
from shared.kit.platform import Platform
from shared.webhooks import deliveries, endpoints
from shared.webhooks.errors import TooManyPending
from shared.webhooks.queries import DeliveryFilter
from tests.actors import Client, Team

URL = "http://127.0.0.1:9/hook"


class News(msgspec.Struct):
    """What the events say."""

    number: int


@pytest.fixture
def bounded(platform: Platform, team: Team) -> Platform:
    """A service where three deliveries of an account may be pending, and nobody delivers."""
    team["courier"].kill()
    return replace(platform, settings=platform.settings.model_copy(update={"max_pending_deliveries": 3}))


async def test_deliveries_beyond_the_bound_are_dead_letters_and_the_older_ones_keep_their_turn(
    bounded: Platform, alice: Client, mallory: Client
) -> None:
    his = await _caller(bounded, mallory)
    for _ in range(2):
        await endpoints.add(bounded, his, url=URL, event_types=[], description=None)
    await _announce(bounded, his, 2)
    hers = await _caller(bounded, alice)
    await endpoints.add(bounded, hers, url=URL, event_types=[], description=None)
    await _announce(bounded, hers, 1)

    items = (await mallory.get("/v1/webhooks/deliveries")).json()["items"]

    states = [(item["status"], item["dead_because"], item["finished_at"] is None) for item in items]
    assert states == [("dead", "too_many_pending", False)] + [("pending", None, True)] * 3
    assert [item["status"] for item in (await alice.get("/v1/webhooks/deliveries")).json()["items"]] == ["pending"]


async def test_many_replays_at_once_take_no_more_than_the_places_that_are_free(
    bounded: Platform, alice: Client
) -> None:
    caller = await _caller(bounded, alice)
    endpoint = await endpoints.add(bounded, caller, url=URL, event_types=[], description=None)

    tried = await asyncio.gather(
        *(endpoints.try_out(bounded, caller, endpoint.id) for _ in range(20)), return_exceptions=True
    )

    refused = [one for one in tried if isinstance(one, TooManyPending)]
    assert (len(refused), len(tried) - len(refused)) == (17, 3)
    assert len(await _log(bounded, caller, status="pending")) == 3


async def test_a_replay_fills_the_places_that_are_free_and_says_that_there_is_more(
    bounded: Platform, alice: Client
) -> None:
    caller = await _caller(bounded, alice)
    endpoint = await endpoints.add(bounded, caller, url=URL, event_types=[], description=None)
    await _announce(bounded, caller, 6)
    (dead, *_) = await _log(bounded, caller, status="dead")
    since = (await _log(bounded, caller))[-1].event.created_at

    for attempt in (
        deliveries.replay(bounded, caller, dead.delivery.id),
        endpoints.try_out(bounded, caller, endpoint.id),
        endpoints.replay(bounded, caller, endpoint.id, since=since, also_delivered=False),
    ):
        with pytest.raises(TooManyPending):
            await attempt
    async with bounded.db.connection() as connection:
        await connection.execute(
            "UPDATE webhook_delivery SET status = 'delivered', finished_at = now() WHERE status = 'pending'"
        )

    assert await endpoints.replay(bounded, caller, endpoint.id, since=since, also_delivered=False) == (3, True)
    assert len(await _log(bounded, caller, status="pending")) == 3


async def _caller(platform: Platform, client: Client) -> Caller:
    return await Authenticator(platform.db, platform.keyring).caller(client.key)


async def _announce(platform: Platform, caller: Caller, times: int) -> None:
    for number in range(times):
        async with platform.db.transaction() as connection:
            await webhooks.announce(
                platform,
                connection,
                account_id=caller.account_id,
                event_type="job.succeeded",
                data=News(number),
                callback_url=None,
            )


async def _log(platform: Platform, caller: Caller, **filters: Any) -> list[deliveries.LoggedDelivery]:
    return await deliveries.list_own(platform, caller, DeliveryFilter(**filters), before=None, limit=100)
