"""How often the intervals of Brier score, log loss and expected calibration error hold the true value.

    python -m benchmarks.error_rates.recalibration [sets] [losses]

True probabilities come from a beta distribution, and the odds of the scores are a power of theirs, so that a power of 1
is a calibrated model. 2,000 sets of each kind if not told otherwise, all from one seed. With `losses` there are only
the first two, which take less time.
"""

import sys

import numpy as np
from numpy.typing import NDArray

from shared.evaluation.calibration.recalibration import calibration_error, compared
from shared.evaluation.types import Floats

SEED = 20
SIZES = (200, 2000)
# Parameters of the beta distribution of the true probabilities: means of 2 in 5 and of 1 in 21.
KINDS = {"2:3": (2.0, 3.0), "1:20": (0.5, 10.0)}
POWERS = (1.0, 1.1, 1.3, 1.6, 2.5)
BINS = 15
# So many samples give the true error to four digits.
MANY = 4_000_000


def scores_of(true: Floats, power: float) -> Floats:
    """The scores of a model whose odds are a power of the true ones."""
    found: Floats = 1 / (1 + ((1 - true) / true) ** power)
    return found


def _drawn(random: np.random.Generator, kind: tuple[float, float], n: int) -> Floats:
    # Not exactly 0, whose odds have no power.
    return np.maximum(random.beta(*kind, n), np.finfo(float).tiny ** 0.25)


def true_error(kind: tuple[float, float], power: float, random: np.random.Generator) -> float:
    """The mean size of the gaps, weighted by the bins, without the noise of labels."""
    true = _drawn(random, kind, MANY)
    scores = scores_of(true, power)
    at = np.maximum(np.searchsorted(np.arange(BINS + 1) / BINS, scores, "left") - 1, 0)
    return float(np.abs(np.bincount(at, scores - true)).sum() / MANY)


def coverage(
    kind: tuple[float, float], power: float, n: int, sets: int, error: float, random: np.random.Generator
) -> float:
    """The share of sets of n samples whose interval holds the true error, but for rounding of the latter."""
    hits = 0
    for seed in range(sets):
        true = _drawn(random, kind, n)
        found = calibration_error(scores_of(true, power), random.random(n) < true, BINS, seed, np.ones(n))
        hits += found.low - 1e-4 <= error <= found.high + 1e-4
    return hits / sets


def losses_of(scores: Floats, positive: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """The squared error and the log loss of each sample."""
    return (scores - positive) ** 2, -np.log(np.where(positive, scores, 1 - scores))


def coverage_of_losses(
    kind: tuple[float, float], power: float, n: int, sets: int, random: np.random.Generator
) -> tuple[float, float]:
    """The shares of sets of n samples whose intervals hold the true Brier score and the true log loss."""
    many = _drawn(random, kind, MANY)
    scores = scores_of(many, power)
    if_positive, if_negative = (losses_of(scores, np.full(MANY, side)) for side in (True, False))
    truth = [float(np.mean(many * yes + (1 - many) * no)) for yes, no in zip(if_positive, if_negative, strict=True)]
    hits = np.zeros(2)
    for _ in range(sets):
        true = _drawn(random, kind, n)
        brier, log = losses_of(scores_of(true, power), random.random(n) < true)
        for at, found in enumerate(compared(brier, log, np.ones(len(brier)))[:2]):
            hits[at] += found.low <= truth[at] <= found.high
    return float(hits[0]) / sets, float(hits[1]) / sets


def _print_losses(sets: int, random: np.random.Generator) -> None:
    for name, kind in KINDS.items():
        for power in POWERS:
            both = [coverage_of_losses(kind, power, n, sets, random) for n in SIZES]
            shares = " | ".join(f"{held:.1%}" for one in zip(*both, strict=True) for held in one)
            print(f"| {name} | {power:g} | {shares} |", flush=True)


def main() -> None:
    """Print the tables."""
    sets = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    random = np.random.default_rng(SEED)
    print("| classes | power | Brier, n = 200 | Brier, n = 2,000 | log loss, n = 200 | log loss, n = 2,000 |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    _print_losses(sets, random)
    if "losses" in sys.argv:
        return
    random = np.random.default_rng(SEED)
    print("\n| classes | power | true ECE | n = 200 | n = 2,000 |\n| --- | ---: | ---: | ---: | ---: |")
    for name, kind in KINDS.items():
        for power in POWERS:
            error = true_error(kind, power, random) if power != 1 else 0.0
            shares = [f"{coverage(kind, power, n, sets, error, random):.1%}" for n in SIZES]
            print(f"| {name} | {power:g} | {error:.3f} | {' | '.join(shares)} |", flush=True)


if __name__ == "__main__":
    main()
