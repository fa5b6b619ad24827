#!/usr/bin/env bash
# The first tree is the best model.
#
# Guess: `PRAUC` of CatBoost, the area under precision and recall, is that of a chance ranking, the share of positives,
# where all scores are equal, as the average precision of scikit-learn is. river's `RollingPRAUC` as well.
# Seen: both draw straight lines between the points, from a precision of 1 at a recall of 0. A model that says the same of
# every sample has half of that triangle: 0.51 for 2 % of positives. The fewer distinct scores, the more is given away, so
# that a model improves in truth and falls by this figure: the first tree has the highest value of a whole training, and
# early stopping or `use_best_model` keeps that tree alone.
# Versions: catboost 1.2.10, river 0.26.1, scikit-learn 1.9.1, numpy 2.4.6.
# Hurts: the metric that is recommended for rare positives stops the training at once: an average precision of 0.04
# instead of 0.14. Models of few leaves, votes and rounded scores win over those that rank.
# Instead: stop by "Logloss" or "AUC", and judge with `average_precision_score`.
#
# Output (2.7 % of positives in the validation set, 300 trees allowed):
#   equal scores: PRAUC 0.513, river 0.513, average precision 0.027
#   stopped by PRAUC: trees 1, PRAUC 0.335, average precision 0.041
#   stopped by Logloss: trees 69, PRAUC 0.136, average precision 0.137
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3.11 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check \
    catboost==1.2.10 river==0.26.1 scikit-learn==1.9.1 scipy==1.17.1 pandas==3.1.1 numpy==2.4.6
cd "$folder"
venv/bin/python - <<'END'
import warnings

import numpy as np
from catboost import CatBoostClassifier
from catboost.utils import eval_metric
from river.metrics import RollingPRAUC
from sklearn.metrics import average_precision_score

generator = np.random.default_rng(1)
FEATURES = generator.integers(0, 4, (15_000, 6)).astype(float)
CHANCES = 1 / (1 + np.exp(4.5 - 0.5 * (FEATURES - 1.5).sum(axis=1)))
TRUTH = (generator.random(15_000) < CHANCES).astype(int)
TRAINING, VALIDATION = slice(0, 10_000), slice(10_000, 15_000)
JUDGED = TRUTH[VALIDATION]


def figures(scores):
    area = eval_metric(JUDGED, scores, "PRAUC")[0]
    return round(float(area), 3), round(float(average_precision_score(JUDGED, scores)), 3)


def trained(stop):
    model = CatBoostClassifier(
        iterations=300, depth=3, learning_rate=0.1, eval_metric=stop, random_seed=0, thread_count=1,
        verbose=0, allow_writing_files=False,
    )
    judged = FEATURES[VALIDATION], JUDGED
    model.fit(FEATURES[TRAINING], TRUTH[TRAINING], eval_set=judged, early_stopping_rounds=30)
    area, precision = figures(model.predict_proba(FEATURES[VALIDATION])[:, 1])
    print(f"stopped by {stop}: trees {model.tree_count_}, PRAUC {area:.3f}, average precision {precision:.3f}")
    return model.tree_count_, area, precision


with warnings.catch_warnings(record=True) as said:
    warnings.simplefilter("always")
    rolling = RollingPRAUC(window_size=len(JUDGED))
    for label in JUDGED:
        rolling.update(bool(label), 0.5)
    area, precision = figures(np.full(len(JUDGED), 0.5))
    same = round(float(rolling.get()), 3)
    print(f"equal scores: PRAUC {area:.3f}, river {same:.3f}, average precision {precision:.3f}")
    by_area, by_loss = trained("PRAUC"), trained("Logloss")
assert (area, same, precision) == (0.513, 0.513, 0.027), (area, same, precision)
assert by_area == (1, 0.335, 0.041), by_area
assert by_loss[0] > 40 and by_loss[1] < 0.15 and by_loss[2] > 0.1, by_loss
assert not said, [str(each.message) for each in said]
END
