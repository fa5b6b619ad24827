"""One process does what the courier, the thumbnailer and the dispatcher do, and ends as they do."""

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local.commands import commands, joined
from deploy.local.datadir import DataDir
from deploy.local.forking import Nursery
from deploy.local.process import Process
from deploy.local.stack import Stack
from tests.actors import ROOT, Client, Team, eventually
from tests.pictures import picture
from tests.receiver import Answer, Received, Receiver


@pytest.fixture
def loops(environment: dict[str, str], workers: Team, tmp_path: Path, nursery: Nursery) -> Iterator[Process]:
    """The process, beside a worker and in place of the three."""
    for name in ("courier", "thumbnailer", "dispatcher"):
        workers[name].kill()
    command = joined(commands(host="127.0.0.1", port=0, api_workers=1, worker_concurrency=1)).parts["loops"]
    data = DataDir(tmp_path)
    data.lock()
    process = Process("loops", command, data=data, environment=environment, folder=ROOT, nursery=nursery)
    process.spawn()
    yield process
    process.kill()
    data.unlock()


async def test_deliveries_thumbnails_and_lost_messages_are_looked_after_by_one_process(
    alice: Client, loops: Process, receiver: Receiver, stack: Stack
) -> None:
    project = (await alice.create_project())["id"]
    stack.valkey.kill()
    try:
        # No worker hears of it but by the dispatcher.
        job_id = (await alice.submit("report", callback_url=receiver.url))["id"]
        image_id = (await alice.add_image(project, picture()))["id"]
    finally:
        await asyncio.to_thread(stack.valkey.start)

    async def is_drawn() -> bool:
        return (await alice.get(f"/api/images/{image_id}/thumbnail")).status_code == 200

    assert (await alice.final(job_id))["status"] == "succeeded"
    await receiver.wait_for(1)
    await eventually(is_drawn)
    assert loops.running


async def test_a_delivery_under_way_is_finished_before_the_process_ends(
    alice: Client, loops: Process, receiver: Receiver
) -> None:
    may_answer = threading.Event()

    def respond(_: Received) -> Answer:
        may_answer.wait(20)
        return Answer()

    async def has_heard() -> bool:
        return "takes no more deliveries" in loops.log.read_text()

    receiver.respond = respond
    await alice.final((await alice.submit("report", callback_url=receiver.url))["id"])
    await receiver.wait_for(1)

    loops.request_stop()
    await eventually(has_heard)
    is_running = loops.running
    may_answer.set()

    assert await asyncio.to_thread(loops.wait, 15)
    assert (is_running, loops.exit_code) == (True, 0)
    (delivery,) = (await alice.get("/v1/webhooks/deliveries")).json()["items"]
    assert (delivery["status"], len(delivery["attempts"]), len(receiver.requests)) == ("delivered", 1, 1)
