"""The times of the pages with 10,000 matrices in the account: `python -m benchmarks.pages [--url URL]`.

Without a URL it starts a service of its own. Pages are requested one after the other, each in full, on a kept-alive
connection, without scripts and styles, which browsers cache.
"""

import argparse
import asyncio
import re
import statistics
import time

import httpx2
import numpy as np

from deploy.demo.service import service

MATRICES = 10_000
CONCURRENCY = 8
ROUNDS = 60

_TOKEN = re.compile(r'name="form_token" value="([0-9a-f]+)"')


async def _fill(client: httpx2.AsyncClient, key: str) -> list[str]:
    random = np.random.default_rng(1)
    headers = {"X-API-Key": key}
    turn = asyncio.Semaphore(CONCURRENCY)

    async def make(number: int) -> str:
        labels = random.integers(0, 5, 200)
        body = {
            "actual_vector": labels.tolist(),
            "predicted_vector": np.where(random.random(200) < 0.8, labels, random.integers(0, 5, 200)).tolist(),
            "name": f"run {number}",
            "tags": [f"group {number % 40}"],
        }
        async with turn:
            answer = await client.post("/v1/matrices", json=body, headers=headers)
        answer.raise_for_status()
        uid: str = answer.json()["uid"]
        return uid

    return await asyncio.gather(*map(make, range(MATRICES)))


async def _measure(url: str) -> None:
    async with httpx2.AsyncClient(base_url=url, timeout=60) as client:
        credentials = {"email": f"pages-{time.time_ns()}@example.com", "password": "correct horse"}
        key = (await client.post("/sign_up/", json=credentials)).json()["api_key"]
        uids = await _fill(client, key)
        form = (await client.get("/app/sign-in")).text
        token = _TOKEN.search(form)
        assert token is not None
        await client.post("/app/sign-in", data=credentials | {"form_token": token[1]})
        middle = uids[MATRICES // 2]
        pages = {
            "list, first page": "/app/matrices",
            "list, in the middle": f"/app/matrices?cursor={middle}",
            "list, by a part of the name": "/app/matrices?name=run+99",
            "list, by tag": "/app/matrices?tag=group+7",
            "matrix": f"/app/matrices/{middle}",
            "samples of a cell": f"/app/matrices/{middle}/samples?row=0&column=1",
            "statistics": f"/app/matrices/{middle}/statistics",
            "comparison of 2": f"/app/compare?uid={uids[0]}&uid={uids[1]}",
            "account": "/app/account",
            "webhooks": "/app/webhooks",
            "projects": "/app/projects",
            "jobs": "/app/jobs",
        }
        print("| page | median | p95 |\n| --- | --- | --- |")
        for name, path in pages.items():
            times = [await _time(client, path) for _ in range(ROUNDS)]
            median, p95 = statistics.median(times), statistics.quantiles(times, n=20)[-1]
            print(f"| {name} | {median * 1000:.1f} ms | {p95 * 1000:.1f} ms |")


async def _time(client: httpx2.AsyncClient, path: str) -> float:
    began = time.perf_counter()
    answer = await client.get(path, headers={"Accept": "text/html"})
    assert answer.status_code == 200, (path, answer.status_code)
    return time.perf_counter() - began


def main() -> None:
    """Measure the service at --url, or one started for the purpose."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url")
    url = parser.parse_args().url
    with service(url) as instance:
        asyncio.run(_measure(instance.url))


if __name__ == "__main__":
    main()
