"""The memory that statistics take beside their input: `python -m benchmarks.libraries.memory_peaks`.

Each is computed once, and its peak is that of the resident memory beyond what was held before, which Linux measures
from the moment at which it is told to.
"""

import ctypes
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np

from benchmarks.error_rates.weak_slices import metadata
from benchmarks.libraries.uncertainty import ALPHA, CLASSES, REPLICATES, SEED
from shared.comparisons.measuring import MAX_RANKED
from shared.evaluation.calibration.reliability import reliability
from shared.evaluation.confusion.matrix import ConfusionMatrix
from shared.evaluation.curves.ranked_scores import rank_probabilities
from shared.evaluation.curves.scored_curves import curves_of
from shared.evaluation.intervals import count_formulas
from shared.evaluation.intervals.areas import areas
from shared.evaluation.intervals.binned_areas import binned_areas
from shared.evaluation.intervals.bootstrap import draw, percentile_intervals
from shared.evaluation.intervals.clustered import clustered
from shared.evaluation.intervals.of_matrix import Confidence, class_estimates, overall_estimates
from shared.evaluation.metrics.matrix_result import MatrixResult
from shared.evaluation.paired.tensor import count_pairs, replicate
from shared.evaluation.slices.weak_slices import SlicePlan, weak_slices
from shared.runs.ingest.ranking import roc_area
from shared.runs.ingest.sorted_scores import ScoredRows

MILLION = 1_000_000
MANY = MAX_RANKED + MILLION

_PEAK_RESET = "5"


def peak(work: Callable[[], object]) -> int:
    """The most bytes that were resident during the work, beyond those before it."""
    # What others freed would be taken again without a trace.
    ctypes.CDLL(None).malloc_trim(0)
    Path("/proc/self/clear_refs").write_text(_PEAK_RESET)
    before = _resident("VmRSS")
    work()
    return max(_resident("VmHWM") - before, 0)


def _resident(field: str) -> int:
    found = re.search(rf"^{field}:\s+(\d+) kB", Path("/proc/self/status").read_text(), re.MULTILINE)
    assert found is not None, "Linux tells it"
    return int(found[1]) * 1024


def main() -> None:
    """Print the table as Markdown."""
    random = np.random.default_rng(SEED)
    counts = random.integers(1, 1000, (CLASSES, CLASSES))
    result = MatrixResult(ConfusionMatrix(tuple(range(CLASSES)), counts))
    labels = random.integers(0, CLASSES, (3, MILLION))
    is_positive, scores = random.random(MANY) < 1 / 2, random.random((2, MANY))
    few = slice(0, MILLION)
    pairs = count_pairs(labels[0], labels[1], labels[2], CLASSES)
    columns = metadata(random, MILLION)

    def ranked_curves() -> object:
        ranked = rank_probabilities([(scores[0, few], is_positive[few])], MILLION)
        return curves_of(ranked, 500), reliability(ranked, "equal_mass", 10)

    rows: dict[str, Callable[[], object]] = {
        f"every metric with its interval, from counts of {CLASSES} classes": lambda: (
            overall_estimates(result, Confidence()),
            class_estimates(result, Confidence()),
        ),
        f"{REPLICATES:,} replicates of the metrics of all classes together": lambda: percentile_intervals(
            count_formulas.OVERALL, draw(counts, replicates=REPLICATES, seed=SEED), ALPHA
        ),
        "clustered interval, 1,000,000 groups": lambda: clustered(labels[0], labels[0] + labels[1], ALPHA),
        f"paired counts of two runs of 1,000,000 rows, {CLASSES} classes": lambda: count_pairs(
            labels[0], labels[1], labels[2], CLASSES
        ),
        "paired bootstrap of these, macro F1": lambda: replicate(
            pairs, {"f1.macro": count_formulas.OVERALL["f1.macro"]}, replicates=REPLICATES, seed=SEED
        ),
        "DeLong's test of two areas, 1,000,000 rows": lambda: areas(is_positive[few], scores[:, few]),
        f"the same of {MANY:,} rows, in bins": lambda: binned_areas(is_positive, scores),
        "area of a run with its error, 1,000,000 rows": lambda: roc_area(
            ScoredRows(MILLION, int(is_positive[few].sum()), scores.dtype, lambda: [(scores[0, few], is_positive[few])])
        ),
        "curves, band, and reliability, 1,000,000 rows": ranked_curves,
        "weak slices, 1,000,000 rows, 8 columns": lambda: weak_slices(
            columns, is_positive[few], scores[0, few], SlicePlan(ALPHA, "benjamini-hochberg", 10, SEED, 10)
        ),
    }
    print("| what | MB |\n| --- | ---: |")
    for name, work in rows.items():
        print(f"| {name} | {peak(work) / MILLION:.0f} |", flush=True)


if __name__ == "__main__":
    main()
