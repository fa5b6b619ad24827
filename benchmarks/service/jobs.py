"""Jobs per second, of one build or of several in turns.

Run it as `python -m benchmarks.service.jobs [--beside URL_OR_CHECKOUT ...]`.

A job counts once it has succeeded, with its files stored and its event written. Ratios are medians over the rounds, in
which the builds take turns. The load generator shares the processors with them.
"""

import argparse
import asyncio
import json
import time
from http import HTTPStatus

import numpy as np
import uvloop

from benchmarks.instruments.builds import add_options, builds
from benchmarks.instruments.tables import print_rates
from benchmarks.service.http import Bench, Connection, request

CONNECTIONS = 4
ROUNDS = 3
JOBS = {"curve": 300, "report": 200, "plot": 60}
# The first jobs of a kind load the libraries that draw.
WARM_UP = 10
POLL_S = 0.05


async def prepare(bench: Bench, kind: str, count: int) -> list[bytes]:
    """Return requests for jobs no two of which do the same."""
    random = np.random.default_rng()
    if kind == "curve":
        scores = random.random((count, 4)).round(9)
        bodies = [
            {
                "kind": kind,
                "type": "ROC",
                "actual_vector": [0, 1, 1, 0],
                "probability_vector": [[1 - score, score] for score in row],
                "options": {"plot": False},
            }
            for row in scores.tolist()
        ]
    else:
        labels = random.integers(0, 2, (count, 2, 20)).tolist()
        uids = [await bench.create([0, 1, *actual], [1, 0, *predicted]) for actual, predicted in labels]
        bodies = [{"kind": kind, "cm_uid": uid} for uid in uids]
    return [request("POST", "/v1/jobs", body, bench.key) for body in bodies]


async def measure(bench: Bench, kind: str, count: int) -> None:
    """Note the jobs per second from the first submission to the end of the last job, and the submissions per second."""
    # The one from before may have been closed while other services had their turns.
    bench.main = await Connection.open(bench.url)
    requests = await prepare(bench, kind, count)
    began = time.perf_counter()
    await asyncio.gather(*(_submit(bench.url, requests[at::CONNECTIONS]) for at in range(CONNECTIONS)))
    submitted = time.perf_counter()
    bench.main = await Connection.open(bench.url)
    while await _are_left(bench):  # noqa: ASYNC110 -- the jobs are in other processes
        await asyncio.sleep(POLL_S)
    bench.note(f"{kind}: jobs/s", count / (time.perf_counter() - began))
    bench.note(f"{kind}: submissions/s", count / (submitted - began))


async def _submit(url: str, requests: list[bytes]) -> None:
    line = await Connection.open(url)
    for content in requests:
        status, body = await line.ask(content)
        assert status == HTTPStatus.ACCEPTED, (status, body[:300])


async def _are_left(bench: Bench) -> bool:
    # Mostly one question, as the answers take time of the processors, too.
    for status in ("queued", "running"):
        if await _some(bench, status):
            return True
    failed = await _some(bench, "failed")
    assert not failed, failed
    return False


async def _some(bench: Bench, status: str) -> list[object]:
    answer = await bench.ask(request("GET", f"/v1/jobs?status={status}&limit=1", key=bench.key))
    jobs: list[object] = json.loads(answer)["items"]
    return jobs


async def run(urls: dict[str, str], rounds: int) -> None:
    """Measure all services in turns and print the medians, with the ratio of the first to the others."""
    benches = {name: Bench(url) for name, url in urls.items()}
    for bench in benches.values():
        await bench.start()
        for kind in JOBS:
            await measure(bench, kind, WARM_UP)
        bench.rows.clear()
    for at in range(rounds):
        for bench in [*benches.values()][:: 1 if at % 2 else -1]:
            for kind, count in JOBS.items():
                await measure(bench, kind, count)
    print_rates({name: bench.rows for name, bench in benches.items()})


def main() -> None:
    """Measure the builds that are named."""
    parser = argparse.ArgumentParser(description=__doc__)
    add_options(parser)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    options = parser.parse_args()
    with builds(options) as urls:
        uvloop.run(run(urls, options.rounds))


if __name__ == "__main__":
    main()
