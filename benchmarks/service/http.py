"""The service over HTTP against the PyCM REST reference, in one run: `python -m benchmarks.service.http [--url URL]`.

Without a URL it starts a service of its own. All get the same requests, with the key where the PyCM REST API has
it. The load generator shares the processors with them. Operations that take the reference too long are left out.
"""

import argparse
import asyncio
import json
import statistics
import time
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import uvloop

from benchmarks.instruments.builds import add_options, builds
from benchmarks.instruments.load import rate
from benchmarks.instruments.pycm_rest_reference import KEY, pycm_rest_reference
from benchmarks.instruments.tables import Rows, print_medians

REFERENCE = "PyCM REST reference"

# Four rounds of load, in turns, so that a slow hour of the machine does not affect only one of the two.
ROUNDS = 4


@dataclass
class Connection:
    """One kept-alive HTTP/1.1 connection that reads answers with a length."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    @classmethod
    async def open(cls, url: str) -> "Connection":
        """Open a connection to the service."""
        parts = urlsplit(url)
        return cls(*await asyncio.open_connection(parts.hostname, parts.port, limit=2**27))

    async def ask(self, request: bytes) -> tuple[int, bytes]:
        """Send a request and return the status and body of the answer."""
        self.writer.write(request)
        head = await self.reader.readuntil(b"\r\n\r\n")
        fields = dict(line.split(b": ", 1) for line in head.lower().split(b"\r\n")[1:-2])
        return int(head[9:12]), await self.reader.readexactly(int(fields[b"content-length"]))


def request(method: str, path: str, body: object = None, key: str = "") -> bytes:
    """Make a whole request as bytes; with a key, in the header."""
    content = b"" if body is None else json.dumps(body).encode()
    headers = f"x-api-key: {key}\r\n" if key else ""
    if content:
        headers += f"content-type: application/json\r\ncontent-length: {len(content)}\r\n"
    return f"{method} {path} HTTP/1.1\r\nhost: 127.0.0.1\r\n{headers}\r\n".encode() + content


@dataclass
class Bench:
    """One account on a service, and its measurements: seconds for one request, or requests per second."""

    url: str
    key: str = ""
    rows: Rows = field(default_factory=dict)

    async def start(self) -> None:
        """Sign up, unless there is a key."""
        self.main = await Connection.open(self.url)
        if not self.key:
            credentials = {"email": f"bench-{time.time_ns()}@example.com", "password": "benchmark"}
            self.key = json.loads(await self.ask(request("POST", "/sign_up/", credentials)))["api_key"]
        self.uid = await self.create([1, 0, 1, 1, 0, 1, 0, 0], [1, 0, 1, 0, 0, 1, 1, 0])

    def post(self, path: str, **body: object) -> bytes:
        """Make a request with a body."""
        return request("POST", path, {"api_key": self.key, **body})

    def creation(self, actual: list[int], predicted: list[int]) -> bytes:
        """Make the request that creates a matrix."""
        return self.post("/cm/create", actual_vector=actual, predicted_vector=predicted)

    def read(self, uid: str, what: str = "") -> bytes:
        """Make the request that reads a matrix, or its report or plot."""
        return request("GET", f"/cm/{what}?api_key={self.key}&cm_uid={uid}")

    async def create(self, actual: list[int], predicted: list[int]) -> str:
        """Create a matrix and return its uid."""
        uid: str = json.loads(await self.ask(self.creation(actual, predicted)))["uid"]
        return uid

    async def ask(self, content: bytes) -> bytes:
        """Send a request that has to succeed and return the answer."""
        status, body = await self.main.ask(content)
        assert status in {HTTPStatus.OK, HTTPStatus.CREATED}, (status, body[:300])
        return body

    async def time_requests(self, label: str, count: int, make: Callable[[], Awaitable[bytes]]) -> None:
        """Note the median time of single requests."""
        times = []
        # The previous connection may have been idle for longer than a server keeps it.
        self.main = await Connection.open(self.url)
        for _ in range(count):
            content = await make()
            began = time.perf_counter()
            await self.ask(content)
            times.append(time.perf_counter() - began)
        self.note(label, statistics.median(times))

    async def time_repeated(self, label: str, count: int, content: bytes) -> None:
        """Note the median time of the same request, repeated."""

        async def same() -> bytes:
            return content

        await self.time_requests(label, count, same)

    async def measure_rate(self, connections: int) -> None:
        """Note the requests per second over several connections."""
        creation = self.creation([1, 0, 1, 1, 0, 1, 0, 0], [1, 0, 1, 0, 0, 1, 1, 0])
        for label, content in (("GET cm/", self.read(self.uid)), ("POST cm/create", creation)):
            self.note(
                f"{label}, {connections} connections", rate(self.url, content, connections=connections, seconds=2)
            )

    async def time_under_load(self, label: str, content: bytes, busy: bytes, quantile: int) -> None:
        """Note a quantile of small requests while another client posts large ones."""
        small, large = await Connection.open(self.url), await Connection.open(self.url)
        times: list[float] = []
        posting = asyncio.create_task(_repeat(large, busy, 6))
        while not posting.done():
            began = time.perf_counter()
            await small.ask(content)
            times.append(time.perf_counter() - began)
            await asyncio.sleep(0.002)
        await posting
        self.note(label, statistics.quantiles(times, n=100)[quantile - 1])

    def note(self, label: str, value: float) -> None:
        """Add a value to a row."""
        self.rows.setdefault(label, []).append(value)


async def _repeat(line: Connection, content: bytes, times: int) -> None:
    for _ in range(times):
        await line.ask(content)


async def single(bench: Bench) -> None:
    """Measure every operation, one request after the other."""
    random = np.random.default_rng(0)
    await bench.time_repeated("GET cm/, 8 labels", 300, bench.read(bench.uid))
    await bench.time_repeated("POST cm/create, 8 labels", 300, bench.creation([1, 0, 1, 1, 0], [1, 0, 1, 0, 0]))
    large = b""
    for classes in (2, 100):
        actual, predicted = (random.integers(0, classes, 1_000_000).tolist() for _ in range(2))
        large = bench.creation(actual, predicted)
        await bench.time_repeated(f"POST cm/create, 1M labels, {classes} classes", 5, large)
    million = json.loads(await bench.ask(large))["uid"]
    await bench.time_repeated("GET cm/, 1M labels", 5, bench.read(million))
    await bench.time_under_load("GET cm/ while a 1M create runs, p95", bench.read(bench.uid), large, 95)
    await bench.time_under_load("GET healthz while a 1M create runs, p99", request("GET", "/healthz"), large, 99)
    for what in ("report", "plot"):
        await _measure_files(bench, what, random)
    await _measure_evaluations(bench, random)


async def _measure_files(bench: Bench, what: str, random: np.random.Generator) -> None:
    async def fresh() -> bytes:
        labels = random.integers(0, 2, 8).tolist()
        return bench.read(await bench.create([0, 1, *labels], [1, 0, *labels]), what)

    # The workers load their libraries after the service is ready; the first report comes when they are done.
    await bench.ask(await fresh())
    await bench.time_requests(f"{what} first, 8 labels", 15, fresh)
    repeated_request = await fresh()
    await bench.ask(repeated_request)
    await bench.time_repeated(f"{what} again, 8 labels", 50, repeated_request)


async def _measure_evaluations(bench: Bench, random: np.random.Generator) -> None:
    async def comparison() -> bytes:
        actual = random.integers(0, 5, 1000)
        guesses = [np.where(random.random(1000) < 0.7, actual, random.integers(0, 5, 1000)) for _ in range(10)]
        return bench.post(
            "/compare/", cm_uids=[await bench.create(actual.tolist(), labels.tolist()) for labels in guesses]
        )

    await bench.time_requests("compare of 10, n = 1,000", 9, comparison)
    names = [f"class {number}" for number in range(5)]
    sets = [[[name for name in names if random.random() < 0.5] for _ in range(200)] for _ in range(2)]
    label_sets = bench.post("/mlcm/", actual_vector=sets[0], predicted_vector=sets[1], classes=names)
    await bench.time_repeated("mlcm, 200 samples x 5 classes", 20, label_sets)
    await bench.time_requests("curve ROC, n = 200", 5, lambda: _curve(bench, random, 200))


async def _curve(bench: Bench, random: np.random.Generator, size: int) -> bytes:
    scores = random.random(size)
    labels = (random.random(size) < scores).astype(int).tolist()
    rows = np.column_stack([1 - scores, scores]).tolist()
    return bench.post("/curve", type="ROC", actual_vector=labels, probability_vector=rows)


async def measure(urls: dict[str, str], peer_url: str) -> None:
    """Measure all and print the table."""
    benches = benches_of(urls, peer_url)
    ours, *_ = benches.values()
    for bench in benches.values():
        await bench.start()
        await single(bench)
    random = np.random.default_rng(0)
    for size in (1000, 10_000, 200_000):
        await ours.time_requests(f"curve ROC, n = {size:,}", 5, lambda size=size: _curve(ours, random, size))  # type: ignore[misc] # the loop's value now
    for _ in range(ROUNDS):
        for connections in (8, 32):
            for bench in benches.values():
                await bench.measure_rate(connections)
    print_medians({name: bench.rows for name, bench in benches.items()})


def benches_of(urls: dict[str, str], peer_url: str) -> dict[str, Bench]:
    """Return an account on each of the services, by their names; the last one is the reference."""
    return {name: Bench(url) for name, url in urls.items()} | {REFERENCE: Bench(peer_url, KEY)}


def run_beside_reference(
    description: str | None, measured: Callable[[dict[str, str], str], Coroutine[Any, Any, None]]
) -> None:
    """Measure the builds that are named, and the reference, by their addresses."""
    parser = argparse.ArgumentParser(description=description)
    add_options(parser)
    with builds(parser.parse_args()) as urls, pycm_rest_reference() as peer_url:
        uvloop.run(measured(urls, peer_url))


if __name__ == "__main__":
    run_beside_reference(__doc__, measure)
