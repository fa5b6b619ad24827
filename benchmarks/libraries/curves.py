"""The time of the curves of scores, beside one np.sort of them, scikit-learn and PyCM.

Run it as `python -m benchmarks.libraries.curves`; `--millions 10 100` adds so many million scores, `--slow` lets PyCM
draw the ROC curve of 1,000 samples, which takes it minutes.
"""

import argparse
import time
import tracemalloc
import warnings
from collections.abc import Callable
from statistics import median
from typing import Any

import numpy as np
import pycm
from numpy.typing import NDArray
from sklearn import metrics

from shared.evaluation.curves.one_vs_rest import ClassifierCurves, measure_curves
from shared.evaluation.curves.roc_and_pr import average_precision, pr_area, roc_area, roc_curve
from shared.evaluation.curves.thresholds import count_at_scores
from shared.evaluation.inputs.probabilities import read_probabilities

Scores = NDArray[Any]
Labels = NDArray[np.bool_]
Areas = tuple[float | None, float | None, float | None]

ROUNDS = 11
POSITIVE_SHARE = 0.3
FLOOR = "floor: np.sort of the scores"


def sample(size: int) -> tuple[Scores, Labels]:
    """Draw scores that overlap, with three positives in ten."""
    rng = np.random.default_rng(size)
    positive = rng.random(size) < POSITIVE_SHARE
    return np.clip(rng.normal(0.4 + 0.2 * positive, 0.12), 0, 1), positive


def areas_of(scores: Scores, positive: Labels) -> Areas:
    """Compute all three areas, without points."""
    counts = count_at_scores(scores, positive)
    return roc_area(counts), pr_area(counts), average_precision(counts)


def by_scikit_learn(scores: Scores, positive: Labels) -> None:
    """Compute by scikit-learn its part of `measure_both`: points and areas of both columns, no thinning or averages."""
    for column, labels in (scores, positive), (1 - scores, ~positive):
        metrics.roc_curve(labels, column)
        metrics.precision_recall_curve(labels, column)
        metrics.roc_auc_score(labels, column)
        metrics.average_precision_score(labels, column)


def measure_both(scores: Scores, positive: Labels) -> ClassifierCurves:
    """Check the table of two columns and measure everything: areas, drawings, best thresholds, averages."""
    table = read_probabilities(np.column_stack([1 - scores, scores]), len(scores))
    return measure_curves(table, positive.astype(np.uint8))


def milliseconds(function: Callable[[], object]) -> float:
    """Return the milliseconds of processor time of one call, which other processes affect little."""
    start = time.process_time()
    function()
    return (time.process_time() - start) * 1000


def race(candidates: dict[str, Callable[[], object]], rounds: int = ROUNDS) -> dict[str, list[float]]:
    """Return the milliseconds of each candidate; they take turns, so that a slow moment of the machine hits all."""
    times: dict[str, list[float]] = {name: [] for name in candidates}
    for _ in range(rounds):
        for name, function in candidates.items():
            times[name].append(milliseconds(function))
    return times


def compare(size: int) -> None:
    """Print one block of the table; a ratio is the median of the rounds' ratios."""
    scores, positive = sample(size)
    single, tied = scores.astype(np.float32), scores.round(4)
    times = race(
        {
            FLOOR: lambda: np.sort(scores),
            "np.argsort of the scores": lambda: np.argsort(scores),
            "counts at every score": lambda: count_at_scores(scores, positive),
            "counts and all three areas": lambda: areas_of(scores, positive),
            "2 columns: all that a curve job measures": lambda: measure_both(scores, positive),
            "2 columns, float32 scores": lambda: measure_both(single, positive),
            "2 columns, four decimals": lambda: measure_both(tied, positive),
            "2 columns, scikit-learn": lambda: by_scikit_learn(scores, positive),
        }
    )
    floors = times[FLOOR]
    print(f"\n{f'{size:,} scores':<42}{'ms':>10}{'/ floor':>9}")
    for name, values in times.items():
        ratio = median(value / floor for value, floor in zip(values, floors, strict=True))
        print(f"{name:<42}{median(values):>10.2f}{ratio:>9.2f}")


def compare_with_pycm(size: int, rounds: int) -> None:
    """Print the times of the areas below both columns' ROC curves, here and in PyCM."""
    scores, positive = sample(size)
    table = np.column_stack([1 - scores, scores])
    labels, rows = positive.astype(int).tolist(), table.tolist()

    def by_pycm() -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            pycm.ROCCurve(actual_vector=labels, probs=rows, classes=[0, 1]).area()

    def here() -> None:
        for column in range(2):
            counts = count_at_scores(table[:, column], positive == column)
            roc_curve(counts)
            roc_area(counts)

    theirs = median(race({"PyCM": by_pycm}, rounds)["PyCM"])
    ours = median(race({"here": here}, 101)["here"])
    print(f"ROC of {size:,} samples, 2 columns: PyCM {theirs:,.0f} ms, here {ours:.3f} ms, {theirs / ours:,.0f}x")


def large(millions: int) -> None:
    """Print time, and memory beyond the input, for many scores."""
    scores, positive = sample(millions * 1_000_000)
    functions: dict[str, Callable[[], object]] = {
        "np.sort": lambda: np.sort(scores),
        "measured": lambda: measure_both(scores, positive),
    }
    for name, function in functions.items():
        time_ms = milliseconds(function)
        tracemalloc.start()
        function()
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        print(
            f"{millions:>4} M scores, {name:<9} {time_ms:>9,.0f} ms, {peak / len(scores):>5.1f} bytes per score at most"
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="*", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--millions", type=int, nargs="*", default=[])
    parser.add_argument("--slow", action="store_true")
    arguments = parser.parse_args()
    for samples in arguments.sizes:
        compare(samples)
    print()
    compare_with_pycm(200, 3)
    if arguments.slow:
        compare_with_pycm(1000, 1)
    for count in arguments.millions:
        large(count)
