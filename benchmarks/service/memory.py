"""What every process takes in memory for the operations that grow.

Run it as `python -m benchmarks.service.memory [--images 5000]`.

Runs a whole service, one operation after the other, and prints for each the bytes that came in, the most memory that a
process of each kind had beyond what it had before the first, so that what an operation leaves behind is in those that
follow. The last column is what the operation itself added in one process, in times of its input.
"""

import argparse
import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import evalserve

from benchmarks.instruments.accounts import Account, coco_document, labels_of
from deploy.demo.service import Service, service

MIB = 2**20
KINDS = {
    "api": "-m api",
    "worker": "celery",
    "dispatcher": "worker.dispatcher",
    "courier": "worker.courier",
    "thumbnailer": "worker.thumbnailer",
    "loops": "worker.loops",
    "Postgres": "postgres",
    "S3": "weed",
    "Valkey": "valkey",
}
# A tree of processes: shown are those that grow.
SETTLED_S = 30
# Of less a ratio says nothing.
LEAST_MIB = 4
SHOWN = ("api", "worker", "loops", "Postgres", "S3")


@dataclass
class Processes:
    """The processes of a service, by what they do."""

    root: int
    rest: dict[int, float] = field(default_factory=dict)
    before: dict[int, float] = field(default_factory=dict)

    def pids(self) -> Iterator[tuple[int, str]]:
        """The processes below the service's own, with their kinds."""
        for pid, command in commands_below(self.root):
            kind = next((kind for kind, words in KINDS.items() if words in command), None)
            if kind is not None and "leash" not in command:
                yield pid, kind

    def settle(self) -> None:
        """Note what each process has once it has loaded what it needs."""
        time.sleep(SETTLED_S)
        self.rest = {pid: _memory(pid, "VmRSS") for pid, _ in self.pids()}

    def begin(self) -> None:
        """Forget the most that each process had."""
        self.before = {}
        for pid, _ in self.pids():
            with suppress(OSError):
                Path(f"/proc/{pid}/clear_refs").write_text("5")
                self.before[pid] = _memory(pid, "VmRSS")

    def most(self, since: dict[int, float]) -> dict[str, float]:
        """The most that one process of each kind had, in MiB beyond what it had then; of a new one, all."""
        found = dict.fromkeys(KINDS, 0.0)
        for pid, kind in self.pids():
            with suppress(OSError):
                found[kind] = max(found[kind], _memory(pid, "VmHWM") - since.get(pid, 0.0))
        return found


def commands_below(root: int) -> Iterator[tuple[int, str]]:
    """The process and all below it, with their command lines."""
    children: dict[int, list[int]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            children.setdefault(parent, []).append(int(folder.name))
    left = [root]
    while left:
        left += children.get(pid := left.pop(), [])
        with suppress(OSError):
            yield pid, Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")


def _memory(pid: int, name: str) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith(name))) / 1024


class Operations:
    """The operations, each of which returns the bytes that it sent, or that it worked on."""

    def __init__(self, account: Account, folder: Path, images: int) -> None:
        self.account, self._folder, self._images = account, folder, images
        self._client = evalserve.Client(account.url, account.key)

    def create(self) -> int:
        """A body of 62 MiB of labels."""
        return self.account.create(*labels_of(62 * MIB // 28, 100))[1]

    def create_many_classes(self) -> int:
        """500,000 labels of 5,000 classes."""
        return self.account.create(*labels_of(500_000, 5000))[1]

    def curve(self) -> int:
        """A million rows of two probabilities."""
        return self.account.curve(1_000_000)

    def report(self, classes: int) -> Callable[[], int]:
        """Prepare the report of a matrix; the bytes are those of its labels."""
        uid, sent = self.account.create(*labels_of(200_000, classes))

        def run() -> int:
            self.account.job(kind="report", cm_uid=uid)
            return sent

        return run

    def imported(self) -> int:
        """Import the ground truth, which makes the images, and then the predictions of a model."""
        sent = 0
        for role, score in (("ground_truth", False), ("predictions", True)):
            path = self._folder / f"{role}.json"
            path.write_text(json.dumps(coco_document(self._images, has_scores=score)))
            sent += path.stat().st_size
            model = {"name": "m"} if score else None
            self._client.import_annotations(path, "images", role=role, model=model, create=True)
        return sent

    def agreement(self) -> int:
        """Compare the model with the ground truth over all images."""
        (project,) = self.account.get("/api/projects").json()["items"]
        sides = {"reference": {"ground_truth": True}, "candidate": {"model_name": "m"}}
        self.account.job(kind="agreement", project_id=project["id"], **sides)
        return sum((self._folder / f"{role}.json").stat().st_size for role in ("ground_truth", "predictions"))

    def lists(self) -> int:
        """The largest pages of every list."""
        return sum(len(self.account.get(path).content) for path in ("/v1/matrices?limit=100", "/v1/jobs?limit=100"))

    def export(self) -> int:
        """Everything of the account as archives."""
        return self.account.export()

    def purge(self) -> int:
        """Delete all images; the dispatcher purges them at once."""
        (project,) = self.account.get("/api/projects").json()["items"]
        self.account.delete(f"/api/projects/{project['id']}?force=true")
        time.sleep(40)
        return self._images * 500


def measure(processes: Processes, name: str, run: Callable[[], int]) -> str:
    """Run an operation and return its row of the table."""
    processes.begin()
    began = time.perf_counter()
    size = run()
    took = time.perf_counter() - began
    most, own = processes.most(processes.rest), processes.most(processes.before)
    times = f"{max(own.values()) * MIB / size:.1f}" if size >= LEAST_MIB * MIB else ""
    cells = [name, f"{size / MIB:.1f}", f"{took:.1f}", *(f"{most[kind]:.0f}" for kind in SHOWN)]
    return "| " + " | ".join([*cells, times]) + " |"


def measure_all(instance: Service, images: int, folder: Path) -> None:
    """Print the table."""
    assert instance.process is not None, "the processes are those of a service of its own"
    processes = Processes(instance.process.pid)
    processes.settle()
    operations = Operations(Account.of(instance.url), folder, images)
    print(f"| operation | MiB in | s | {' | '.join(SHOWN)} | times the input |")
    print("| --- | --- | --- | " + "--- | " * (len(SHOWN) + 1))
    for name, run in (
        ("creation, 62 MiB of labels", operations.create),
        ("creation, 500,000 labels of 5,000 classes", operations.create_many_classes),
        ("curve of 1,000,000 rows", operations.curve),
        ("report of 500 classes", operations.report(500)),
        ("report of 5,000 classes", operations.report(5000)),
        (f"import of {images:,} images and 10 boxes of each", operations.imported),
        (f"agreement over {images:,} images", operations.agreement),
        ("lists, 100 of each", operations.lists),
        ("export of the account", operations.export),
        (f"purge of {images:,} images", operations.purge),
    ):
        print(measure(processes, name, run), flush=True)


def main() -> None:
    """Measure every operation."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=5000)
    options = parser.parse_args()
    os.environ.setdefault("IMAGE_RETENTION_DAYS", "0")
    with tempfile.TemporaryDirectory() as folder, service(None) as instance:
        measure_all(instance, options.images, Path(folder))


if __name__ == "__main__":
    main()
