"""The time and memory to make a run of a file, beside pandas with scikit-learn, and beside reading its columns.

Run it as `python -m benchmarks.libraries.runs --rows 1000000 10000000`. Each measurement is a process of its own, whose
peak of memory is its own too; the three alternate, and the best of the rounds counts. Beside the time on the clock
stands that of the processors, which tells more where others keep them busy.
"""

import argparse
import importlib
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from importlib.abc import MetaPathFinder
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from shared.runs import objects
from shared.runs.ingest.file_to_run import IngestLimits, ingest
from shared.runs.mapping import ColumnsIn
from shared.runs.rows import top_rows

ROUNDS = 3
SUFFIXES = ("parquet", "csv")
SLICES = {"country": 12, "site": 60, "device": 48}
# As all processes of the service have it, and here also what they are compared with.
AS_DEPLOYED = {"NPY_DISABLE_CPU_FEATURES": "X86_V4"}
LIMITS = IngestLimits(max_bytes=2**40, max_classes=500, private_support=20)
MAPPED = ColumnsIn()


def write(folder: Path, rows: int, suffixes: Sequence[str] = SUFFIXES) -> None:
    """Write files of integer labels of two classes, a float32 score and three texts."""
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 2, rows).astype(np.int32)
    score = ((truth + rng.random(rows) * 2) / 3).astype(np.float32)
    columns: dict[str, Any] = {"y_true": truth, "y_pred": (score >= 0.5).astype(np.int32), "y_prob": score}
    for name, count in SLICES.items():
        codes = pa.array(rng.integers(0, count, rows).astype(np.int32))
        columns[name] = pa.DictionaryArray.from_arrays(codes, [f"{name} {n}" for n in range(count)]).cast(pa.string())
    table = pa.table(columns)
    pq.write_table(table, folder / "x.parquet", compression="zstd")
    if "csv" in suffixes:
        pa_csv.write_csv(table, folder / "x.csv")


def ours(path: Path) -> None:
    """Make a run of the file."""
    with tempfile.TemporaryDirectory(dir=path.parent) as scratch:
        made = ingest(path, Path(scratch), MAPPED, LIMITS, lambda _: None)
        top_rows.files(str(Path(scratch) / objects.ROWS), Path(scratch), made.finished.summary, [made.candidates])


def pandas(path: Path) -> None:
    """Do the same with pandas and scikit-learn: matrix, precision, recall and F1 of each class, AUC, group-bys."""
    import pandas as pd  # noqa: PLC0415 - the other processes do without it
    from sklearn.metrics import (  # noqa: PLC0415 - as above
        confusion_matrix,
        precision_recall_fscore_support,
        roc_auc_score,
    )

    frame = pd.read_parquet(path) if path.suffix == ".parquet" else pd.read_csv(path)
    confusion_matrix(frame.y_true, frame.y_pred)
    precision_recall_fscore_support(frame.y_true, frame.y_pred)
    roc_auc_score(frame.y_true, frame.y_prob)
    for name in SLICES:
        frame.groupby([name, "y_true", "y_pred"]).size()


def floor(path: Path) -> None:
    """Read the columns, and nothing else."""
    if path.suffix == ".parquet":
        for _ in pq.ParquetFile(path).iter_batches(2**17):
            pass
        return
    text = dict.fromkeys(("y_true", "y_pred", *SLICES), pa.string())
    for _ in pa_csv.open_csv(path, convert_options=pa_csv.ConvertOptions(column_types=text, strings_can_be_null=False)):
        pass


CANDIDATES: dict[str, Callable[[Path], None]] = {"ours": ours, "pandas + scikit-learn": pandas, "floor": floor}


def measured(name: str, path: Path) -> tuple[float, float, float]:
    """Run a candidate in a process of its own; returns its seconds by clock and by processors, and its peak in MB."""
    command = [sys.executable, "-m", "benchmarks.libraries.runs", "--one", name, "--file", str(path)]
    printed = subprocess.run(command, capture_output=True, check=True, env={**AS_DEPLOYED, **os.environ}).stdout
    return msgspec.json.decode(printed.splitlines()[-1], type=tuple[float, float, float])


class _WithoutPandas(MetaPathFinder):
    def find_spec(self, fullname: str, path: object, target: object = None) -> None:  # noqa: ARG002 - of a finder
        if fullname == "pandas":
            raise ImportError(fullname)


def one(name: str, path: Path) -> None:
    """Print the times and the peak of memory of this process; imports come before, as in a worker."""
    if name == "pandas + scikit-learn":
        importlib.import_module("pandas")
        importlib.import_module("sklearn.metrics")
    else:
        # pyarrow imports pandas where it is installed, which it is not beside the service.
        sys.meta_path.insert(0, _WithoutPandas())
    pa.array([0.0])
    start, cpu = time.perf_counter(), time.process_time()
    CANDIDATES[name](path)
    print(msgspec.json.encode([time.perf_counter() - start, time.process_time() - cpu, peak_mib()]).decode())


def peak_mib() -> float:
    """The peak of memory of this process: not that of `getrusage`, which begins with the size of its parent."""
    (peak,) = re.findall(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return int(peak) / 1024


def compare(rows: int, count: int) -> None:
    """Print the rows of the table for one size."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder, rows)
        for suffix in SUFFIXES:
            path = folder / f"x.{suffix}"
            rounds = [{name: measured(name, path) for name in CANDIDATES} for _ in range(count)]
            best = {name: min(times[name] for times in rounds) for name in CANDIDATES}
            cells = " | ".join(f"{wall:.2f} s, {cpu:.2f} s, {peak:,.0f} MB" for wall, cpu, peak in best.values())
            walls, cpus = ([times[at] / best["ours"][at] for times in best.values()] for at in (0, 1))
            ratios = [f"{wall:.1f}x, {cpu:.1f}x" for wall, cpu in ((walls[1], cpus[1]), (1 / walls[2], 1 / cpus[2]))]
            print(f"| {rows:,} | {suffix} | {cells} | {' | '.join(ratios)} |", flush=True)


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000_000])
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--one", choices=CANDIDATES)
    parser.add_argument("--file", type=Path)
    arguments = parser.parse_args()
    if arguments.one:
        one(arguments.one, arguments.file)
        return
    print("| rows | file | ours | pandas + scikit-learn | reading the columns | faster than pandas | of reading |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for rows in arguments.rows:
        compare(rows, arguments.rounds)


if __name__ == "__main__":
    main()
