"""How often the interval of an average precision holds the true value.

    python -m benchmarks.error_rates.average_precision [sets]

Scores of the kinds of `benchmarks.error_rates.score_models`; the numbers of positives vary from set to set. 1,000 sets
of each kind if not told otherwise, all from one seed.
"""

import sys

import numpy as np

from benchmarks.error_rates.score_models import LONG_TAILED, SCORE_MODELS, ScoreModel
from benchmarks.error_rates.statistics import ALPHA, KINDS, SEED, SIZES
from shared.evaluation.curves.precision_spread import PrecisionSums
from shared.evaluation.curves.roc_and_pr import average_precision
from shared.evaluation.curves.thresholds import ThresholdCounts, count_at_scores
from shared.evaluation.intervals.areas import average_precision_interval

# So many samples that their average precision is the true one.
MANY = 4_000_000
SIZES_OF_LONG_TAILED = (200, 500, 2000, 10_000)


def draw(random: np.random.Generator, scores: ScoreModel, positives: int, size: int) -> ThresholdCounts:
    """The counts at every score of one set."""
    drawn = np.concatenate(scores.draw(random, positives, size - positives))
    # Between 0 and 1 in the same order.
    return count_at_scores(1 / (1 + np.exp(-drawn)), np.arange(size) < positives)


def coverage(scores: ScoreModel, share: float, size: int, sets: int, true: float) -> tuple[float, float]:
    """The share of sets whose interval holds the true value, of those that have one, and the share that have none."""
    random, held = np.random.default_rng(SEED), []
    for _ in range(sets):
        positives = min(max(int(random.binomial(size, share)), 2), size - 2)
        counts, sums = draw(random, scores, positives, size), PrecisionSums(positives, size - positives)
        sums.add(counts)
        value, spread = average_precision(counts), sums.spread()
        assert value is not None, "there are positives"
        assert spread is not None, "there are two of either kind"
        bounds = average_precision_interval(value, spread, ALPHA)
        held += [] if bounds is None else [bounds[0] <= true <= bounds[1]]
    return float(np.mean(held)), 1 - len(held) / sets


def main() -> None:
    """Print the table as Markdown."""
    sets = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    print("| scores | value | classes | n | coverage of 95 % | sets without |")
    print("| --- | ---: | --- | ---: | ---: | ---: |")
    for scores in (*SCORE_MODELS, *LONG_TAILED):
        for name, (_, share) in KINDS.items():
            true = average_precision(draw(np.random.default_rng(SEED), scores, int(MANY * share), MANY))
            assert true is not None, "there are positives"
            for size in SIZES_OF_LONG_TAILED if scores in LONG_TAILED else SIZES:
                covered, without = coverage(scores, share, size, sets, true)
                row = f"| {scores.name} | {true:.3f} | {name} | {size} | {covered:.1%} | {without:.1%} |"
                print(row, flush=True)


if __name__ == "__main__":
    main()
