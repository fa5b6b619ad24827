#!/usr/bin/env bash
# A model that was only calibrated differs from itself with P = 0.
#
# Guess: DeLong's test compares rankings, so that a model has the same AUC before and after a calibration that keeps the
# order of its scores, and P is 1, or the package says that there is nothing to test. R's pROC, which the docstring of
# `Delong_test` names as its measure, has P = 1.
# Seen: the difference has no variance then, and MLstatkit turns to a bootstrap, in which every difference is 0. Its P is
# twice the smaller one of the shares of differences `<= 0` and `> 0`, and the second of them is 0: z = 0, P = 0. The same
# is said of two models that both rank everything right.
# Versions: MLstatkit 0.1.91, scikit-learn 1.9.1, scipy 1.17.1, numpy 2.4.6.
# Hurts: in a table of models those that rank alike are the ones that differ most; a gate on P < 0.05 fails a model for
# its calibration.
# Instead: ask first whether the difference of the areas is 0 for z = 0, where P is 1.
#
# Output:
#   a model and itself: AUC 0.7574 and 0.7574, z = 0, P = 0
#   before and after Platt's scaling: AUC 0.7574 and 0.7574, z = 0, P = 0
#   two perfect rankings: AUC 1.0000 and 1.0000, z = 0, P = 0
#   one pair of samples exchanged: AUC 0.7574 and 0.7573, z = -0.707, P = 0.4795
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3.11 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check \
    MLstatkit==0.1.91 scikit-learn==1.9.1 scipy==1.17.1 numpy==2.4.6
cd "$folder"
venv/bin/python - <<'END'
import warnings

import numpy as np
from MLstatkit import Delong_test

random = np.random.default_rng(0)
truth = random.integers(0, 2, 200)
logits = random.normal(truth)
scaled = 1 / (1 + np.exp(-(0.4 * logits - 0.1)))
assert (np.argsort(logits) == np.argsort(scaled)).all()

# One positive and one negative sample that are neighbours change places: a difference of one pair.
order = np.argsort(logits)
place = next(n for n in range(199) if truth[order[n]] == 0 and truth[order[n + 1]] == 1)
exchanged = logits.copy()
exchanged[order[[place, place + 1]]] = exchanged[order[[place + 1, place]]]

CASES = {
    "a model and itself": (logits, logits),
    "before and after Platt's scaling": (logits, scaled),
    "two perfect rankings": (truth + 0.1 * random.random(200), truth + 0.1 * random.random(200)),
    "one pair of samples exchanged": (logits, exchanged),
}
seen = {}
with warnings.catch_warnings(record=True) as said:
    warnings.simplefilter("always")
    for name, (one, other) in CASES.items():
        z, p, area, other_area = Delong_test(truth, one, other, return_ci=False, random_state=0)
        print(f"{name}: AUC {area:.4f} and {other_area:.4f}, z = {z:.3g}, P = {p:.4g}")
        seen[name] = (round(z, 2), round(p, 4))
assert list(seen.values()) == [(0, 0), (0, 0), (0, 0), (-0.71, 0.4795)], seen
assert not said, said
END
