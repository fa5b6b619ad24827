#!/usr/bin/env bash
# A label that no sample has lowers the AUC of all others.
#
# Guess: Keras' `AUC(multi_label=True)`, "computed separately for each label and then averaged across labels", averages the
# labels that have an area, or says that one has none, as scikit-learn does. A label without positives has none.
# Seen: its AUC is 0, that of a ranking which is wrong throughout, and it enters the mean, without a word. So does a label
# that all samples have for the area under ROC. `F1Score(average="macro")` counts a class that neither truth nor predictions
# have as 0; scikit-learn leaves it out unless it is named.
# Versions: keras 3.15.1 (with JAX 0.10.2), scikit-learn 1.9.1, numpy 2.4.6.
# Hurts: with four labels, one of which is absent, a mean AUC of 0.94 is 0.71. Data sets of rare findings (X-rays, species,
# sounds) lose labels in every fold, slice and small validation set, so that folds are compared by what is absent, not
# by the models.
# Instead: one `AUC` for each label that has both values, or `label_weights` with 0 for the others.
#
# Output (100 samples, 4 labels; the last label is taken from all samples):
#   all labels: ROC 0.951, PR 0.961; scikit-learn 0.951
#   one label absent: ROC 0.709, PR 0.717; of the other three 0.945, 0.956; scikit-learn 0.945
#   one label everywhere: ROC 0.709; of the other three 0.945
#   F1 of three of four classes: macro 0.713, scikit-learn 0.950
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3.11 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check \
    keras==3.15.1 jax==0.10.2 scikit-learn==1.9.1 numpy==2.4.6
cd "$folder"
KERAS_BACKEND=jax KERAS_HOME="$folder" venv/bin/python - <<'END'
import warnings

import numpy as np
from keras.metrics import AUC, F1Score
from sklearn.metrics import f1_score, roc_auc_score

generator = np.random.default_rng(0)
LABELS = generator.integers(0, 2, (100, 4)).astype("float32")
SCORES = np.clip(LABELS * 0.4 + generator.random((100, 4)) * 0.6, 0, 1).astype("float32")


def by_keras(truth, scores, curve, count):
    metric = AUC(multi_label=True, num_labels=count, curve=curve)
    metric.update_state(truth, scores)
    return round(float(metric.result()), 3)


def areas(truth, count):
    """ROC and PR of the first labels by Keras."""
    return [by_keras(truth[:, :count], SCORES[:, :count], curve, count) for curve in ("ROC", "PR")]


def by_scikit_learn(truth, count):
    return round(float(np.mean([roc_auc_score(truth[:, each], SCORES[:, each]) for each in range(count)])), 3)


with warnings.catch_warnings(record=True) as said:
    warnings.simplefilter("always")
    absent, everywhere = LABELS.copy(), LABELS.copy()
    absent[:, 3], everywhere[:, 3] = 0, 1
    whole, right = areas(LABELS, 4), by_scikit_learn(LABELS, 4)
    print("all labels: ROC {:.3f}, PR {:.3f}; scikit-learn {:.3f}".format(*whole, right))
    lowered, others, three = areas(absent, 4), areas(absent, 3), by_scikit_learn(absent, 3)
    text = "one label absent: ROC {:.3f}, PR {:.3f}; of the other three {:.3f}, {:.3f}; scikit-learn {:.3f}"
    print(text.format(*lowered, *others, three))
    filled = areas(everywhere, 4)
    print(f"one label everywhere: ROC {filled[0]:.3f}; of the other three {others[0]:.3f}")
    classes = np.arange(99) % 3
    predicted = np.where(np.arange(99) % 13 == 0, 0, classes)
    metric = F1Score(average="macro")
    metric.update_state(np.eye(4)[classes], np.eye(4)[predicted])
    macro = round(float(metric.result()), 3), round(float(f1_score(classes, predicted, average="macro")), 3)
    print("F1 of three of four classes: macro {:.3f}, scikit-learn {:.3f}".format(*macro))
assert (whole, right) == ([0.951, 0.961], 0.951), (whole, right)
assert (lowered, others, three) == ([0.709, 0.717], [0.945, 0.956], 0.945), (lowered, others, three)
assert filled[0] == 0.709, filled
assert not said, [str(each.message) for each in said]
assert macro == (0.713, 0.95), macro
END
