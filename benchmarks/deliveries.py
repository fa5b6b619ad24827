"""Webhook deliveries per second to receivers on loopback: `python -m benchmarks.deliveries [--url URL]`.

Every job that ends owes a delivery to each endpoint of its account. Repeated jobs end at once, so that hundreds of
deliveries are due before the courier has sent the first; the rate is that from the first to the last which comes. The
receiver answers at once, and shares the processors with the service. A service at --url has to allow the loopback.
"""

import argparse
import asyncio
import json
import statistics
import time
from http import HTTPStatus

import uvloop

from benchmarks.http import Bench, Connection, request
from benchmarks.jobs import CONNECTIONS
from deploy.demo.service import service

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


async def run(url: str) -> None:
    """Measure the rate of several rounds and print the median, the least and the most."""
    bench, receiver = Bench(url), QuickReceiver()
    await bench.start()
    address = await receiver.start()
    for number in range(ENDPOINTS):
        endpoint = {"url": f"{address}/{number}", "events": ["job.succeeded"]}
        await bench.ask(request("POST", "/v1/webhooks/endpoints", endpoint, bench.key))
    content = request("POST", "/v1/jobs", CURVE, bench.key)
    await _submit(url, content, 1)
    await receiver.wait(ENDPOINTS)
    rates, delays = [], []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        await asyncio.gather(*(_submit(url, content, JOBS // CONNECTIONS) for _ in range(CONNECTIONS)))
        times = await receiver.wait(ENDPOINTS * JOBS)
        rates.append((len(times) - 1) / (times[-1] - times[0]))
        delays.append(times[0] - began)
    print(f"deliveries: {statistics.median(rates):.0f}/s, from {min(rates):.0f} to {max(rates):.0f}")
    print(f"the first came {statistics.median(delays) * 1e3:.0f} ms after the first of {JOBS} jobs was sent")


async def _submit(url: str, content: bytes, count: int) -> None:
    line = await Connection.open(url)
    for _ in range(count):
        status, body = await line.ask(content)
        assert status in {HTTPStatus.OK, HTTPStatus.CREATED, HTTPStatus.ACCEPTED}, (status, json.loads(body))


def main() -> None:
    """Measure the service at --url, or one started for the purpose."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url")
    with service(parser.parse_args().url) as instance:
        uvloop.run(run(instance.url))


if __name__ == "__main__":
    main()
