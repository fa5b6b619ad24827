#!/usr/bin/env bash
# A column with one gap makes every prediction wrong.
#
# Guess: labels 0 and 1 are the same whether a column holds them as whole numbers or, since pandas had to make room for
# a gap that was dropped later, as 0.0 and 1.0; scikit-learn takes them so.
# Seen: PyCM turns the labels of both sides into texts where their types differ. "0" and "0.0" are then two classes, and
# the accuracy is 0. There are four classes instead of two. No notice.
# Versions: PyCM 4.6, pandas 3.1.1, scikit-learn 1.9.1.
# Hurts: the matrix has twice the classes, and every figure of it is taken for the model's, most of all in a
# table of many models.
# Instead: `astype(int)` on both sides after the gaps are gone.
#
# Output:
#   scikit-learn: accuracy 1.0 of the classes 0, 1
#   PyCM: accuracy 0.0 of the classes 0, 0.0, 1, 1.0
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3.11 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check \
    pycm==4.6 scikit-learn==1.9.1 pandas==3.1.1 numpy==2.4.6
cd "$folder"
venv/bin/python - <<'END'
import warnings

import pandas as pd
from pycm import ConfusionMatrix
from sklearn.metrics import accuracy_score

with warnings.catch_warnings(record=True) as said:
    warnings.simplefilter("always")
    frame = pd.DataFrame({"actual": [0, 1, 1, 0, None], "predicted": [0, 1, 1, 0, 1]}).dropna()
    whole = accuracy_score(frame["actual"], frame["predicted"])
    matrix = ConfusionMatrix(frame["actual"].to_numpy(), frame["predicted"].to_numpy())
print(f"scikit-learn: accuracy {whole} of the classes 0, 1")
print(f"PyCM: accuracy {matrix.Overall_ACC} of the classes {', '.join(matrix.classes)}")
assert (whole, matrix.Overall_ACC, matrix.classes) == (1, 0, ["0", "0.0", "1", "1.0"])
assert [str(each.message) for each in said if "pycm" in str(each.category).lower()] == [], said
END
