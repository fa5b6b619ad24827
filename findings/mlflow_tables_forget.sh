#!/usr/bin/env bash
# A second batch of predictions rewrites the first one.
#
# Guess: `mlflow.log_table` appends rows to a table of predictions, and what was stored stays as it is.
# Seen: to append, MLflow reads the stored table with pandas, which turns columns of texts into numbers where all of
# them look like some, and writes all of it again. The ids 001 and 1 are then one id, and long ids lose their last
# digits. The artifact itself has changed; the new batch in it still has its texts. Scores have ten decimals from the
# start.
# Versions: mlflow-skinny 3.17.2, pandas 3.1.1.
# Hurts: predictions are joined with the wrong samples, or with none; classes 01 and 1 are merged; a score just below a
# threshold is equal to it.
# Instead: one file for each batch; read the artifact with `json.load`, or with `dtype=False` in pandas.
#
# Output:
#   stored: ["001", "01", "12345678901234567890", 0.5] ["1", "1", "12345678901234567891", 1.0]
#   after a second batch: [1, 1, 1.23456789e+19, 0.5] [1, 1, 1.23456789e+19, 1.0] ["x", "01", "1", 0.25]
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3.11 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check \
    mlflow-skinny==3.17.2 pandas==3.1.1 numpy==2.4.6
cd "$folder"
venv/bin/python - <<'END'
import contextlib
import io
import json
import os
from pathlib import Path

os.environ["MLFLOW_ALLOW_FILE_STORE"] = "true"
import mlflow

FIRST = {
    "id": ["001", "1"],
    "actual": ["01", "1"],
    "order": ["12345678901234567890", "12345678901234567891"],
    "score": [0.5 - 2**-54, 1 - 1e-12],
}
SECOND = {"id": ["x"], "actual": ["01"], "order": ["1"], "score": [0.25]}


def stored(run):
    path = mlflow.artifacts.download_artifacts(run_id=run.info.run_id, artifact_path="predictions.json")
    return json.loads(Path(path).read_text())["data"]


with contextlib.redirect_stderr(io.StringIO()):
    mlflow.set_tracking_uri(Path("runs").absolute().as_uri())
    mlflow.set_experiment("findings")
    with mlflow.start_run() as run:
        mlflow.log_table(FIRST, "predictions.json")
        before = stored(run)
        mlflow.log_table(SECOND, "predictions.json")
        after = stored(run)
print("stored:", *map(json.dumps, before))
print("after a second batch:", *map(json.dumps, after))
assert [row[:3] for row in before] == [list(row) for row in zip(*(FIRST[name] for name in ("id", "actual", "order")))]
assert after == [[1, 1, 1.23456789e19, 0.5], [1, 1, 1.23456789e19, 1.0], ["x", "01", "1", 0.25]], after
END
