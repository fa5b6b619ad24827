"""Receivers of one account that hang do not hold up the messages of another, in a real courier."""

from collections import Counter

import msgspec

from shared import webhooks
from shared.accounts import Authenticator
from shared.kit.platform import Platform
from shared.webhooks.turns import MAX_PER_ACCOUNT, MAX_PER_RECEIVER
from tests.actors import Client, Team
from tests.receiver import Answer, Receiver

ENDPOINTS = 10
EVENTS = 30

ATTEMPTS = """
    SELECT count(*) FROM webhook_attempt JOIN webhook_delivery AS delivery ON delivery.id = delivery_id
    WHERE delivery.account_id = $1
"""


class News(msgspec.Struct):
    """What the events say."""

    number: int


async def test_a_message_arrives_while_three_hundred_of_another_account_hang(
    alice: Client, mallory: Client, team: Team, platform: Platform, receiver: Receiver
) -> None:
    for name in ("worker", "dispatcher"):
        team[name].kill()
    if not team["courier"].running:
        team["courier"].spawn()
    his, hers = [
        (await Authenticator(platform.db, platform.keyring).caller(client.key)).account_id
        for client in (mallory, alice)
    ]
    with Receiver() as hanging:
        hanging.respond = lambda _: Answer(stall=True)
        for number in range(ENDPOINTS):
            added = await mallory.post("/v1/webhooks/endpoints", {"url": f"{hanging.url}/{number}"})
            assert added.status_code == 201
        for number in range(EVENTS):
            await _announce(platform, his, number)
        under_way = min(ENDPOINTS * MAX_PER_RECEIVER, MAX_PER_ACCOUNT)
        await hanging.wait_for(under_way)

        await _announce(platform, hers, 0, callback_url=receiver.url)
        await receiver.wait_for(1)

        async with platform.db.connection() as connection:
            ended = await connection.fetchval(ATTEMPTS, his)
        assert ended == 0
        assert Counter(request.path for request in hanging.requests) == {
            f"/hook/{number}": MAX_PER_RECEIVER for number in range(ENDPOINTS)
        }
        # Nobody is to wait for them at the end of the courier.
        team["courier"].kill()


async def _announce(platform: Platform, account_id: int, number: int, *, callback_url: str | None = None) -> None:
    async with platform.db.transaction() as connection:
        await webhooks.announce(
            platform,
            connection,
            account_id=account_id,
            event_type="job.succeeded",
            data=News(number),
            callback_url=callback_url,
        )
