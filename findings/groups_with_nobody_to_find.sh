#!/usr/bin/env bash
# A model without a mistake is as unfair as can be.
#
# Guess: in a group without a positive sample the true positive rate is not defined. fairlearn says so (NaN), warns as
# scikit-learn's recall does, or leaves the group out of `equalized_odds_difference`, whose documentation speaks of
# P[h(X) = 1 | A = a, Y = 1].
# Seen: the rate is 0, and so is the false negative rate, though the two sum to 1 for everybody else. So the group has
# the worst recall and the best miss rate at once. The difference of a perfect model is 1, and the ratio 0. No warning.
# Versions: fairlearn 0.15.0, scikit-learn 1.9.1, pandas 3.1.1, numpy 2.4.6.
# Hurts: the more groups are looked at, the surer one of them is too small for a positive sample, and then every model
# fails the check, the best one hardest; by the miss rate the group is said to be served best.
# Instead: count the positives of each group first, and pass `recall_score` with `zero_division=np.nan` to a
# MetricFrame.
#
# Output:
#   group a: 2 positives, true positive rate 1.0, false negative rate 0.0
#   group b: 0 positives, true positive rate 0.0, false negative rate 0.0
#   perfect model: equalized odds difference 1.0, ratio 0.0; without group b 0.0
#   model that finds half: true positive rates differ by 0.5, by recall_score with NaN 0.0
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3.11 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check \
    fairlearn==0.15.0 scikit-learn==1.9.1 pandas==3.1.1 numpy==2.4.6
cd "$folder"
venv/bin/python -W error - <<'END'
import numpy as np
from fairlearn.metrics import (
    MetricFrame,
    equalized_odds_difference,
    equalized_odds_ratio,
    false_negative_rate,
    true_positive_rate,
)
from sklearn.metrics import recall_score

GROUPS = np.array(list("aaaabbbb"))
LABELS = np.array([1, 1, 0, 0, 0, 0, 0, 0])
HALF = np.array([1, 0, 0, 0, 0, 0, 0, 0])
WHOLE = dict(sensitive_features=GROUPS)


def rates(metric, predictions):
    return MetricFrame(metrics=metric, y_true=LABELS, y_pred=predictions, sensitive_features=GROUPS)


def recall(labels, predictions):
    return recall_score(labels, predictions, zero_division=np.nan)


found, missed = rates(true_positive_rate, LABELS), rates(false_negative_rate, LABELS)
for group in "ab":
    positives = int(LABELS[GROUPS == group].sum())
    both = [float(frame.by_group[group]) for frame in (found, missed)]
    print(f"group {group}: {positives} positives, true positive rate {both[0]}, false negative rate {both[1]}")
    assert both == {"a": [1, 0], "b": [0, 0]}[group]
difference = float(equalized_odds_difference(LABELS, LABELS, **WHOLE))
ratio = float(equalized_odds_ratio(LABELS, LABELS, **WHOLE))
kept = GROUPS == "a"
alone = float(equalized_odds_difference(LABELS[kept], LABELS[kept], sensitive_features=GROUPS[kept]))
print(f"perfect model: equalized odds difference {difference}, ratio {ratio}; without group b {alone}")
assert (difference, ratio, alone) == (1, 0, 0)

# By hand: only group a has a rate, 1 of 2, and a single rate differs from no other.
gap = float(rates(true_positive_rate, HALF).difference())
defined = rates(recall, HALF)
rest = float(defined.difference())
print(f"model that finds half: true positive rates differ by {gap}, by recall_score with NaN {rest}")
assert (gap, rest, float(defined.by_group["a"])) == (0.5, 0, 0.5) and np.isnan(defined.by_group["b"])
END
