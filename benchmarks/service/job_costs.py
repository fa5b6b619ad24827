"""Processor time per job, by process.

Run it as `python -m benchmarks.service.job_costs [--root CHECKOUT ...] [--kinds curve report]`.

Starts the service of every checkout, submits the same jobs to each in turns, and prints the medians of the milliseconds
that the processes of each kind took for one job, beyond what they take at rest, and of jobs per second. Unlike these,
the times say something also while other programs use the processors. The load generator's own are left out.
"""

import argparse
import asyncio
import statistics
import tempfile
import time
from collections import defaultdict
from contextlib import ExitStack, suppress
from pathlib import Path

import uvloop

from benchmarks.instruments.builds import Running, running
from benchmarks.service.http import Bench
from benchmarks.service.idle import TICKS_S, kind_of
from benchmarks.service.jobs import WARM_UP, measure
from benchmarks.service.memory import commands_below
from deploy.local.options import PROJECT

JOBS = {"curve": 300, "report": 200, "plot": 60}
SETTLED_S, REST_S = 1.0, 3.0
# Of Celery's process that takes the messages, and its children, which run the jobs.
PARENT, CHILDREN = "worker, parent", "worker, children"


def processor_ms(root: int) -> dict[str, float]:
    """The processor time so far of the processes of each kind below one, in milliseconds."""
    spent: defaultdict[str, float] = defaultdict(float)
    kinds: dict[int, str] = {}
    for pid, command in commands_below(root):
        with suppress(OSError):
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            kinds[pid] = kind = kind_of(command)
            own, ended = (sum(map(int, fields[at : at + 2])) * 1000 / TICKS_S for at in (11, 13))
            if kind == "worker":
                # Jobs are run by the children, which end after a number of them.
                spent[CHILDREN] += ended
                kind = CHILDREN if kinds.get(int(fields[1])) == "worker" else PARENT
            spent[kind] += own
    return spent


async def costs(bench: Bench, root: int, kind: str, count: int) -> dict[str, float]:
    """Submit jobs; the milliseconds that each process took for one of them, beyond what it takes at rest."""
    # What the jobs before left to do, such as their deliveries.
    await asyncio.sleep(SETTLED_S)
    before, began = processor_ms(root), time.perf_counter()
    await asyncio.sleep(REST_S)
    rested, rested_s = processor_ms(root), time.perf_counter() - began
    began = time.perf_counter()
    await measure(bench, kind, count)
    after, share = processor_ms(root), (time.perf_counter() - began) / rested_s
    spent = {
        process: (ms - rested.get(process, 0) - share * (rested.get(process, 0) - before.get(process, 0))) / count
        for process, ms in after.items()
    }
    return spent | {"all": sum(spent.values())}


async def run(services: dict[str, Running], jobs: dict[str, int], rounds: int) -> None:
    """Measure the services in turns and print a table for each kind of job."""
    benches = {name: Bench(service.url) for name, service in services.items()}
    rows: dict[tuple[str, str], dict[str, list[float]]] = {}
    for bench in benches.values():
        await bench.start()
        for kind in jobs:
            await measure(bench, kind, WARM_UP)
        bench.rows.clear()
    for at in range(rounds):
        for name in [*benches][:: -1 if at % 2 else 1]:
            for kind, count in jobs.items():
                for process, ms in (await costs(benches[name], services[name].pid, kind, count)).items():
                    rows.setdefault((kind, process), {}).setdefault(name, []).append(ms)
    for name, bench in benches.items():
        for label, values in bench.rows.items():
            kind, _, rate = label.partition(": ")
            rows.setdefault((kind, rate), {})[name] = values
    show(rows, [*benches])


def show(rows: dict[tuple[str, str], dict[str, list[float]]], names: list[str]) -> None:
    """Print the medians, a column for each service."""
    print(f"| job | process | {' | '.join(names)} |\n| --- | --- |{' ---: |' * len(names)}")
    for (kind, process), values in sorted(rows.items(), key=lambda row: row[0]):
        figures = [f"{statistics.median(values.get(name, [0])):.2f}" for name in names]
        print(f"| {kind} | {process} | {' | '.join(figures)} |", flush=True)


def main() -> None:
    """Measure this checkout, or those that are named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=Path, action="append", help="a checkout; this one by default")
    parser.add_argument("--kinds", nargs="+", default=["curve", "report"], choices=[*JOBS])
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with ExitStack() as stack:
        services = {}
        for root in options.root or [PROJECT]:
            data = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "data"
            services[str(root)] = stack.enter_context(running(root.resolve(), data))
        uvloop.run(run(services, {kind: JOBS[kind] for kind in options.kinds}, options.rounds))


if __name__ == "__main__":
    main()
