"""Work that nobody wants any more, or not here, is broken off in a real worker process."""

import asyncio
import threading
from collections.abc import Callable
from typing import Any

from deploy.local.process import Process
from shared.kit.platform import Platform
from tests.actors import Client, Team, eventually
from tests.receiver import Answer, Received, Receiver


async def test_a_worker_that_is_told_to_end_hands_its_job_back_without_counting_a_failure(
    alice: Client, team: Team, stubborn: Callable[..., Process], platform: Platform
) -> None:
    team["dispatcher"].kill()
    await _forget_what_waits(platform)
    worker = stubborn(SHUTDOWN_GRACE_S="1")
    job_id = (await alice.submit("report"))["id"]
    await eventually(_is(alice, job_id, "running"))

    worker.request_stop()
    assert await asyncio.to_thread(worker.wait, 15)

    assert worker.exit_code == 0
    job = (await alice.get(f"/v1/jobs/{job_id}")).json()
    assert (job["status"], job["attempts"]) == ("queued", 1)
    async with platform.db.connection() as connection:
        assert await connection.fetchval("SELECT failures FROM job WHERE id = $1", job_id) == 0
    team.start()
    assert (await alice.final(job_id))["attempts"] == 2


async def test_a_job_that_is_cancelled_while_it_runs_makes_room_for_the_next(
    alice: Client, stubborn: Callable[..., Process], platform: Platform
) -> None:
    await _forget_what_waits(platform)
    stubborn()
    first = (await alice.submit("report"))["id"]
    await eventually(_is(alice, first, "running"))
    cancelled = (await alice.post(f"/v1/jobs/{first}/cancel")).json()
    second = (await alice.submit("report"))["id"]

    await eventually(_is(alice, second, "running"))

    assert cancelled["status"] == "cancelled"
    assert (await alice.get(f"/v1/jobs/{first}")).json()["status"] == "cancelled"


async def test_a_courier_that_is_told_to_end_lets_the_delivery_under_way_finish(
    alice: Client, workers: Team, receiver: Receiver
) -> None:
    may_answer = threading.Event()

    def respond(_: Received) -> Answer:
        may_answer.wait(20)
        return Answer()

    receiver.respond = respond
    job = await alice.final((await alice.submit("report", callback_url=receiver.url))["id"])
    await receiver.wait_for(1)
    courier, before = workers["courier"], workers.log("courier").count("takes no more deliveries")

    courier.request_stop()

    async def has_heard() -> bool:
        return workers.log("courier").count("takes no more deliveries") > before

    await eventually(has_heard)
    assert courier.running
    may_answer.set()
    assert await asyncio.to_thread(courier.wait, 15)
    assert courier.exit_code == 0
    (delivery,) = (await alice.get("/v1/webhooks/deliveries")).json()["items"]
    assert (job["status"], delivery["status"], len(delivery["attempts"])) == ("succeeded", "delivered", 1)
    assert len(receiver.requests) == 1


async def _forget_what_waits(platform: Platform) -> None:
    # Other tests leave reports behind that nobody made, and one of them would occupy the only worker for ever.
    async with platform.db.connection() as connection:
        await connection.execute("DELETE FROM job WHERE status IN ('queued', 'running')")


def _is(client: Client, job_id: str, status: str) -> Any:
    async def holds() -> bool:
        shown = (await client.get(f"/v1/jobs/{job_id}")).json()
        return bool(shown["status"] == status)

    return holds
