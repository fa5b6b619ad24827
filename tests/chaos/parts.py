"""`python -m tests.chaos.parts`: workers die in the middle of large files, and no row is lost or counted twice.

Of the jobs that read parts, one in seven dies at each of the crash points, and in the middle of each run the worker is
killed with its children. Each figure is compared with that of the file.
"""

import argparse
import asyncio
import io
import json
import os
import tempfile
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import asyncpg
import httpx2
import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.ipc
import pyarrow.parquet as pq

from deploy.local.stack import Stack
from tests.actors import Client, eventually
from tests.chaos import points
from tests.chaos.cluster import Cluster
from tests.chaos.run import Plan, environment_for, migrate

# A worker renews its leases every ten seconds, to thirty: one with less was missed twice. Nothing else is hurried.
HURRY = """
    UPDATE job SET lease_until = now() WHERE status = 'running' AND lease_until < now() + interval '8 s'
"""
HURRY_RETRIES = "UPDATE job SET run_after = now() WHERE status = 'queued' AND run_after > now()"
PARTS_OF = "SELECT count(*) FROM job WHERE parent_id IS NOT NULL"


@dataclass
class PartsReport:
    """What became of the runs; everything but the numbers of runs and deaths is to be empty."""

    runs: int = 0
    wrong: list[str] = field(default_factory=list)
    parts_left: int = 0
    kills: int = 0
    crashes: Counter[str] = field(default_factory=Counter)


def make_file(rows: int, seed: int) -> tuple[bytes, dict[str, Any]]:
    """A file of Parquet or, of odd seeds, CSV; and what a run of it says."""
    rng = np.random.default_rng(seed)
    truth, predicted, site = rng.integers(0, 3, rows), rng.integers(0, 3, rows), rng.integers(0, 5, rows)
    counts = np.zeros((3, 3), int)
    np.add.at(counts, (truth, predicted), 1)
    table = pa.table(
        {
            "sample_id": [f"s{at:07}" for at in range(rows)],
            "y_true": truth,
            "y_pred": predicted,
            "site": [f"site {number}" for number in site],
        }
    )
    file = io.BytesIO()
    if seed % 4 == 0:
        pq.write_table(table, file, row_group_size=rows // 24)
    elif seed % 4 == 1:
        pa_csv.write_csv(table, file)
    elif seed % 4 == 2:
        with pa.ipc.new_file(file, table.schema) as writer:
            writer.write_table(table, max_chunksize=rows // 24)
    else:
        file.writelines(f"{json.dumps(row)}\n".encode() for row in table.to_pylist())
    third = site == 2
    sliced = np.zeros((3, 3), int)
    np.add.at(sliced, (truth[third], predicted[third]), 1)
    return file.getvalue(), {"rows": rows, "matrix": counts.tolist(), "slice": sliced.tolist()}


async def run_parts(folder: Path, base: Mapping[str, str], *, runs: int, rows: int, seed: int) -> PartsReport:
    """Read some files while their workers die."""
    report = PartsReport()
    with Stack(folder / "stack", durable=False) as stack:
        environment = environment_for(stack, base, folder, Plan(0, 0, seed, 0, one_in=len(points.POINTS)))
        environment |= {"RUN_PART_ROWS": str(rows // 8), "RUN_PART_BYTES": str(rows * 3)}
        await migrate(environment)
        with Cluster(stack, environment, folder) as cluster:
            async with httpx2.AsyncClient(base_url=cluster.url, timeout=60) as http:
                client = await Client.sign_up(http)
                for number in range(runs):
                    await _one(cluster, client, report, rows, seed + number)
        report.crashes = points.count_deaths(Path(environment[points.FOLDER]))
    return report


async def _one(cluster: Cluster, client: Client, report: PartsReport, rows: int, seed: int) -> None:
    body, expected = make_file(rows, seed)
    run = await _create(client, body)
    connection = await asyncpg.connect(cluster.environment["DATABASE_URL"])
    report.runs += 1
    progress_of_kill = Random(seed).uniform(0.1, 0.3)

    async def has_ended() -> bool:
        nonlocal run
        run = await _read(client, run["id"])
        for statement in (HURRY, HURRY_RETRIES):
            await connection.execute(statement)
        unfinished = await connection.fetchval(f"{PARTS_OF} AND status = 'running'")
        if report.kills < report.runs and unfinished >= 1 and run["progress"] > progress_of_kill:
            await asyncio.to_thread(cluster.parts["worker"].kill)
            report.kills += 1
        return run["status"] not in {"queued", "running"}

    await eventually(has_ended, deadline_s=300)
    found: dict[str, Any] = {"status": run["status"], "error": run["error"]}
    if run["status"] == "ready":
        whole = await _read(client, f"{run['id']}/matrix")
        part = await _read(client, f"{run['id']}/matrix", slice="site:site 2")
        found = {"rows": run["rows"], "matrix": whole["confusion_matrix"], "slice": part["confusion_matrix"]}
    if found != expected:
        report.wrong.append(f"seed {seed}: {found} instead of {expected}")
    report.parts_left += await connection.fetchval(f"{PARTS_OF} AND parent_id = $1", run["job_id"])
    await connection.close()


async def _read(client: Client, path: str, **query: Any) -> dict[str, Any]:
    while True:
        # A process of the api that has just died takes its connections with it.
        with suppress(httpx2.TransportError):
            answer = await client.get(f"/v1/runs/{path}", **query)
            if answer.status_code == 200:
                found: dict[str, Any] = answer.json()
                return found
        await asyncio.sleep(0.2)


async def _create(client: Client, body: bytes) -> dict[str, Any]:
    while True:
        files = {"file": ("x", body, "application/octet-stream")}
        try:
            answer = await client.send("POST", "/v1/runs", files=files)
        except httpx2.TransportError:
            # A process of the api died after the row was written, or before.
            continue
        if answer.status_code == 202:
            run: dict[str, Any] = answer.json()
            return run
        await asyncio.sleep(0.2)


async def main() -> int:
    """Run as the command line says; returns 1 if anything went wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.parts")
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--rows", type=int, default=400_000)
    parser.add_argument("--seed", type=int, default=20261129)
    arguments = parser.parse_args()
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    with tempfile.TemporaryDirectory() as name:
        report = await run_parts(Path(name), kept, runs=arguments.runs, rows=arguments.rows, seed=arguments.seed)
    print(report)
    return int(bool(report.wrong or report.parts_left))


if __name__ == "__main__":
    raise SystemExit(asyncio.run(main()))
