#!/usr/bin/env bash
# The word "yes" stays a word only while somebody also says "unsure".
#
# Guess: a CSV file whose labels are yes and no has texts, as pandas, Polars and pyarrow read them; DuckDB's
# documentation of the sniffer lists BOOLEAN as a type, and one thinks of true and false.
# Seen: DuckDB makes true and false of columns of yes and no, and of t and f, but not of y and n. The type is chosen for
# each column alone: with one "unsure" among the predictions, the predictions stay texts while the truth does not.
# Written to CSV again, "yes" is "true". Compared as texts, nothing is equal.
# Versions: DuckDB 2.0.1; Polars 2.1.0 for comparison.
# Hurts: a file that was only filtered by DuckDB has other class names than all others of the same data, and the
# accuracy of a model that abstains once is 0.
# Instead: `read_csv(..., all_varchar = true)`.
#
# Output:
#   yes no | yes no: read as true false | true false, accuracy 1.0
#   yes no yes | yes no unsure: read as true false true | yes no unsure, accuracy 0.0 (as texts 0.7)
#   t f | t f: read as true false | true false, accuracy 1.0
#   y n | y n: read as y n | y n, accuracy 1.0
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3.11 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check \
    duckdb==2.0.1 polars==2.1.0 numpy==2.4.6
cd "$folder"
venv/bin/python - <<'END'
from pathlib import Path

import duckdb
import polars as pl

SAMPLES = ("yes no|yes no", "yes no yes|yes no unsure", "t f|t f", "y n|y n")


def accuracy(rows):
    return round(sum(one == other for one, other in rows) / len(rows), 1)


seen = {}
for sample in SAMPLES:
    truth, predicted = (side.split() for side in sample.split("|"))
    rows = list(zip(truth, predicted))
    Path("in.csv").write_text("actual,predicted\n" + "".join(f"{one},{other}\n" for one, other in rows))
    duckdb.sql("copy (select * from read_csv('in.csv')) to 'out.csv'")
    written = [tuple(line.split(",")) for line in Path("out.csv").read_text().splitlines()[1:]]
    kept = duckdb.sql("select * from read_csv('in.csv', all_varchar = true)").fetchall()
    assert kept == pl.read_csv("in.csv").rows() == rows, kept
    seen[sample] = (" | ".join(" ".join(side) for side in zip(*written)), accuracy(written))
    note = "" if accuracy(written) == accuracy(rows) else f" (as texts {accuracy(rows)})"
    print(f"{sample.replace('|', ' | ')}: read as {seen[sample][0]}, accuracy {seen[sample][1]}{note}")
assert list(seen.values()) == [
    ("true false | true false", 1.0),
    ("true false true | yes no unsure", 0.0),
    ("true false | true false", 1.0),
    ("y n | y n", 1.0),
], seen
END
