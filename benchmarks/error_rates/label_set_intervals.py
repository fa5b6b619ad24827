"""How often the intervals of metrics of label sets hold the true value.

    python -m benchmarks.error_rates.label_set_intervals [sets]

Each sample has any of four labels, which come together: a number of the sample decides about all of them, and another
one how well all are predicted. 2,000 sets of each kind if not told otherwise, all from one seed.
"""

import sys

import numpy as np
from scipy.stats import norm

from shared.evaluation.intervals.of_label_sets import sample_estimates
from shared.evaluation.intervals.of_matrix import Confidence, Estimate
from shared.evaluation.multilabel.label_means import count_with_means
from shared.evaluation.multilabel.label_set_counts import LabelSetCounts

SEED = 20
SIZES = (200, 2000)
SHARES = {"1:1": 0.5, "1:20": 1 / 21}
RECALL = 0.8
LABELS = 4
SETS = [[label for label in range(LABELS) if number >> label & 1] for number in range(2**LABELS)]
# So many samples that their metrics are the true ones.
MANY = 2_000_000


def draw(random: np.random.Generator, n: int, share: float) -> LabelSetCounts:
    """Samples with labels of this share each; a correlation of 0.5 between labels and of 0.36 between errors."""
    actual = np.sqrt(0.5) * (random.normal(size=(n, 1)) + random.normal(size=(n, LABELS))) < norm.ppf(share)
    ease = 0.6 * random.normal(size=(n, 1)) + 0.8 * random.normal(size=(n, LABELS))
    predicted = np.where(actual, ease < norm.ppf(RECALL), ease > norm.ppf(1 - share * (1 - RECALL)))
    pairs = np.column_stack([side @ (1 << np.arange(LABELS)) for side in (actual, predicted)])
    distinct, times = np.unique(pairs, axis=0, return_counts=True)
    return count_with_means(SETS, LABELS, distinct, times.astype(np.int64))


def _holds(estimate: Estimate, true: float) -> bool | None:
    return None if estimate.low is None or estimate.high is None else estimate.low <= true <= estimate.high


def main() -> None:
    """Print the table as Markdown."""
    sets = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    random = np.random.default_rng(SEED)
    print("| metric | labels | n | coverage of 95 % | sets without |\n| --- | --- | ---: | ---: | ---: |")
    for name, share in SHARES.items():
        truth = sample_estimates(draw(random, MANY, share), Confidence())
        for size in SIZES:
            found = [sample_estimates(draw(random, size, share), Confidence()) for _ in range(sets)]
            for metric, true in truth.items():
                held = [_holds(one[metric], true.value or 0.0) for one in found if metric in one]
                known = [one for one in held if one is not None]
                without = 1 - len(known) / sets
                print(f"| `{metric}` | {name} | {size} | {np.mean(known):.1%} | {without:.1%} |", flush=True)


if __name__ == "__main__":
    main()
