"""Large bodies of one account and slow ones of strangers, and what another account sees of them meanwhile."""

import asyncio
import contextlib
import time
from collections import Counter
from typing import NamedTuple
from urllib.parse import urlsplit

import httpx2

from tests.actors import Client
from tests.siege.connections import Answers, watch
from tests.siege.service import Service

# Each is legal for its route, and among the most costly of its size.
SAMPLES = 1_500_000
NESTED = b'{"name": "nested", "metadata": {"a": [' + b",".join([b"[]"] * 60_000) + b"]}}"
SENDERS = 6
STRANGERS = 200
SAMPLED_EVERY_S = 0.1


class BodiesSeen(NamedTuple):
    """What the bystander saw of /healthz and of its own matrix, the attackers' answers, and the api's memory in MiB."""

    health: Answers
    matrix: Answers
    statuses: dict[int, int]
    at_rest_mib: float
    peak_mib: float


def curve_body() -> bytes:
    """Make the body of a curve with probabilities of 0 and 1, which take the most memory for their bytes."""
    head = b'{"type": "ROC", "actual_vector": [' + b",".join([b"0", b"1"] * (SAMPLES // 2))
    return head + b'], "probability_vector": [' + b",".join([b"[0,1]", b"[1,0]"] * (SAMPLES // 2)) + b"]}"


def labels_body() -> bytes:
    """Make the body of a matrix from texts."""
    vector = b",".join([b'"cat"', b'"dog"'] * (SAMPLES // 2))
    return b'{"actual_vector": [' + vector + b'], "predicted_vector": [' + vector + b"]}"


async def measure(service: Service, seconds: float) -> BodiesSeen:
    """Attack for so many seconds, and return what came of it."""
    async with httpx2.AsyncClient(base_url=service.url, timeout=60) as http:
        attacker, bystander = await Client.sign_up(http), await Client.sign_up(http)
        created = await bystander.post("/v1/matrices", {"actual_vector": [0, 1, 1], "predicted_vector": [0, 1, 0]})
        assert created.status_code == 201, created.text
        path = f"/v1/matrices/{created.json()['uid']}"
        at_rest = service.memory_kib("api") / 1024
        end = time.monotonic() + seconds
        attack = asyncio.gather(_send_bodies(attacker, end), _trickle(service.url, end), _peak_mib(service, end))
        health, matrix = await asyncio.gather(
            watch(f"{service.url}/healthz", seconds), watch(f"{service.url}{path}", seconds, key=bystander.key)
        )
        statuses, _, peak = await attack
    return BodiesSeen(health, matrix, statuses, at_rest, peak)


async def _send_bodies(attacker: Client, end: float) -> dict[int, int]:
    bodies = [("/curve", curve_body()), ("/cm/create", labels_body()), ("/api/projects", NESTED)]
    statuses: Counter[int] = Counter()

    async def send(number: int) -> None:
        while time.monotonic() < end:
            path, body = bodies[number % len(bodies)]
            try:
                answer = await attacker.http.post(path, content=body, headers={"X-API-Key": attacker.key})
                statuses[answer.status_code] += 1
            except httpx2.HTTPError:
                statuses[0] += 1
            number += 1

    await asyncio.gather(*[send(number) for number in range(SENDERS)])
    return dict(sorted(statuses.items()))


async def _trickle(url: str, end: float) -> None:
    """Let strangers announce the largest bodies, and send a byte of them a second."""
    address = urlsplit(url)
    head = (
        b"POST /cm/create HTTP/1.1\r\nHost: siege\r\nContent-Type: application/json\r\nContent-Length: 67108864\r\n\r\n"
    )

    async def hold() -> None:
        while time.monotonic() < end:
            with contextlib.suppress(OSError):
                _, writer = await asyncio.open_connection(address.hostname, address.port)
                writer.write(head)
                while time.monotonic() < end and not writer.transport.is_closing():
                    writer.write(b" ")
                    await writer.drain()
                    await asyncio.sleep(1)
                writer.transport.abort()

    await asyncio.gather(*[hold() for _ in range(STRANGERS)])


async def _peak_mib(service: Service, end: float) -> float:
    peak = 0
    while time.monotonic() < end:
        peak = max(peak, service.memory_kib("api"))
        await asyncio.sleep(SAMPLED_EVERY_S)
    return peak / 1024
