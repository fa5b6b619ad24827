#!/usr/bin/env bash
# A model that says the same of every class is always right.
#
# Guess: `SparseTopKCategoricalAccuracy(k)` of Keras looks at k classes for each sample, so that a model without any
# opinion on ten classes has a top-5 accuracy of about 0.5, and the one with k=1 is `SparseCategoricalAccuracy`.
# Seen: a class counts if fewer than k others have a higher score, so that all classes of equal score share the last
# place, however many they are. Equal scores for all have an accuracy of 1, also for k=1. The documentation speaks of
# "the top K predictions". scikit-learn, which does count ties, says in its documentation how it breaks them.
# Versions: keras 3.15.1 (with JAX 0.10.2), scikit-learn 1.9.1, numpy 2.4.6.
# Hurts: labels in place of scores, votes of a few trees, and softmax in 8 bits have zeros for most classes, and these
# zeros tie for second place: the top-5 accuracy is 1, whatever the model does. A collapsed model looks perfect.
# Instead: `top_k_accuracy_score` of scikit-learn, or count the samples whose k-th and next score are equal first.
#
# Output (10 classes, 100 samples; by hand: the expected share if ties are broken at random):
#   equal scores: top 1 1.00, top 5 1.00, accuracy 0.10; scikit-learn top 5 0.50, by hand 0.50
#   labels as scores, 40 % right: top 1 0.40, top 5 1.00, accuracy 0.40; scikit-learn top 5 0.70, by hand 0.67
#   different scores, 40 % right: top 1 0.40, top 5 0.40, accuracy 0.40; scikit-learn top 5 0.40, by hand 0.40
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3.11 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check \
    keras==3.15.1 jax==0.10.2 scikit-learn==1.9.1 numpy==2.4.6
cd "$folder"
KERAS_BACKEND=jax KERAS_HOME="$folder" venv/bin/python - <<'END'
from fractions import Fraction

import numpy as np
from keras.metrics import SparseCategoricalAccuracy, SparseTopKCategoricalAccuracy
from sklearn.metrics import top_k_accuracy_score

CLASSES = 10
LABELS = np.arange(100) % CLASSES
GUESSES = np.where(np.arange(100) < 40, LABELS, (LABELS + 1) % CLASSES)
LAST = np.where(np.arange(CLASSES) == LABELS[:, None], -1, np.arange(CLASSES))  # the true class last, no two equal


def of(metric, scores):
    metric.update_state(LABELS, scores)
    return round(float(metric.result()), 2)


def by_hand(scores, k):
    total = Fraction(0)
    for label, row in zip(LABELS, scores, strict=True):
        above, equal = int((row > row[label]).sum()), int((row == row[label]).sum())
        total += Fraction(min(max(k - above, 0), equal), equal)
    return round(float(total / len(LABELS)), 2)


def describe(title, scores):
    scores = scores.astype("float32")
    figures = [of(SparseTopKCategoricalAccuracy(k=k), scores) for k in (1, 5)]
    figures += [of(SparseCategoricalAccuracy(), scores)]
    figures += [round(float(top_k_accuracy_score(LABELS, scores, k=5)), 2), by_hand(scores, 5)]
    one, five, plain, other, hand = figures
    print(f"{title}: top 1 {one:.2f}, top 5 {five:.2f}, accuracy {plain:.2f}; ", end="")
    print(f"scikit-learn top 5 {other:.2f}, by hand {hand:.2f}")
    return figures


equal = describe("equal scores", np.full((100, CLASSES), 0.1))
labels = describe("labels as scores, 40 % right", np.eye(CLASSES)[GUESSES])
right = (np.arange(100) < 40)[:, None] & (np.arange(CLASSES) == LABELS[:, None])
ranks = describe("different scores, 40 % right", np.where(right, CLASSES, LAST))
assert equal == [1, 1, 0.1, 0.5, 0.5], equal
assert labels == [0.4, 1, 0.4, 0.7, 0.67], labels
assert ranks == [0.4] * 5, ranks
END
