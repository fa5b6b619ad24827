#!/usr/bin/env bash
# The score interval of a difference of two proportions is that of proportions 10^19 times less likely than others.
#
# Guess: `confint_proportions_2indep(method="score", compare="diff")` of statsmodels holds the differences that the score
# test of Miettinen and Nurminen (1985) does not reject, `score_test_proportions_2indep` with the difference as `value`.
# Its error is that of the likeliest two proportions with this difference.
# Seen: the two proportions are not the likeliest, as the cubic equation for them has a number of positives where a
# number of samples belongs. The further the difference is from 0, and the more the groups differ in size, the more z is
# off, and either bound. Of no difference, the default of `value`, the test is right.
# Versions: statsmodels 0.15.0, scipy 1.17.1, numpy 2.4.6, pandas 3.1.1.
# Hurts: intervals of Youden's index, which is the share of positives found less that of false alarms, of sensitivities of
# two groups, and tests against a margin.
# Instead: `method="newcomb"`, or the score test with the likeliest proportions, as below.
#
# Output (found of positives, false alarms of negatives):
#   57/60 and 50/1000: 0.801 to 0.953, of the likeliest 0.812 to 0.936
#     a difference of 0.81: z = 1.810, of the likeliest 1.998, which are 10^19.4 times as likely
#   30/40 and 4/59: 0.520 to 0.805, of the likeliest 0.513 to 0.805
#     a difference of 0.52: z = 1.958, of the likeliest 1.882, which are 10^0.6 times as likely
#   90/100 and 2/10: 0.383 to 0.840, of the likeliest 0.384 to 0.858
#     a difference of 0.85: z = -2.228, of the likeliest -1.797, which are 10^0.4 times as likely
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3.11 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check \
    statsmodels==0.15.0 scipy==1.17.1 numpy==2.4.6 pandas==3.1.1
cd "$folder"
venv/bin/python - <<'END'
import math

from scipy.optimize import brentq
from statsmodels.stats.proportion import confint_proportions_2indep, score_test_proportions_2indep

DEVIATE = 1.959963984540054


def log_likelihood(groups, rates):
    return sum(k * math.log10(p) + (n - k) * math.log10(1 - p) for (k, n), p in zip(groups, rates))


def likeliest(groups, difference):
    """The rates with this difference at which the likelihood has no slope."""
    (k, n), (j, m) = groups

    def slope(q):
        p = q + difference
        return k / p - (n - k) / (1 - p) + j / q - (m - j) / (1 - q)

    q = brentq(slope, max(0, -difference) + 1e-12, min(1, 1 - difference) - 1e-12, xtol=1e-15)
    return q + difference, q


def deviate(groups, difference):
    (k, n), (j, m) = groups
    p, q = likeliest(groups, difference)
    return (k / n - j / m - difference) / math.sqrt(p * (1 - p) / n + q * (1 - q) / m)


def describe(found, alarms, difference):
    groups = found, alarms
    value = found[0] / found[1] - alarms[0] / alarms[1]
    options = {"compare": "diff", "correction": False}
    theirs = confint_proportions_2indep(*found, *alarms, method="score", **options)
    ours = [
        brentq(lambda end, z=z: deviate(groups, end) - z, *ends)
        for z, ends in ((DEVIATE, (-0.99, value)), (-DEVIATE, (value, 0.9999)))
    ]
    test = score_test_proportions_2indep(*found, *alarms, value=difference, **options)
    rates = float(test.prop1_null), float(test.prop2_null)
    assert abs(rates[0] - rates[1] - difference) < 1e-9
    times = log_likelihood(groups, likeliest(groups, difference)) - log_likelihood(groups, rates)
    print(f"{found[0]}/{found[1]} and {alarms[0]}/{alarms[1]}: {theirs[0]:.3f} to {theirs[1]:.3f}, ", end="")
    print(f"of the likeliest {ours[0]:.3f} to {ours[1]:.3f}")
    z, own = float(test.statistic), deviate(groups, difference)
    print(f"  a difference of {difference}: z = {z:.3f}, of the likeliest {own:.3f}, ", end="")
    print(f"which are 10^{times:.1f} times as likely")
    return [round(float(figure), 3) for figure in (*theirs, *ours, z, own)]


assert describe((57, 60), (50, 1000), 0.81) == [0.801, 0.953, 0.812, 0.936, 1.81, 1.998]
assert describe((30, 40), (4, 59), 0.52) == [0.52, 0.805, 0.513, 0.805, 1.958, 1.882]
assert describe((90, 100), (2, 10), 0.85) == [0.383, 0.84, 0.384, 0.858, -2.228, -1.797]
END
