#!/usr/bin/env bash
# A model is better than itself, with a probability of 0.68.
#
# Guess: `two_on_multiple(x, y)` of baycomp, the Bayesian signed-rank test over many data sets, gives 0.5 and 0.5 for scores
# that are the same, as its `two_on_single` does, and says little where 27 of 30 data sets have no difference at all.
# Seen: without a region of equivalence each tie counts half for either side, and each draw is won by the larger sum. For
# equal scores both sums are 0.5 but for the rounding of floats, which decides, and what even floats leave equal goes to the
# first model. Three data sets that differ by 0.01 win every draw against 27 ties: 1.0 for the second model. With
# a region of 0.0001 instead of none the same scores have a probability of 1.0 of being equivalent.
# Versions: baycomp 1.0.3, numpy 2.4.6, scipy 1.17.1.
# Hurts: accuracies with two decimals, small test sets and models that share most answers have many ties. A difference in
# one data set of ten is certain, and that between a model and its copy favours the one that is named first.
# Instead: always pass `rope`, and report all three probabilities; count the ties first.
#
# Output (probability that the first model is better, that both are equivalent, and that the second is):
#   equal scores, no region: 0.7, 0.0, 0.3; one data set at a time: 0.5, 0.5
#   equal scores, region of 0.0001: 0.0, 1.0, 0.0
#   3 of 30 better, no region: 0.0, 0.0, 1.0; P of the sign test 0.25
#   3 of 30 better, region of 0.0001: 0.0, 1.0, 0.0
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3.11 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check \
    baycomp==1.0.3 scipy==1.17.1 numpy==2.4.6 matplotlib==3.11.2
cd "$folder"
venv/bin/python - <<'END'
import warnings

import numpy as np
from baycomp import two_on_multiple, two_on_single
from scipy.stats import binomtest

FIRST = np.linspace(0.6, 0.9, 30)
SECOND = np.where(np.arange(30) < 3, FIRST + 0.01, FIRST)


def probabilities(scores, rope):
    return [round(float(each), 1) for each in two_on_multiple(FIRST, scores, rope=rope, random_state=0)]


def words(figures):
    return ", ".join(f"{each:.1f}" for each in figures)


with warnings.catch_warnings(record=True) as said:
    warnings.simplefilter("always")
    equal, near = probabilities(FIRST, 0), probabilities(FIRST, 0.0001)
    single = [float(each) for each in two_on_single(FIRST, FIRST)]
    few, few_near = probabilities(SECOND, 0), probabilities(SECOND, 0.0001)
    sign = binomtest(3, 3).pvalue
print(f"equal scores, no region: {words(equal)}; one data set at a time: {words(single)}")
print(f"equal scores, region of 0.0001: {words(near)}")
print(f"3 of 30 better, no region: {words(few)}; P of the sign test {sign:.2f}")
print(f"3 of 30 better, region of 0.0001: {words(few_near)}")
assert (equal, single) == ([0.7, 0, 0.3], [0.5, 0.5]), (equal, single)
assert (few, sign) == ([0, 0, 1], 0.25), (few, sign)
assert near == few_near == [0, 1, 0], (near, few_near)
assert not said, [str(each.message) for each in said]
END
