#!/usr/bin/env bash
# Two raters who agree better than by chance agree worse than by chance, once the scale is said.
#
# Guess: `AnnotationTask.weighted_kappa(max_distance=4)` of NLTK takes distances on a scale from 0 to 4, such as those
# of grades from 1 to 5. Kappa is one less observed by expected disagreement, in which the scale cancels out.
# Seen: only the expected disagreement is divided by `max_distance`; the observed one keeps a divisor of 1. With 4 their
# ratio is four times too large. The default of 1 is the only value that is right, also for distances that go up to 4.
# `Do_Kw(max_distance)`, the observed disagreement by itself, does divide.
# Versions: NLTK 3.10.4, scikit-learn 1.9.1, numpy 2.4.6.
# Hurts: raters with a kappa of 0.52 are said to have -0.90, and their labels are thrown away; nearly perfect ones look
# mediocre, and a larger scale makes it worse. Two perfect raters have 1 in any case, which is what a trial shows.
# Instead: leave `max_distance` out, whatever the distances are.
#
# Output (grades from 1 to 5, distances linear):
#   max_distance=1: 0.5238, by fractions 11/21, scikit-learn 0.5238
#   max_distance=4: -0.9048, 1 - 4 * (1 - 11/21) = -19/21
#   distances from 0 to 1, max_distance=1: 0.5238
#   two perfect raters, max_distance=4: 1.0000
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3.11 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check \
    nltk==3.10.4 scikit-learn==1.9.1 numpy==2.4.6
cd "$folder"
venv/bin/python -W error - <<'END'
from fractions import Fraction
from itertools import product

from nltk.metrics.agreement import AnnotationTask
from sklearn.metrics import cohen_kappa_score

ONE, OTHER = [1, 2, 5, 5, 2, 1, 1, 2, 5, 2], [1, 2, 2, 5, 5, 1, 2, 2, 5, 1]


def kappa(one, other, distance, **options):
    grades = [("one", item, grade) for item, grade in enumerate(one)]
    grades += [("other", item, grade) for item, grade in enumerate(other)]
    return round(AnnotationTask(grades, distance=distance).weighted_kappa(**options), 4)


def steps(one, other):
    return abs(one - other)


observed = Fraction(sum(steps(*pair) for pair in zip(ONE, OTHER, strict=True)), len(ONE))
expected = Fraction(sum(steps(*pair) for pair in product(ONE, OTHER)), len(ONE) * len(OTHER))
exact, scaled = 1 - observed / expected, 1 - observed / (expected / 4)
plain, wrong = kappa(ONE, OTHER, steps), kappa(ONE, OTHER, steps, max_distance=4)
shares = kappa(ONE, OTHER, lambda one, other: steps(one, other) / 4)
perfect = kappa(ONE, ONE, steps, max_distance=4)
oracle = round(float(cohen_kappa_score(ONE, OTHER, labels=[1, 2, 3, 4, 5], weights="linear")), 4)
print(f"max_distance=1: {plain:.4f}, by fractions {exact}, scikit-learn {oracle:.4f}")
print(f"max_distance=4: {wrong:.4f}, 1 - 4 * (1 - {exact}) = {scaled}")
print(f"distances from 0 to 1, max_distance=1: {shares:.4f}")
print(f"two perfect raters, max_distance=4: {perfect:.4f}")
assert (exact, scaled) == (Fraction(11, 21), Fraction(-19, 21))
assert (plain, oracle, shares) == (round(float(exact), 4),) * 3
assert (wrong, perfect) == (round(float(scaled), 4), 1)
END
