"""How often two equally good models are found to differ where few samples are of a class.

    python -m benchmarks.error_rates.rare_class_differences [sets]

Two models of two classes err as often as each other in either class, and three tenths of the answers of each are its
own. The shares of the sets in which the P-value of the paired bootstrap is at most 5 %, and in brackets that of its
replicates alone, without Student's deviate. 2,000 sets of each kind if not told otherwise, all from one seed.
"""

import sys

import numpy as np

from shared.evaluation.intervals.count_formulas import OVERALL
from shared.evaluation.paired.replicate_testing import of_replicates
from shared.evaluation.paired.tensor import Formula, count_pairs, replicate
from shared.evaluation.paired.testing import (
    Question,
)

SEED = 7
# The samples of the rare class, of all, and the share of errors.
KINDS = (
    (9, 50, 0.3),
    (12, 200, 0.2),
    (20, 200, 0.2),
    (100, 200, 0.2),
    (15, 1000, 0.2),
    (50, 1000, 0.2),
    (20, 2000, 0.1),
    (95, 2000, 0.1),
    (1000, 2000, 0.1),
)
_OWN_ANSWERS = 0.3
# Beyond these degrees of freedom the deviate is the normal one.
_PLENTY = 1e9
QUESTION = Question(0.05, None, 0.01)
FORMULAS: dict[str, Formula] = {name: OVERALL[name] for name in ("balanced_accuracy", "mcc", "f1.macro", "f1.weighted")}


def alarms(rare: int, size: int, errors: float, sets: int) -> dict[str, tuple[float, float]]:
    """How often a difference of each metric is shown, and how often the replicates alone would show one."""
    random, truth = np.random.default_rng(SEED), (np.arange(size) < rare).astype(np.int64)
    shown = {name: [0, 0] for name in FORMULAS}
    for seed in range(sets):
        wrong = random.random((3, size)) < errors
        baseline, candidate = truth ^ np.where(random.random((2, size)) < _OWN_ANSWERS, wrong[:2], wrong[2])
        counts = count_pairs(truth, baseline, candidate, 2)
        for name, one in replicate(counts, FORMULAS, replicates=1000, seed=seed).items():
            difference, basis = float(one.candidate - one.baseline), one.bases[0]
            for at, own in enumerate((basis, basis._replace(worth=_PLENTY))):
                found = of_replicates(difference, one.drawn, size, QUESTION, own, one.margins[0])
                shown[name][at] += (found.p_value or 1.0) <= QUESTION.alpha
    return {name: (with_student / sets, without / sets) for name, (with_student, without) in shown.items()}


def main() -> None:
    """Print the table as Markdown."""
    sets = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    print(f"| of the class, of all | {' | '.join(FORMULAS)} |\n| --- |{' ---: |' * len(FORMULAS)}")
    for rare, size, errors in KINDS:
        found = alarms(rare, size, errors, sets).values()
        rates = " | ".join(f"{100 * own:.1f}% ({100 * without:.1f}%)" for own, without in found)
        print(f"| {rare:,}, {size:,} | {rates} |", flush=True)


if __name__ == "__main__":
    main()
