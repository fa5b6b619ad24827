#!/usr/bin/env bash
# The default threshold, said aloud, gives other predictions.
#
# Guess: `FixedThresholdClassifier(model)` of scikit-learn, whose threshold "auto" is the 0.5 of `predict`, predicts
# what `model` does. The user guide has the positive class predicted where its probability is greater than 0.5.
# Seen: the wrapper takes a probability of 0.5 for the positive class. `predict` of neighbours, trees, forests and votes
# takes the class that comes first, which is the other one. Where probabilities are shares of a few votes, ties are
# many. With the first class as `pos_label` the wrapper gives ties to that one, and agrees with the model again.
# Versions: scikit-learn 1.9.1, numpy 2.4.6.
# Hurts: a threshold that is compared with "the model as it is" is credited with the ties: 2.5 points of accuracy gained
# or 0.7 lost by a threshold that has not moved. Stored predictions do not match scores that are cut at 0.5.
# Instead: compare thresholds with `FixedThresholdClassifier(model, threshold=0.5)`, never with `model.predict`; count
# the probabilities that are exactly 0.5 first.
#
# Output (breast cancer, 285 samples to fit, 284 to judge; by hand: the model's scores, cut at >= 0.5 and at > 0.5):
#   2 neighbours, 25 ties: accuracy 0.8803, with the threshold said 0.9049; by hand 0.9049 and 0.8803
#   4 neighbours, 16 ties: accuracy 0.9225, with the threshold said 0.9155; by hand 0.9155 and 0.9225
#   a forest of 4 trees, 21 ties: accuracy 0.9049, with the threshold said 0.9014; by hand 0.9014 and 0.9049
#   5 neighbours, 0 ties: accuracy 0.9296, with the threshold said 0.9296; by hand 0.9296 and 0.9296
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3.11 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check \
    scikit-learn==1.9.1 numpy==2.4.6
cd "$folder"
venv/bin/python -W error - <<'END'
from fractions import Fraction

from sklearn.datasets import load_breast_cancer
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import FixedThresholdClassifier
from sklearn.neighbors import KNeighborsClassifier

SAMPLES, LABELS = load_breast_cancer(return_X_y=True)
TRAIN, TEST = (SAMPLES[::2], LABELS[::2]), (SAMPLES[1::2], LABELS[1::2])


def share(answers):
    return round(float(Fraction(int((answers == TEST[1]).sum()), len(TEST[1]))), 4)


def describe(title, model):
    model.fit(*TRAIN)
    scores = model.predict_proba(TEST[0])[:, 1]
    plain = share(model.predict(TEST[0]))
    said = share(FixedThresholdClassifier(model).fit(*TRAIN).predict(TEST[0]))
    first = share(FixedThresholdClassifier(model, pos_label=0).fit(*TRAIN).predict(TEST[0]))
    reached, passed = share(scores >= 0.5), share(scores > 0.5)
    ties = int((scores == 0.5).sum())
    print(f"{title}, {ties} ties: accuracy {plain:.4f}, with the threshold said {said:.4f}; ", end="")
    print(f"by hand {reached:.4f} and {passed:.4f}")
    assert (said, plain, first) == (reached, passed, passed)
    return ties, plain, said


seen = [
    describe("2 neighbours", KNeighborsClassifier(2)),
    describe("4 neighbours", KNeighborsClassifier(4)),
    describe("a forest of 4 trees", RandomForestClassifier(4, random_state=0)),
    describe("5 neighbours", KNeighborsClassifier(5)),
]
assert seen == [(25, 0.8803, 0.9049), (16, 0.9225, 0.9155), (21, 0.9049, 0.9014), (0, 0.9296, 0.9296)], seen
END
