"""From a POST of 1,000 rows to the run that is ready: `python -m benchmarks.service.posted_runs [--root CHECKOUT ...]`.

Starts the service of every checkout and posts to each in turns, rows as JSON and a CSV file with ids, scores and two
columns of metadata, all of them new. Prints the median and the 95th percentile of the milliseconds until the run is
ready, and the processor time of one POST by process, which says something also while other programs use the processors.
"""

import argparse
import json
import random
import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import ExitStack
from statistics import median, quantiles
from typing import Any, TypeAlias

import httpx2

from benchmarks.instruments.builds import Running, add_roots, running_roots
from benchmarks.service.job_costs import processor_ms

ROWS = 1000
POSTS, ROUNDS = 20, 3

# What `httpx2` is told to send.
Content: TypeAlias = dict[str, Any]


def records() -> Content:
    """Labels as JSON."""
    sides = {side: [random.randrange(2) for _ in range(ROWS)] for side in ("y_true", "y_pred")}
    return {"json": {"data": sides}}


def file() -> Content:
    """A CSV file, and which class its scores are of."""
    lines = ["id,truth,prediction,score,country,device"]
    for row in range(ROWS):
        score = random.random()
        actual = int(random.random() < score)
        lines.append(f"sample {row},{actual},{int(score >= 1 / 2)},{score:.4f},country {row % 10},device {row % 3}")
    columns = {"truth": "truth", "prediction": "prediction", "scores": {"1": "score"}}
    return {"files": {"file": ("x.csv", "\n".join(lines).encode())}, "data": {"columns": json.dumps(columns)}}


CONTENTS: dict[str, Callable[[], Content]] = {"JSON": records, "CSV, 6 columns": file}


def until_ready(http: httpx2.Client, content: Content) -> float:
    """Post it and wait for the run; the milliseconds that took."""
    began = time.perf_counter()
    run = http.post("/v1/runs", **content).raise_for_status().json()
    while run["status"] in {"queued", "running"}:
        run = http.get(f"/v1/runs/{run['id']}").raise_for_status().json()
    if run["status"] != "ready":
        raise SystemExit(str(run))
    return (time.perf_counter() - began) * 1000


def client_of(service: Running, stack: ExitStack) -> httpx2.Client:
    """A client of a service with an account of its own, whose requests wait."""
    http = stack.enter_context(httpx2.Client(base_url=service.url, timeout=60))
    account = {"email": f"bench-{time.time_ns()}@example.com", "password": "a long benchmark"}
    key = http.post("/sign_up/", json=account).raise_for_status().json()["api_key"]
    http.headers.update({"X-API-Key": key, "Prefer": "wait=20"})
    return http


def run(services: dict[str, Running], stack: ExitStack, rounds: int) -> None:
    """Measure the services in turns and print a row for each of them and each content."""
    clients = {name: client_of(service, stack) for name, service in services.items()}
    times: defaultdict[tuple[str, str], list[float]] = defaultdict(list)
    spent: defaultdict[tuple[str, str], dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for http in clients.values():
        for make in CONTENTS.values():
            for _ in range(3):
                until_ready(http, make())
    for at in range(rounds):
        for name in [*clients][:: -1 if at % 2 else 1]:
            for content, make in CONTENTS.items():
                made = [make() for _ in range(POSTS)]
                before = processor_ms(services[name].pid)
                times[content, name] += [until_ready(clients[name], one) for one in made]
                after = processor_ms(services[name].pid)
                for process, ms in after.items():
                    spent[content, name][process].append((ms - before.get(process, 0)) / POSTS)
    for (content, name), found in times.items():
        costs = {process: median(each) for process, each in spent[content, name].items()}
        shown = ", ".join(f"{process} {ms:.1f}" for process, ms in sorted(costs.items()) if ms > 1 / 2)
        print(f"| {content} | {name} | {median(found):.0f} | {quantiles(found, n=20)[-1]:.0f} | {shown} |", flush=True)


def main() -> None:
    """Measure this checkout, or those that are named."""
    parser = argparse.ArgumentParser(description=__doc__)
    add_roots(parser)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    options = parser.parse_args()
    print("| content | service | p50, ms | p95, ms | processor ms of a POST |\n| --- | --- | ---: | ---: | --- |")
    with running_roots(options) as services, ExitStack() as stack:
        run(services, stack, options.rounds)


if __name__ == "__main__":
    main()
