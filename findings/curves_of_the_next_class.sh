#!/usr/bin/env bash
# A class that does not occur in the truth hands its scores to the next class.
#
# Guess: `wandb.plot.pr_curve(y_true, y_probas)` and `roc_curve` draw class 2 from the third column of `y_probas`, whose
# documented shape is (samples, classes), as the confusion matrix beside them finds class 2 by the argmax.
# Seen: the columns are numbered by the classes that `y_true` has. Where class 1 of 0, 1, 2 has no sample, class 2 is
# drawn from the column of class 1, under the name of class 2. The last column is never read. Nothing is said.
# Versions: wandb 0.31.0, scikit-learn 1.9.1, pandas 3.1.1, numpy 2.4.6.
# Hurts: a small validation set, a slice or a fold without a rare class shows curves of the wrong scores: a perfect
# ranking looks like one that is wrong throughout. Whoever compares runs takes it for the model's.
# Instead: draw each class by itself, `y_true == c` against `[1 - p, p]` of its column.
#
# Output (true positive rate of class 2 before the first false positive; scikit-learn's area of column 2 and of column
# 1):
#   classes 0, 1 and 2 occur: ROC of class 2 1.0, best precision at full recall 1.0, areas 1.0 and 0.0
#   class 1 does not occur: ROC of class 2 0.0, best precision at full recall 0.5, areas 1.0 and 0.0
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3.11 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check \
    wandb==0.31.0 scikit-learn==1.9.1 pandas==3.1.1 numpy==2.4.6
cd "$folder"
WANDB_MODE=disabled venv/bin/python - <<'END'
import contextlib
import io

import numpy as np
import wandb
from sklearn.metrics import roc_auc_score

LABELS = np.array([0, 0, 0, 1, 1, 1, 2, 2, 2])
SCORES = np.array(
    [
        [0.80, 0.15, 0.05],
        [0.70, 0.18, 0.12],
        [0.75, 0.16, 0.09],
        [0.10, 0.80, 0.10],
        [0.20, 0.70, 0.10],
        [0.15, 0.75, 0.10],
        [0.09, 0.11, 0.80],
        [0.10, 0.10, 0.80],
        [0.05, 0.05, 0.90],
    ]
)


def describe(title, rows):
    labels, scores = LABELS[rows], SCORES[rows]
    assert (scores.argmax(axis=1) == labels).all()
    said = io.StringIO()
    with contextlib.redirect_stderr(said), contextlib.redirect_stdout(said):
        roc = wandb.plot.roc_curve(labels, scores).table.get_dataframe()
        recalls = wandb.plot.pr_curve(labels, scores).table.get_dataframe()
    assert not said.getvalue(), said.getvalue()
    roc, recalls = roc[roc["class"] == 2], recalls[recalls["class"] == 2]
    rate = float(roc[roc["fpr"] == 0]["tpr"].max())
    precision = float(recalls[recalls["recall"] == 1]["precision"].max())
    areas = [round(float(roc_auc_score(labels == 2, scores[:, column])), 2) for column in (2, 1)]
    print(f"{title}: ROC of class 2 {rate}, best precision at full recall {precision}, areas {areas[0]} and {areas[1]}")
    # By hand: the share of class 2 whose score is above those of all others, of the column that belongs to it.
    own = scores[:, 2]
    assert np.mean(own[labels == 2] > own[labels != 2].max()) == 1
    return rate, precision, *areas


everything = describe("classes 0, 1 and 2 occur", np.ones(9, bool))
gap = describe("class 1 does not occur", LABELS != 1)
assert everything[:2] == (1, 1), everything
assert gap == (0, 0.5, 1, 0), gap
END
