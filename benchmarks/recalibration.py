"""How often the interval of the expected calibration error holds the true value.

    python -m benchmarks.recalibration [sets]

True probabilities come from a beta distribution, and the odds of the scores are a power of theirs, so that a power of 1
is a calibrated model. 2,000 sets of each kind if not told otherwise, all from one seed.
"""

import sys

import numpy as np

from shared.evaluation.calibration.recalibration import calibration_error
from shared.evaluation.rates import Floats

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
        found = calibration_error(scores_of(true, power), random.random(n) < true, BINS, seed)
        hits += found.low - 1e-4 <= error <= found.high + 1e-4
    return hits / sets


def main() -> None:
    """Print the table."""
    sets = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    random = np.random.default_rng(SEED)
    for name, kind in KINDS.items():
        for power in POWERS:
            error = true_error(kind, power, random) if power != 1 else 0.0
            shares = [f"{coverage(kind, power, n, sets, error, random):.1%}" for n in SIZES]
            print(f"| {name} | {power:g} | {error:.3f} | {' | '.join(shares)} |", flush=True)


if __name__ == "__main__":
    main()
