#!/usr/bin/env bash
# Weights that are twice as large make another specificity, which may be negative or above 1.
#
# Guess: `specificity_score(..., sample_weight=w)` of imbalanced-learn, whose documentation says "Sample weights" as that of
# scikit-learn does, is the share of the negative weight that is called negative, whatever the unit of the weights.
# Seen: the true negatives are the number of samples less the weights of the others. So the figure is right only where the
# weights have a mean of 1. `sensitivity_specificity_support`, `geometric_mean_score` with an average and
# `classification_report_imbalanced` have the same figure; sensitivity and precision beside it are right.
# Versions: imbalanced-learn 0.14.2, scikit-learn 1.9.1, numpy 2.4.6.
# Hurts: weights that sum to 1, inverse frequencies and weights of a survey change the specificity and with it the
# geometric mean: a specificity of 0.5 is 0.97 or -0.5, and models are chosen by it.
# Instead: `recall_score(..., pos_label=0, sample_weight=w)`; or divide the weights by their mean.
#
# Output (8 samples; the weight of the negatives is called negative by half):
#   weights 1: specificity 0.5, scikit-learn 0.5
#   weights 0.125: specificity 0.9667, scikit-learn 0.5
#   weights 1.5: specificity -0.5, scikit-learn 0.5
#   weights 4: specificity 2.0, scikit-learn 0.5
#   weights of the negatives 2, of the positives 1: specificity 0.0, scikit-learn 0.5
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3.11 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check \
    imbalanced-learn==0.14.2 scikit-learn==1.9.1 scipy==1.17.1 numpy==2.4.6
cd "$folder"
venv/bin/python - <<'END'
import warnings

from imblearn.metrics import sensitivity_specificity_support, specificity_score
from sklearn.metrics import recall_score

TRUTH, PREDICTED = [0, 0, 0, 0, 1, 1, 1, 1], [0, 0, 1, 1, 1, 1, 1, 0]
WEIGHTS = {
    "weights 1": [1] * 8,
    "weights 0.125": [0.125] * 8,
    "weights 1.5": [1.5] * 8,
    "weights 4": [4] * 8,
    "weights of the negatives 2, of the positives 1": [2] * 4 + [1] * 4,
}
seen = []
with warnings.catch_warnings(record=True) as said:
    warnings.simplefilter("always")
    for name, weights in WEIGHTS.items():
        options = {"average": "binary", "sample_weight": weights}
        found = round(float(specificity_score(TRUTH, PREDICTED, **options)), 4)
        right = float(recall_score(TRUTH, PREDICTED, pos_label=0, sample_weight=weights))
        sensitivity, same, _ = sensitivity_specificity_support(TRUTH, PREDICTED, **options)
        print(f"{name}: specificity {found}, scikit-learn {right}")
        assert (round(float(same), 4), right, sensitivity) == (found, 0.5, 0.75), (same, right, sensitivity)
        seen.append(found)
assert seen == [0.5, 0.9667, -0.5, 2.0, 0.0], seen
assert not said, said
END
