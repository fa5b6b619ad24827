"""How often the intervals hold the true value, and how often tests of equal classifiers raise a false alarm.

    python -m benchmarks.error_rates.statistics [sets]

Matrices of two classes are drawn from known shares, 2,000 of each kind if not told otherwise, all from one seed. A
metric's coverage leaves out the sets in which it has no interval; their share stands in the last column.
"""

import sys
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom

from benchmarks.error_rates.score_models import HARD, LONG_TAILED, SCORE_MODELS, ScoreModel
from shared.evaluation.confusion.matrix import ConfusionMatrix
from shared.evaluation.curves.area_spread import area_spread, share_moments
from shared.evaluation.distributions import critical_value
from shared.evaluation.intervals import count_formulas
from shared.evaluation.intervals.areas import area_interval, areas, shares_below
from shared.evaluation.intervals.of_matrix import Confidence, Estimate, class_estimates, overall_estimates
from shared.evaluation.intervals.proportions import wilson
from shared.evaluation.metrics import CATALOGUE
from shared.evaluation.metrics.matrix_result import MatrixResult
from shared.evaluation.paired.area_testing import of_areas
from shared.evaluation.paired.discordance import Pairs, mcnemar_exact, mcnemar_mid_p, newcombe
from shared.evaluation.paired.replicate_testing import of_replicates
from shared.evaluation.paired.tensor import count_pairs, replicate
from shared.evaluation.paired.testing import (
    Question,
    of_pairs,
)

SEED = 20
SIZES = (200, 2000)
ALPHA = 0.05
# Numbers of samples that are less likely change no digit that is shown.
_LEAST_CHANCE = 1e-9
KINDS = {"1:1": (0.5, 0.5), "1:20": (20 / 21, 1 / 21)}
# Of the first class and of the second.
RECALLS = (0.85, 0.8)
_OF_COUNTS = ("wilson", "score", "mover", "delta")
_COUNTED = [metric for metric in CATALOGUE.values() if metric.needs == "labels" and metric.interval in _OF_COUNTS]
OVERALL = [metric.id for metric in _COUNTED if metric.averaging != "class"]
BY_CLASS = [metric.id for metric in _COUNTED if metric.averaging == "class"]
# Shares of samples that both, only the baseline, only the candidate and neither have right; the two are as good.
EQUAL = (0.78, 0.05, 0.05, 0.12)
# The same, but that the candidate is worse by the margin.
WORSE = (0.78, 0.07, 0.03, 0.12)
QUESTION = Question(alpha=0.05, margin=0.04, sought=0.04)


class Coverage(NamedTuple):
    """The shares of sets in which the interval holds the true value, of those that have one, and that have none."""

    metric: str
    covered: float
    without: float


def shares_of(kind: tuple[float, float]) -> NDArray[np.float64]:
    """The true shares of the four cells, shape (2, 2)."""
    return np.array(
        [[kind[0] * RECALLS[0], kind[0] * (1 - RECALLS[0])], [kind[1] * (1 - RECALLS[1]), kind[1] * RECALLS[1]]]
    )


def coverages(
    kind: tuple[float, float], size: int, sets: int, metrics: Sequence[str] = (*OVERALL, *BY_CLASS)
) -> Iterator[Coverage]:
    """The coverage of each metric; those of a class are of the second one, which is the rare one."""
    shares = shares_of(kind)
    # Counts so large that their metrics are the true ones.
    truth = estimates(np.rint(shares * 10**12).astype(np.int64), metrics)
    drawn = np.random.default_rng(SEED).multinomial(size, shares.ravel(), sets)
    found = [estimates(counts.reshape(2, 2), metrics) for counts in drawn]
    for metric, true in truth.items():
        ones = [one[metric] for one in found]
        bounds = [(one.low, one.high) for one in ones if one.low is not None and one.high is not None]
        assert true.value is not None, "the true metric has a value"
        held = np.mean([low <= true.value <= high for low, high in bounds])
        yield Coverage(metric, float(held), 1 - len(bounds) / sets)


def exact_wilson_coverage(size: int, weight: float, share: float) -> float:
    """The chance that Wilson's interval of a class's rate holds it, without a draw: summed over all possible counts.

    `weight` is the share of the class among the samples, and 1 for a rate of all samples; a class has one sample at
    least.
    """
    numbers = np.arange(1, size + 1)
    chances = binom.pmf(numbers, size, weight)
    held = 0.0
    for number, chance in zip(numbers[chances > _LEAST_CHANCE].tolist(), chances[chances > _LEAST_CHANCE], strict=True):
        parts = np.arange(number + 1)
        low, high = wilson(parts, np.full(number + 1, number), critical_value(ALPHA))
        held += chance * float(binom.pmf(parts, number, share)[(low <= share) & (share <= high)].sum())
    return held / float(chances.sum())


def area_coverage(scores: ScoreModel, kind: tuple[float, float], size: int, sets: int) -> Coverage:
    """The coverage of the area under the ROC curve of scores; a set has at least two samples of either class."""
    random, held, without = np.random.default_rng(SEED), 0, 0
    for _ in range(sets):
        positives = min(max(int(random.binomial(size, kind[1])), 2), size - 2)
        sides = positives, size - positives
        high, low = scores.draw(random, *sides)
        won, kept = shares_below(high, low), 1 - shares_below(low, high)
        spread = area_spread(share_moments(1 - won), share_moments(1 - kept))
        assert spread is not None, "there are two of either kind"
        bounds = area_interval(float(won.mean()), spread, sides, ALPHA)
        without += bounds is None
        held += bounds is not None and bounds[0] <= scores.area <= bounds[1]
    return Coverage("roc_auc.class", held / (sets - without), without / sets)


def estimates(counts: NDArray[np.int64], metrics: Sequence[str]) -> dict[str, Estimate]:
    """The metrics of one set with their intervals; those of a class are of the last one."""
    result = MatrixResult(ConfusionMatrix(tuple(range(len(counts))), counts))
    chosen = [CATALOGUE[name] for name in metrics]
    overall = overall_estimates(result, Confidence(), [metric for metric in chosen if metric.averaging != "class"])
    by_class = class_estimates(result, Confidence(), [metric for metric in chosen if metric.averaging == "class"])
    return overall | {name: ones[-1] for name, ones in by_class.items()}


def false_alarms(size: int, sets: int) -> dict[str, float]:
    """How often two equally good classifiers are found to differ at 5 %, by test."""
    drawn = [Pairs(*counts) for counts in np.random.default_rng(SEED).multinomial(size, EQUAL, sets).tolist()]
    return {
        "McNemar, exact": float(np.mean([mcnemar_exact(pairs) <= 0.05 for pairs in drawn])),
        "McNemar, mid-P": float(np.mean([mcnemar_mid_p(pairs) <= 0.05 for pairs in drawn])),
        "Newcombe's interval without 0": float(np.mean([not _holds_0(newcombe(pairs, 0.05)) for pairs in drawn])),
    }


def further_alarms(size: int, sets: int) -> dict[str, float]:
    """How often the bootstrap, DeLong's test and the test of a margin say something that is not so, at 5 %.

    Both classifiers have scores of the same distribution; of the margin, the candidate is worse by exactly as much.
    """
    random = np.random.default_rng(SEED)
    truth = np.arange(size) % 2
    found: dict[str, list[bool]] = {"bootstrap of macro F1": [], "DeLong": [], "not worse by the margin": []}
    formula = {"f1.macro": count_formulas.OVERALL["f1.macro"]}
    for _ in range(sets):
        scores = truth + random.normal(size=size) + random.normal(size=(2, size)) / 2
        labels = (scores > 1 / 2).astype(np.int64)
        drawn = replicate(count_pairs(truth, labels[0], labels[1], 2), formula, replicates=2_000, seed=SEED)["f1.macro"]
        difference = float(drawn.candidate - drawn.baseline)
        by_bootstrap = of_replicates(difference, drawn.drawn, size, QUESTION, drawn.bases[0], drawn.margins[0])
        by_areas = of_areas(areas(truth == 1, scores), QUESTION)
        worse = Pairs(*random.multinomial(size, WORSE).tolist())
        found["bootstrap of macro F1"].append((by_bootstrap.p_value or 1) <= QUESTION.alpha)
        found["DeLong"].append((by_areas.p_value or 1) <= QUESTION.alpha)
        found["not worse by the margin"].append((of_pairs(worse, QUESTION).p_above or 1) <= QUESTION.alpha)
    return {test: float(np.mean(alarms)) for test, alarms in found.items()}


def _holds_0(interval: tuple[float, float]) -> bool:
    return interval[0] <= 0 <= interval[1]


def _print_exact_rates() -> None:
    print("\n| rate | classes | n | exact coverage of Wilson's 95 % |\n| --- | --- | ---: | ---: |")
    for name, kind in KINDS.items():
        for size in SIZES:
            accuracy = kind[0] * RECALLS[0] + kind[1] * RECALLS[1]
            print(f"| prevalence | {name} | {size} | {exact_wilson_coverage(size, 1, kind[1]):.1%} |")
            print(f"| specificity | {name} | {size} | {exact_wilson_coverage(size, kind[0], RECALLS[0]):.1%} |")
            print(f"| accuracy | {name} | {size} | {exact_wilson_coverage(size, 1, accuracy):.1%} |")
            print(f"| recall | {name} | {size} | {exact_wilson_coverage(size, kind[1], RECALLS[1]):.1%} |", flush=True)


def main() -> None:
    """Print all tables as Markdown."""
    sets = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    print(
        "| metric | method | classes | n | coverage of 95 % | sets without |\n| --- | --- | --- | ---: | ---: | ---: |"
    )
    for name, kind in KINDS.items():
        for size in SIZES:
            for metric, covered, without in coverages(kind, size, sets):
                method = CATALOGUE[metric].interval
                print(f"| `{metric}` | {method} | {name} | {size} | {covered:.1%} | {without:.1%} |", flush=True)
    print(
        "\n| scores | area | classes | n | coverage of 95 % | sets without |\n| --- | ---: | --- | ---: | ---: | ---: |"
    )
    for scores in (*SCORE_MODELS, *LONG_TAILED, *HARD):
        for name, kind in KINDS.items():
            for size in SIZES:
                _, covered, without = area_coverage(scores, kind, size, sets)
                row = f"| {scores.name} | {scores.area:.3f} | {name} | {size} | {covered:.1%} | {without:.1%} |"
                print(row, flush=True)
    _print_exact_rates()
    print("\n| test | n | false alarms at 5 % |\n| --- | ---: | ---: |")
    for size in SIZES:
        for test, share in (false_alarms(size, sets) | further_alarms(size, sets)).items():
            print(f"| {test} | {size} | {share:.1%} |")


if __name__ == "__main__":
    main()
