"""The service over HTTP against the original's figures: `python -m benchmarks.http [--url URL]`.

Without a URL it starts a service of its own. The load generator is a bare socket client in this process, which shares
the processors with the service, as it did when the original was measured. The original (FastAPI, SQLite and PyCM,
one uvicorn worker) was measured on another day on the same kind of machine; so the ratios are rough.
"""

import argparse
import asyncio
import json
import statistics
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

import numpy as np
import uvloop

from benchmarks.load import rate
from deploy.demo.service import service

# Seconds for one request, or requests per second for the two load rows: medians measured for the original.
ORIGINAL = {
    "GET cm/, 8 labels": 2.8e-3,
    "POST cm/create, 8 labels": 5.3e-3,
    "GET cm/, 8 connections": 323.0,
    "GET cm/, 32 connections": 280.0,
    "POST cm/create, 8 connections": 183.0,
    "POST cm/create, 32 connections": 139.0,
    "POST cm/create, 1M labels, 2 classes": 1.5,
    "POST cm/create, 1M labels, 100 classes": 1.72,
    "GET cm/, 1M labels": 0.8,
    "compare of 10, n = 1,000": 0.39,
    "mlcm, 200 samples x 5 classes": 0.044,
    "curve ROC, n = 200": 0.755,
    "curve ROC, n = 1,000": 120.0,
    "GET cm/ while a 1M create runs, p95": 0.470,
    "report first, 8 labels": 4.7e-3,
    "report again, 8 labels": 3.1e-3,
    "plot first, 8 labels": 89.2e-3,
    "plot again, 8 labels": 4.4e-3,
}

HEALTH_P99_S = 0.050


@dataclass
class Connection:
    """One kept-alive HTTP/1.1 connection that reads answers with a length."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    @classmethod
    async def open(cls, url: str) -> "Connection":
        """A connection to the service."""
        parts = urlsplit(url)
        return cls(*await asyncio.open_connection(parts.hostname, parts.port, limit=2**27))

    async def ask(self, request: bytes) -> tuple[int, bytes]:
        """The status and body of the answer."""
        self.writer.write(request)
        head = await self.reader.readuntil(b"\r\n\r\n")
        fields = dict(line.split(b": ", 1) for line in head.lower().split(b"\r\n")[1:-2])
        return int(head[9:12]), await self.reader.readexactly(int(fields[b"content-length"]))


def request(method: str, path: str, body: object = None, key: str = "") -> bytes:
    """A whole request as bytes."""
    content = b"" if body is None else json.dumps(body).encode()
    head = f"{method} {path} HTTP/1.1\r\nhost: x\r\nx-api-key: {key}\r\ncontent-length: {len(content)}\r\n\r\n"
    return head.encode() + content


class Bench:
    """One account on the service, and the rows so far."""

    def __init__(self, url: str) -> None:
        self.url = url

    async def start(self) -> None:
        """Sign up."""
        self.main = await Connection.open(self.url)
        credentials = {"email": f"bench-{time.time_ns()}@example.com", "password": "benchmark"}
        self.key = (await self._json(request("POST", "/sign_up/", credentials)))["api_key"]

    async def create(self, actual: list[int], predicted: list[int]) -> str:
        """A matrix; its uid."""
        body = {"actual_vector": actual, "predicted_vector": predicted}
        uid: str = (await self._json(request("POST", "/cm/create", body, self.key)))["uid"]
        return uid

    def small(self) -> bytes:
        """The request that creates a matrix of eight labels."""
        body = {"actual_vector": [1, 0, 1, 1, 0, 1, 0, 0], "predicted_vector": [1, 0, 1, 0, 0, 1, 1, 0]}
        return request("POST", "/cm/create", body, self.key)

    def read(self, uid: str, what: str = "") -> bytes:
        """The request that reads a matrix, or its report or plot."""
        return request("GET", f"/cm/{what}?cm_uid={uid}", key=self.key)

    async def timed(self, label: str, count: int, make: Callable[[], Awaitable[bytes]]) -> None:
        """The median time of single requests."""
        times = []
        for _ in range(count):
            asked = await make()
            began = time.perf_counter()
            await self._json(asked, parse=False)
            times.append(time.perf_counter() - began)
        _row(label, statistics.median(times), unit="s")

    def loaded(self, label: str, asked: bytes, connections: int) -> None:
        """Requests per second over several connections."""
        _row(label, rate(self.url, asked, connections=connections, seconds=4), unit="/s")

    async def meanwhile(self, label: str, asked: bytes, busy: bytes, quantile: int) -> None:
        """A quantile of small requests while another client posts large ones."""
        small, large = await Connection.open(self.url), await Connection.open(self.url)
        times: list[float] = []
        posting = asyncio.create_task(_repeat(large, busy, 6))
        while not posting.done():
            began = time.perf_counter()
            await small.ask(asked)
            times.append(time.perf_counter() - began)
            await asyncio.sleep(0.002)
        await posting
        _row(label, statistics.quantiles(times, n=100)[quantile - 1], unit="s")

    async def _json(self, asked: bytes, *, parse: bool = True) -> dict[str, str]:
        status, body = await self.main.ask(asked)
        assert status in {200, 201}, (status, body[:300])
        return json.loads(body) if parse else {}  # type: ignore[no-any-return] # what the service answers


async def _repeat(line: Connection, asked: bytes, times: int) -> None:
    for _ in range(times):
        await line.ask(asked)


def _row(label: str, value: float, unit: str) -> None:
    original = ORIGINAL.get(label)
    shown = f"{value:,.0f}/s" if unit == "/s" else f"{value * 1e3:,.2f} ms"
    if original is None:
        print(f"| {label} | {shown} | | |", flush=True)
        return
    ratio = value / original if unit == "/s" else original / value
    was = f"{original:,.0f}/s" if unit == "/s" else f"{original * 1e3:,.1f} ms"
    print(f"| {label} | {shown} | {was} | {ratio:,.1f}x |", flush=True)


async def measure(url: str) -> None:
    """Print the table."""
    bench = Bench(url)
    await bench.start()
    random = np.random.default_rng(0)
    print("| operation | evalserve | original | ratio |\n| --- | --- | --- | --- |")
    uid = (await bench._json(bench.small()))["uid"]  # noqa: SLF001 -- the set-up of the rows below
    # The workers load their libraries after the service is ready; the first report comes when they are done.
    await bench.main.ask(bench.read(uid, "report"))
    await asyncio.sleep(5)
    await bench.timed("GET cm/, 8 labels", 300, lambda: _now(bench.read(uid)))
    await bench.timed("POST cm/create, 8 labels", 300, lambda: _now(bench.small()))
    for connections in (8, 32):
        bench.loaded(f"GET cm/, {connections} connections", bench.read(uid), connections)
        bench.loaded(f"POST cm/create, {connections} connections", bench.small(), connections)
    large = b""
    for classes in (2, 100):
        vectors = [random.integers(0, classes, 1_000_000).tolist() for _ in range(2)]
        large = request("POST", "/cm/create", {"actual_vector": vectors[0], "predicted_vector": vectors[1]}, bench.key)
        asked = large
        await bench.timed(f"POST cm/create, 1M labels, {classes} classes", 7, lambda asked=asked: _now(asked))  # type: ignore[misc] # the loop's value now
    million = (await bench._json(large))["uid"]  # noqa: SLF001
    await bench.timed("GET cm/, 1M labels", 100, lambda: _now(bench.read(million)))
    await bench.meanwhile("GET cm/ while a 1M create runs, p95", bench.read(uid), large, 95)
    await bench.meanwhile("GET healthz while a 1M create runs, p99", request("GET", "/healthz"), large, 99)
    await _derived(bench, random)


async def _derived(bench: Bench, random: np.random.Generator) -> None:
    async def fresh(what: str) -> bytes:
        labels = random.integers(0, 2, 8).tolist()
        return bench.read(await bench.create([0, 1, *labels], [1, 0, *labels]), what)

    for what in ("report", "plot"):
        await bench.timed(f"{what} first, 8 labels", 15, lambda what=what: fresh(what))  # type: ignore[misc] # as above
        known = await fresh(what)
        await bench.main.ask(known)
        await bench.timed(f"{what} again, 8 labels", 50, lambda known=known: _now(known))  # type: ignore[misc] # as above

    async def comparison() -> bytes:
        actual = random.integers(0, 5, 1000)
        uids = []
        for _ in range(10):
            guess = np.where(random.random(1000) < 0.7, actual, random.integers(0, 5, 1000))
            uids.append(await bench.create(actual.tolist(), guess.tolist()))
        return request("POST", "/compare/", {"cm_uids": uids}, bench.key)

    await bench.timed("compare of 10, n = 1,000", 9, comparison)
    names = [f"class {number}" for number in range(5)]
    sets = [[[name for name in names if random.random() < 0.5] for _ in range(200)] for _ in range(2)]
    body = {"actual_vector": sets[0], "predicted_vector": sets[1], "classes": names}
    await bench.timed("mlcm, 200 samples x 5 classes", 50, lambda: _now(request("POST", "/mlcm/", body, bench.key)))
    for size in (200, 1000, 10_000, 200_000):
        await bench.timed(f"curve ROC, n = {size:,}", 5, lambda size=size: _now(_curve(bench, random, size)))  # type: ignore[misc] # as above


def _curve(bench: Bench, random: np.random.Generator, size: int) -> bytes:
    scores = random.random(size)
    labels = (random.random(size) < scores).astype(int)
    rows = np.column_stack([1 - scores, scores]).tolist()
    return request(
        "POST", "/curve", {"type": "ROC", "actual_vector": labels.tolist(), "probability_vector": rows}, bench.key
    )


async def _now(asked: bytes) -> bytes:
    return asked


def main() -> None:
    """Measure the service at --url, or one started for the purpose."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url")
    with service(parser.parse_args().url) as running:
        uvloop.run(measure(running.url))


if __name__ == "__main__":
    main()
