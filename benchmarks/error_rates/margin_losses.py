"""How often a loss of just the margin passes it or fails a gate, and how often a smaller loss passes.

    python -m benchmarks.error_rates.margin_losses [sets]

Samples of two classes and both predictions are drawn from known shares, whose metric falls by just so much: a class, or
both, loses hits. At a one-sided level of 5 %, the shares of the sets that are found to stay within the margin, to lose
more than it, and to stay within it where the true loss is two fifths of it; in brackets by the replicates of the paired
bootstrap instead of the score test. 2,000 sets of each kind if not told otherwise, all from one seed.
"""

import sys
from typing import NamedTuple

import numpy as np

from shared.evaluation.intervals.count_formulas import CLASS_PROPORTIONS, OVERALL
from shared.evaluation.paired.replicate_testing import of_replicates
from shared.evaluation.paired.tensor import Formula, PairedCounts, replicate
from shared.evaluation.paired.testing import (
    Question,
)
from shared.evaluation.types import Floats

SEED, LEVEL, REPLICATES = 11, 0.05, 1000
# The cells of truth, prediction of the baseline and of the candidate; the class 1 is the rare one.
TRUTH, BASELINE, CANDIDATE = (axis.ravel() for axis in np.indices((2, 2, 2)))
FORMULAS: dict[str, Formula] = {
    **{name: OVERALL[name] for name in ("balanced_accuracy", "f1.macro", "mcc")},
    **{name: CLASS_PROPORTIONS[name] for name in ("f1.class", "precision.class")},
}
_SMALLER = 0.4
_STEPS = 50


class Kind(NamedTuple):
    """Samples, the share of the rare class and of errors, how many of these are fixed, the margin, and what loses."""

    size: int
    share: float
    errors: float
    fixed: float
    margin: float
    losing: tuple[int, ...]


KINDS = (
    Kind(2000, 0.05, 0.05, 0.0, 0.05, (1,)),
    Kind(2000, 0.05, 0.1, 0.3, 0.05, (1,)),
    Kind(2000, 0.05, 0.1, 0.3, 0.05, (0,)),
    Kind(2000, 0.05, 0.1, 0.3, 0.05, (0, 1)),
    Kind(2000, 0.5, 0.1, 0.3, 0.02, (0, 1)),
    Kind(2000, 0.5, 0.1, 0.0, 0.02, (1,)),
    Kind(200, 0.2, 0.1, 0.0, 0.05, (1,)),
)


def shares_of(kind: Kind, broken: float) -> Floats:
    """The shares of the cells where the losing classes lose a share of their hits, beside as many as are fixed."""
    shares = np.zeros(len(TRUTH))
    for at, (truth, old, new) in enumerate(zip(TRUTH, BASELINE, CANDIDATE, strict=True)):
        of_class = kind.share if truth else 1 - kind.share
        lost = kind.fixed * kind.errors / (1 - kind.errors) + broken * (truth in kind.losing)
        if old == truth:
            shares[at] = of_class * (1 - kind.errors) * (lost if new != truth else 1 - lost)
        else:
            shares[at] = of_class * kind.errors * (kind.fixed if new == truth else 1 - kind.fixed)
    return shares


def difference_of(formula: Formula, shares: Floats) -> float:
    """The true difference of a metric, of the rare class where it is of one."""
    values = []
    for side in (CANDIDATE, BASELINE):
        hits, actual = np.bincount(TRUTH, shares * (side == TRUTH), 2), np.bincount(TRUTH, shares, 2)
        values.append(np.ravel(formula(hits, actual, np.bincount(side, shares, 2)))[-1])
    return float(values[0] - values[1])


def losing(formula: Formula, kind: Kind, loss: float) -> Floats:
    """The shares of the cells whose metric falls by a loss."""
    least, most = 0.0, 1 - kind.fixed * kind.errors / (1 - kind.errors)
    for _ in range(_STEPS):
        middle = (least + most) / 2
        is_less = difference_of(formula, shares_of(kind, middle)) > -loss
        least, most = (middle, most) if is_less else (least, middle)
    return shares_of(kind, most)


def found(name: str, kind: Kind, loss: float, sets: int) -> Floats:
    """The shares of sets within the margin and beyond it, by the score test and by replicates alone: (2, 2)."""
    formula, counts = FORMULAS[name], np.zeros((2, 2))
    random = np.random.default_rng(SEED)
    for drawn in random.multinomial(kind.size, losing(formula, kind, loss), sets):
        own = drawn > 0
        cells = PairedCounts(TRUTH[own], BASELINE[own], CANDIDATE[own], drawn[own], 2)
        one = replicate(cells, {name: formula}, replicates=REPLICATES, seed=SEED)[name]
        difference = float(np.ravel(one.candidate - one.baseline)[-1])
        values = one.drawn.reshape(REPLICATES, -1)[:, -1]
        for at, grounds in enumerate((one.margins[-1], one.margins[-1]._replace(deviate=lambda _: None))):
            for side, margin in enumerate((kind.margin, -kind.margin)):
                question = Question(2 * LEVEL, margin, kind.margin)
                tested = of_replicates(difference, values, kind.size, question, one.bases[-1], grounds)
                p_value = tested.p_below if side else tested.p_above
                counts[at, side] += p_value is not None and p_value <= LEVEL
    return counts / sets


def main() -> None:
    """Print the table as Markdown."""
    sets = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    print("| n, rare class, errors, fixed, margin, losing | metric | within | beyond | within, of a smaller loss |")
    print("| --- | --- | ---: | ---: | ---: |")
    for kind in KINDS:
        said = ", ".join(f"{part:g}" for part in kind[:-1])
        which = {(1,): "rare", (0,): "other", (0, 1): "both"}[kind.losing]
        for name in FORMULAS:
            at_it, smaller = (found(name, kind, loss, sets) for loss in (kind.margin, _SMALLER * kind.margin))
            cells = [
                f"{100 * own:.1f}% ({100 * other:.1f}%)"
                for own, other in ((*at_it[:, :1].T, *at_it[:, 1:].T, *smaller[:, :1].T))
            ]
            print(f"| {said}, {which} | {name} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
