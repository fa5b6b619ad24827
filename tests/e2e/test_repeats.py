"""Clients repeat their requests under idempotency keys until they are answered, whatever dies meanwhile."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
import httpx2
import pytest

from deploy.local.commands import commands
from deploy.local.datadir import DataDir
from deploy.local.forking import Nursery
from deploy.local.ports import free_ports
from deploy.local.process import Process
from deploy.local.stack import Stack
from tests.actors import ROOT, Client, Team, eventually
from tests.chaos.cluster import descendants

CLIENTS = 12
API_PROCESSES = 2
FAULTS = 3
# Thrice the pause before a client repeats what was refused: each fault meets repeats and new requests.
BUSY_S = 1.5
# The server gives up when its processes die more often than every 3.5 s.
BETWEEN_DEATHS_S = 4
LABELS = {"actual_vector": [1, 0, 1], "predicted_vector": [1, 0, 0]}


@dataclass
class Outcome:
    """What became of the keys: the last answer to each, and the longest time from a recovery to it in seconds."""

    statuses: list[int] = field(default_factory=list)
    refusals: set[tuple[int, str]] = field(default_factory=set)
    recovered_at: float = 0
    longest_s: float = 0


@pytest.fixture
async def api(environment: dict[str, str], tmp_path: Path, nursery: Nursery) -> AsyncIterator[tuple[Process, str]]:
    """An api of two processes."""
    (port,) = free_ports(1)
    data = DataDir(tmp_path)
    data.lock()
    command = commands(host="127.0.0.1", port=port, api_workers=API_PROCESSES, worker_concurrency=1).parts["api"]
    process = Process("api", command, data=data, environment=environment, folder=ROOT, nursery=nursery)
    process.spawn()
    try:
        yield process, f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        data.unlock()


@pytest.mark.parametrize("fault", ["process", "backends", "postgres"])
async def test_every_key_ends_with_what_it_created_and_nothing_is_created_twice(
    api: tuple[Process, str], team: Team, stack: Stack, environment: dict[str, str], fault: str
) -> None:
    team.start()
    process, url = api
    outcome, is_over = Outcome(), asyncio.Event()
    async with httpx2.AsyncClient(base_url=url, timeout=10) as http:

        async def is_ready() -> bool:
            try:
                return (await http.get("/readyz")).status_code == 200
            except httpx2.TransportError:
                return False

        await eventually(is_ready)
        client = await Client.sign_up(http)
        uid = await client.create_matrix()
        async with asyncio.TaskGroup() as group:
            for number in range(CLIENTS):
                group.create_task(_send_until(is_over, client, uid, number, outcome))
            for left in reversed(range(FAULTS)):
                await _break(fault, process, stack, environment)
                outcome.recovered_at = time.monotonic()
                await asyncio.sleep(BETWEEN_DEATHS_S if fault == "process" and left else BUSY_S)
            is_over.set()

    assert set(outcome.statuses) <= {200, 201, 202}
    # One matrix is the jobs' own.
    assert await _count(environment, "matrix", client) == outcome.statuses.count(201) + 1
    assert await _count(environment, "job", client) == outcome.statuses.count(200) + outcome.statuses.count(202)
    assert {code for _, code in outcome.refusals} <= {
        "database-unavailable",
        "idempotency-key-in-progress",
        "idempotency-key-taken-over",
    }
    print(f"{fault}: {len(outcome.statuses)} keys, {outcome.longest_s:.1f} s")


async def _send_until(is_over: asyncio.Event, client: Client, uid: str, number: int, outcome: Outcome) -> None:
    """Send requests, half of them waiting for a job, each until it is answered well."""
    count = 0
    while not is_over.is_set():
        key = f"{number}-{count}"
        count += 1
        job = {"kind": "plot", "cm_uid": uid, "options": {"title": key}}
        request = ("/v1/jobs", job) if number % 2 else ("/v1/matrices", LABELS)
        began = time.monotonic()
        outcome.statuses.append(await _repeat(client, key, request, outcome))
        since = max(began, outcome.recovered_at)
        outcome.longest_s = max(outcome.longest_s, time.monotonic() - since)


async def _repeat(client: Client, key: str, request: tuple[str, Any], outcome: Outcome) -> int:
    """Return the status of the first good answer."""
    deadline = time.monotonic() + 150
    while time.monotonic() < deadline:
        try:
            answer = await client.post(*request, {"Idempotency-Key": key, "Prefer": "wait=2"})
        except httpx2.TransportError:
            await asyncio.sleep(0.2)
            continue
        if answer.is_success:
            return answer.status_code
        outcome.refusals.add((answer.status_code, answer.json()["code"]))
        await asyncio.sleep(0.5)
    return 0


async def _count(environment: dict[str, str], table: str, client: Client) -> int:
    connection = await asyncpg.connect(environment["DATABASE_URL"])
    count: int = await connection.fetchval(
        f"SELECT count(*) FROM {table} JOIN account ON account.id = account_id WHERE email = $1",
        client.email,
    )
    await connection.close()
    return count


async def _break(fault: str, process: Process, stack: Stack, environment: dict[str, str]) -> None:
    if fault == "process":
        processes: list[int] = []

        async def are_two() -> bool:
            # The first is the server, which replaces the others.
            processes[:] = descendants(process._leash.pid)[1:] if process._leash else []
            return len(processes) == API_PROCESSES

        await eventually(are_two)
        os.kill(processes[0], signal.SIGKILL)
    elif fault == "backends":
        connection = await asyncpg.connect(environment["DATABASE_URL"])
        await connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        await connection.close()
    else:
        await asyncio.to_thread(stack.postgres.kill)
        await asyncio.to_thread(stack.postgres.start)
