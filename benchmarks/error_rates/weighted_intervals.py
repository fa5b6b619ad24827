"""How often the intervals of weighted samples hold the true value.

    python -m benchmarks.error_rates.weighted_intervals [sets]

Matrices of two classes as in `benchmarks.error_rates.statistics`, whose samples have weights from an exponential
distribution, so that n samples are worth about n/2; of the tied ones the weights are three times as large where the
model errs. Areas are of normal scores, 1 apart, of which those beyond the middle between both means are errors. 1,000
sets of each kind if not told otherwise, all from one seed.
"""

import sys

import numpy as np
from numpy.typing import NDArray

from benchmarks.error_rates.statistics import KINDS, SEED, SIZES, shares_of
from shared.evaluation.confusion.matrix import ConfusionMatrix
from shared.evaluation.curves.weighted_area import sides_at_scores, weighted_area
from shared.evaluation.curves.weighted_precision import weighted_precision_spread
from shared.evaluation.intervals.of_areas import area_estimate, average_precision_estimate
from shared.evaluation.intervals.of_matrix import Confidence, Estimate
from shared.evaluation.intervals.of_weighted import weighted_class_estimates, weighted_overall_estimates
from shared.evaluation.metrics import OVERALL, PER_CLASS
from shared.evaluation.metrics.matrix_result import MatrixResult

METHODS = ("wilson", "score", "mover", "delta")
# Krippendorff's alpha is corrected for a number of samples, which weights are not, and has no interval of them.
OF_ALL = [metric for metric in OVERALL.metrics if metric.interval in METHODS and metric.id != "krippendorff_alpha"]
OF_CLASS = [metric for metric in PER_CLASS.metrics if metric.interval in METHODS]
# Times as heavy as right samples.
TIED = {"": 1.0, ", tied": 3.0}
# Between the means of the scores of both kinds.
MIDDLE = 0.5
# So many samples that their areas are the true ones.
MANY = 4_000_000


def estimates(counts: NDArray[np.float64], squares: NDArray[np.float64]) -> dict[str, Estimate]:
    """The metrics of one set, those of a class of the second one, which is the rare one."""
    result = MatrixResult(ConfusionMatrix((0, 1), counts, np.ones((2, 2), np.int64), squares))
    by_class = weighted_class_estimates(result, Confidence(), OF_CLASS)
    overall = weighted_overall_estimates(result, Confidence(), OF_ALL)
    return overall | {name: ones[1] for name, ones in by_class.items()}


def draw(
    random: np.random.Generator, size: int, shares: NDArray[np.float64], times: NDArray[np.float64]
) -> dict[str, Estimate]:
    """The metrics of so many samples."""
    cells = random.choice(4, size, p=shares.ravel())
    weights = random.exponential(size=size) * times.ravel()[cells]
    counts, squares = (np.bincount(cells, sums, 4).astype(np.float64).reshape(2, 2) for sums in (weights, weights**2))
    return estimates(counts, squares)


def areas(random: np.random.Generator, size: int, share: float, times: float) -> dict[str, Estimate]:
    """The ROC AUC and the average precision of so many samples, of which such a share is positive."""
    is_positive = np.arange(size) < min(max(int(random.binomial(size, share)), 2), size - 2)
    scores = random.normal(size=size) + is_positive
    weights = random.exponential(size=size) * np.where((scores > MIDDLE) == is_positive, 1.0, times)
    sides = sides_at_scores(scores, is_positive, weights)
    assert sides is not None, "there are two of either kind"
    area, spread = weighted_area(sides)
    worth = max(round(sides.positives.effective), 1), max(round(sides.negatives.effective), 1)
    tp, fp = (side.weights.cumsum() for side in sides.falling)
    precision = float(sides.falling.positives.weights @ (tp / (tp + fp)) / tp[-1])
    found = average_precision_estimate(precision, weighted_precision_spread(*sides.falling), "weighted-influence")
    return {"roc_auc.class": area_estimate(area, spread, worth, "weighted-delong"), "average_precision.class": found}


def print_rows(truth: dict[str, Estimate], found: list[dict[str, Estimate]], kind: str, size: int) -> None:
    """Print how often each metric's interval holds the true value."""
    for metric, true in truth.items():
        bounds = [(one[metric].low, one[metric].high) for one in found]
        known = [(low, high) for low, high in bounds if low is not None and high is not None]
        held = np.mean([low <= (true.value or 0.0) <= high for low, high in known])
        method = next(one[metric].method for one in found if one[metric].method)
        without = 1 - len(known) / len(found)
        print(f"| `{metric}` | {method} | {kind} | {size} | {held:.1%} | {without:.1%} |", flush=True)


def main() -> None:
    """Print the table as Markdown."""
    sets = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    random, of_areas = (np.random.default_rng(SEED) for _ in range(2))
    print(
        "| metric | method | classes | n | coverage of 95 % | sets without |\n| --- | --- | --- | ---: | ---: | ---: |"
    )
    for name, kind in KINDS.items():
        for suffix, weight in TIED.items():
            shares, times = shares_of(kind), np.where(np.eye(2, dtype=bool), 1.0, weight)
            truth = estimates(shares * times, shares * times**2)
            true_areas = areas(of_areas, MANY, kind[1], weight)
            for size in SIZES:
                print_rows(truth, [draw(random, size, shares, times) for _ in range(sets)], f"{name}{suffix}", size)
                drawn = [areas(of_areas, size, kind[1], weight) for _ in range(sets)]
                print_rows(true_areas, drawn, f"{name}{suffix}", size)


if __name__ == "__main__":
    main()
