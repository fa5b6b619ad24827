#!/usr/bin/env bash
# Scores of exactly 0 and 1 count half in relplot's smooth calibration error.
#
# Guess: `relplot.smECE(f, y)` is the smooth calibration error of Błasiok and Nakkiran (2023), whose kernel is reflected
# at 0 and 1, so that no sample loses weight there.
# Seen: the values on the grid are mirrored without those at its two ends, so that a score of 0 or 1 enters once where
# every other score enters with its mirror image. Half of the samples below have the score 1 and are right in 80 %, the
# others are calibrated: the error is 0.068, where the absolute mean of score less label, below which no smoothing with
# kernels of mass 1 can fall, is 0.100. With 0.99 instead of 1 it is 0.096.
# Versions: relplot 1.0.3, numpy 1.26.4, scipy 1.13.1.
# Hurts: models that saturate (trees, softmax in half precision) look a third better calibrated than they are.
# Instead: move scores of 0 and 1 inside by a thousandth, or compute the definition with both ends doubled.
#
# Output:
#   scores of 1.00 and 0.5: smooth error 0.068, absolute mean residual 0.100
#   scores of 0.99 and 0.5: smooth error 0.096, absolute mean residual 0.095
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3.11 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check \
    relplot==1.0.3 numpy==1.26.4 scipy==1.13.1
cd "$folder"
venv/bin/python - <<'END'
import numpy as np
import relplot

errors = []
for edge in (1.0, 0.99):
    scores = np.repeat([edge, 0.5], 500)
    labels = np.repeat([1.0, 0.0, 1.0, 0.0], [400, 100, 250, 250])
    error, least = relplot.smECE(scores, labels), abs((scores - labels).mean())
    print(f"scores of {edge:.2f} and 0.5: smooth error {error:.3f}, absolute mean residual {least:.3f}")
    errors.append((error, least))
assert errors[0][0] < 0.75 * errors[0][1], errors
assert errors[1][0] > 0.99 * errors[1][1], errors
END
