"""Webhook deliveries per second to receivers on loopback: `python -m benchmarks.service.deliveries`.

Every job that ends owes a delivery to each endpoint of its account. Repeated jobs end at once, so that hundreds of
deliveries are due before the courier has sent the first; the rate is that from the first to the last which comes. The
receiver answers at once, and shares the processors with the service. A service at --url has to allow the loopback.
Further builds (`--beside`) take turns with it.
"""

import argparse
import asyncio
import json
import statistics
import time
from http import HTTPStatus

import uvloop

from benchmarks.instruments.builds import add_options, builds
from benchmarks.service.http import Bench, Connection, request
from benchmarks.service.jobs import CONNECTIONS

ROUNDS = 5
ENDPOINTS, JOBS = 16, 40
TIMEOUT_S = 300

CURVE = {
    "kind": "curve",
    "actual_vector": [0, 1, 1, 0],
    "probability_vector": [[0.9, 0.1], [0.2, 0.8], [0.6, 0.4], [0.7, 0.3]],
    "options": {"plot": False},
}


class QuickReceiver:
    """A server that answers every POST with 204, and notes when it came."""

    def __init__(self) -> None:
        self.times: list[float] = []
        self._has_come = asyncio.Event()

    async def start(self) -> str:
        """Listen, and return the address."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def wait(self, count: int) -> list[float]:
        """Return the times of so many deliveries, and forget them."""
        async with asyncio.timeout(TIMEOUT_S):
            while len(self.times) < count:
                self._has_come.clear()
                await self._has_come.wait()
        times, self.times = self.times, []
        return times

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).lower()
                await reader.readexactly(int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0]))
                self.times.append(time.perf_counter())
                writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
                self._has_come.set()
        except (asyncio.IncompleteReadError, asyncio.CancelledError):
            # The courier has closed the connection, or this program ends, which asyncio reports as a fault of ours.
            writer.close()


class DeliveringService:
    """An account of a service with endpoints at a receiver of its own."""

    def __init__(self, url: str) -> None:
        self._bench, self._receiver = Bench(url), QuickReceiver()
        self.rates: list[float] = []
        self.delays: list[float] = []

    async def start(self) -> None:
        """Create the endpoints, and have the first job delivered."""
        await self._bench.start()
        address = await self._receiver.start()
        for number in range(ENDPOINTS):
            endpoint = {"url": f"{address}/{number}", "events": ["job.succeeded"]}
            await self._bench.ask(request("POST", "/v1/webhooks/endpoints", endpoint, self._bench.key))
        self._content = request("POST", "/v1/jobs", CURVE, self._bench.key)
        await _submit(self._bench.url, self._content, 1)
        await self._receiver.wait(ENDPOINTS)

    async def measure(self) -> None:
        """Note the rate of one round, and the seconds until its first delivery came."""
        began, share = time.perf_counter(), JOBS // CONNECTIONS
        await asyncio.gather(*(_submit(self._bench.url, self._content, share) for _ in range(CONNECTIONS)))
        times = await self._receiver.wait(ENDPOINTS * JOBS)
        self.rates.append((len(times) - 1) / (times[-1] - times[0]))
        self.delays.append(times[0] - began)


async def run(urls: dict[str, str]) -> None:
    """Measure all in turns and print the medians, the least and the most."""
    services = {name: DeliveringService(url) for name, url in urls.items()}
    for delivering in services.values():
        await delivering.start()
    for _ in range(ROUNDS):
        for delivering in services.values():
            await delivering.measure()
    for name, delivering in services.items():
        rates, delay_s = delivering.rates, statistics.median(delivering.delays)
        print(f"{name}: {statistics.median(rates):.0f} deliveries/s, from {min(rates):.0f} to {max(rates):.0f}")
        print(f"{name}: the first came {delay_s * 1e3:.0f} ms after the first of {JOBS} jobs was sent", flush=True)


async def _submit(url: str, content: bytes, count: int) -> None:
    line = await Connection.open(url)
    for _ in range(count):
        status, body = await line.ask(content)
        assert status in {HTTPStatus.OK, HTTPStatus.CREATED, HTTPStatus.ACCEPTED}, (status, json.loads(body))


def main() -> None:
    """Measure the builds that are named."""
    parser = argparse.ArgumentParser(description=__doc__)
    add_options(parser)
    with builds(parser.parse_args()) as urls:
        uvloop.run(run(urls))


if __name__ == "__main__":
    main()
