#!/usr/bin/env bash
# Two models that answer alike differ with P = 0.
#
# Guess: McNemar's test of two models that are right and wrong on the same samples has P = 1, in each of its versions.
# Seen: `mcnemar(table, exact=False)` of statsmodels, with its correction for continuity, divides -1 squared by 0
# samples: the statistic is infinite, and P is 0, the strongest possible evidence for a difference. Where 5 samples are
# split against 5, the same -1 squared makes P 0.75 instead of 1. The exact version is right. All that is said is
# NumPy's remark on a division.
# Versions: statsmodels 0.15.0.
# Hurts: a table of many slices, or a gate, reports the slices in which nothing changed as the most significant ones.
# Instead: `exact=True`, or ask first whether any sample is split.
#
# Output:
#   no sample split: P = 0.00, exact 1.00
#   5 against 5: P = 0.75, exact 1.00
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3.11 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check \
    statsmodels==0.15.0 numpy==2.4.6
cd "$folder"
venv/bin/python - <<'END'
import warnings

from statsmodels.stats.contingency_tables import mcnemar

warnings.simplefilter("ignore")
seen = {}
for name, table in {"no sample split": [[90, 0], [0, 10]], "5 against 5": [[80, 5], [5, 10]]}.items():
    approximate, exact = mcnemar(table, exact=False).pvalue, mcnemar(table, exact=True).pvalue
    seen[name] = (round(float(approximate), 2), round(float(exact), 2))
    print(f"{name}: P = {seen[name][0]:.2f}, exact {seen[name][1]:.2f}")
assert seen == {"no sample split": (0, 1), "5 against 5": (0.75, 1)}, seen
END
