"""Endpoints change, are disabled, fail and recover; missed deliveries are sent again."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlmodel.ext.asyncio.session import AsyncSession
from standardwebhooks import Webhook, WebhookVerificationError

from shared.kit.platform import Platform
from shared.webhooks import queries
from shared.webhooks.models import Attempt
from tests.actors import Client, Team, eventually
from tests.receiver import Answer, Receiver

ENDPOINTS = "/v1/webhooks/endpoints"
DELIVERIES = "/v1/webhooks/deliveries"

# Nobody attempts it before.
DUE_TOMORROW = """
    WITH event AS (
        INSERT INTO webhook_event (id, account_id, type, body)
        SELECT $2, account_id, 'job.failed', '{}' FROM webhook_endpoint WHERE id = $1
        RETURNING id, account_id
    )
    INSERT INTO webhook_delivery (id, account_id, event_id, endpoint_id, url, status, attempt, next_attempt_at)
    SELECT uuidv7(), event.account_id, event.id, $1, 'https://example.com/', 'pending', 0, now() + interval '1 day'
    FROM event RETURNING id
"""


async def _register(client: Client, url: str, **more: Any) -> dict[str, Any]:
    answer = await client.post(ENDPOINTS, {"url": url, **more})
    assert answer.status_code == 201, answer.text
    endpoint: dict[str, Any] = answer.json()
    return endpoint


async def _patch(client: Client, endpoint: dict[str, Any], **changes: Any) -> Any:
    path = f"{ENDPOINTS}/{endpoint['id']}"
    return await client.http.patch(path, json=changes, headers={"X-API-Key": client.key})


async def _do(client: Client, endpoint: dict[str, Any], verb: str, body: Any = None) -> Any:
    return await client.post(f"{ENDPOINTS}/{endpoint['id']}/{verb}", body)


async def _deliveries(client: Client, **query: Any) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await client.get(DELIVERIES, **query)).json()["items"]
    return items


async def _settled(client: Client, count: int) -> list[dict[str, Any]]:
    """All deliveries, once so many of them are not pending any more."""
    items: list[dict[str, Any]] = []

    async def are_settled() -> bool:
        nonlocal items
        items = await _deliveries(client)
        return len([item for item in items if item["status"] != "pending"]) >= count

    await eventually(are_settled)
    return items


async def _attempted(client: Client, delivery_id: str, attempts: int = 1) -> dict[str, Any]:
    """A delivery, once it has been tried so often."""
    found: dict[str, Any] = {}

    async def is_attempted() -> bool:
        nonlocal found
        found = (await client.get(f"{DELIVERIES}/{delivery_id}")).json()
        return len(found["attempts"]) >= attempts

    await eventually(is_attempted)
    return found


def _verifies(secret: str, request: Any) -> bool:
    try:
        Webhook(secret).verify(request.body, dict(request.headers))
    except WebhookVerificationError:
        return False
    return True


async def test_a_test_event_is_sent_once_and_shows_what_the_receiver_answered(
    alice: Client, receiver: Receiver, workers: Team
) -> None:
    del workers
    endpoint = await _register(alice, receiver.url, events=["job.failed"])
    await _register(alice, f"{receiver.url}/other")
    hostile = b"<script>alert(1)</script>\x00\x1b[2J\xff\r\n" + b"x" * 5000
    receiver.script(Answer(status=500, body=hostile, delay_s=0.05))

    answer = await _do(alice, endpoint, "test")
    delivery = await _attempted(alice, answer.json()["id"])

    (request,) = receiver.requests
    (attempt,) = delivery["attempts"]
    assert answer.status_code == 202
    assert json.loads(request.body) == {
        "type": "endpoint.test",
        "timestamp": json.loads(request.body)["timestamp"],
        "data": {"endpoint_id": endpoint["id"], "url": receiver.url, "reason": None},
    }
    assert delivery["body"].encode() == request.body
    assert _verifies(endpoint["secret"], request)
    assert (delivery["status"], delivery["event_type"], delivery["next_attempt_at"]) == ("dead", "endpoint.test", None)
    assert (attempt["number"], attempt["status_code"], attempt["error"]) == (1, 500, "The receiver responded with 500.")
    assert 50 <= attempt["duration_ms"] < 10_000
    assert attempt["response_excerpt"].startswith("<script>alert(1)</script>[2J�\nxxx")
    assert len(attempt["response_excerpt"].encode()) <= 1024
    assert (await alice.get(f"{ENDPOINTS}/{endpoint['id']}")).json()["failing_since"] is None


@pytest.mark.usefixtures("workers")
async def test_a_disabled_endpoint_is_told_nothing_and_catches_up_once_it_is_enabled(
    alice: Client, mallory: Client, receiver: Receiver
) -> None:
    began = datetime.now(UTC) - timedelta(minutes=1)
    endpoint = await _register(alice, receiver.url)
    foreign = await _register(mallory, f"{receiver.url}/mallory")
    disabled = (await _do(alice, endpoint, "disable")).json()

    missed = await alice.final((await alice.submit("report"))["id"])
    refused = await _do(alice, endpoint, "replay", {"since": began.isoformat()})
    enabled = (await _do(alice, endpoint, "enable")).json()
    unasked = list(receiver.requests)
    replayed = await _do(alice, endpoint, "replay", {"since": began.isoformat()})
    (request,) = await receiver.wait_for(1)

    assert (disabled["disabled_because"], enabled["disabled_because"], enabled["disabled_at"]) == ("owner", None, None)
    assert (refused.status_code, refused.json()["code"]) == (409, "webhook-endpoint-disabled")
    assert unasked == []
    assert (replayed.status_code, replayed.json()) == (202, {"queued": 1, "more": False})
    assert json.loads(request.body)["data"]["id"] == missed["id"]
    await _settled(alice, 1)
    again = await _do(alice, endpoint, "replay", {"since": began.isoformat()})
    assert again.json() == {"queued": 0, "more": False}
    theirs = await _do(mallory, foreign, "replay", {"since": began.isoformat(), "events": "all"})
    assert theirs.json() == {"queued": 0, "more": False}


@pytest.mark.usefixtures("workers")
async def test_everything_since_a_time_can_be_told_again_with_the_same_ids_and_bytes(
    alice: Client, receiver: Receiver
) -> None:
    endpoint = await _register(alice, receiver.url)
    for kind in ("report", "plot"):
        await alice.final((await alice.submit(kind))["id"])
    first = await receiver.wait_for(2)
    items = await _settled(alice, 2)
    latest = max(item["happened_at"] for item in items)

    only_the_last = await _do(alice, endpoint, "replay", {"since": latest, "events": "all"})
    await receiver.wait_for(3)
    await _settled(alice, 3)
    both = await _do(alice, endpoint, "replay", {"since": "2026-01-01T00:00:00Z", "events": "all"})
    everything = await receiver.wait_for(5)

    assert (only_the_last.json()["queued"], both.json()["queued"]) == (1, 2)
    assert len({(request.headers["webhook-id"], request.body) for request in everything}) == len(first) == 2


@pytest.mark.parametrize("since", ["yesterday", "2026-01-01T00:00:00", "0001-01-01T00:00:00+14:00", None, 0])
async def test_a_replay_wants_a_time_with_its_zone(alice: Client, since: Any) -> None:
    endpoint = await _register(alice, "https://example.com/hook")

    answer = await _do(alice, endpoint, "replay", {"since": since})

    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, "/since")


@pytest.mark.usefixtures("workers")
async def test_a_dead_letter_is_listed_and_can_be_replayed_under_the_same_id(
    alice: Client, mallory: Client, receiver: Receiver, platform: Platform
) -> None:
    receiver.script(*[Answer(status=500)] * 10)
    endpoint = await _register(alice, receiver.url)
    await alice.final((await alice.submit("report"))["id"])
    (pending,) = await _deliveries(alice)
    too_early = await alice.post(f"{DELIVERIES}/{pending['id']}/replay")
    for attempts in range(1, 11):
        await _attempted(alice, pending["id"], attempts)
        await _make_due(platform)

    (dead,) = await _deliveries(alice, status="dead", endpoint_id=endpoint["id"])
    foreign = await mallory.post(f"{DELIVERIES}/{dead['id']}/replay")
    replayed = await alice.post(f"{DELIVERIES}/{dead['id']}/replay")
    delivered = await _attempted(alice, replayed.json()["id"])

    requests = await receiver.wait_for(11)
    assert (too_early.status_code, too_early.json()["code"]) == (409, "webhook-delivery-pending")
    assert [attempt["status_code"] for attempt in dead["attempts"]] == [500] * 10
    assert (foreign.status_code, foreign.json()["code"]) == (404, "webhook-delivery-not-found")
    assert (replayed.status_code, delivered["status"]) == (202, "delivered")
    assert (delivered["event_id"], delivered["endpoint_id"]) == (dead["event_id"], endpoint["id"])
    assert len({(request.headers["webhook-id"], request.body) for request in requests}) == 1
    by_event = await _deliveries(alice, event_id=dead["event_id"])
    assert [item["status"] for item in by_event] == ["delivered", "dead"]
    assert await _deliveries(alice, status="pending") == []


@pytest.mark.usefixtures("workers")
async def test_after_a_rotation_an_endpoints_messages_carry_both_signatures_for_a_day(
    alice: Client, receiver: Receiver, platform: Platform
) -> None:
    endpoint = await _register(alice, receiver.url)
    rotated = await _do(alice, endpoint, "secret/rotate")
    too_soon = await _do(alice, endpoint, "secret/rotate")
    old, new = endpoint["secret"], rotated.json()["secret"]

    await _do(alice, endpoint, "test")
    (within,) = await receiver.wait_for(1)
    async with platform.db.connection() as connection:
        await connection.execute(
            "UPDATE webhook_endpoint SET secret_rotated_at = now() - interval '24 hours 1 second' WHERE id = $1",
            endpoint["id"],
        )
    await _do(alice, endpoint, "test")
    after = (await receiver.wait_for(2))[1]

    shown = (await alice.get(f"{ENDPOINTS}/{endpoint['id']}")).json()
    assert (too_soon.status_code, too_soon.json()["code"]) == (409, "secret-just-rotated")
    assert old != new == shown["secret"]
    assert len(within.headers["webhook-signature"].split()) == 2
    assert (_verifies(old, within), _verifies(new, within)) == (True, True)
    assert (_verifies(old, after), _verifies(new, after)) == (False, True)
    assert (await _do(alice, endpoint, "secret/rotate")).status_code == 200


@pytest.mark.usefixtures("workers")
async def test_an_endpoint_that_fails_for_five_days_is_disabled_and_the_others_hear_of_it(
    alice: Client, receiver: Receiver, platform: Platform
) -> None:
    receiver.respond = lambda request: Answer(status=500 if request.path.endswith("broken") else 200)
    broken = await _register(alice, f"{receiver.url}/broken")
    await _register(alice, f"{receiver.url}/watch", events=["endpoint.disabled"])
    await alice.final((await alice.submit("report"))["id"])
    (delivery,) = await _deliveries(alice)
    await _attempted(alice, delivery["id"])
    failing = (await alice.get(f"{ENDPOINTS}/{broken['id']}")).json()

    await _fail_since(platform, broken, "4 days 23 hours")
    await _make_due(platform)
    await _attempted(alice, delivery["id"], 2)
    almost = (await alice.get(f"{ENDPOINTS}/{broken['id']}")).json()
    await _fail_since(platform, broken, "5 days 1 second")
    await _make_due(platform)

    notification = (await receiver.wait_for(4))[-1]
    shown = (await alice.get(f"{ENDPOINTS}/{broken['id']}")).json()
    assert failing["failing_since"] is not None
    assert (almost["disabled_at"], almost["disabled_because"]) == (None, None)
    assert (shown["disabled_because"], shown["disabled_at"] is None) == ("failing", False)
    assert notification.path.endswith("/watch")
    assert json.loads(notification.body)["type"] == "endpoint.disabled"
    assert json.loads(notification.body)["data"] == {
        "endpoint_id": broken["id"],
        "url": broken["url"],
        "reason": "failing",
    }
    assert (await alice.get(f"{DELIVERIES}/{delivery['id']}")).json()["status"] == "dead"


@pytest.mark.usefixtures("workers")
async def test_one_success_ends_a_row_of_failures(alice: Client, receiver: Receiver, platform: Platform) -> None:
    endpoint = await _register(alice, receiver.url)
    await _fail_since(platform, endpoint, "6 days")

    await alice.final((await alice.submit("report"))["id"])
    (delivery,) = await _settled(alice, 1)

    shown = (await alice.get(f"{ENDPOINTS}/{endpoint['id']}")).json()
    assert (delivery["status"], shown["failing_since"], shown["disabled_at"]) == ("delivered", None, None)


@pytest.mark.usefixtures("workers")
async def test_what_is_on_its_way_follows_the_endpoint_to_its_new_address(
    alice: Client, mallory: Client, receiver: Receiver, platform: Platform
) -> None:
    receiver.script(Answer(status=500))
    endpoint = await _register(alice, f"{receiver.url}/old", description="ours")
    await alice.final((await alice.submit("report"))["id"])
    (delivery,) = await _deliveries(alice)
    await _attempted(alice, delivery["id"])

    changed = (await _patch(alice, endpoint, url=f"{receiver.url}/new", events=["job.failed"])).json()
    await _make_due(platform)
    requests = await receiver.wait_for(2)

    assert [request.path for request in requests] == ["/hook/old", "/hook/new"]
    expected = endpoint | {"url": f"{receiver.url}/new", "events": ["job.failed"]}
    assert {**changed, "failing_since": None} == expected
    assert (await _patch(mallory, endpoint, description=None)).status_code == 404
    assert (await _patch(alice, endpoint, url="https://10.0.0.1/")).json()["code"] == "callback-url-refused"
    assert (await _patch(alice, endpoint, url=None)).status_code == 400
    assert (await _patch(alice, endpoint, description=None)).json()["description"] is None


async def test_an_account_has_at_most_fifty_endpoints(alice: Client, mallory: Client) -> None:
    for number in range(50):
        await _register(alice, f"https://example.com/{number}")

    answer = await alice.post(ENDPOINTS, {"url": "https://example.com/50"})

    assert (answer.status_code, answer.json()["code"]) == (409, "quota-reached")
    await _register(mallory, "https://example.com/")


async def _make_due(platform: Platform) -> None:
    async with platform.db.connection() as connection:
        await connection.execute("UPDATE webhook_delivery SET next_attempt_at = now() WHERE status = 'pending'")


async def _fail_since(platform: Platform, endpoint: dict[str, Any], ago: str) -> None:
    async with platform.db.connection() as connection:
        await connection.execute(
            f"UPDATE webhook_endpoint SET failing_since = now() - interval '{ago}' WHERE id = $1", endpoint["id"]
        )


async def test_a_delivery_is_shown_as_it_was_at_one_moment(
    alice: Client, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint = await _register(alice, "https://example.com/")
    async with platform.db.connection() as connection:
        delivery_id = await connection.fetchval(DUE_TOMORROW, UUID(endpoint["id"]), f"evt_{endpoint['id']}")

    async def attempts_at(session: AsyncSession, delivery_ids: Sequence[UUID]) -> Sequence[Attempt]:
        # What a courier does between our two looks.
        async with platform.db.transaction() as connection:
            await connection.execute(queries.INSERT_ATTEMPT, delivery_id, 1, 500, None, 10, "")
            await connection.execute(queries.SETTLE, delivery_id, 0, "dead", None)
        return await read_attempts(session, delivery_ids)

    read_attempts = queries.attempts_at
    monkeypatch.setattr(queries, "attempts_at", attempts_at)
    before = (await alice.get(f"{DELIVERIES}/{delivery_id}")).json()
    monkeypatch.undo()
    after = (await alice.get(f"{DELIVERIES}/{delivery_id}")).json()

    assert (before["status"], len(before["attempts"])) == ("pending", 0)
    assert (after["status"], len(after["attempts"])) == ("dead", 1)
