#!/usr/bin/env bash
# The accuracy of a perfect model is one third, by the line that is right for two classes.
#
# Guess: `predict()` of a classifier with scikit-learn's interface gives one label for each row, in one dimension, so that
# `(model.predict(X) == y).mean()` is its accuracy.
# Seen: of more than two classes CatBoost gives an array of one column, of shape (n, 1); of two classes it has shape (n,).
# NumPy compares each prediction with every label then, and the mean of the n x n answers is that of guessing.
# Versions: catboost 1.2.10, numpy 2.4.6, scikit-learn 1.9.1.
# Hurts: a script that was tried with two classes says 0.33 of three classes for a model that has all 150 flowers right,
# and nearly the same for every other one. In a data frame or in JSON each prediction is a list of one label.
# Instead: `model.predict(X).ravel()`; or `accuracy_score`, which knows columns.
#
# Output:
#   two classes: shape (100,), accuracy 1.00
#   three classes: shape (150, 1), compared (150, 150), accuracy 0.33
#   by ravel() 1.00, by accuracy_score 1.00; in JSON [[0], [0]]
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3.11 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check \
    catboost==1.2.10 numpy==2.4.6 scikit-learn==1.9.1 pandas==3.1.1
cd "$folder"
venv/bin/python - <<'END'
import json

from catboost import CatBoostClassifier
from sklearn.datasets import load_iris
from sklearn.metrics import accuracy_score

X, y = load_iris(return_X_y=True)
options = {"iterations": 20, "random_seed": 0, "verbose": False, "allow_writing_files": False}

two = CatBoostClassifier(**options).fit(X[:100], y[:100]).predict(X[:100])
accuracy = (two == y[:100]).mean()
print(f"two classes: shape {two.shape}, accuracy {accuracy:.2f}")
assert two.shape == (100,) and accuracy == 1

three = CatBoostClassifier(**options).fit(X, y).predict(X)
compared = three == y
print(f"three classes: shape {three.shape}, compared {compared.shape}, accuracy {compared.mean():.2f}")
assert three.shape == (150, 1) and compared.shape == (150, 150), compared.shape
assert abs(compared.mean() - 1 / 3) < 1e-12, compared.mean()

flat, known = (three.ravel() == y).mean(), accuracy_score(y, three)
print(f"by ravel() {flat:.2f}, by accuracy_score {known:.2f}; in JSON {json.dumps(three[:2].tolist())}")
assert flat == known == 1
END
