"""Events to a receiver that fails in every way it can, from a sender that is killed again and again."""

import asyncio
import os
import random
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from deploy.local.forking import Nursery
from shared import webhooks
from shared.accounts import Authenticator
from shared.kit.platform import Platform
from shared.webhooks.turns import MAX_PER_RECEIVER
from tests.actors import Client, Team, eventually
from tests.foreign.verifiers import Message, verified_by_npm, verified_by_pypi
from tests.receiver import Answer, Received, Receiver

# `make deliveries` makes it 3,000 events and 20 kills.
EVENTS = int(os.environ.get("DELIVERY_EVENTS", "150"))
KILLS = int(os.environ.get("DELIVERY_KILLS", "3"))
SEED = int(os.environ.get("DELIVERY_SEED", "1"))

DEADLINE_S = 60 + EVENTS * 0.5 + KILLS * 15

FAILURE_RATE = 0.4

FAILURES = (
    Answer(status=500, body=b"\x00\xff<script>"),
    Answer(status=503),
    Answer(status=429, headers={"Retry-After": "1"}),
    Answer(status=302, headers={"Location": "http://127.0.0.1:1/"}),
    Answer(reset=True),
    Answer(hang_up=True),
    Answer(stall=True),
    Answer(status=500, endless=True),
    Answer(raw=b"SSH-2.0-nonsense\r\n"),
)


# What others hold at this moment is left to the next time: two of these could wait for each other's rows.
MAKE_DUE = """
    UPDATE webhook_delivery SET next_attempt_at = now(), under_way_until = NULL WHERE id IN (
        SELECT id FROM webhook_delivery AS delivery WHERE status = 'pending' AND {} FOR UPDATE SKIP LOCKED
    )
"""


class NumberedEvent(msgspec.Struct):
    """What the events say."""

    number: int
    text: str


class Moody:
    """How the receiver answers: right or wrong as the seed says, and what it said to each id."""

    def __init__(self) -> None:
        self._source = random.Random(SEED)
        self._lock = threading.Lock()
        self.accepted: Counter[str] = Counter()

    def __call__(self, request: Received) -> Answer:
        with self._lock:
            if self._source.random() < FAILURE_RATE:
                return self._source.choice(FAILURES)
            self.accepted[request.headers["webhook-id"]] += 1
            return Answer(status=self._source.choice((200, 202, 204)))


@pytest.fixture
def couriers(environment: dict[str, str], team: Team, tmp_path: Path, nursery: Nursery) -> Iterator[Team]:
    """A courier that waits for answers for one second, and a dispatcher; nobody else delivers."""
    for name in ("worker", "courier", "dispatcher"):
        team[name].kill()
    with Team(environment | {"WEBHOOK_TIMEOUT_S": "1"}, tmp_path, nursery) as running:
        for name in ("courier", "dispatcher"):
            running[name].spawn()
        yield running


@pytest.fixture
async def passing_time(platform: Platform) -> AsyncIterator[None]:
    """Waits of minutes and hours are over within a second; attempts that are under way are left alone."""

    async def pass_time() -> None:
        while True:
            async with platform.db.connection() as connection:
                await connection.execute(
                    MAKE_DUE.format("""
                        next_attempt_at > now() AND EXISTS (
                            SELECT FROM webhook_attempt WHERE delivery_id = delivery.id AND number = delivery.attempt
                        )
                    """)
                )
            await asyncio.sleep(0.5)

    passing = asyncio.create_task(pass_time())
    yield
    passing.cancel()


@pytest.mark.timeout(DEADLINE_S + 240)
@pytest.mark.usefixtures("passing_time")
async def test_every_event_arrives_with_the_same_id_and_bytes_however_receiver_and_sender_fail(
    alice: Client, couriers: Team, platform: Platform, receiver: Receiver
) -> None:
    receiver.respond = mood = Moody()
    endpoint = (await alice.post("/v1/webhooks/endpoints", {"url": receiver.url})).json()
    ids = await _announce(platform, alice)
    began = time.monotonic()

    # In a group: should the killing fail, nobody waits for what the dead sender does not send.
    async with asyncio.TaskGroup() as group:
        group.create_task(_kill_now_and_then(couriers, platform, mood))
        rotated = await alice.post(f"/v1/webhooks/endpoints/{endpoint['id']}/secret/rotate")
        await _until_settled(platform, ids)
    dead = await _replay_dead_letters(alice, endpoint, platform, ids)

    requests = receiver.requests
    bodies: dict[str, set[bytes]] = {}
    for request in requests:
        bodies.setdefault(request.headers["webhook-id"], set()).add(request.body)
    repeated = sum(count - 1 for count in mood.accepted.values())
    print(
        f"{len(ids)} events, {len(requests)} requests, {KILLS} kills, {len(dead)} dead and replayed, "
        f"{repeated} accepted again, {time.monotonic() - began:.0f} s, seed {SEED}"
    )
    assert bodies == {event_id: {body} for event_id, body in ids.items()}
    assert mood.accepted.keys() == ids.keys()
    # A sender that dies after the receiver accepted, and before it could say so: as many as it sends it at once.
    assert repeated <= KILLS * MAX_PER_RECEIVER
    for secret in (endpoint["secret"], rotated.json()["secret"]):
        messages = [Message(secret, it.headers, it.body, it.arrived_at) for it in requests]
        new_only = secret != endpoint["secret"]
        for verified in (verified_by_pypi, verified_by_npm):
            answers = verified(messages)
            # What was sent before the rotation bears the former signature only.
            signed_by_both = [" " in request.headers["webhook-signature"] for request in requests]
            assert answers == (signed_by_both if new_only else [True] * len(requests))


async def _announce(platform: Platform, client: Client) -> dict[str, bytes]:
    """So many events; their bytes by id."""
    caller = await Authenticator(platform.db, platform.keyring).caller(client.key)
    for number in range(EVENTS):
        data = NumberedEvent(number, "ä\u2028" * (number % 50))
        async with platform.db.transaction() as connection:
            await webhooks.announce(
                platform,
                connection,
                account_id=caller.account_id,
                event_type="job.succeeded",
                data=data,
                callback_url=None,
            )
    async with platform.db.connection() as connection:
        rows = await connection.fetch("SELECT id, body FROM webhook_event WHERE account_id = $1", caller.account_id)
    assert len(rows) == EVENTS
    return {row["id"]: row["body"] for row in rows}


async def _kill_now_and_then(couriers: Team, platform: Platform, mood: Moody) -> None:
    for number in range(1, KILLS + 1):
        # In the middle of the work, as far as there is a middle: by what has arrived so far.
        due = EVENTS * number // (KILLS + 1)

        async def is_far_enough(due: int = due) -> bool:
            return len(mood.accepted) >= due

        await eventually(is_far_enough, DEADLINE_S)
        couriers["courier"].kill()
        # What it was about would be due again when the lease is over, half a minute from now.
        async with platform.db.connection() as connection:
            await connection.execute(MAKE_DUE.format("true"))
        couriers["courier"].spawn()


async def _until_settled(platform: Platform, ids: dict[str, bytes]) -> None:
    async def are_settled() -> bool:
        async with platform.db.connection() as connection:
            pending: int = await connection.fetchval(
                "SELECT count(*) FROM webhook_delivery WHERE status = 'pending' AND event_id = ANY($1)", list(ids)
            )
        await asyncio.sleep(0.2)
        return pending == 0

    await eventually(are_settled, DEADLINE_S)


async def _replay_dead_letters(
    client: Client, endpoint: dict[str, Any], platform: Platform, ids: dict[str, bytes]
) -> list[dict[str, Any]]:
    """Those that all ten attempts failed for; a few, or none, if the seed is kind."""
    letters: list[dict[str, Any]] = []
    since = {"since": "2026-01-01T00:00:00Z"}
    while (await client.post(f"/v1/webhooks/endpoints/{endpoint['id']}/replay", since)).json()["queued"]:
        query = {"status": "dead", "endpoint_id": endpoint["id"], "limit": 100}
        letters = (await client.get("/v1/webhooks/deliveries", **query)).json()["items"]
        await _until_settled(platform, ids)
    assert all(len(letter["attempts"]) >= 1 for letter in letters)
    return letters
