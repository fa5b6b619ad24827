"""What a disabled account or a revoked key has under way ends with it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from litestar import Litestar

from shared.kit.platform import Platform
from shared.operations import administration
from shared.operations.administration import disabled_accounts
from tests.actors import Client, Team, eventually
from tests.integration.api.web.visitor import Visitor
from tests.pipelines import Pipeline, add_image, create_analysis

LIMIT = 100


@pytest.fixture(autouse=True)
def nobody_works(team: Team) -> None:
    """Jobs stay queued, and what ends them is called by the tests."""
    for name in ("worker", "courier", "dispatcher"):
        team[name].kill()


async def test_jobs_and_deliveries_of_a_disabled_account_end_and_those_of_others_do_not(
    platform: Platform, alice: Client, mallory: Client
) -> None:
    job_ids = {client.email: (await _owing(client))["id"] for client in (alice, mallory)}
    await _set_active(platform, mallory, value=False)

    await disabled_accounts.end_work(platform, LIMIT)

    await _set_active(platform, mallory, value=True)
    his, hers = [
        (
            (await client.get(f"/v1/jobs/{job_ids[client.email]}")).json()["status"],
            {(item["status"], item["dead_because"]) for item in await _deliveries(client)},
        )
        for client in (mallory, alice)
    ]
    assert his == ("cancelled", {("dead", "account_disabled")})
    assert hers == ("queued", {("pending", None)})


async def test_the_event_of_a_job_that_was_cancelled_so_can_be_replayed_later(
    platform: Platform, mallory: Client
) -> None:
    await mallory.submit("report", callback_url="http://127.0.0.1:9/hook")
    await _set_active(platform, mallory, value=False)
    await disabled_accounts.end_work(platform, LIMIT)
    await _set_active(platform, mallory, value=True)

    (delivery,) = await _deliveries(mallory)
    replayed = await mallory.post(f"/v1/webhooks/deliveries/{delivery['id']}/replay")

    assert (delivery["event_type"], delivery["dead_because"]) == ("job.cancelled", "account_disabled")
    assert (replayed.status_code, replayed.json()["status"]) == (202, "pending")


async def test_a_pipeline_signs_nothing_while_its_account_is_disabled(platform: Platform, mallory: Client) -> None:
    pipeline = await Pipeline.of(mallory)
    analysis = await create_analysis(mallory, await add_image(platform, mallory))
    await _set_active(platform, mallory, value=False)

    refused = await pipeline.status(analysis, "processing")
    await _set_active(platform, mallory, value=True)
    accepted = await pipeline.status(analysis, "processing")

    assert (refused.status_code, accepted.status_code) == (401, 200)


async def test_a_session_does_not_come_back_when_its_account_is_enabled_again(
    app: Litestar, platform: Platform, mallory: Client
) -> None:
    user = Visitor.of(app)
    await user.sign_in(mallory)
    await _set_active(platform, mallory, value=False)
    await _set_active(platform, mallory, value=True)

    assert (await user.get("/app/matrices")).status_code == 303


async def _revoke(_: Platform, client: Client) -> None:
    key_id = next(key["id"] for key in (await client.get("/v1/keys")).json())
    assert (await client.delete(f"/v1/keys/{key_id}")).status_code == 204


async def _disable(platform: Platform, client: Client) -> None:
    await _set_active(platform, client, value=False)


@pytest.mark.parametrize("end", [_revoke, _disable])
async def test_an_open_stream_of_events_ends_with_its_key(
    app: Litestar, platform: Platform, mallory: Client, end: Callable[[Platform, Client], Awaitable[None]]
) -> None:
    job = await mallory.submit("report")
    following = asyncio.create_task(mallory.get(f"/v1/jobs/{job['id']}/events"))
    await _is_followed(app, job["id"])

    await end(platform, mallory)

    stream = await asyncio.wait_for(following, 30)
    assert stream.text.count("event: job") == 1
    assert '"status":"queued"' in stream.text


async def test_an_open_stream_of_a_page_ends_with_its_session_and_does_not_say_that_the_job_has_ended(
    app: Litestar, platform: Platform, mallory: Client
) -> None:
    job = await mallory.submit("report")
    user = Visitor.of(app)
    await user.sign_in(mallory)
    following = asyncio.create_task(user.get(f"/app/jobs/{job['id']}/events"))
    await _is_followed(app, job["id"])

    await _set_active(platform, mallory, value=False)

    stream = await asyncio.wait_for(following, 30)
    assert "queued" in stream.text
    assert "event: done" not in stream.text


async def _owing(client: Client) -> dict[str, Any]:
    """Submit a job, and leave the delivery of another one pending."""
    cancelled = await client.submit("report", callback_url="http://127.0.0.1:9/hook")
    await client.post(f"/v1/jobs/{cancelled['id']}/cancel")
    return await client.submit("report")


async def _is_followed(app: Litestar, job_id: str) -> None:
    async def is_followed() -> bool:
        watch = app.state.waiter._watches.get(job_id)
        # Who waits for the next change has sent the job as it was.
        return watch is not None and any(event._waiters for event in watch.waiting)

    await eventually(is_followed)


async def _deliveries(client: Client) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await client.get("/v1/webhooks/deliveries")).json()["items"]
    return items


async def _set_active(platform: Platform, client: Client, *, value: bool) -> None:
    async with platform.db.connection() as connection:
        account_id = await connection.fetchval("SELECT id FROM account WHERE email = $1", client.email)
    await administration.set_account_state(platform, account_id, is_active=value)
