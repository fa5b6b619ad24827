"""How often intervals of a mean of recalls hold it: the score test's, and Wilson's put together (MOVER).

    python -m benchmarks.error_rates.recall_means [sets]

Classes of several numbers and frequencies, with recalls that are equal or not; 4,000 sets of each kind if not told
otherwise, all from one seed. The true mean is that of the classes that occur in a set.
"""

import sys
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from benchmarks.error_rates.statistics import ALPHA, SEED, SIZES
from shared.evaluation.distributions import critical_value
from shared.evaluation.intervals.proportions import wilson
from shared.evaluation.intervals.score import sum_bounds
from shared.evaluation.types import Floats

CLASSES = (2, 3, 5, 10, 20)
EQUAL_RECALLS = (0.5, 0.7, 0.85, 0.9, 0.95, 0.97, 0.99)
CRITICAL = critical_value(ALPHA)
# Each is half as frequent as the one before: of more, the last ones hardly occur.
_HALVING = (3, 5)
# So many samples that their share is known.
_SURE = 1e18


def shares_of(classes: int) -> Iterator[tuple[str, Floats]]:
    """The shares of so many classes, by how they are called."""
    yield "even", np.full(classes, 1 / classes)
    yield "1:20", np.array([20 / 21 / (classes - 1)] * (classes - 1) + [1 / 21])
    if classes in _HALVING:
        halves = 0.5 ** np.arange(classes)
        yield "halving", halves / halves.sum()


def recalls_of(classes: int) -> Iterator[tuple[str, Floats]]:
    """The true recalls of so many classes, by how they are called."""
    for recall in EQUAL_RECALLS:
        yield f"{recall:g}", np.full(classes, recall)
    yield "0.95, last 0.5", np.array([0.95] * (classes - 1) + [0.5])
    yield "0.6 to 0.99", np.linspace(0.6, 0.99, classes)


def coverages(shares: Floats, recalls: Floats, size: int, sets: int) -> tuple[float, float]:
    """The shares of sets whose interval holds the sum of the recalls, by the score test and by MOVER."""
    random = np.random.default_rng(SEED)
    actual = random.multinomial(size, shares, sets)
    hits = random.binomial(actual, recalls)
    occurs = actual > 0
    true = np.where(occurs, recalls, 0.0).sum(axis=1)
    # A class that does not occur adds nothing, for sure.
    wholes = np.where(occurs, actual, _SURE).T
    bounds = sum_bounds(hits.T, wholes, CRITICAL), _by_mover(hits.T, wholes)
    by_score, by_mover = (float(np.mean((low <= true) & (true <= high))) for low, high in bounds)
    return by_score, by_mover


def _by_mover(hits: NDArray[np.int64], wholes: Floats) -> tuple[Floats, Floats]:
    shares, (low, high) = hits / wholes, wilson(hits, wholes, CRITICAL)
    found = shares.sum(axis=0)
    down, up = (np.sqrt((side**2).sum(axis=0)) for side in (shares - low, high - shares))
    return found - down, found + up


def main() -> None:
    """Print the table as Markdown."""
    sets = int(sys.argv[1]) if len(sys.argv) > 1 else 4000
    print("| classes | frequencies | recalls | n | score test | MOVER |\n| ---: | --- | --- | ---: | ---: | ---: |")
    for classes in CLASSES:
        for frequencies, shares in shares_of(classes):
            for name, recalls in recalls_of(classes):
                for size in SIZES:
                    by_score, by_mover = coverages(shares, recalls, size, sets)
                    row = f"| {classes} | {frequencies} | {name} | {size} | {by_score:.1%} | {by_mover:.1%} |"
                    print(row, flush=True)


if __name__ == "__main__":
    main()
