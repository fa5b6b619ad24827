"""How often a gate fails a candidate that is as good as the baseline, and how often it finds a true loss.

    python -m benchmarks.error_rates.gates [sets]

Sets of paired samples are drawn from known shares, 2,000 of each kind if not told otherwise, all from one seed. Beside
each stands a gate that fails every loss that is seen, however small, and the chance of the best test that there can be.
"""

import sys
from collections import Counter
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom

from shared.comparisons.sides import ComparedSide
from shared.gates.evaluating import evaluate
from shared.gates.policy import GateBaseline, GateMetric, GatePolicy

SEED = 21
SIZES = (500, 2_000, 10_000)
# The share of samples that only one of the two has right: of a new version of a model, of another model.
DISCORDANT = (0.03, 0.06, 0.09, 0.15)
LOSS = 0.02
MARGIN = 0.02
# Both of two classes are predicted with this accuracy.
ACCURACY = 0.85

ONE = GatePolicy(baseline=GateBaseline(tag="main"))
WITH_MARGIN = GatePolicy(baseline=ONE.baseline, metrics=[GateMetric(metric="accuracy", margin=MARGIN)])
SEVERAL = GatePolicy(
    baseline=ONE.baseline,
    metrics=[GateMetric(metric="accuracy"), GateMetric(metric="f1.macro"), GateMetric(metric="recall.class")],
)


# Numbers of discordant samples that are less likely than this change no digit that is shown.
_LEAST_PROBABILITY = 1e-12


class Shares(NamedTuple):
    """The shares of sets that the gate fails and passes, and in which the candidate has fewer samples right."""

    failed: float
    passed: float
    dropped: float


def simulate(policy: GatePolicy, size: int, discordant: float, loss: float, sets: int) -> Shares:
    """Check so many sets of samples, of which the candidate loses so much accuracy."""
    random = np.random.default_rng(SEED)
    found: Counter[str] = Counter()
    for _ in range(sets):
        truth, baseline, candidate = _drawn(random, size, discordant, loss)
        old, new = (ComparedSide(["ham", "spam"], truth, predicted) for predicted in (baseline, candidate))
        found[evaluate(old, new, policy).verdict] += 1
        found["dropped"] += int(np.sum(candidate == truth)) < int(np.sum(baseline == truth))
    return Shares(found["fail"] / sets, found["pass"] / sets, found["dropped"] / sets)


def best_chance(size: int, discordant: float, loss: float, alpha: float) -> float:
    """The chance that the most powerful test finds a loss (Neyman and Pearson 1933); no test of this level has more.

    It is told the share of discordant samples and the loss that may be there, and has to tell it from none. Of each
    sample it knows which of the two is right, and at the level itself it draws lots.
    """
    ratios, by_chance, by_loss = [], [], []
    for number, weight in enumerate(binom.pmf(np.arange(size + 1), size, discordant)):
        if weight < _LEAST_PROBABILITY:
            continue
        broken = np.arange(number + 1)
        ratios.append(broken * np.log1p(loss / discordant) + (number - broken) * np.log1p(-loss / discordant))
        by_chance.append(weight * binom.pmf(broken, number, 0.5))
        by_loss.append(weight * binom.pmf(broken, number, (1 + loss / discordant) / 2))
    order = np.argsort(-np.concatenate(ratios), kind="stable")
    level, chance = (np.append(0.0, np.cumsum(np.concatenate(parts)[order])) for parts in (by_chance, by_loss))
    return float(np.interp(alpha, level, chance))


def samples_for(chance: float, discordant: float, loss: float, alpha: float) -> int:
    """The fewest samples, in hundreds, of which the most powerful test finds a loss with this chance."""
    return next(size for size in range(100, 10**6, 100) if best_chance(size, discordant, loss, alpha) >= chance)


def _drawn(
    random: np.random.Generator, size: int, discordant: float, loss: float
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    truth = random.integers(0, 2, size)
    fixed, broken = (discordant - loss) / 2, (discordant + loss) / 2
    shares = (ACCURACY - broken, broken, fixed, 1 - ACCURACY - fixed)
    kinds = random.choice(4, size, p=shares)
    baseline, candidate = kinds >= 2, kinds % 2 == 1
    return truth, np.where(baseline, 1 - truth, truth), np.where(candidate, 1 - truth, truth)


def main() -> None:
    """Print both tables as Markdown."""
    sets = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    print("| true loss | discordant | n | gate fails | best test | any loss fails |")
    print("| ---: | ---: | ---: | ---: | ---: | ---: |")
    cases = [(0.0, DISCORDANT[1], size) for size in SIZES] + [(LOSS, share, SIZES[1]) for share in DISCORDANT]
    for loss, discordant, size in cases:
        shares = simulate(ONE, size, discordant, loss, sets)
        best = best_chance(size, discordant, loss, ONE.alpha)
        row = f"| {loss:.0%} | {discordant:.0%} | {size:,} | {shares.failed:.1%} | {best:.1%} | {shares.dropped:.1%} |"
        print(row, flush=True)
    needed = samples_for(0.9, DISCORDANT[-1], LOSS, ONE.alpha)
    print(f"\nOf {DISCORDANT[-1]:.0%} discordant samples the best test needs {needed:,} for a chance of 90 %.")
    print("\n| gate | true loss | n | fails | passes |\n| --- | ---: | ---: | ---: | ---: |")
    for size in SIZES:
        shares = simulate(WITH_MARGIN, size, DISCORDANT[1], MARGIN, sets)
        row = f"| accuracy, margin {MARGIN} | {MARGIN:.0%} | {size:,} | {shares.failed:.1%} | {shares.passed:.1%} |"
        print(row, flush=True)
    for size in SIZES:
        # Replicates take longer.
        shares = simulate(SEVERAL, size, DISCORDANT[1], 0.0, sets // 5)
        row = f"| accuracy, macro F1, two recalls | 0% | {size:,} | {shares.failed:.1%} | {shares.passed:.1%} |"
        print(row, flush=True)


if __name__ == "__main__":
    main()
