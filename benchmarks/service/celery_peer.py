"""Tiny curves per second against a plain Celery task of the same work: `python -m benchmarks.service.celery_peer`.

The task reads the row of a job, computes as the service does, puts the files with boto3, and updates the row: no
attempts, leases, fairness, artifacts, events or links. It runs in two processes, acknowledges early, and has servers of
its own, of the kinds and with the durability that the service has. All take turns, also further builds (`--beside`).
"""

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import asyncpg
import boto3
import numpy as np
import uvloop
from celery import Celery

from benchmarks.instruments.builds import add_options, builds
from benchmarks.instruments.tables import print_rates
from benchmarks.service.http import Bench
from benchmarks.service.jobs import JOBS, POLL_S, WARM_UP, measure
from deploy.local.options import PROJECT
from deploy.local.stack import Stack
from shared import curves
from shared.curves.inputs import LabelledProbabilities
from shared.curves.kinds.curve import Curve, CurveOptions
from worker.handlers import curve

ROUNDS = 5
TABLE = "CREATE TABLE peer_job (id integer PRIMARY KEY, inputs bytea NOT NULL, finished_at timestamptz)"

app = Celery("peer", broker=os.environ.get("REDIS_URL"))
app.conf.update(task_ignore_result=True, task_acks_late=False, worker_prefetch_multiplier=4)


class _Connected(NamedTuple):
    loop: asyncio.AbstractEventLoop
    database: Any
    storage: Any


def _database_url() -> str:
    return f"postgresql://{os.environ['DATABASE_URL'].partition('://')[2]}"


@cache
def _connected(_process: int) -> _Connected:
    loop = asyncio.new_event_loop()
    storage = boto3.client(
        "s3",
        endpoint_url=os.environ["S3_ENDPOINT_URL"],
        region_name=os.environ.get("S3_REGION", "us-east-1"),
        aws_access_key_id=os.environ["S3_ACCESS_KEY_ID"],
        aws_secret_access_key=os.environ["S3_SECRET_ACCESS_KEY"],
    )
    return _Connected(loop, loop.run_until_complete(asyncpg.connect(_database_url())), storage)


@app.task(name="perform")  # type: ignore[untyped-decorator] # Celery ships no types
def perform(job_id: int) -> None:
    """Read, compute, store, and note the end."""
    loop, database, storage = _connected(os.getpid())
    packed = loop.run_until_complete(database.fetchval("SELECT inputs FROM peer_job WHERE id = $1", job_id))
    attempt: Any = SimpleNamespace(arguments=Curve(options=CurveOptions(plot=False)), progress=lambda _: None)
    for file in curve.perform(curves.unpack(packed), attempt):
        with file.open() as body:
            storage.put_object(
                Bucket=os.environ["S3_BUCKET"],
                Key=f"peer/{job_id}/{file.name}",
                Body=body,
                ContentType=file.content_type,
            )
    loop.run_until_complete(database.execute("UPDATE peer_job SET finished_at = now() WHERE id = $1", job_id))


class Peer:
    """Submits to the task, and waits for the ends."""

    def __init__(self, database: Any) -> None:
        self._database = database
        self._submitted = 0

    async def measure(self, count: int) -> float:
        """Jobs per second from the first submission to the end of the last."""
        scores = np.random.default_rng().random((count, 4)).round(9)
        rows = np.stack([1 - scores, scores], axis=-1)
        samples = [LabelledProbabilities([0, 1, 1, 0], row) for row in rows]
        packed = [curves.pack(curves.check(sample, max_classes=10, max_label_length=100)) for sample in samples]
        began = time.perf_counter()
        for inputs in packed:
            self._submitted += 1
            await self._database.execute("INSERT INTO peer_job VALUES ($1, $2)", self._submitted, inputs)
            perform.delay(self._submitted)
        while await self._database.fetchval("SELECT EXISTS (SELECT FROM peer_job WHERE finished_at IS NULL)"):  # noqa: ASYNC110 -- in other processes
            await asyncio.sleep(POLL_S)
        return count / (time.perf_counter() - began)


@contextmanager
def _workers() -> Iterator[None]:
    """Run the servers and the workers of the peer; this process sends to them."""
    with tempfile.TemporaryDirectory() as folder, Stack(Path(folder) / "stack") as stack:
        os.environ |= stack.environment
        app.conf.broker_url = stack.environment["REDIS_URL"]
        options = ("--pool", "prefork", "-c", "2", "--without-gossip", "--without-mingle", "--loglevel", "error")
        command = (sys.executable, "-m", "celery", "-A", "benchmarks.service.celery_peer:app", "worker", *options)
        process = subprocess.Popen(command, env=dict(os.environ), cwd=PROJECT)
        try:
            yield
        finally:
            process.terminate()
            process.wait(30)


async def run(urls: dict[str, str], rounds: int) -> None:
    """Measure all in turns and print the medians."""
    benches = {name: Bench(url) for name, url in urls.items()}
    database = await asyncpg.connect(_database_url())
    await database.execute(TABLE)
    peer, rates = Peer(database), list[float]()
    await peer.measure(WARM_UP)
    for bench in benches.values():
        await bench.start()
        await measure(bench, "curve", WARM_UP)
        bench.rows.clear()
    for _ in range(rounds):
        for bench in benches.values():
            await measure(bench, "curve", JOBS["curve"])
        rates.append(await peer.measure(JOBS["curve"]))
    what = "curve: jobs/s"
    print_rates({name: {what: bench.rows[what]} for name, bench in benches.items()} | {"plain task": {what: rates}})


def main() -> None:
    """Measure the builds that are named, and the peer."""
    parser = argparse.ArgumentParser(description=__doc__)
    add_options(parser)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    options = parser.parse_args()
    # Before the environment leads to the servers of the peer.
    with builds(options) as urls, _workers():
        uvloop.run(run(urls, options.rounds))


if __name__ == "__main__":
    main()
