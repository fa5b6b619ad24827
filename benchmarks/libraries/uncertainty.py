"""What intervals and paired comparisons cost: `python -m benchmarks.libraries.uncertainty`.

Seconds of the processor, medians of five, which other work on the machine changes less than those by the clock. SciPy's
bootstrap of one metric is measured over few replicates and multiplied.
"""

import time
from collections.abc import Callable
from statistics import median
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy import stats

from shared.comparisons.evaluating import evaluate
from shared.comparisons.options import CLASS_METRICS, OVERALL_METRICS, ComparedMetric, ComparisonOptions
from shared.comparisons.pairing import pair
from shared.comparisons.sides import ComparedSide
from shared.evaluation.confusion.matrix import ConfusionMatrix
from shared.evaluation.intervals import count_formulas
from shared.evaluation.intervals.areas import areas, difference_spread
from shared.evaluation.intervals.bootstrap import draw, percentile_intervals, percentiles
from shared.evaluation.intervals.of_matrix import Confidence, class_estimates, overall_estimates
from shared.evaluation.metrics.matrix_result import MatrixResult
from shared.evaluation.paired.tensor import replicates_for

ROWS, CLASSES, SEED = 277_000, 10, 20
REPLICATES, ALPHA = 10_000, 0.05
# Of SciPy, which takes a second for a few.
SCIPY_REPLICATES = 20
ROUNDS = 5
# Of all classes together, and those of each that need no scores: 12 and 7, of which 82 are tested.
METRICS: list[ComparedMetric] = [*OVERALL_METRICS, *(one for one in CLASS_METRICS if one != "roc_auc.class")]


def main() -> None:
    """Print the table."""
    random = np.random.default_rng(SEED)
    truth = random.integers(0, CLASSES, ROWS)
    sides = [np.where(random.random(ROWS) < share, truth, random.integers(0, CLASSES, ROWS)) for share in (0.8, 0.82)]
    counts = np.bincount(truth * CLASSES + sides[0], minlength=CLASSES**2).reshape(CLASSES, CLASSES)
    samples = random.integers(0, 2, 1_000_000)
    scores = samples + random.normal(size=1_000_000) + random.normal(size=(2, 1_000_000))
    labels, ids = list(range(CLASSES)), pa.array([str(number) for number in range(ROWS)])
    old, new = (ComparedSide(labels, truth, side, ids) for side in sides)
    options = ComparisonOptions(metrics=METRICS)
    compared = _seconds(lambda: evaluate(pair(old, new), options))
    by_scipy = _seconds(lambda: _by_scipy(truth, sides), rounds=1)
    tests = len(evaluate(pair(old, new), options).differences)
    scaled = by_scipy * replicates_for(CLASSES**3, CLASSES, 0.05 / tests) / SCIPY_REPLICATES
    rows = {
        f"every metric with its interval, from counts of {CLASSES} classes": _seconds(lambda: _all(counts)),
        f"{REPLICATES:,} replicates of every metric of counts": _seconds(lambda: _bootstrap(counts)),
        f"two runs of {ROWS:,} rows, {tests} differences": compared,
        "SciPy's bootstrap of one of them, macro F1, as often": scaled,
        "DeLong's test of two areas, 1,000,000 samples": _seconds(lambda: _areas(samples == 1, scores)),
    }
    print("| what | seconds |\n| --- | ---: |")
    for name, seconds in rows.items():
        print(f"| {name} | {seconds:.3f} |")


def _all(counts: NDArray[Any]) -> object:
    result = MatrixResult(ConfusionMatrix(tuple(range(CLASSES)), counts))
    return overall_estimates(result, Confidence()), class_estimates(result, Confidence())


def _bootstrap(counts: NDArray[Any]) -> object:
    drawn = draw(counts, replicates=REPLICATES, seed=SEED)
    by_class = count_formulas.BY_CLASS | count_formulas.CLASS_PROPORTIONS
    of_classes = [formula(*drawn) for formula in by_class.values()]
    bounds = [percentiles(values[:, code], ALPHA) for values in of_classes for code in range(CLASSES)]
    return percentile_intervals(count_formulas.OVERALL, drawn, ALPHA), bounds


def _areas(is_positive: NDArray[Any], scores: NDArray[Any]) -> object:
    return difference_spread(areas(is_positive, scores))


def _by_scipy(truth: NDArray[Any], sides: list[NDArray[Any]]) -> object:
    def difference(actual: NDArray[Any], old: NDArray[Any], new: NDArray[Any]) -> float:
        return _macro_f1(actual, new) - _macro_f1(actual, old)

    return stats.bootstrap(
        (truth, *sides),
        difference,
        paired=True,
        vectorized=False,
        n_resamples=SCIPY_REPLICATES,
        method="percentile",
        random_state=SEED,
    )


def _macro_f1(actual: NDArray[Any], guess: NDArray[Any]) -> float:
    counts = np.bincount(actual * CLASSES + guess, minlength=CLASSES**2).reshape(CLASSES, CLASSES)
    return float(np.mean(2 * counts.diagonal() / (counts.sum(axis=0) + counts.sum(axis=1))))


def _seconds(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    taken = []
    for _ in range(rounds):
        began = time.process_time()
        work()
        taken.append(time.process_time() - began)
    return median(taken)


if __name__ == "__main__":
    main()
