#!/usr/bin/env bash
# Predictions that are stored by class come back with other classes.
#
# Guess: `to_parquet(partition_cols=["actual"])` writes a column of texts, so a column of texts is read.
# Seen: the labels become names of folders, and each reader guesses their type anew. pyarrow reads 01 and 1 as the
# number 1, two classes as one, and pandas reads 01, 02 as 1, 2. Polars makes booleans of true and false, and numbers of
# 1e5, as well. DuckDB keeps all of them. The predictions beside them stay texts, so that nothing is equal.
# Versions: pandas 3.1.1, pyarrow 26.0.1, Polars 2.1.0, DuckDB 2.0.1.
# Hurts: classes are merged, or the accuracy of perfect predictions is 0; which, depends on the reader.
# Instead: keep labels inside of the files; where folders are wanted, give their types to the reader (pyarrow's
# `partitioning` with a schema).
#
# Output (labels read, and how many of 3 perfect predictions are equal to them as texts):
#   01 1 1: pyarrow 1 1 1 (2 of 3), Polars 1 1 1 (2 of 3), DuckDB 01 1 1 (3 of 3)
#   1e5 2 3: pyarrow 1e5 2 3 (3 of 3), Polars 100000.0 2.0 3.0 (0 of 3), DuckDB 1e5 2 3 (3 of 3)
#   false true true: pyarrow false true true (3 of 3), Polars False True True (0 of 3), DuckDB false true true (3 of 3)
#   pandas: 01 02 03 becomes 1 2 3
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3.11 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check \
    pandas==3.1.1 pyarrow==26.0.1 polars==2.1.0 duckdb==2.0.1 numpy==2.4.6
cd "$folder"
venv/bin/python - <<'END'
import duckdb
import pandas as pd
import polars as pl
import pyarrow.dataset


def by_arrow(folder):
    return pyarrow.dataset.dataset(folder, partitioning="hive").to_table().to_pydict()


def by_polars(folder):
    return pl.read_parquet(f"{folder}/**/*.parquet", hive_partitioning=True).to_dict(as_series=False)


def by_duckdb(folder):
    rows = duckdb.sql(f"select actual, predicted from read_parquet('{folder}/**/*.parquet', hive_partitioning=true)")
    return dict(zip(("actual", "predicted"), zip(*rows.fetchall())))


def stored(folder, labels):
    pd.DataFrame({"actual": labels, "predicted": labels}).to_parquet(folder, partition_cols=["actual"])
    return folder


seen = {}
for labels in (["01", "1", "1"], ["1e5", "2", "3"], ["false", "true", "true"]):
    folder = stored("-".join(labels), labels)
    for name, reader in {"pyarrow": by_arrow, "Polars": by_polars, "DuckDB": by_duckdb}.items():
        columns = reader(folder)
        equal = sum(str(one) == str(other) for one, other in zip(columns["actual"], columns["predicted"]))
        seen[labels[0], name] = (" ".join(map(str, columns["actual"])), equal)
    row = (f"{name} {texts} ({equal} of 3)" for (first, name), (texts, equal) in seen.items() if first == labels[0])
    print(f"{' '.join(labels)}: {', '.join(row)}")
frame = pd.read_parquet(stored("pandas", ["01", "02", "03"]))
print("pandas: 01 02 03 becomes", *frame["actual"].tolist())
assert frame["actual"].tolist() == [1, 2, 3]
assert seen == {
    ("01", "pyarrow"): ("1 1 1", 2),
    ("01", "Polars"): ("1 1 1", 2),
    ("01", "DuckDB"): ("01 1 1", 3),
    ("1e5", "pyarrow"): ("1e5 2 3", 3),
    ("1e5", "Polars"): ("100000.0 2.0 3.0", 0),
    ("1e5", "DuckDB"): ("1e5 2 3", 3),
    ("false", "pyarrow"): ("false true true", 3),
    ("false", "Polars"): ("False True True", 0),
    ("false", "DuckDB"): ("false true true", 3),
}, seen
END
