"""The service as its own processes, on servers of its own, for a siege."""

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.local.commands import commands
from deploy.local.local_http import get
from deploy.local.ports import free_ports
from deploy.local.process import Process
from deploy.local.stack import Stack
from tests.actors import ROOT, eventually
from tests.chaos.cluster import descendants
from tests.chaos.run import migrate

PAGE_KIB = os.sysconf("SC_PAGE_SIZE") // 1024


@dataclass(frozen=True)
class Service:
    """A running service: its address and its processes by name."""

    url: str
    parts: dict[str, Process]

    def memory_kib(self, part: str) -> int:
        """Return the memory of a part's processes, all together."""
        leash = self.parts[part]._leash
        assert leash is not None, f"{part} runs"
        return sum(_resident_pages(pid) for pid in descendants(leash.pid)) * PAGE_KIB

    def is_whole(self) -> bool:
        """Return whether every part that was started still runs."""
        return all(part.running for part in self.parts.values())


@asynccontextmanager
async def running_service(folder: Path, parts: Sequence[str]) -> AsyncIterator[Service]:
    """Run these parts, with two processes of the api and callbacks to loopback allowed, until the end."""
    with Stack(folder, durable=False) as stack:
        environment = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        environment |= {**stack.environment, "WEBHOOK_ALLOW_NETS": "127.0.0.0/8", "SIGN_UPS_PER_HOUR": "1000000"}
        await migrate(environment)
        (port,) = free_ports(1)
        table = commands(host="127.0.0.1", port=port, api_workers=2, worker_concurrency=2)
        service = Service(
            f"http://127.0.0.1:{port}",
            {
                name: Process(name, table.parts[name], data=stack.data, environment=environment, folder=ROOT)
                for name in parts
            },
        )
        try:
            for part in service.parts.values():
                part.spawn()

            async def is_ready() -> bool:
                try:
                    return (await asyncio.to_thread(get, f"{service.url}/readyz"))[0] == 200
                except OSError:
                    return False

            await eventually(is_ready, 120)
            yield service
        finally:
            for part in service.parts.values():
                part.kill()


def _resident_pages(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError):
        # It has ended since it was listed.
        return 0
