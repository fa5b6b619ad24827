"""How often differences of samples that come in groups are shown where there are none.

    python -m benchmarks.error_rates.grouped_differences [sets]

Two models that are equally good answer the same samples, which come in groups of 1 to about 40; whether a sample is
hard for a model depends on its group by a correlation. The recalls are of a class of a quarter of the samples. The
shares of the sets in which a P-value is at most 5 %: by the groups, and by the test that takes samples for independent.
4,000 sets of each kind if not told otherwise, from one seed.

Of a candidate that is worse by just the margin, the shares of the sets whose bounds at 95 % leave that loss out below:
2.5 % of them should.
"""

import math
import sys
from statistics import NormalDist

import numpy as np

from shared.evaluation.paired.clustered_testing import of_groups, sums_of_groups
from shared.evaluation.paired.discordance import Pairs
from shared.evaluation.paired.testing import DifferenceTest, Question, of_pairs
from shared.evaluation.types import Flags

SEED = 7
GROUPS, CORRELATIONS = (10, 20, 50, 200), (0.0, 0.3, 0.8)
ALPHA, _RIGHT, _MEAN_SIZE = 0.05, 0.25, 8
KINDS = tuple((groups, correlation) for groups in (20, 50, 200) for correlation in (0.3, 0.8))
LOSSES = ((0.7, 0.65), (0.95, 0.9), (0.99, 0.96), (0.98, 0.96))
QUESTION = Question(ALPHA, None, 0.01)


def draw(random: np.random.Generator, groups: int, correlation: float) -> list[DifferenceTest]:
    """The tests of one set: of accuracy and of the recall of a class of a quarter, by groups and by samples."""
    sizes = np.minimum(random.geometric(1 / _MEAN_SIZE, groups), 5 * _MEAN_SIZE)
    of_group = np.repeat(np.arange(groups), sizes)
    own, common = random.normal(size=(2, len(of_group))), random.normal(size=(2, groups))
    ease = math.sqrt(correlation) * common[:, of_group] + math.sqrt(1 - correlation) * own
    baseline, candidate = ease > -math.sqrt(_RIGHT)
    is_of_class = random.random(len(of_group)) < np.where(random.random(groups) < 1 / 2, 0.4, 0.1)[of_group]
    found: list[DifferenceTest] = []
    for chosen in (np.ones(len(of_group), bool), is_of_class):
        first, second = baseline[chosen], candidate[chosen]
        found.append(of_groups(sums_of_groups((first, second), of_group[chosen]), len(first), QUESTION))
        found.append(of_pairs(_pairs(first, second), QUESTION))
    return found


def passes(random: np.random.Generator, groups: int, correlation: float, accuracies: tuple[float, float]) -> bool:
    """Whether the bounds of one set say that a loss of just the margin is smaller; groups are mostly hard for both."""
    sizes = np.minimum(random.geometric(1 / _MEAN_SIZE, groups), 5 * _MEAN_SIZE)
    of_group = np.repeat(np.arange(groups), sizes)
    own, apart = random.normal(size=(2, len(of_group))), random.normal(size=(2, groups))
    of_both = 0.8 * random.normal(size=groups) + 0.6 * apart
    ease = math.sqrt(correlation) * of_both[:, of_group] + math.sqrt(1 - correlation) * own
    baseline, candidate = (one > -NormalDist().inv_cdf(share) for one, share in zip(ease, accuracies, strict=True))
    interval = of_groups(sums_of_groups((baseline, candidate), of_group), len(of_group), QUESTION).interval
    return interval is not None and interval[0] > accuracies[1] - accuracies[0]


def main() -> None:
    """Print the table as Markdown."""
    sets = int(sys.argv[1]) if len(sys.argv) > 1 else 4000
    random = np.random.default_rng(SEED)
    print("| groups, correlation | accuracy | of samples | recall | of samples |\n| --- | ---: | ---: | ---: | ---: |")
    for groups in GROUPS:
        for correlation in CORRELATIONS:
            found = [draw(random, groups, correlation) for _ in range(sets)]
            rates = np.mean(
                [[one.p_value is not None and one.p_value <= ALPHA for one in row] for row in found], axis=0
            )
            print(f"| {groups}, {correlation} | {' | '.join(f'{100 * rate:.1f} %' for rate in rates)} |")
    print(f"\n| accuracy, loss | {' | '.join(map(_titled, KINDS))} |\n| --- |{' ---: |' * len(KINDS)}")
    for before, after in LOSSES:
        of_kinds = [np.mean([passes(random, *kind, (before, after)) for _ in range(sets)]) for kind in KINDS]
        shown = " | ".join(f"{100 * rate:.1f} %" for rate in of_kinds)
        print(f"| {before}, {before - after:.2f} | {shown} |", flush=True)


def _titled(kind: tuple[int, float]) -> str:
    return f"{kind[0]}, {kind[1]}"


def _pairs(first: Flags, second: Flags) -> Pairs:
    kinds = first & second, first & ~second, second & ~first, ~(first | second)
    return Pairs(*(int(np.count_nonzero(kind)) for kind in kinds))


if __name__ == "__main__":
    main()
