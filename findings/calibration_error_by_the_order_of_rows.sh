#!/usr/bin/env bash
# A badly calibrated model is calibrated once its rows are shuffled.
#
# Guess: `expected_calibration_error` of MAPIE with `split_strategy="array split"` makes bins of equally many samples, as
# `np.array_split` of ordered scores would, and `num_bins=2` makes two bins.
# Seen: the scores are split as the rows stand. The highest score of each piece becomes an edge, so that in shuffled rows
# all edges lie near 1, and nearly all samples in the first bin, where what is too sure and what is too modest cancel out.
# The strategies "uniform" and "quantile" read `num_bins` as the number of edges: 2 gives a single bin, 1 gives NaN.
# Versions: mapie 1.6.0, scikit-learn 1.9.1, numpy 2.4.6.
# Hurts: a model that is off by 0.25 on either side has an error of 0.01; two models whose rows are ordered otherwise, or
# one before and after a join, have errors of different bins. With few bins the others hide as much.
# Instead: sort labels and scores by score first for "array split"; ask for one bin more of the other two.
#
# Output (of sorted rows, and of the same rows shuffled):
#   array split, 10 bins: 0.231 sorted, 0.010 shuffled
#   quantile, 10 bins: 0.205 sorted, 0.205 shuffled
#   uniform, 2 bins: 0.010 sorted, 0.010 shuffled
#   quantile, 2 bins: 0.011 sorted, 0.011 shuffled
#   quantile, 3 bins: 0.231 sorted, 0.231 shuffled
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3.11 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check \
    mapie==1.6.0 scikit-learn==1.9.1 scipy==1.17.1 numpy==2.4.6
cd "$folder"
venv/bin/python - <<'END'
import numpy as np
from mapie.metrics.calibration import expected_calibration_error

# Where the model says 0.5 to 0.75 it is right more often by 0.25, above it is so much less often.
scores = (np.arange(1000) + 0.5) / 2000 + 0.5
chances = scores + np.where(scores < 0.75, 0.25, -0.25)
right = (np.random.default_rng(0).random(1000) < chances).astype(int)
shuffled = np.random.default_rng(1).permutation(1000)

CASES = [("array split", 10), ("quantile", 10), ("uniform", 2), ("quantile", 2), ("quantile", 3)]
seen = {}
for strategy, bins in CASES:
    errors = []
    for rows in (slice(None), shuffled):
        options = {"num_bins": bins, "split_strategy": strategy}
        errors.append(expected_calibration_error(right[rows], scores[rows], **options))
    seen[strategy, bins] = tuple(round(error, 3) for error in errors)
    print(f"{strategy}, {bins} bins: {errors[0]:.3f} sorted, {errors[1]:.3f} shuffled")
assert list(seen.values()) == [(0.231, 0.01), (0.205, 0.205), (0.01, 0.01), (0.011, 0.011), (0.231, 0.231)], seen
END
