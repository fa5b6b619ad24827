"""The processor time and memory of answers about a run, beside a floor that reads or sorts the same columns.

`python -m benchmarks.libraries.run_answers --rows 10000 1000000 10000000` measures from files on this disk, each size
in a process of its own.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.libraries.runs import AS_DEPLOYED, LIMITS, MAPPED, peak_mib, write
from shared.evaluation.curves.scored_curves import curves_of
from shared.runs import objects, results
from shared.runs.ingest.file_to_run import ingest
from shared.runs.ingest.ranking import roc_area
from shared.runs.ingest.sorted_scores import ScoredRows
from shared.runs.ingest.steps import RunResult
from shared.runs.rows import exported_rows, top_rows
from shared.runs.rows.filters import Condition, RowFilter
from shared.runs.rows.scanning import RowScan
from shared.runs.scores.class_scores import scores_of

ROUNDS = 5
PAGES = 20


class Answer(NamedTuple):
    """What is timed, the floor beside it, and how many calls of it."""

    call: Callable[[], object]
    floor: Callable[[], object] | None = None
    rounds: int = ROUNDS


def answers(rows: Path, finished: RunResult) -> dict[str, Answer]:
    """Everything that is asked of a run, by its name in the table."""
    summary, file = finished.summary, str(rows)
    packed = objects.packed_tables(finished.slices)
    table = next(table for table in finished.slices if table.column == "country")
    scores = pq.read_table(rows, columns=["s_0"]).column(0).to_numpy()
    positive = np.random.default_rng(1).random(len(scores)) < 0.5
    scored = ScoredRows(len(scores), int(positive.sum()), scores.dtype, lambda: [(scores, positive)])
    conditions = [Condition("country", "country 3"), Condition("device", "device 7")]
    columns = {name: f"m_{at}" for at, name in enumerate(summary.metadata)}
    cell = RowFilter(actual=1, predicted=0)
    everything = RowFilter()
    kept = rows.with_name(objects.TOP_ROWS)
    top_rows.write(RowScan(file, summary), summary, kept)
    second = RowScan(file, summary).page(cell, after=None, limit=100).next

    def export() -> None:
        scan = RowScan(file, summary)
        encoder = exported_rows.CsvEncoder(scan.kept(0, everything)[0].schema)
        for group in range(scan.group_count):
            for _ in encoder.pieces(exported_rows.exported_table(scan, summary, group, everything)):
                pass

    return {
        "metrics": Answer(lambda: results.overall(summary.matrix), rounds=PAGES),
        "slice table from its summary": Answer(
            lambda: results.slices(objects.unpacked_tables(packed)[:1], summary.matrix, "accuracy", 1, 1)
        ),
        "slice from counts": Answer(lambda: results.matrix_of_slice(table, "country 3", summary.matrix), rounds=PAGES),
        "ad hoc filter": Answer(
            lambda: RowScan(file, summary).counts(conditions),
            lambda: read(rows, ["t", "p", columns["country"], columns["device"]]),
        ),
        "first page of a cell": Answer(
            lambda: top_rows.page(pa.BufferReader(kept.read_bytes()), summary, cell, 100), rounds=PAGES
        ),
        "another page of a cell": Answer(
            lambda: RowScan(file, summary).page(cell, after=second, limit=100),
            lambda: read(rows, ["t", "p", "s_0"]),
            PAGES,
        ),
        "curves": Answer(
            lambda: curves_of(scores_of(summary, 1).ranked(RowScan(file, summary), summary.rows, ()), 500),
            lambda: np.sort(scores),
        ),
        "exact AUC": Answer(lambda: roc_area(scored), lambda: np.sort(scores)),
        "export as CSV": Answer(export, lambda: read(rows, None), 1),
    }


def read(rows: Path, columns: list[str] | None) -> None:
    """Read columns of the canonical rows, a row group at a time, and nothing else."""
    file = pq.ParquetFile(rows)
    for group in range(file.num_row_groups):
        file.read_row_group(group, columns=columns)


@contextmanager
def run_of(rows: int) -> Iterator[tuple[Path, RunResult]]:
    """A run of so many rows, as an ingest makes it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder, rows, suffixes=("parquet",))
        finished = ingest(folder / "x.parquet", folder, MAPPED, LIMITS, lambda _: None).finished
        yield folder / "rows.parquet", finished


def one(rows: int) -> None:
    """Print a line of the table for each answer; the call and its floor take turns."""
    with run_of(rows) as (file, finished):
        for name, answer in answers(file, finished).items():
            # The peak of the process so far is forgotten.
            Path("/proc/self/clear_refs").write_text("5")
            before = peak_mib()
            pairs = [(_seconds(answer.call), _seconds(answer.floor)) for _ in range(answer.rounds)]
            times, floors = [time for time, _ in pairs], [floor for _, floor in pairs]
            p95 = f"{_p95(times) * 1000:.1f} ms" if len(times) >= PAGES else ""
            ratio = f"{median(times) / median(floors):.1f}x" if answer.floor else ""
            print(
                f"| {rows:,} | {name} | {median(times) * 1000:.1f} ms | {p95} | {ratio} "
                f"| {before:,.0f} + {peak_mib() - before:,.0f} MiB |",
                flush=True,
            )


def _seconds(call: Callable[[], object] | None) -> float:
    """The processor time of a call, which other work on the machine changes less than the time that passes."""
    start = time.process_time()
    if call is not None:
        call()
    return time.process_time() - start


def _p95(times: list[float]) -> float:
    return quantiles(times, n=20)[-1]


def _measure(rows: int) -> None:
    command = [sys.executable, "-m", "benchmarks.libraries.run_answers", "--one", str(rows)]
    subprocess.run(command, check=True, env={**AS_DEPLOYED, **os.environ})


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000, 1_000_000])
    parser.add_argument("--one", type=int)
    arguments = parser.parse_args()
    if arguments.one:
        one(arguments.one)
    else:
        print("| rows | answer | median | p95 | of its floor | memory before + its own |")
        print("| --- | --- | --- | --- | --- | --- |")
        for rows in arguments.rows:
            _measure(rows)


if __name__ == "__main__":
    main()
