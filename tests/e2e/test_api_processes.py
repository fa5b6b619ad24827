"""The api's processes are forked from one that has loaded everything, and replaced when they die."""

import os
import re
import signal
from pathlib import Path

import httpx2

from deploy.local.commands import commands
from deploy.local.datadir import DataDir
from deploy.local.ports import free_ports
from deploy.local.process import Process
from tests.actors import ROOT, eventually
from tests.chaos.cluster import descendants

TOKEN = "a token of the test's"


async def test_a_process_that_dies_is_replaced_by_a_fork_that_counts_under_its_own_name(
    environment: dict[str, str], tmp_path: Path
) -> None:
    (port,) = free_ports(1)
    data = DataDir(tmp_path)
    data.lock()
    command = commands(host="127.0.0.1", port=port, api_workers=1, worker_concurrency=1).parts["api"]
    api = Process("api", command, data=data, environment=environment | {"METRICS_TOKEN": TOKEN}, folder=ROOT)
    api.spawn()
    try:
        async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
            first = await _process_that_answers(client)
            os.kill(first, signal.SIGKILL)
            second = await _process_that_answers(client)

        server, *processes = descendants(api._leash.pid) if api._leash else []
        assert first != second
        assert processes == [second]
        # Neither has been restarted: their command lines are the server's, as a fork's are.
        assert _command_line(second) == _command_line(server)
        assert api.running
    finally:
        api.kill()
        data.unlock()


async def _process_that_answers(client: httpx2.AsyncClient) -> int:
    """The process id in the metrics of the process."""
    process_ids: list[str] = []

    async def has_told() -> bool:
        try:
            await client.get("/healthz")
            answer = await client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
        except httpx2.TransportError:
            return False
        process_ids[:] = re.findall(r'evalserve_http_requests_total\{.*process="(\d+)"', answer.text)
        return bool(process_ids)

    await eventually(has_told)
    return int(process_ids[0])


def _command_line(pid: int) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()
