"""Connections that are held open, in any number, and how fast a bystander is answered meanwhile."""

import asyncio
import contextlib
import json
import sys
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from tests.actors import eventually

ROOT = Path(__file__).parents[2]

# More would measure how fast this process, which shares the cores with the service, opens them; and connections that
# were opened at the same moment would all be ended, and opened again, at the same moment.
OPENED_PER_SECOND = 200

# What the connections send, and then nothing more.
SILENT = b""
HALF_HEAD = b"GET /healthz HTTP/1.1\r\nHost: siege\r\n"
HALF_BODY = b"POST /sign_in/ HTTP/1.1\r\nHost: siege\r\nContent-Length: 1000\r\n\r\n{"


def stream_of(path: str, key: str) -> bytes:
    """Return the request for the event stream at a path."""
    return f"GET {path} HTTP/1.1\r\nHost: siege\r\nX-API-Key: {key}\r\n\r\n".encode()


@dataclass
class Siege:
    """The connections of a siege: open at present, opened so far, and ended by the service so far."""

    open: int = 0
    opened: int = 0
    ended: int = 0

    async def has_opened(self, count: int) -> bool:
        """Return True once as many connections have been opened."""
        return self.opened >= count

    async def hold(self, url: str, request: bytes, delay_s: float) -> None:
        """Hold one connection after a delay, and open it again whenever the service has ended it."""
        await asyncio.sleep(delay_s)
        address = urlsplit(url)
        while True:
            try:
                reader, writer = await asyncio.open_connection(address.hostname, address.port, limit=2**14)
            except OSError:
                await asyncio.sleep(1)
                continue
            self.open += 1
            try:
                with contextlib.suppress(OSError):
                    writer.write(request)
                    # A whole request is not served before its answer begins.
                    if request.startswith(b"GET") and request.endswith(b"\r\n\r\n"):
                        await reader.readline()
                    self.opened += 1
                    while await reader.read(2**14):
                        pass
            finally:
                self.open -= 1
                writer.transport.abort()
            self.ended += 1


@contextlib.asynccontextmanager
async def besiege(url: str, requests: Sequence[bytes]) -> AsyncIterator[Siege]:
    """Hold a connection for each of the requests, all of them open when this yields."""
    siege = Siege()
    delays = [number / OPENED_PER_SECOND for number in range(len(requests))]
    holders = [
        asyncio.create_task(siege.hold(url, request, delay)) for request, delay in zip(requests, delays, strict=True)
    ]
    try:
        await eventually(partial(siege.has_opened, len(requests)), 120)
        yield siege
    finally:
        for holder in holders:
            holder.cancel()
        await asyncio.gather(*holders, return_exceptions=True)


class Answers(NamedTuple):
    """What a bystander saw of a route: the number of good answers and of others, and the times in ms."""

    answered: int
    failed: int
    median_ms: float
    p99_ms: float
    longest_ms: float


async def watch(url: str, seconds: float, key: str | None = None) -> Answers:
    """Ask a route ten times a second, each time on a new connection, from a process of its own."""
    command = (sys.executable, "-m", "tests.siege.bystander", url, str(seconds), *([key] if key else []))
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
    output, _ = await process.communicate()
    return Answers(**json.loads(output))


class ConnectionsSeen(NamedTuple):
    """The connections that were open at the end of the watch, and what the bystander saw."""

    idle: int
    streams: int
    answers: Answers


async def measure(url: str, *, idle: int, streams: Sequence[bytes], seconds: float) -> ConnectionsSeen:
    """Measure /healthz while `idle` silent connections and the streams are open.

    Of the silent ones a third each says nothing, half a head, and half a body.
    """
    silent = [(SILENT, HALF_HEAD, HALF_BODY)[number % 3] for number in range(idle)]
    async with besiege(url, silent) as quiet, besiege(url, streams) as loud:
        answers = await watch(f"{url}/healthz", seconds)
        return ConnectionsSeen(quiet.open, loud.open, answers)


def repeated(requests: Sequence[bytes], times: int) -> list[bytes]:
    """Return each of the requests several times, in turns."""
    return [*chain.from_iterable([requests] * times)]
