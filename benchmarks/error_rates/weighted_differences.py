"""How often differences of weighted samples are shown where there are none.

    python -m benchmarks.error_rates.weighted_differences [sets]

Two models that are equally good answer the same samples of two classes; weights are drawn from an exponential
distribution, so that n samples are worth about n/2; of the tied ones they are three times as large where either model
errs. The shares of the sets in which a P-value is at most 5 %, each by itself. 1,000 sets of each kind if not told
otherwise, all from one seed.
"""

import sys

import numpy as np

from shared.evaluation.intervals.count_formulas import OVERALL
from shared.evaluation.intervals.weighted_areas import weighted_areas
from shared.evaluation.paired.tensor import Formula, count_pairs, replicate
from shared.evaluation.paired.testing import DifferenceTest, Question
from shared.evaluation.paired.weighted_testing import of_weighted_areas, of_weighted_pairs, of_weighted_replicates

SEED = 7
SIZES, SHARES, TIED = (100, 200, 1000), (0.5, 0.1), {"": 1.0, ", tied": 3.0}
ALPHA, _MIDDLE = 0.05, 0.5
QUESTION = Question(ALPHA, None, 0.01)
FORMULAS: dict[str, Formula] = {name: OVERALL[name] for name in ("f1.macro", "balanced_accuracy", "mcc")}
NAMES = ("accuracy", *FORMULAS, "roc_auc")


def draw(random: np.random.Generator, size: int, share: float, times: float) -> dict[str, DifferenceTest]:
    """The tests of one set."""
    truth = (random.random(size) < share).astype(np.int64)
    # What makes a sample hard is so for both.
    common = 0.8 * random.normal(size=size)
    scores = truth + common + 0.8 * random.normal(size=(2, size))
    baseline, candidate = (scores > _MIDDLE).astype(np.int64)
    weights = random.exponential(size=size) * np.where((baseline != truth) | (candidate != truth), times, 1.0)
    counts = count_pairs(truth, baseline, candidate, 2, weights)
    found = {"accuracy": of_weighted_pairs(counts, QUESTION)}
    for name, one in replicate(counts, FORMULAS, replicates=1000, seed=SEED).items():
        difference = float(one.candidate - one.baseline)
        found[name] = of_weighted_replicates(difference, one.drawn, counts, QUESTION, one.bases[0], one.margins[0])
    is_positive = truth == 1
    found["roc_auc"] = of_weighted_areas(weighted_areas(is_positive, scores, weights), is_positive, weights, QUESTION)
    return found


def main() -> None:
    """Print the table as Markdown."""
    sets = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    random = np.random.default_rng(SEED)
    print(f"| share of a class, n | {' | '.join(NAMES)} |\n| --- |{' ---: |' * len(NAMES)}")
    for suffix, times in TIED.items():
        for share in SHARES:
            for size in SIZES:
                found = [draw(random, size, share, times) for _ in range(sets)]
                p_values = ([one[name].p_value for one in found] for name in NAMES)
                shown = [np.mean([p is not None and p <= ALPHA for p in of_metric]) for of_metric in p_values]
                print(f"| {share}{suffix}, {size:,} | {' | '.join(f'{100 * rate:.1f}%' for rate in shown)} |")


if __name__ == "__main__":
    main()
