"""How soon a job's answer is there: `python -m benchmarks.first_answers [--url URL]`.

The first report and the first plot of a matrix, over one connection, in turns with the PyCM REST reference; for the
plot also the least that it takes, drawing the same picture as PNG by matplotlib in this process. And a small job whose
client waits for its end. The load generator shares the processors with both services.
"""

import statistics
import time
from collections.abc import Awaitable, Callable

import numpy as np

from benchmarks.http import Bench, request, run_beside_reference
from benchmarks.pycm_rest_reference import KEY
from shared.evaluation.confusion.matrix import ConfusionMatrix
from worker.rendering.plot import render_plot

REPORTS, PLOTS, JOBS, DRAWN = 300, 40, 200, 40
# The first ones load the libraries, in each of the processes.
WARM_UP = 12

Row = list[float]
Make = Callable[[int], Awaitable[bytes]]


class TimedAnswers:
    """Seconds until the answers of one service."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self._random = np.random.default_rng()

    async def file(self, what: str) -> bytes:
        """Make the request for a file of a new matrix."""
        actual, predicted = self._random.integers(0, 2, (2, 8)).tolist()
        return self.bench.read(await self.bench.create([0, 1, *actual], [1, 0, *predicted]), what)

    async def curve(self) -> bytes:
        """Make the request for a job, the end of which its answer waits for."""
        scores = self._random.random(4).round(9).tolist()
        body = {
            "kind": "curve",
            "actual_vector": [0, 1, 1, 0],
            "probability_vector": [[1 - score, score] for score in scores],
            "options": {"plot": False, "full": False},
        }
        head, end, content = request("POST", "/v1/jobs", body, self.bench.key).partition(b"\r\n\r\n")
        return head + b"\r\nprefer: wait=20" + end + content

    async def time(self, make: Callable[[], Awaitable[bytes]]) -> float:
        """Ask once."""
        content = await make()
        began = time.perf_counter()
        await self.bench.ask(content)
        return time.perf_counter() - began


async def _files(services: list[TimedAnswers], what: str, count: int) -> list[Row]:
    rows: list[Row] = [[] for _ in services]
    for at in range(WARM_UP + count):
        for answers, row in zip(services, rows, strict=True):
            row.append(await answers.time(lambda answers=answers: answers.file(what)))  # type: ignore[misc] # the loop's
            if at < WARM_UP:
                row.clear()
    return rows


def _drawn() -> Row:
    matrix = ConfusionMatrix((0, 1), np.array([[5, 1], [2, 4]]))
    times = []
    for _ in range(DRAWN):
        began = time.perf_counter()
        render_plot(matrix, formats=["png"])
        times.append(time.perf_counter() - began)
    return times


def show(name: str, times: Row) -> None:
    """Print a row of the table."""
    middle, last = statistics.median(times), statistics.quantiles(times, n=100)[98]
    print(f"| {name} | {len(times)} | {middle * 1e3:.1f} ms | {last * 1e3:.1f} ms |", flush=True)


async def run(url: str, peer_url: str) -> None:
    """Measure and print."""
    services = [TimedAnswers(Bench(url)), TimedAnswers(Bench(peer_url, KEY))]
    for answers in services:
        await answers.bench.start()
    print("| answer | times | p50 | p99 |\n| --- | ---: | ---: | ---: |")
    for what, count in (("report", REPORTS), ("plot", PLOTS)):
        for name, row in zip(("", ", reference"), await _files(services, what, count), strict=True):
            show(f"first {what}{name}", row)
    show("the same picture, drawn by matplotlib alone", _drawn())
    times = [await services[0].time(services[0].curve) for _ in range(WARM_UP + JOBS)][WARM_UP:]
    show("curve of four samples, `Prefer: wait`", times)


if __name__ == "__main__":
    run_beside_reference(__doc__, run)
