#!/usr/bin/env bash
# Grades of an ordered category come back from Parquet in another order, and still say that they are ordered.
#
# Guess: pandas' ordered category, low < mid < high, is the same after `to_parquet` and `read_parquet`: the type of the
# column in the file says that it is ordered, and by default it is.
# Seen: written with `use_dictionary=False`, the grades are those of the rows in the order in which they come. `ordered`
# is still True, so comparisons, `max` and `codes` go by that order, each column by its own.
# Versions: pandas 3.1.1, pyarrow 26.0.1, scikit-learn 1.9.1.
# Hurts: the highest grade is "low"; two columns that agree in all rows but one have an accuracy of 0.17 by their codes,
# and a weighted kappa of 0.
# Instead: leave `use_dictionary` alone for such columns, or set the categories again after reading:
# `frame["truth"].cat.set_categories(grades, ordered=True)`.
#
# Output:
#   by default: ordered True, low < mid < high; highest high; by codes accuracy 0.83, weighted kappa 0.89
#   use_dictionary=False: ordered True, mid < high < low; highest low; by codes accuracy 0.17, weighted kappa 0.00
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3.11 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check \
    pandas==3.1.1 pyarrow==26.0.1 scikit-learn==1.9.1 numpy==2.4.6
cd "$folder"
venv/bin/python - <<'END'
import pandas as pd
from sklearn.metrics import accuracy_score, cohen_kappa_score

kind = pd.CategoricalDtype(["low", "mid", "high"], ordered=True)
frame = pd.DataFrame({
    "truth": pd.Series(["mid", "high", "low", "mid", "high", "low"], dtype=kind),
    "predicted": pd.Series(["high", "high", "low", "mid", "high", "low"], dtype=kind),
})
found = {}
for title, options in {"by default": {}, "use_dictionary=False": {"use_dictionary": False}}.items():
    frame.to_parquet("grades.parquet", **options)
    read = pd.read_parquet("grades.parquet")
    truth, predicted = read["truth"], read["predicted"]
    assert truth.astype(str).tolist() == frame["truth"].astype(str).tolist()
    codes = truth.cat.codes, predicted.cat.codes
    accuracy, kappa = accuracy_score(*codes), cohen_kappa_score(*codes, weights="quadratic")
    order = " < ".join(truth.cat.categories)
    print(f"{title}: ordered {truth.cat.ordered}, {order}; highest {truth.max()}; "
          f"by codes accuracy {accuracy:.2f}, weighted kappa {kappa:.2f}")
    found[title] = (bool(truth.cat.ordered), order, truth.max(), round(accuracy, 2))
assert found["by default"] == (True, "low < mid < high", "high", 0.83), found
assert found["use_dictionary=False"][:3] == (True, "mid < high < low", "low"), found
END
