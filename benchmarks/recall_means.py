"""How often intervals of a mean of recalls hold it: the score test's, and Wilson's put together (MOVER).

    python -m benchmarks.recall_means [sets]

Classes of several numbers and frequencies, with recalls that are equal or not; 4,000 sets of each kind if not told
otherwise, all from one seed. The true mean is that of the classes that occur in a set.
"""

import sys
from collections.abc import Iterator

import numpy as np

from benchmarks.statistics import ALPHA, SEED, SIZES
from shared.evaluation.distributions import critical_value
from shared.evaluation.intervals.proportions import wilson
from shared.evaluation.intervals.score import sum_bounds
from shared.evaluation.types import Floats

CLASSES = (2, 3, 5, 10, 20)
EQUAL_RECALLS = (0.5, 0.7, 0.85, 0.9, 0.95, 0.97, 0.99)
CRITICAL = critical_value(ALPHA)
# Each is half as frequent as the one before: of more, the last ones hardly occur.
_HALVING = (3, 5)


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
    """The shares of sets whose interval holds the mean, by the score test and by MOVER."""
    random = np.random.default_rng(SEED)
    actual = random.multinomial(size, shares, sets)
    hits = random.binomial(actual, recalls)
    held = []
    for number, right in zip(actual, hits, strict=True):
        occurs = number > 0
        true, found = recalls[occurs].mean(), (right[occurs] / number[occurs]).mean()
        low, high = wilson(right[occurs], number[occurs], CRITICAL)
        own = right[occurs] / number[occurs]
        down, up = (float(np.sqrt((side**2).sum())) / occurs.sum() for side in (own - low, high - own))
        bounds = [float(bound) / occurs.sum() for bound in sum_bounds(right[occurs], number[occurs], CRITICAL)]
        held.append((bounds[0] <= true <= bounds[1], found - down <= true <= found + up))
    by_score, by_mover = np.mean(held, axis=0).tolist()
    return by_score, by_mover


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
