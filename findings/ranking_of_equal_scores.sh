#!/usr/bin/env bash
# A model without an opinion ranks everything right, if the rows are sorted.
#
# Guess: the NDCG and the MAP that LightGBM and XGBoost print while they train ranks items by score alone, so that the order
# of rows within a query does not matter, and equal scores give the mean of all their orders, as in scikit-learn.
# Seen: both sort stably, so that items of equal score stay in the order of the rows. Where relevant rows come first, as
# files often have them, equal scores have an NDCG of 1; where they come last, 0. The first trees have few leaves and so
# many equal scores. CatBoost takes the worst order instead.
# Versions: lightgbm 4.7.0, xgboost-cpu 3.2.0, catboost 1.2.10, scikit-learn 1.9.1, numpy 2.4.6.
# Hurts: the first tree has the best figure of the training, early stopping keeps that tree alone, and its figure is too
# high by 0.2. The same rows shuffled give another model.
# Instead: shuffle the rows within each query before training; judge with `ndcg_score`.
#
# Output (NDCG at 5; the same 200 queries of 20 items, by the order of rows within a query):
#   equal scores, relevant first: LightGBM 1.00, XGBoost 1.00, CatBoost 0.00, scikit-learn 0.24
#   equal scores, relevant last: LightGBM 0.00, XGBoost 0.00, CatBoost 0.00, scikit-learn 0.24
#   stopped early, relevant first: LightGBM says 0.76 of 1 tree, scikit-learn 0.55; XGBoost says 0.76 of 1, 0.55
#   stopped early, relevant last: LightGBM says 0.57 of 87 trees, scikit-learn 0.57; XGBoost says 0.47 of 10, 0.56
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3.11 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check \
    lightgbm==4.7.0 xgboost-cpu==3.2.0 catboost==1.2.10 scikit-learn==1.9.1 scipy==1.17.1 pandas==3.1.1 numpy==2.4.6
cd "$folder"
venv/bin/python - <<'END'
import warnings

import numpy as np
from catboost.utils import eval_metric
from lightgbm import LGBMRanker, early_stopping, record_evaluation
from sklearn.metrics import ndcg_score
from xgboost import XGBRanker

ITEMS, HALF = 20, 100  # items of a query, queries of training and of validation each
generator = np.random.default_rng(1)
FEATURES = generator.normal(size=(2 * HALF * ITEMS, 5))
GRADES = np.clip(np.round(FEATURES[:, 0] * 0.7 + generator.normal(size=len(FEATURES))), 0, 3).astype(int)
ORDERS = {"relevant first": -GRADES, "relevant last": GRADES}
SIZES = [ITEMS] * HALF


def by_scikit_learn(grades, scores):
    gains, scores = 2.0 ** grades.reshape(-1, ITEMS) - 1, scores.reshape(-1, ITEMS)
    return round(float(ndcg_score(gains, scores, k=5)), 2)


def ordered(keys):
    """The rows of each query by their keys."""
    queries = np.arange(len(GRADES)).reshape(-1, ITEMS)
    return np.concatenate([query[np.argsort(keys[query], kind="stable")] for query in queries])


def trained(features, grades, trees, rounds):
    """The figure and number of trees that each library says of its best model, and that model's scores."""
    middle = HALF * ITEMS
    train, judge = (features[:middle], grades[:middle]), (features[middle:], grades[middle:])
    options = {"n_estimators": trees, "learning_rate": 0.02, "random_state": 0, "n_jobs": 1}
    groups = {"group": SIZES, "eval_set": [judge], "eval_group": [SIZES]}
    log = {}
    light = LGBMRanker(num_leaves=4, verbose=-1, **options)
    calls = [early_stopping(rounds, verbose=False), record_evaluation(log)]
    light.fit(*train, **groups, eval_at=[5], callbacks=calls)
    (said,) = log.values()
    extreme = XGBRanker(max_depth=2, eval_metric="ndcg@5", early_stopping_rounds=rounds, **options)
    extreme.fit(*train, **groups, verbose=False)
    best = light.best_iteration_ or trees
    return [
        (round(float(said["ndcg@5"][best - 1]), 2), best, light.predict(judge[0])),
        (round(extreme.best_score, 2), extreme.best_iteration + 1, extreme.predict(judge[0])),
    ], judge[1]


equal, stopped = [], []
with warnings.catch_warnings(record=True) as said:
    warnings.simplefilter("always")
    warnings.filterwarnings("ignore", "The argument 'eval_set' is deprecated")
    for name, keys in ORDERS.items():
        rows = ordered(keys)
        constant = np.zeros((len(rows), 5))  # nothing to split by, so that all scores are equal
        models, grades = trained(constant, GRADES[rows], 1, 1)
        queries = np.repeat(np.arange(HALF), ITEMS)
        cat = eval_metric(grades, np.zeros(len(grades)), "NDCG:top=5;type=Exp", group_id=queries)[0]
        assert all(len(set(scores)) == 1 for _, _, scores in models)
        equal.append((models[0][0], models[1][0], round(float(cat), 2), by_scikit_learn(grades, models[0][2])))
        light, extreme, cat, mean = equal[-1]
        others = f"CatBoost {cat:.2f}, scikit-learn {mean:.2f}"
        print(f"equal scores, {name}: LightGBM {light:.2f}, XGBoost {extreme:.2f}, {others}")
    for name, keys in ORDERS.items():
        rows = ordered(keys)
        models, grades = trained(FEATURES[rows], GRADES[rows], 200, 30)
        (light, trees, scores), (extreme, others, ranks) = models
        stopped.append((light, trees, by_scikit_learn(grades, scores), extreme, others, by_scikit_learn(grades, ranks)))
        light, trees, true, extreme, others, real = stopped[-1]
        words = f"XGBoost says {extreme:.2f} of {others}, {real:.2f}"
        unit = "tree" if trees == 1 else "trees"
        print(f"stopped early, {name}: LightGBM says {light:.2f} of {trees} {unit}, scikit-learn {true:.2f}; {words}")
assert equal == [(1, 1, 0, 0.24), (0, 0, 0, 0.24)], equal
first, last = stopped
assert first[1] == first[4] == 1 and first[0] - first[2] > 0.2 and first[3] - first[5] > 0.2, first
assert last[1] > 60 and abs(last[0] - last[2]) < 0.02 and last[4] > 5 and last[3] - last[5] < -0.05, last
assert not said, [str(each.message) for each in said]
END
