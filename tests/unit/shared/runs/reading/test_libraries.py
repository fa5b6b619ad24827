"""What a classifier of scikit-learn predicts is read from every file that a library of tables writes of it."""

import io
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest
from pyarrow import ipc
from sklearn.datasets import make_classification
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import confusion_matrix, roc_auc_score

from tests.unit.shared.runs.reading_files import read

CLASSES = ["crow", "owl, barn", "wren"]
Write = Callable[[pd.DataFrame, io.BytesIO], Any]


@cache
def predicted() -> pd.DataFrame:
    """Predictions and probabilities of three classes, in the names of scikit-learn's own arguments."""
    data, codes = make_classification(300, 6, n_informative=4, n_classes=3, random_state=0)
    truth = np.array(CLASSES)[codes]
    model = LogisticRegression(max_iter=50).fit(data[:150], truth[:150])
    frame = pd.DataFrame({"y_true": truth[150:], "y_pred": model.predict(data[150:])})
    probabilities = pd.DataFrame(model.predict_proba(data[150:]), columns=[f"proba_{name}" for name in model.classes_])
    return frame.join(probabilities)


def _text(write: Callable[[pd.DataFrame], str]) -> Write:
    return lambda frame, out: out.write(write(frame).encode())


def _polars(write: Callable[[pl.DataFrame, io.BytesIO], Any]) -> Write:
    return lambda frame, out: write(pl.from_dict({name: frame[name].to_list() for name in frame}), out)


def _codes(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(pl.col("y_true").cast(pl.Categorical), pl.col("y_pred").cast(pl.Enum(CLASSES)))


def _arrow(frame: pd.DataFrame, out: io.BytesIO, new: Any) -> None:
    table = pa.Table.from_pandas(frame, preserve_index=False)
    with new(out, table.schema) as writer:
        writer.write_table(table, max_chunksize=40)


def _arrays(frame: pd.DataFrame) -> dict[str, Any]:
    scores = frame[[f"proba_{name}" for name in CLASSES]].to_numpy()
    return {"y_true": frame["y_true"].to_numpy(str), "y_pred": frame["y_pred"].to_numpy(str), "y_prob": scores}


WRITERS: dict[str, Write] = {
    "pandas, CSV with its index": lambda frame, out: frame.to_csv(out),
    "pandas, CSV without": lambda frame, out: frame.to_csv(out, index=False),
    "pandas, CSV in quotes": lambda frame, out: frame.to_csv(out, index=False, quoting=1),
    "pandas, CSV of semicolons": lambda frame, out: frame.to_csv(out, index=False, sep=";", decimal=","),
    "pandas, UTF-16 of tabs": lambda frame, out: frame.to_csv(out, index=False, sep="\t", encoding="utf-16"),
    "pandas, gzip": lambda frame, out: frame.to_csv(out, index=False, compression="gzip"),
    "pandas, JSON Lines": _text(lambda frame: frame.to_json(orient="records", lines=True, double_precision=15)),
    "pandas, split": _text(lambda frame: frame.to_json(orient="split", double_precision=15)),
    "pandas, Parquet": lambda frame, out: frame.to_parquet(out),
    "pandas, Parquet of some rows": lambda frame, out: frame.sample(frac=1, random_state=1).to_parquet(out),
    "pandas, Parquet of categories": lambda frame, out: frame.astype({"y_true": "category"}).to_parquet(out),
    "pandas, Feather": lambda frame, out: frame.to_feather(out),
    "polars, CSV": _polars(lambda frame, out: frame.write_csv(out)),
    "polars, Parquet": _polars(lambda frame, out: frame.write_parquet(out)),
    "polars, Parquet of codes": _polars(lambda frame, out: _codes(frame).write_parquet(out)),
    "polars, Arrow": _polars(lambda frame, out: frame.write_ipc(out)),
    "polars, Arrow of views": _polars(
        lambda frame, out: frame.write_ipc(out, compression="lz4", compat_level=pl.CompatLevel.newest())
    ),
    "polars, Arrow of codes": _polars(lambda frame, out: _codes(frame).write_ipc(out)),
    "polars, Arrow stream": _polars(lambda frame, out: frame.write_ipc_stream(out)),
    "polars, JSON Lines": _polars(lambda frame, out: frame.write_ndjson(out)),
    "polars, JSON": _polars(lambda frame, out: frame.write_json(out)),
    "pyarrow, CSV": lambda frame, out: pa_csv.write_csv(pa.Table.from_pandas(frame, preserve_index=False), out),
    "pyarrow, Parquet of small groups": lambda frame, out: pq.write_table(
        pa.Table.from_pandas(frame), out, row_group_size=40, compression="zstd"
    ),
    "pyarrow, Arrow": lambda frame, out: _arrow(frame, out, ipc.new_file),
    "pyarrow, Arrow stream": lambda frame, out: _arrow(frame, out, ipc.new_stream),
    "NumPy": lambda frame, out: np.savez(out, **_arrays(frame)),
    "NumPy, packed": lambda frame, out: np.savez_compressed(out, **_arrays(frame)),
}
# An array of scores has no names of classes, so one word more says which they are.
NAMED = {name: f"y_prob_{at}" for at, name in enumerate(CLASSES)}


@pytest.mark.parametrize("writer", WRITERS)
def test_the_file_of_a_library_has_the_figures_of_scikit_learn(tmp_path: Path, writer: str) -> None:
    frame, out = predicted(), io.BytesIO()
    WRITERS[writer](frame, out)

    columns: dict[str, Any] = {"scores": NAMED} if writer.startswith("NumPy") else {}
    summary = read(tmp_path, out.getvalue(), **columns).finished.summary

    assert summary.classes == CLASSES
    assert summary.matrix.counts.tolist() == confusion_matrix(frame["y_true"], frame["y_pred"]).tolist()
    areas = [roc_auc_score(frame["y_true"] == name, frame[f"proba_{name}"]) for name in CLASSES]
    assert summary.roc_auc == pytest.approx(areas, abs=1e-15)
