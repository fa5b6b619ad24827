"""Detection runs over HTTP, with database and storage.

Run it as `python -m benchmarks.service.judged_over_http [--root CHECKOUT ...]`.

Starts the service of every checkout that is named, imports the same made-up objects in 5,000 images into each, and asks
for runs in turns. Prints the medians, and the least: by the clock from the POST until the run is ready and until its
intervals are there, and the milliseconds of the processor that the processes of each kind took until then, beyond what
they take at rest; the last row is the peak of the memory of a worker's process. In turns with the runs AP alone is
computed here, of the same objects in memory.
"""

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import evalserve

from benchmarks.instruments.accounts import Account
from benchmarks.instruments.builds import Running, add_roots, running_roots
from benchmarks.libraries.made_up_objects import IMAGES, NAMES, OF_IMAGE, documents, made_up, sides_of
from benchmarks.service.job_costs import CHILDREN, processor_ms
from benchmarks.service.memory import commands_below
from shared.evaluation.detection.precision.average_precision import average_precision

PATH = "/v1/detection-runs"
# Looked at so often that the rounding is a fraction of what is measured, and the looking takes little.
LOOK_AGAIN_S = 0.02
REST_S = 2.0
# The first ones load the libraries, in each of the processes.
WARM_UP = 3
SHOWN = ("api", CHILDREN, "Postgres", "S3")
ROUNDS = 7

Row = dict[str, float]


class JudgedProject:
    """A project with ground truth and a model's objects, on the service of one checkout."""

    def __init__(self, service: Running, folder: Path) -> None:
        self._root, self._account = service.pid, Account.of(service.url)
        client = evalserve.Client(service.url, self._account.key)
        truth, found = documents(*made_up(IMAGES, OF_IMAGE, OF_IMAGE))
        for image in truth["images"]:
            image["file_name"] = f"{image['id']:012}.jpg"
        for role, document, model in (("ground_truth", truth, None), ("predictions", found, {"name": "m"})):
            path = folder / f"{role}.json"
            path.write_text(json.dumps(document))
            report = client.import_annotations(path, "images", role=role, model=model, create=True)
        self._asked = json.dumps({"project_id": report["project_id"], "model_name": "m"}).encode()

    def judge(self) -> Row:
        """Ask for a run and follow it to its end."""
        before, began = processor_ms(self._root), time.perf_counter()
        time.sleep(REST_S)
        rested, rested_s = processor_ms(self._root), time.perf_counter() - began
        began = time.perf_counter()
        run = self._account.post(PATH, self._asked)
        asked_s = time.perf_counter() - began
        self._await(run["id"], lambda one: one["status"] == "ready")
        ready_s, ready = time.perf_counter() - began, processor_ms(self._root)
        made = self._await(run["id"], lambda one: one["intervals"]["status"] == "ready")
        complete_s = time.perf_counter() - began
        assert made["result"]["interval"] is not None, "images have objects"
        after, row = processor_ms(self._root), {"answered, s": asked_s, "ready, s": ready_s, "intervals, s": complete_s}
        for until, then, seconds in (("ready", ready, ready_s), ("intervals", after, complete_s)):
            spent = {
                process: ms - rested.get(process, 0) - seconds / rested_s * (rested.get(process, 0) - before[process])
                for process, ms in then.items()
                if process in before
            }
            row |= {f"{until}: {process}, ms": spent[process] for process in SHOWN if process in spent}
            row[f"{until}: all, ms"] = sum(spent.values())
        return row

    def worker_mib(self) -> float:
        """The most memory that a process of the worker had."""
        most = 0.0
        for pid, command in commands_below(self._root):
            if "celery" in command and "leash" not in command:
                with suppress(OSError):
                    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
                    most = max(most, *(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")))
        return most

    def _await(self, run_id: str, is_there: Callable[[Any], bool]) -> Any:
        while not is_there(found := self._account.get(f"{PATH}/{run_id}").json()):
            assert found["status"] != "failed", found
            time.sleep(LOOK_AGAIN_S)
        return found


def measure(projects: dict[str, JudgedProject], rounds: int) -> dict[str, list[Row]]:
    """Ask for runs in turns; the rows of each checkout."""
    pairs = list(zip(*map(sides_of, made_up(IMAGES, OF_IMAGE, OF_IMAGE)), strict=True))
    rows: dict[str, list[Row]] = {"AP alone": [], **{name: [] for name in projects}}
    for at in range(WARM_UP + rounds):
        began, processor = time.perf_counter(), time.process_time()
        average_precision(pairs, NAMES)
        alone = {"ready, s": time.perf_counter() - began, "ready: all, ms": (time.process_time() - processor) * 1000}
        found = {name: projects[name].judge() for name in [*projects][:: -1 if at % 2 else 1]}
        if at >= WARM_UP:
            for name, row in {"AP alone": alone, **found}.items():
                rows[name].append(row)
    for name, project in projects.items():
        rows[name].append({"a worker, MiB": project.worker_mib()})
    return rows


def show(rows: dict[str, list[Row]]) -> None:
    """Print medians and the least, a column for each checkout."""
    print(f"| | {' | '.join(rows)} |\n| --- |{' ---: |' * len(rows)}")
    for name in dict.fromkeys(name for row in [one for some in rows.values() for one in some] for name in row):
        cells = []
        for some in rows.values():
            values = [row[name] for row in some if name in row]
            cells.append(f"{statistics.median(values):.2f} ({min(values):.2f})" if values else "")
        print(f"| {name} | {' | '.join(cells)} |", flush=True)


def main() -> None:
    """Measure this checkout, or those that are named."""
    parser = argparse.ArgumentParser(description=__doc__)
    add_roots(parser)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    options = parser.parse_args()
    with running_roots(options) as services:
        projects = {}
        for name, service in services.items():
            with tempfile.TemporaryDirectory() as folder:
                projects[name] = JudgedProject(service, Path(folder))
        show(measure(projects, options.rounds))


if __name__ == "__main__":
    main()
