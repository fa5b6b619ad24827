#!/usr/bin/env bash
# An interval of 90 % is one of 99.9 %.
#
# Guess: `get_calibration_error_uncertainties(probs, labels, alpha=0.1)` of uncertainty-calibration gives what its docstring
# says: "1-alpha confidence intervals produced by bootstrap resampling", which is 90 %, and 95 % with alpha=0.05.
# Seen: alpha is handed to a function that takes it in percent (its own default is 10.0), so that the bounds are the
# percentiles 0.05 and 99.95. Of the 100 resamples these are the smallest and the largest, and alpha = 0.1, 0.05 and 0.01
# give nearly the same interval. The same holds for `get_top_calibration_error_uncertainties`.
# Versions: uncertainty-calibration 0.1.4, scikit-learn 1.9.1, numpy 2.4.6.
# Hurts: the interval is half as wide again as it should be, so that a recalibration which helped is said to be within
# chance, and a figure with another alpha looks as if it did not matter.
# Instead: pass alpha in percent, `alpha=10`, or take the percentiles of `bootstrap_uncertainty` yourself.
#
# Output (mean width of 5 intervals of an expected calibration error):
#   alpha = 0.1: 0.046
#   alpha = 0.01: 0.046
#   alpha = 10: 0.031
#   resamples within the first interval: 98 of 100
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3.11 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check \
    uncertainty-calibration==0.1.4 scikit-learn==1.9.1 scipy==1.17.1 numpy==2.4.6
cd "$folder"
venv/bin/python - <<'END'
import calibration
import numpy as np

random = np.random.default_rng(0)
scores = random.uniform(0, 1, 1000)
labels = (random.random(1000) < np.clip(1.4 * scores - 0.2, 0, 1)).astype(int)


def intervals(alpha):
    np.random.seed(0)
    found = [calibration.get_calibration_error_uncertainties(scores, labels, p=1, alpha=alpha) for _ in range(5)]
    return np.array(found)[:, [0, 2]]


seen = {}
for alpha in (0.1, 0.01, 10):
    seen[alpha] = float(np.diff(intervals(alpha)).mean())
    print(f"alpha = {alpha}: {seen[alpha]:.3f}")

# The same resamples: the bounds for alpha = 0.1 are beyond 99 of 100.
error = calibration.get_calibration_error(scores, labels, p=1, debias=False)
np.random.seed(0)
drawn = []
for _ in range(100):
    rows = np.random.choice(list(range(1000)), size=1000)
    drawn.append(calibration.get_calibration_error(scores[rows], labels[rows], p=1, debias=False))
low, high = intervals(0.1)[0]
reached = sum(low < 2 * error - each < high for each in drawn)
print(f"resamples within the first interval: {reached} of 100")
assert reached == 98, reached
assert 1.3 < seen[0.1] / seen[10] < 1.8 and seen[0.01] / seen[0.1] < 1.05, seen
END
