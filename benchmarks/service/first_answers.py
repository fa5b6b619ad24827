"""How soon a job's answer is there: `python -m benchmarks.service.first_answers [--beside CHECKOUT ...]`.

The first report and the first plot of a matrix, over one connection, in turns with the PyCM REST reference; for the
plot also the least that it takes, drawing the same picture as PNG by matplotlib in this process. And a small job whose
client waits for its end. The load generator shares the processors with the services.
"""

import json
import statistics
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from http import HTTPStatus

import numpy as np

from benchmarks.service.http import REFERENCE, Bench, benches_of, request, run_beside_reference
from shared.evaluation.confusion.matrix import ConfusionMatrix
from worker.rendering.plot import render_plot

REPORTS, PLOTS, JOBS, DRAWN = 300, 40, 200, 40
# The first ones load the libraries, in each of the processes.
WARM_UP = 12

Row = list[float]
Make = Callable[[], Awaitable[bytes]]


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

    async def time(self, make: Make) -> float:
        """Ask once."""
        content = await make()
        began = time.perf_counter()
        status, body = await self.bench.main.ask(content)
        elapsed_s = time.perf_counter() - began
        # Commit aff6040 answers 202 also with a job whose end they have seen.
        assert status == HTTPStatus.OK or json.loads(body)["status"] == "succeeded", (status, body[:300])
        return elapsed_s


async def _in_turns(services: Sequence[TimedAnswers], makes: Sequence[Make], count: int) -> list[Row]:
    rows: list[Row] = [[] for _ in services]
    for at in range(WARM_UP + count):
        for answers, make, row in zip(services, makes, rows, strict=True):
            row.append(await answers.time(make))
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


async def run(urls: dict[str, str], peer_url: str) -> None:
    """Measure and print."""
    services = {name: TimedAnswers(bench) for name, bench in benches_of(urls, peer_url).items()}
    for answers in services.values():
        await answers.bench.start()
    print("| answer | times | p50 | p99 |\n| --- | ---: | ---: | ---: |")
    for what, count in (("report", REPORTS), ("plot", PLOTS)):
        makes = [partial(answers.file, what) for answers in services.values()]
        for name, row in zip(services, await _in_turns([*services.values()], makes, count), strict=True):
            show(f"first {what}, {name}", row)
    show("the same picture, drawn by matplotlib alone", _drawn())
    builds = [answers for name, answers in services.items() if name != REFERENCE]
    for name, row in zip(urls, await _in_turns(builds, [answers.curve for answers in builds], JOBS), strict=True):
        show(f"curve of four samples, `Prefer: wait`, {name}", row)


if __name__ == "__main__":
    run_beside_reference(__doc__, run)
