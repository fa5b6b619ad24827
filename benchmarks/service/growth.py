"""How the time of each operation grows with its input: `python -m benchmarks.service.growth [--most 1000000]`.

Sends each operation with 10, 100, and so on up to the limit to a service of its own, and prints the seconds, and the
exponent that fits the last three sizes best: 1 is in proportion, n log n lies a little above.
"""

import argparse
import json
import math
import os
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import evalserve
import numpy as np

from benchmarks.instruments.accounts import Account, Receiver, coco_document, labels_of
from deploy.demo.service import service

ROUNDS = 2
# Below these sizes the time of a request hides what grows.
FITTED = 3

Run = Callable[[], object]


def exponent(sizes: Sequence[int], seconds: Sequence[float]) -> float:
    """The exponent of the power of the size that fits the largest sizes best."""
    logs = np.log([sizes[-FITTED:], seconds[-FITTED:]])
    return float(np.polyfit(logs[0], logs[1], 1)[0])


def grow(name: str, sizes: Sequence[int], prepare: Callable[[int], Callable[[], object]]) -> str:
    """Time an operation of each size, the best of its rounds, and return its row of the table."""
    seconds = []
    for size in sizes:
        rounds = []
        for _ in range(ROUNDS):
            run = prepare(size)
            began = time.perf_counter()
            run()
            rounds.append(time.perf_counter() - began)
        seconds.append(min(rounds))
    times = " ".join(f"{size:,}: {took:.3f};" for size, took in zip(sizes, seconds, strict=True))
    return f"| {name} | {times.rstrip(';')} | {exponent(sizes, seconds):.2f} |"


def powers(most: int) -> list[int]:
    """10, 100, and so on up to a number, which comes last."""
    return [*(10**power for power in range(1, math.ceil(math.log10(most)))), most]


class Growing:
    """The operations: each method prepares one of a size, and returns what is timed."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._listed = 0
        self._has_endpoint = False

    def creation(self, count: int) -> Run:
        """A matrix of so many samples of at most 100 classes."""
        sent = labels_of(count, min(count, 100))
        return lambda: self._account.create(*sent)

    def classes(self, count: int) -> Run:
        """A matrix of so many classes of 20 samples."""
        sent = labels_of(20 * count, count)
        return lambda: self._account.create(*sent)

    def report(self, count: int) -> Run:
        """The report of a matrix of so many classes."""
        uid, _ = self._account.create(*labels_of(20 * count, count))
        return lambda: self._account.job(kind="report", cm_uid=uid)

    def curve(self, count: int) -> Run:
        """The curves of so many rows."""
        return lambda: self._account.curve(count)

    def agreement(self, count: int) -> Run:
        """The agreement of a model with the ground truth of so many images, which are imported first."""
        name = f"{count}-{time.time_ns()}"
        client = evalserve.Client(self._account.url, self._account.key)
        with tempfile.TemporaryDirectory() as folder:
            for role, model in (("ground_truth", None), ("predictions", {"name": "m"})):
                path = Path(folder) / f"{role}.json"
                path.write_text(json.dumps(coco_document(count, has_scores=model is not None)))
                report = client.import_annotations(path, name, role=role, model=model, create=True)
        sides = {"reference": {"ground_truth": True}, "candidate": {"model_name": "m"}}
        return lambda: self._account.job(kind="agreement", project_id=report["project_id"], **sides)

    def listing(self, count: int) -> Run:
        """A page of the list of so many matrices."""
        body = json.dumps({"classes": ["a", "b"], "counts": [[1, 2], [3, 4]]}).encode()
        for _ in range(self._listed, count):
            self._account.post("/v1/matrices", body)
        self._listed = max(self._listed, count)
        return lambda: self._account.get("/v1/matrices?limit=100")

    def delivery(self, count: int) -> Run:
        """So many jobs until the event of the last is delivered; afterwards those of all other jobs are too."""
        if not self._has_endpoint:
            endpoint = {"url": Receiver.start(), "events": ["job.succeeded"]}
            self._account.post("/v1/webhooks/endpoints", json.dumps(endpoint).encode())
            self._has_endpoint = True
        curve = {"kind": "curve", "type": "ROC", "actual_vector": [0, 1], "options": {"plot": False}}

        def run() -> None:
            for score in np.random.default_rng().random(count).round(9).tolist():
                vector = [[1 - score, score], [0.5, 0.5]]
                self._account.post("/v1/jobs", json.dumps({**curve, "probability_vector": vector}).encode())
            Receiver.wait(count)

        return run


def main() -> None:
    """Print a row for each operation."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--most", type=int, default=1_000_000, help="most samples and rows")
    parser.add_argument("--images", type=int, default=5000, help="most images")
    parser.add_argument("--only", default="", help="part of the names of the operations")
    options = parser.parse_args()
    os.environ.setdefault("WEBHOOK_ALLOW_NETS", "127.0.0.0/8")
    print("| operation, by what grows | seconds | exponent |\n| --- | --- | --- |")
    with service(None) as instance:
        growing = Growing(Account.of(instance.url))
        for name, most, prepare in (
            ("creation, by samples", options.most, growing.creation),
            ("creation, by classes of 20 samples", 5000, growing.classes),
            ("report, by classes of 20 samples", 5000, growing.report),
            ("curves, by rows", options.most, growing.curve),
            ("list of 100 matrices, by matrices of the account", 5000, growing.listing),
            ("agreement, by images", options.images, growing.agreement),
            ("jobs until their events are delivered, by jobs", 1000, growing.delivery),
        ):
            if options.only in name:
                print(grow(name, powers(most), prepare), flush=True)


if __name__ == "__main__":
    main()
