"""How often differences of samples that come in groups are shown where there are none.

    python -m benchmarks.error_rates.grouped_differences [sets]

Two models that are equally good answer the same samples, which come in groups of 1 to about 40; whether a sample is
hard for a model depends on its group by a correlation. The recalls are of a class of a quarter of the samples. The
shares of the sets in which a P-value is at most 5 %: by the groups, and by the test that takes samples for independent.
The same of other metrics, whose models share six tenths of what makes a sample hard, each by groups alone. 4,000 sets
of each kind if not told otherwise, from one seed.

Of a candidate that is worse by just the margin, the shares of the sets whose bounds at 95 % leave that loss out below:
2.5 % of them should.
"""

import math
import sys
from statistics import NormalDist

import numpy as np

from shared.evaluation.intervals.count_formulas import CLASS_PROPORTIONS, OVERALL
from shared.evaluation.paired.clustered_influences import of_influences, sums_of_influences
from shared.evaluation.paired.clustered_testing import of_groups, sums_of_groups
from shared.evaluation.paired.discordance import Pairs
from shared.evaluation.paired.influences import CodedSamples, of_all_classes, of_areas, of_one_class
from shared.evaluation.paired.margins import CellFlags
from shared.evaluation.paired.testing import DifferenceTest, Question, of_pairs
from shared.evaluation.types import Flags, Floats

SEED = 7
GROUPS, CORRELATIONS = (10, 20, 50, 200), (0.0, 0.3, 0.8)
ALPHA, _RIGHT, _MEAN_SIZE = 0.05, 0.25, 8
KINDS = tuple((groups, correlation) for groups in (20, 50, 200) for correlation in (0.3, 0.8))
LOSSES = ((0.7, 0.65), (0.95, 0.9), (0.99, 0.96), (0.98, 0.96))
QUESTION = Question(ALPHA, None, 0.01)
METRICS = ("balanced_accuracy", "f1.macro", "mcc", "kappa")
_COMMON, _APART, _CUT = 0.6, 1.6, 0.8


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


def of_other_metrics(random: np.random.Generator, groups: int, correlation: float) -> list[bool]:
    """Whether one set shows a difference of `METRICS`, of the F1 of a class, and of the area of the scores."""
    sizes = np.minimum(random.geometric(1 / _MEAN_SIZE, groups), 5 * _MEAN_SIZE)
    of_group = np.repeat(np.arange(groups), sizes)
    n, ones = len(of_group), np.ones(len(of_group))
    truth = random.random(n) < np.where(random.random(groups) < 1 / 2, 0.4, 0.1)[of_group]

    def shared_in_part(size: int) -> Floats:
        own, common = random.normal(size=(2, size)), random.normal(size=size)
        return math.sqrt(1 - _COMMON**2) * own + _COMMON * common

    noise = math.sqrt(correlation) * shared_in_part(groups)[:, of_group]
    scores = _APART * truth + noise + math.sqrt(1 - correlation) * shared_in_part(n)
    first, second = scores > _CUT
    coded = CodedSamples(truth.astype(np.int64), first.astype(np.int64), second.astype(np.int64), 2, ones)
    alike = ones / np.bincount(coded.truth, minlength=2)[coded.truth]
    differing, of_class = len(np.unique(of_group[first != second])), (truth | first | second).astype(float)
    flags = CellFlags(truth, first, second)
    found = [(of_all_classes(coded, OVERALL[name]), [ones, alike], differing) for name in METRICS]
    found.append((of_one_class(flags, ones, CLASS_PROPORTIONS["f1.class"]), [of_class], differing))
    found.append((of_areas(truth, scores), [truth.astype(float), (~truth).astype(float)], groups))
    tests = [
        of_influences(
            one.difference,
            sums_of_influences(one.of_samples, of_group, ones, bases),
            number,
            n,
            QUESTION,
            "clustered-student",
        )
        for one, bases, number in found
    ]
    return [one.p_value is not None and one.p_value <= ALPHA for one in tests]


def main() -> None:
    """Print the tables as Markdown."""
    sets = int(sys.argv[1]) if len(sys.argv) > 1 else 4000
    random = np.random.default_rng(SEED)
    names = [*METRICS, "f1.class", "roc_auc.class"]
    print(f"| groups, correlation | {' | '.join(names)} |\n| --- |{' ---: |' * len(names)}")
    for groups in GROUPS:
        for correlation in CORRELATIONS:
            shown = np.mean([of_other_metrics(random, groups, correlation) for _ in range(sets)], axis=0)
            print(f"| {groups}, {correlation} | {' | '.join(f'{100 * one:.1f} %' for one in shown)} |", flush=True)
    random = np.random.default_rng(SEED)
    print()
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
