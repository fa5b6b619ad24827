#!/usr/bin/env bash
# A better model differs from a worse one with P = 0.04 or with P = 0.96, by the order in which the two are named.
#
# Guess: `proportion_difference` of mlxtend, a "difference of proportions test", asks whether two accuracies differ, and
# its P is that of statsmodels' or R's test of two proportions. Its guide rejects equality where z is beyond 1.96.
# Seen: P is the normal distribution up to z, the lower tail alone. If the better model comes first, P is above 0.5, the
# nearer to 1 the better it is; equal models have 0.5. In the other order P is half of what it should be: the guide's
# own example, z = -1.754, has 0.040 and is called significant, which by 1.96 it is not.
# Versions: mlxtend 0.25.0, statsmodels 0.15.0, numpy 2.4.6.
# Hurts: a gate on P < 0.05 lets a regression of any size pass if the candidate is named second; a table that names the
# candidates first finds differences only where they are worse than the baseline, and too many there.
# Instead: `2 * scipy.stats.norm.sf(abs(z))`; for models on the same samples, McNemar's exact test.
#
# Output (100 samples each):
#   0.84 and 0.92: z = -1.754, P = 0.040, of both sides 0.079, statsmodels 0.079
#   0.92 and 0.84: z = 1.754, P = 0.960, of both sides 0.079, statsmodels 0.079
#   0.95 and 0.60: z = 6.528, P = 1.000, of both sides 0.000, statsmodels 0.000
#   0.84 and 0.84: z = 0.000, P = 0.500, of both sides 1.000, statsmodels 1.000
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3.11 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check \
    mlxtend==0.25.0 statsmodels==0.15.0 numpy==2.4.6
cd "$folder"
venv/bin/python - <<'END'
import math

from mlxtend.evaluate import proportion_difference
from statsmodels.stats.proportion import test_proportions_2indep

SAMPLES = 100


def describe(one, other):
    z, p = proportion_difference(one / 100, other / 100, SAMPLES)
    by_hand = (one - other) / math.sqrt(one * (100 - one) / SAMPLES + other * (100 - other) / SAMPLES)
    both = math.erfc(abs(by_hand) / math.sqrt(2))
    options = {"method": "wald", "compare": "diff", "correction": False}
    oracle = test_proportions_2indep(one, SAMPLES, other, SAMPLES, **options).pvalue
    print(f"{one / 100:.2f} and {other / 100:.2f}: z = {z:.3f}, P = {p:.3f}, ", end="")
    print(f"of both sides {both:.3f}, statsmodels {oracle:.3f}")
    assert abs(z - by_hand) < 1e-9
    assert abs(p - math.erfc(-by_hand / math.sqrt(2)) / 2) < 1e-9
    return [round(float(figure), 3) for figure in (p, both, oracle)]


assert describe(84, 92) == [0.04, 0.079, 0.079]
assert describe(92, 84) == [0.96, 0.079, 0.079]
assert describe(95, 60) == [1, 0, 0]
assert describe(84, 84) == [0.5, 1, 1]
END
