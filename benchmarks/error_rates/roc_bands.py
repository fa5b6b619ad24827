"""How often the band around a ROC curve holds the true height: `python -m benchmarks.error_rates.roc_bands [sets]`.

At six false positive rates, each by itself, of the scores of `benchmarks.error_rates.score_models` that are not grades;
1,000 sets if not told otherwise, all from one seed. The true height is that of two million samples.
"""

import sys

import numpy as np

from benchmarks.error_rates.score_models import SCORE_MODELS, ScoreModel
from shared.evaluation.curves.roc_and_pr import CurvePoints
from shared.evaluation.distributions import critical_value
from shared.evaluation.intervals.roc_band import roc_band
from shared.evaluation.types import Floats

SEED = 23
SIDES = ((10, 190), (100, 100), (95, 1905), (1000, 1000))
RATES = np.array([0.02, 0.05, 0.1, 0.2, 0.5, 0.8])
ALPHA = 0.05
MANY = 2_000_000


def true_heights(scores: ScoreModel) -> Floats:
    """The share of positives above the thresholds that so many negatives reach."""
    positive, negative = scores.draw(np.random.default_rng(SEED), MANY, MANY)
    thresholds = np.quantile(negative, 1 - RATES)
    heights: Floats = 1 - np.searchsorted(np.sort(positive), thresholds) / MANY
    return heights


def coverage(scores: ScoreModel, positives: int, negatives: int, sets: int) -> Floats:
    """The share of sets whose band holds the height at each rate."""
    random, heights, held = np.random.default_rng(SEED), true_heights(scores), np.zeros(len(RATES))
    for _ in range(sets):
        drawn = np.concatenate(scores.draw(random, positives, negatives))
        is_positive = (np.arange(len(drawn)) < positives)[np.argsort(-drawn)]
        rates, hits = (np.append(0, np.cumsum(side)) / side.sum() for side in (~is_positive, is_positive))
        curve = CurvePoints(rates, hits, np.append(np.inf, -np.sort(-drawn)))
        low, high = roc_band(curve, positives, negatives, critical_value(ALPHA))
        held += (np.interp(RATES, rates, low) <= heights) & (heights <= np.interp(RATES, rates, high))
    return held / sets


def main() -> None:
    """Print the table as Markdown."""
    sets = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    print("| scores | positives | negatives |" + "".join(f" {rate:g} |" for rate in RATES))
    print("| --- | ---: | ---: |" + " ---: |" * len(RATES))
    for scores in SCORE_MODELS:
        if scores.name == "five grades":
            continue
        for sides in SIDES:
            shares = coverage(scores, *sides, sets)
            print(
                f"| {scores.name} | {sides[0]} | {sides[1]} |" + "".join(f" {one:.1%} |" for one in shares), flush=True
            )


if __name__ == "__main__":
    main()
