#!/usr/bin/env bash
# A score of 0.7 is at least 0.7, or not, by the program that reads the file.
#
# Guess: a Parquet file of scores and a threshold give the same positives in pandas, Polars, pyarrow and DuckDB; and if
# 32-bit scores make a difference, it is the file that makes it.
# Seen: 0.7 in 32 bits is 0.699999988. NumPy, pandas and Polars round a threshold written as 0.7 to 32 bits first, so
# that it is reached; pyarrow, and pandas with `dtype_backend="pyarrow"`, widen the score, so that it is not. NumPy does
# so as well once the threshold is a `np.float64`, as those of `np.linspace` and of an optimiser are. DuckDB rounds the
# number in the text of a query, and widens for the same number as a parameter.
# Versions: pandas 3.1.1, pyarrow 26.0.1, Polars 2.1.0, DuckDB 2.0.1, numpy 2.4.6.
# Hurts: XGBoost, PyTorch and TensorFlow give 32-bit scores, which pile up at round numbers if they are votes, shares or
# rounded: all of them change sides, and recall at 0.7 is 0.75 in one report and 0.25 in the next. At 0.3 nothing
# happens.
# Instead: cast the column to 64 bits and round it, or cast the threshold, `np.float32(0.7)`, in every program.
#
# Output (recall at 0.7 of four positives with the scores 0.2, 0.7, 0.7, 0.9; at 0.3 all say 0.75):
#   NumPy, 0.7: 0.75
#   NumPy, np.float64(0.7): 0.25
#   pandas: 0.75
#   pandas, dtype_backend="pyarrow": 0.25
#   Polars: 0.75
#   pyarrow: 0.25
#   DuckDB, 0.7 in the query: 0.75
#   DuckDB, 0.7 as a parameter: 0.25
#   exact fractions: 0.7 in 32 bits is 11744051/16777216, below 7/10
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3.11 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check \
    pandas==3.1.1 pyarrow==26.0.1 polars==2.1.0 duckdb==2.0.1 numpy==2.4.6
cd "$folder"
venv/bin/python -W error - <<'END'
from fractions import Fraction

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

SCORES = np.array([0.2, 0.7, 0.7, 0.9], np.float32)
pq.write_table(pa.table({"score": SCORES}), "scores.parquet")
plain, arrow = (pd.read_parquet("scores.parquet", **options) for options in ({}, {"dtype_backend": "pyarrow"}))
frame, table = pl.read_parquet("scores.parquet"), pq.read_table("scores.parquet")
COUNT = "SELECT count(*) FROM 'scores.parquet' WHERE score >= "


def recalls(threshold):
    counts = {
        f"NumPy, {threshold}": (SCORES >= threshold).sum(),
        f"NumPy, np.float64({threshold})": (SCORES >= np.float64(threshold)).sum(),
        "pandas": (plain["score"] >= threshold).sum(),
        'pandas, dtype_backend="pyarrow"': (arrow["score"] >= threshold).sum(),
        "Polars": frame.filter(pl.col("score") >= threshold).height,
        "pyarrow": table.filter(pc.field("score") >= threshold).num_rows,
        f"DuckDB, {threshold} in the query": duckdb.sql(COUNT + str(threshold)).fetchall()[0][0],
        f"DuckDB, {threshold} as a parameter": duckdb.execute(COUNT + "?", [threshold]).fetchall()[0][0],
    }
    return {name: int(count) / len(SCORES) for name, count in counts.items()}


seen = recalls(0.7)
for name, recall in seen.items():
    print(f"{name}: {recall}")
assert list(seen.values()) == [0.75, 0.25, 0.75, 0.25, 0.75, 0.25, 0.75, 0.25], seen
assert set(recalls(0.3).values()) == {0.75}
stored = Fraction(float(SCORES[1]))
print(f"exact fractions: 0.7 in 32 bits is {stored}, below 7/10")
assert stored < Fraction(7, 10)
assert Fraction(float(np.float32(0.3))) > Fraction(3, 10)
END
