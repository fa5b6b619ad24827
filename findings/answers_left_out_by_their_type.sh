#!/usr/bin/env bash
# A sample without a prediction is wrong, or is left out, by the type of its column.
#
# Guess: `(df.truth == df.prediction).mean()` is the accuracy of a file, and a prediction that is missing is no right
# one: nothing is equal to a gap, and all rows are counted.
# Seen: so it is with the texts of pandas, which its readers make by themselves. With `dtype_backend="pyarrow"` or
# `"numpy_nullable"`, and in Polars, the comparison is missing as well, and a mean passes over what is missing. DuckDB
# does one with `avg(truth = prediction)`, the other with `count(*) FILTER`. Whole numbers with a gap do the same.
# Versions: pandas 3.1.1, pyarrow 26.0.1, Polars 2.1.0, DuckDB 2.0.1.
# Hurts: a model that declines to answer half of the samples has an accuracy of 0.5 in one notebook and of 1 in the
# next, from the same file by the same line, and the model that answers least is the best. A reader that was made faster
# by another backend raises every accuracy.
# Instead: ask for gaps first, `df.prediction.isna().sum()`; or `.fillna(False)`, `eq_missing` and `IS NOT DISTINCT
# FROM` where a gap is to be wrong.
#
# Output (4 samples, 2 of them without a prediction, the others right):
#   Parquet by pandas: 0.5
#   Parquet by pandas, dtype_backend="pyarrow": 1.0
#   Parquet by pandas, dtype_backend="numpy_nullable": 1.0
#   CSV by pandas: 0.5
#   CSV by pandas, dtype_backend="pyarrow": 1.0
#   Polars: 1.0, by eq_missing 0.5
#   DuckDB, avg(truth = prediction): 1.0, by count 0.5
#   classes as whole numbers: pandas 0.5, dtype_backend="pyarrow" 1.0
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3.11 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check \
    pandas==3.1.1 pyarrow==26.0.1 polars==2.1.0 duckdb==2.0.1
cd "$folder"
venv/bin/python -W error - <<'END'
import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

TRUTH, PREDICTIONS = ["cat", "dog", "cat", "dog"], ["cat", None, None, "dog"]
NUMBERS = {"cat": 0, "dog": 1, None: None}
pq.write_table(pa.table({"truth": TRUTH, "prediction": PREDICTIONS}), "texts.parquet")
numbers = {"truth": [NUMBERS[name] for name in TRUTH], "prediction": [NUMBERS[name] for name in PREDICTIONS]}
pq.write_table(pa.table(numbers), "numbers.parquet")
pl.read_parquet("texts.parquet").write_csv("texts.csv")


def accuracy(df):
    return float((df.truth == df.prediction).mean())


def duck(expression):
    return float(duckdb.sql(f"SELECT {expression} FROM 'texts.parquet'").fetchall()[0][0])


ARROW, NULLABLE = {"dtype_backend": "pyarrow"}, {"dtype_backend": "numpy_nullable"}
seen = {
    "Parquet by pandas": accuracy(pd.read_parquet("texts.parquet")),
    'Parquet by pandas, dtype_backend="pyarrow"': accuracy(pd.read_parquet("texts.parquet", **ARROW)),
    'Parquet by pandas, dtype_backend="numpy_nullable"': accuracy(pd.read_parquet("texts.parquet", **NULLABLE)),
    "CSV by pandas": accuracy(pd.read_csv("texts.csv")),
    'CSV by pandas, dtype_backend="pyarrow"': accuracy(pd.read_csv("texts.csv", **ARROW)),
}
for name, figure in seen.items():
    print(f"{name}: {figure}")
frame = pl.read_parquet("texts.parquet")
passed, counted = (frame.select(answer.mean()).item() for answer in (
    pl.col("truth") == pl.col("prediction"), pl.col("truth").eq_missing(pl.col("prediction"))
))
print(f"Polars: {passed}, by eq_missing {counted}")
mean, share = duck("avg((truth = prediction)::int)"), duck("count(*) FILTER (truth = prediction) / count(*)")
print(f"DuckDB, avg(truth = prediction): {mean}, by count {share}")
whole, nullable = (accuracy(pd.read_parquet("numbers.parquet", **options)) for options in ({}, ARROW))
print(f'classes as whole numbers: pandas {whole}, dtype_backend="pyarrow" {nullable}')
right = sum(truth == prediction for truth, prediction in zip(TRUTH, PREDICTIONS, strict=True))
assert (right / 4, right / 2) == (0.5, 1)
assert list(seen.values()) == [0.5, 1, 1, 0.5, 1], seen
assert (passed, counted, mean, share, whole, nullable) == (1, 0.5, 1, 0.5, 0.5, 1)
END
