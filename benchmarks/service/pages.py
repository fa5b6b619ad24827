"""The times of the pages of a full account, and what a first visit transfers.

Run it as `python -m benchmarks.service.pages [--url URL]`.

Without a URL it starts a service of its own; with one, that of `make run` with its DATA_DIR. The account has 20,000
runs, 50,000 jobs and 10,000 matrices, copies of one each. Pages are requested one after the other, each in full, on a
kept-alive connection, without scripts and styles, which browsers cache. Beside the times by the clock is the processor
time of the api and of Postgres, which a crowded machine does not change.
"""

import argparse
import asyncio
import json
import re
import statistics
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import asyncpg
import httpx2
import numpy as np

from benchmarks.instruments.processor_time import ProcessorClock
from deploy.demo.service import Service, service

RUNS, JOBS, MATRICES = 20_000, 50_000, 10_000
ROUNDS = 60
ROWS = 20_000

_TOKEN = re.compile(r'name="form_token" value="([0-9a-f]+)"')
_ASSET = re.compile(r'(?:href|src)="(/static/[^"]+)"')

# A copy differs in its ids, and in what lists are searched, grouped and sorted by.
_COPY_RUNS = """
    WITH copies AS (
        INSERT INTO run SELECT (jsonb_populate_record(run, jsonb_build_object(
            'id', uuidv7(), 'name', 'run ' || n, 'model_name', 'model ' || n % 40, 'tags', ARRAY['group ' || n % 40]
        ))).* FROM run, generate_series(1, $2::int) AS n WHERE id = $1 RETURNING id, account_id
    ), versions AS (
        INSERT INTO run_version SELECT (jsonb_populate_record(run_version, jsonb_build_object('run_id', copies.id))).*
        FROM run_version, copies WHERE run_id = $1
    )
    INSERT INTO run_figure SELECT (jsonb_populate_record(run_figure, jsonb_build_object(
        'run_id', copies.id, 'value', random()
    ))).* FROM run_figure, copies WHERE run_id = $1
"""
_COPY_JOBS = """
    INSERT INTO job SELECT (jsonb_populate_record(job, jsonb_build_object('id', uuidv7(), 'fingerprint', n::text))).*
    FROM job, generate_series(1, $2::int) AS n WHERE id = $1
"""
_COPY_MATRICES = """
    INSERT INTO matrix SELECT (jsonb_populate_record(matrix, jsonb_build_object(
        'uid', uuidv7(), 'name', 'run ' || n, 'tags', ARRAY['group ' || n % 40]
    ))).* FROM matrix, generate_series(1, $2::int) AS n WHERE uid = $1
"""


_IN_THE_MIDDLE = """
    SELECT {0} FROM {1} WHERE account_id = (SELECT account_id FROM run WHERE id = $1) ORDER BY {0} OFFSET $2 LIMIT 2
"""


class _Samples(NamedTuple):
    """One of each thing of the account."""

    run: str
    older_run: str
    job: str
    matrices: list[str]


async def _furnish(client: httpx2.AsyncClient, key: str, database: str) -> _Samples:
    headers = {"X-API-Key": key, "Prefer": "wait=25"}

    async def make(path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = await client.post(path, json=body, headers=headers)
        answer.raise_for_status()
        made: dict[str, Any] = answer.json()
        return made

    random = np.random.default_rng(1)
    truth = random.choice(["ham", "spam"], ROWS)
    scores = np.clip((truth == "spam") * 0.3 + random.random(ROWS) * 0.7, 0, 1).round(4)
    predicted = np.where(scores >= 0.5, "spam", "ham")
    data = {"y_true": truth.tolist(), "y_pred": predicted.tolist(), "score_spam": scores.tolist()}
    data["country"] = random.choice(["DE", "FR", "JP"], ROWS).tolist()
    run = (await make("/v1/runs", {"data": data, "name": "the first run", "positive": "spam"}))["id"]
    labels = random.integers(0, 5, 200).tolist()
    matrix = (await make("/v1/matrices", {"actual_vector": labels, "predicted_vector": labels[::-1]}))["uid"]
    job = (await make("/v1/jobs", {"kind": "report", "cm_uid": matrix}))["id"]
    connection = await asyncpg.connect(database)
    await connection.execute(_COPY_RUNS, run, RUNS, timeout=600)
    await connection.execute(_COPY_JOBS, job, JOBS, timeout=600)
    await connection.execute(_COPY_MATRICES, matrix, MATRICES, timeout=600)
    await connection.execute("VACUUM ANALYZE", timeout=600)
    ids = await connection.fetch(_IN_THE_MIDDLE.format("uid", "matrix"), run, MATRICES // 2)
    older = await connection.fetchval(_IN_THE_MIDDLE.format("id", "run"), run, RUNS // 2)
    await connection.close()
    return _Samples(run, str(older), job, [str(record["uid"]) for record in ids])


def _pages(samples: _Samples) -> dict[str, str]:
    run, matrix = f"/app/runs/{samples.run}", f"/app/matrices/{samples.matrices[0]}"
    return {
        "overview": "/",
        "runs, first page": "/app/runs",
        "runs, in the middle": f"/app/runs?cursor={samples.older_run}",
        "runs, by a part of the name": "/app/runs?q=run+199",
        "runs, by a name that none has": "/app/runs?q=nothing",
        "runs, by tag": "/app/runs?tag=group+7",
        "runs, sorted by F1": "/app/runs?sort=f1.class",
        "runs of a tag, worst accuracy first": "/app/runs?sort=accuracy&order=worst&tag=group+7",
        "runs by model": "/app/runs?group=model",
        "runs by tag": "/app/runs?group=tag",
        "a model over time": "/app/runs/trend?model=model+7",
        "all runs over time": "/app/runs/trend",
        f"run of {ROWS:,} rows": run,
        "its curves": f"{run}/curves",
        "run at a threshold": f"{run}?threshold=0.4",
        "its slices": f"{run}/slices",
        "search": "/app/search?q=run+77",
        "matrices, first page": "/app/matrices",
        "matrices, by a part of the name": "/app/matrices?name=run+99",
        "matrices, by tag": "/app/matrices?tag=group+7",
        "matrix": matrix,
        "samples of a cell": f"{matrix}/samples?row=0&column=1",
        "statistics": f"{matrix}/statistics",
        "ranking of 2": f"/app/compare?uid={samples.matrices[0]}&uid={samples.matrices[1]}",
        "jobs": "/app/jobs",
        "job": f"/app/jobs/{samples.job}",
        "account": "/app/account",
        "webhooks": "/app/webhooks",
        "projects": "/app/projects",
        "share links": "/app/share-links",
        "sessions": "/app/account/security",
    }


async def _measure(instance: Service) -> None:
    async with httpx2.AsyncClient(base_url=instance.url, timeout=60) as client:
        credentials = {"email": f"pages-{time.time_ns()}@example.com", "password": "correct horse"}
        key = (await client.post("/sign_up/", json=credentials)).json()["api_key"]
        samples = await _furnish(client, key, _database(instance.data_dir))
        await _report_bytes(client, "landing page", "/")
        form = (await client.get("/app/sign-in")).text
        token = _TOKEN.search(form)
        assert token is not None
        await client.post("/app/sign-in", data=credentials | {"form_token": token[1]})
        await _report_bytes(client, "overview", "/")
        await _report_bytes(client, "run", f"/app/runs/{samples.run}")
        print("\n| page | median | p95 | processor, median | processor, p95 |\n| --- | --- | --- | --- | --- |")
        clock = ProcessorClock(instance)
        for name, path in _pages(samples).items():
            times = [await _time(client, path, clock) for _ in range(ROUNDS)]
            shown = [_milliseconds(figure(column)) for column in zip(*times, strict=True) for figure in _FIGURES]
            print(f"| {name} | {' | '.join(shown)} |", flush=True)


def _database(data_dir: Path) -> str:
    """The address of the Postgres that the service of a folder runs."""
    password = json.loads((data_dir / "credentials.json").read_text())["database_password"]
    (port,) = json.loads((data_dir / "postgres.ports").read_text())
    return f"postgresql://evalserve:{password}@127.0.0.1:{port}/evalserve"


async def _report_bytes(client: httpx2.AsyncClient, name: str, path: str) -> None:
    """Say what a first visit transfers: the page, its styles and its scripts, compressed as browsers ask for them."""
    page = await client.get(path, headers={"Accept": "text/html"})
    assets = [await client.get(address) for address in dict.fromkeys(_ASSET.findall(page.text))]
    sizes = [answer.num_bytes_downloaded for answer in (page, *assets)]
    print(f"First visit of the {name}: {sum(sizes) / 1000:.1f} KB in {len(sizes)} answers")


async def _time(client: httpx2.AsyncClient, path: str, clock: ProcessorClock) -> tuple[float, float]:
    """Return the seconds of a request by the clock, and those that the service has computed meanwhile."""
    computed, began = clock.now(), time.perf_counter()
    answer = await client.get(path, headers={"Accept": "text/html"})
    took = time.perf_counter() - began
    assert answer.status_code == 200, (path, answer.status_code)
    return took, clock.now() - computed


def _p95(times: Sequence[float]) -> float:
    return statistics.quantiles(times, n=20)[-1]


_FIGURES = (statistics.median, _p95)


def _milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms"


def main() -> None:
    """Measure the service at --url, or one started for the purpose."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url")
    url = parser.parse_args().url
    with service(url) as instance:
        asyncio.run(_measure(instance))


if __name__ == "__main__":
    main()
