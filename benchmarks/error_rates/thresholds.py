"""How often a promised threshold breaks its promise.

    python -m benchmarks.error_rates.thresholds [splits]

A population of 1,000,000 scored samples is split anew each time: a threshold is promised from n samples and looked up
among all. 2,000 splits of each kind if not told otherwise, all from one seed, with a confidence of 0.9.
"""

import sys

import numpy as np
from numpy.typing import NDArray

from shared.evaluation.curves.ranked_scores import rank_probabilities
from shared.evaluation.thresholds.promises import Promise, PromisedMetric, promise_threshold
from shared.evaluation.types import Floats

SEED = 20
POPULATION = 1_000_000
SIZES = (500, 2000, 10_000)
CONFIDENCE = 0.9
PROMISES: tuple[tuple[PromisedMetric, float], ...] = (
    ("precision", 0.9),
    ("precision", 0.95),
    ("recall", 0.9),
    ("specificity", 0.95),
)


def population(random: np.random.Generator) -> tuple[Floats, NDArray[np.bool_]]:
    """Scores of two decimals, so that many are equal, and labels that follow them; a quarter are positive."""
    true = random.beta(0.15, 0.45, POPULATION)
    return np.round(true, 2), random.random(POPULATION) < true


def kept(metric: PromisedMetric, is_above: NDArray[np.bool_], labels: NDArray[np.bool_]) -> float:
    """The metric of the samples of the population."""
    if metric == "precision":
        return float(labels[is_above].mean())
    return float(is_above[labels].mean() if metric == "recall" else 1 - is_above[~labels].mean())


def main() -> None:
    """Print the table."""
    splits = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    random = np.random.default_rng(SEED)
    scores, labels = population(random)
    # The metric of every threshold once.
    values = np.unique(scores)
    for metric, at_least in PROMISES:
        at_value = {value: kept(metric, scores >= value, labels) for value in values.tolist()}
        for n in SIZES:
            broken = none = 0
            for _ in range(splits):
                rows = random.integers(0, POPULATION, n)
                ranked = rank_probabilities([(scores[rows], labels[rows])], n)
                point = promise_threshold(ranked, Promise(metric, at_least, CONFIDENCE)).point
                if point is None:
                    none += 1
                    continue
                # A threshold above all scores that occur predicts nothing, and breaks no promise.
                above = values[values >= point.threshold].tolist()
                broken += bool(above) and at_value[above[0]] < at_least
            print(f"| {metric} ≥ {at_least:g} | {n:,} | {broken / splits:.1%} | {none / splits:.1%} |")


if __name__ == "__main__":
    main()
