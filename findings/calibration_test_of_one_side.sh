#!/usr/bin/env bash
# The worst calibration has P = 1 as long as the model is too modest.
#
# Guess: `spiegelhalter_p_value` of MAPIE is the P-value of Spiegelhalter's test, whose statistic is a z-score under perfect
# calibration, so that a value far from 0 on either side is evidence against it. R's rms (`val.prob`) doubles the tail.
# Seen: it is `1 - cdf(z)`, the upper tail alone. Scores that are too near to 0 and 1 have P = 0; scores that are too near
# to 0.5 have P = 1, the more surely so the worse they are. MAPIE's own tests by Kolmogorov-Smirnov and Kuiper reject both.
# Its documentation says: "the probability of the observed statistic under the null hypothesis of perfect calibration".
# Versions: mapie 1.6.0, scikit-learn 1.9.1, scipy 1.17.1, numpy 2.4.6.
# Hurts: random forests, label smoothing, averages of models and too much temperature scaling make scores too modest, and
# the test says of each of them that nothing speaks against its calibration.
# Instead: `2 * scipy.stats.norm.sf(abs(spiegelhalter_statistic(y, scores)))`.
#
# Output:
#   calibrated: z = -0.5, P = 0.71, of both sides 0.59, Kuiper 0.84
#   too sure: z = 21.2, P = 0.00, of both sides 0.00, Kuiper 0.00
#   too modest: z = -12.2, P = 1.00, of both sides 0.00, Kuiper 0.00
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3.11 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check \
    mapie==1.6.0 scikit-learn==1.9.1 scipy==1.17.1 numpy==2.4.6
cd "$folder"
venv/bin/python - <<'END'
import numpy as np
from mapie.metrics.calibration import kuiper_p_value, spiegelhalter_p_value, spiegelhalter_statistic
from scipy.stats import norm

random = np.random.default_rng(0)
scores = random.uniform(0, 1, 2000)
draws = random.random(2000)

# How far from 0.5 the chance of the class is, for each unit by which the score is.
seen = {}
for name, slope in {"calibrated": 1.0, "too sure": 0.5, "too modest": 1.6}.items():
    chances = np.clip(0.5 + slope * (scores - 0.5), 0, 1)
    labels = (draws < chances).astype(int)
    z, p = spiegelhalter_statistic(labels, scores), spiegelhalter_p_value(labels, scores)
    both, kuiper = 2 * norm.sf(abs(z)), kuiper_p_value(labels, scores)
    print(f"{name}: z = {z:.1f}, P = {p:.2f}, of both sides {both:.2f}, Kuiper {kuiper:.2f}")
    assert abs(p - norm.sf(z)) < 1e-12, (p, z)
    seen[name] = (p, both, kuiper)
assert min(seen["calibrated"]) > 0.05, seen
assert max(seen["too sure"]) < 1e-6, seen
assert seen["too modest"][0] > 0.999999 and max(seen["too modest"][1:]) < 1e-6, seen
END
