"""`make restarts`: the api is restarted again and again under load, one copy after the other, and requests are counted.

Two copies listen on ports of their own, and clients do what a proxy in front of them does: they take turns, and go to
the other copy when a connection is refused, or when a kept one ends before an answer: a copy that closes it cannot know
that a request is on its way. Such a request is sent again under its Idempotency-Key, so it is done once. One port for
both (SO_REUSEPORT) would lose what lies in the queue of a copy that closes: the kernel resets it for good.
"""

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import httpx2

from deploy.local.commands import commands
from deploy.local.forking import Nursery
from deploy.local.local_http import get
from deploy.local.ports import free_ports
from deploy.local.process import Process
from deploy.local.stack import Stack
from tests.actors import ROOT, Client, eventually
from tests.chaos.run import migrate

CLIENTS = 4
READY_S = 120
# Beyond what requests get at SIGTERM (deploy/local/commands.py).
ENDED_S = 20
# Between two restarts, so that both copies are at work.
BETWEEN = 40


@dataclass
class Tally:
    """The outcomes of the requests."""

    restarts: int = 0
    sent: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    # Answered by neither copy.
    lost: Counter[str] = field(default_factory=Counter)
    refused: int = 0
    # Sent on a connection that ended before the answer, and sent again to the other copy.
    cut_off: int = 0
    # Copies that had to be killed, or ended with another code than 0.
    unclean_exits: int = 0
    accepted: int = 0
    jobs: int = 0
    longest_ms: int = 0


class Copies:
    """Two copies of the api, each with a port."""

    def __init__(self, stack: Stack, environment: Mapping[str, str]) -> None:
        ports = free_ports(2)
        self.urls = [f"http://127.0.0.1:{port}" for port in ports]
        # As `make run` has one: loading the libraries would take longer than the restarts.
        self._nursery = Nursery(ROOT, stack.data.logs / "nursery.log", os.environ, first=("api",))
        self.processes = [
            Process(
                f"api-{port}",
                commands(host="127.0.0.1", port=port, api_workers=1, worker_concurrency=1).parts["api"],
                data=stack.data,
                environment=environment,
                folder=ROOT,
                nursery=self._nursery,
            )
            for port in ports
        ]

    async def start(self, index: int) -> None:
        """Start a copy, and return when it is ready."""

        async def is_ready() -> bool:
            try:
                return (await asyncio.to_thread(get, f"{self.urls[index]}/readyz"))[0] == 200
            except OSError:
                return False

        self.processes[index].spawn()
        await eventually(is_ready, READY_S)

    async def stop(self, index: int) -> bool:
        """Stop a copy; returns whether it exited cleanly."""
        process = self.processes[index]
        process.request_stop()
        await asyncio.to_thread(process.wait, ENDED_S)
        return process.exit_code == 0

    def kill(self) -> None:
        """Kill all copies."""
        for process in self.processes:
            process.kill()
        self._nursery.stop()


class Traffic:
    """Clients that send one request after the other until `end` is called."""

    def __init__(self, urls: list[str], tally: Tally) -> None:
        self._tally = tally
        self._copies = [httpx2.AsyncClient(base_url=url, timeout=30) for url in urls]
        self._over = asyncio.Event()

    async def run(self) -> None:
        """Send until the end."""
        self._key = (await Client.sign_up(self._copies[0])).key
        await asyncio.gather(*(self._work(number) for number in range(CLIENTS)))
        for copy in self._copies:
            await copy.aclose()

    def end(self) -> None:
        """Let each request under way be the last one."""
        self._over.set()

    async def _work(self, number: int) -> None:
        turn = number
        while not self._over.is_set():
            chance = (turn * CLIENTS + number) % 1_000_000 / 1_000_000
            rows = [[0.9, 0.1], [1 - chance, chance], [0.4, 0.6], [0.7, 0.3]]
            data = {"actual_vector": [0, 1, 1, 0], "probability_vector": rows, "options": {"plot": False}}
            job = await self._send(turn, "POST", "/v1/jobs", {"kind": "curve", "type": "ROC", **data})
            if job is not None and job.status_code == 202:
                self._tally.accepted += 1
                # There is no worker, so the request waits its whole second, also while the copy stops.
                wait_header = {"Prefer": "wait=1"} if turn % 8 == 0 else {}
                await self._send(turn + 1, "GET", f"/v1/jobs/{job.json()['id']}", headers=wait_header)
            vectors = {"actual_vector": [turn, 1], "predicted_vector": [1, 1]}
            await self._send(turn, "POST", "/cm/create", vectors)
            turn += 1

    async def _send(
        self, turn: int, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> httpx2.Response | None:
        self._tally.sent += 1
        began = time.monotonic()
        all_headers = {"X-API-Key": self._key, **(headers or {})}
        if method == "POST":
            all_headers["Idempotency-Key"] = str(uuid4())
        for copy in (self._copies[turn % 2], self._copies[1 - turn % 2]):
            try:
                answer = await copy.request(method, path, json=body, headers=all_headers)
            except httpx2.ConnectError:
                self._tally.refused += 1
                continue
            except (httpx2.ReadError, httpx2.WriteError, httpx2.RemoteProtocolError):
                self._tally.cut_off += 1
                continue
            except httpx2.TransportError as error:
                self._tally.lost[type(error).__name__] += 1
                return None
            self._tally.statuses[answer.status_code] += 1
            self._tally.longest_ms = max(self._tally.longest_ms, round(1000 * (time.monotonic() - began)))
            return answer
        self._tally.lost["answered by neither"] += 1
        return None


async def roll(stack: Stack, base: Mapping[str, str], restarts: int) -> Tally:
    """Restart the copies in turns while clients send requests, and count the outcomes."""
    environment = {**base, **stack.environment, "MAX_QUEUED_JOBS": "1000000", "SIGN_UPS_PER_HOUR": "1000000"}
    await migrate(environment)
    copies, tally = Copies(stack, environment), Tally()
    try:
        await asyncio.gather(copies.start(0), copies.start(1))
        traffic = Traffic(copies.urls, tally)
        async with asyncio.TaskGroup() as group:
            group.create_task(traffic.run())
            for number in range(restarts):
                await _await_answers(tally, BETWEEN)
                tally.unclean_exits += not await copies.stop(number % 2)
                await copies.start(number % 2)
                tally.restarts += 1
            await _await_answers(tally, BETWEEN)
            traffic.end()
    finally:
        copies.kill()
    connection = await asyncpg.connect(environment["DATABASE_URL"])
    tally.jobs = await connection.fetchval("SELECT count(*) FROM job")
    await connection.close()
    return tally


async def _await_answers(tally: Tally, answers: int) -> None:
    target = tally.statuses.total() + answers

    async def have_come() -> bool:
        return tally.statuses.total() >= target

    await eventually(have_come, deadline_s=60)


async def main() -> int:
    """Run as the command line says; returns 1 if a request was lost."""
    parser = argparse.ArgumentParser(prog="make restarts")
    parser.add_argument("--restarts", type=int, default=20)
    arguments = parser.parse_args()
    inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    with tempfile.TemporaryDirectory() as name, Stack(Path(name) / "stack", durable=False) as stack:
        tally = await roll(stack, inherited, arguments.restarts)
    print(tally)
    in_order = not tally.lost and not tally.unclean_exits and max(tally.statuses) < 500
    return 0 if in_order and tally.jobs == tally.accepted else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
