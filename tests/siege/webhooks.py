"""`python -m tests.siege.webhooks URL`: one account's endpoints hang, and another account waits for its callbacks.

The service has to allow callbacks to loopback (`WEBHOOK_ALLOW_NETS=127.0.0.0/8`). It takes about two minutes.
"""

import asyncio
import json
import statistics
import sys
from collections.abc import Callable
from datetime import datetime
from itertools import count
from typing import Any, NamedTuple

import httpx2

from tests.actors import Client
from tests.receiver import Answer, Receiver

ENDPOINTS = 50
JOBS = 30
CALLBACKS = 100
CALLBACK_INTERVAL_S = 0.25

# What has not arrived by then counts as this late.
PATIENCE_S = 60.0

_numbers = count(1)


class Delays(NamedTuple):
    """The time from the end of a job to its callback, in seconds, over all callbacks; and how many never came."""

    callbacks: int
    missing: int
    median_s: float
    p99_s: float
    longest_s: float
    hanging_requests: int


async def callback_delays(
    url: str, *, endpoints: int = ENDPOINTS, jobs: int = JOBS, callbacks: int = CALLBACKS
) -> Delays:
    """Measure the delay of an account's callbacks while every endpoint of another account hangs."""
    async with httpx2.AsyncClient(base_url=url, timeout=60) as http:
        with Receiver() as hanging, Receiver() as quick:
            hanging.respond = lambda _: Answer(stall=True)
            attacker, bystander = await Client.sign_up(http), await Client.sign_up(http)
            for number in range(endpoints):
                added = await attacker.post("/v1/webhooks/endpoints", {"url": f"{hanging.url}/{number}"})
                assert added.status_code == 201, added.text
            await asyncio.gather(*[_finish_job(attacker) for _ in range(jobs)])
            await _until(lambda: bool(hanging.requests), PATIENCE_S)
            for _ in range(callbacks):
                await _submit(bystander, quick.url)
                await asyncio.sleep(CALLBACK_INTERVAL_S)
            await _until(lambda: len(_delays(quick)) >= callbacks, PATIENCE_S)
            delays = _delays(quick)
            under_attack = len(hanging.requests)
    missing = callbacks - len(delays)
    delays += [PATIENCE_S] * missing
    p99 = statistics.quantiles(delays, n=100, method="inclusive")[98]
    return Delays(callbacks, missing, statistics.median(delays), p99, max(delays), under_attack)


async def _finish_job(client: Client) -> None:
    await client.final((await _submit(client))["id"], deadline_s=120)


async def _submit(client: Client, callback_url: str | None = None) -> dict[str, Any]:
    """Submit the cheapest job; no two are alike, or the second would be answered with the result of the first."""
    chance = next(_numbers) / 1_000_000
    body: dict[str, Any] = {"kind": "curve", "type": "ROC", "options": {"plot": False, "full": False}}
    body |= {"actual_vector": [0, 1], "probability_vector": [[0.9, 0.1], [1 - chance, chance]]}
    answer = await client.post("/v1/jobs", body | ({"callback_url": callback_url} if callback_url else {}))
    assert answer.status_code == 202, answer.text
    job: dict[str, Any] = answer.json()
    return job


def _delays(receiver: Receiver) -> list[float]:
    """Return the delay of the first message about each job."""
    delays: dict[str, float] = {}
    for request in receiver.requests:
        job = json.loads(request.body)["data"]
        ended_at = datetime.fromisoformat(job["finished_at"])
        delays.setdefault(job["id"], (request.arrived_at - ended_at).total_seconds())
    return list(delays.values())


async def _until(condition: Callable[[], bool], patience_s: float) -> None:
    deadline = asyncio.get_running_loop().time() + patience_s
    while not condition() and asyncio.get_running_loop().time() < deadline:  # noqa: ASYNC110 - threads change it
        await asyncio.sleep(0.1)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asyncio.run(callback_delays(sys.argv[1]))._asdict()) + "\n")
