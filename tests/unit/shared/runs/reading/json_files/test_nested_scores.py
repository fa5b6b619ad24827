"""Scores of several classes in one value of JSON, as programs write them, become columns."""

import io
import json
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import ipc
from sklearn.metrics import roc_auc_score

from shared.runs.errors import FileUnreadable
from shared.runs.mapping import NeedsMapping
from shared.runs.parts.plans import PartSizes
from tests.unit.shared.runs.part_files import facts, read_in_parts, read_whole
from tests.unit.shared.runs.reading_files import counts, read

TRUTH, PREDICTED, OF_ONE = [1, 0, 1, 0], [1, 0, 0, 1], [0.9, 0.2, 0.4, 0.7]


def _vector(values: list[float]) -> dict[str, Any]:
    return {"type": 1, "size": None, "indices": None, "values": values}


SHAPES: dict[str, Any] = {
    "a list": lambda low, high: {"probs": [low, high]},
    "an object": lambda low, high: {"probability": {"0": low, "1": high}},
    "a vector of Spark": lambda low, high: {"rawPrediction": _vector([-9, high]), "probability": _vector([low, high])},
    "a sparse vector": lambda low, high: {
        "probability": {"type": 0, "size": 2, "indices": [1, 0], "values": [high, low]},
    },
    "labels with scores": lambda low, high: {"output": [{"label": "1", "score": high}, {"label": "0", "score": low}]},
    "labels with probabilities": lambda low, high: {
        "predicted_y_true_probs": [{"label": 1, "prob": high}, {"label": 0, "prob": low}]
    },
    "positions of a vector": lambda low, high: {"probability": [1, 0, [], [low, high]]},
    "numbers as texts": lambda low, high: {
        "probs": [{"label": "1", "prob": str(high)}, {"label": "0", "prob": str(low)}]
    },
    "Comprehend": lambda low, high: {"Classes": [{"Name": "0", "Score": low}, {"Name": "1", "Score": high}]},
    "Custom Vision": lambda low, high: {
        "answer": [
            {"tagId": "t", "tagName": "1", "probability": high},
            {"tagId": "u", "tagName": "0", "probability": low},
        ]
    },
    "pictures of Vertex AI": lambda low, high: {
        "answer": {"ids": ["7", "8"], "displayNames": ["1", "0"], "confidences": [high, low]}
    },
    "classes and scores": lambda low, high: {"answer": {"classes": ["0", "1"], "scores": [low, high]}},
}


@pytest.mark.parametrize("cell", [[{"label": "1", "prob": "high"}], [{"label": "1", "prob": 0.4, "n": 7}]])
def test_scores_in_a_form_that_is_not_read_are_asked_about(tmp_path: Path, cell: Any) -> None:
    records = [{"y_true": truth, "y_pred": said, "probs": cell} for truth, said in zip(TRUTH, PREDICTED, strict=True)]

    with pytest.raises(NeedsMapping, match="is named as scores, and “"):
        read(tmp_path, json.dumps(records))


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES.keys())
def test_scores_of_any_shape_have_the_area_of_scikit_learn(tmp_path: Path, shape: Any) -> None:
    rows = zip(TRUTH, PREDICTED, OF_ONE, strict=True)
    records = [{"y_true": t, "y_pred": p, **shape(round(1 - s, 1), s)} for t, p, s in rows]

    for data in (json.dumps(records), "\n".join(map(json.dumps, records))):
        found = read(tmp_path, data)
        assert counts(found) == ([0, 1], [[1, 1], [1, 1]])
        area = roc_auc_score(TRUTH, OF_ONE)
        assert found.finished.summary.roc_auc == pytest.approx([area, area], abs=1e-15)


def parquet(table: pa.Table) -> bytes:
    out = io.BytesIO()
    pq.write_table(table, out, row_group_size=3)
    return out.getvalue()


def arrow(table: pa.Table) -> bytes:
    out = io.BytesIO()
    with ipc.new_file(out, table.schema) as writer:
        writer.write_table(table, max_chunksize=3)
    return out.getvalue()


_SPARSE_VECTOR = pa.struct(
    [("type", pa.int8()), ("size", pa.int32()), ("indices", pa.list_(pa.int32())), ("values", pa.list_(pa.float64()))]
)
TYPES: dict[str, dict[str, Any]] = {
    "a list": {"probs": pa.list_(pa.float32())},
    "an object": {},
    "a vector of Spark": {"rawPrediction": _SPARSE_VECTOR, "probability": _SPARSE_VECTOR},
    "a sparse vector": {"probability": _SPARSE_VECTOR},
    "labels with scores": {},
    "labels with probabilities": {},
    "Comprehend": {},
    "Custom Vision": {},
    "classes and scores": {},
}


@pytest.mark.parametrize("write", [parquet, arrow])
@pytest.mark.parametrize("shape", TYPES)
def test_scores_of_any_shape_are_read_from_parquet_and_arrow_as_from_json(
    tmp_path: Path, shape: str, write: Any
) -> None:
    rows = [SHAPES[shape](round(1 - s, 1), s) for s in OF_ONE]
    columns = {name: pa.array([row[name] for row in rows], TYPES[shape].get(name)) for name in rows[0]}

    summary = read(tmp_path, write(pa.table({"y_true": TRUTH, "y_pred": PREDICTED, **columns}))).finished.summary

    area = roc_auc_score(TRUTH, OF_ONE)
    assert (summary.classes, summary.matrix.counts.tolist()) == ([0, 1], [[1, 1], [1, 1]])
    assert summary.roc_auc == pytest.approx([area, area], abs=1e-15)
    assert {column.dtype for column in summary.scores} == {"float" if shape == "a list" else "double"}


def test_arrays_and_lists_of_polars_are_scores(tmp_path: Path) -> None:
    pairs = [[round(1 - s, 1), s] for s in OF_ONE]
    frame = pl.DataFrame({"y_true": TRUTH, "y_pred": PREDICTED, "y_prob": pairs})
    area = roc_auc_score(TRUTH, OF_ONE)
    for kind in (pl.List(pl.Float64), pl.Array(pl.Float64, 2)):
        out = io.BytesIO()
        frame.with_columns(pl.col("y_prob").cast(kind)).write_parquet(out)
        assert read(tmp_path, out.getvalue()).finished.summary.roc_auc == pytest.approx([area, area], abs=1e-15)


def _named(*rows: list[tuple[str, float]]) -> pa.Table:
    lists = [[{"label": label, "score": score} for label, score in row] for row in rows]
    return pa.table({"y_true": ["cat", "dog"][: len(rows)], "output": lists})


_TWO = [("cat", 0.4), ("dog", 0.6)]
REFUSED: dict[str, tuple[pa.Table, str]] = {
    "a class twice": (_named(_TWO, [("dog", 0.5), ("dog", 0.5)]), "has two scores of one class"),
    "a class that is missing": (_named(_TWO, [("dog", 1.0)]), "Row 2, column “output”: there is no score of “cat”"),
    "more classes than scores": (
        pa.table({"y_true": ["a"], "output": [{"classes": ["a", "b"], "scores": [1.0]}]}),
        "more or fewer classes than scores",
    ),
    "a vector of more than any file has columns": (
        pa.table(
            {
                "y_true": ["a"],
                "probability": pa.array(
                    [{"type": 0, "size": 2, "indices": [2**31 - 1], "values": [1.0]}], _SPARSE_VECTOR
                ),
            }
        ),
        "has a vector of 2,147,483,648 scores; up to 2,000 are read",
    ),
    "scores that are texts": (
        pa.table({"y_true": ["a"], "y_pred": ["a"], "probs": [[{"label": "a", "score": "high"}]]}),
        "The column “probs” is named as scores and holds list<",
    ),
    "lists of lists": (
        pa.table({"y_true": ["a"], "y_pred": ["a"], "probs": [[[0.1, 0.9]]]}),
        "The column “probs” is named as scores and holds list<",
    ),
}


@pytest.mark.parametrize(("table", "said"), REFUSED.values(), ids=REFUSED.keys())
def test_scores_that_are_not_whole_are_refused(tmp_path: Path, table: pa.Table, said: str) -> None:
    with pytest.raises(FileUnreadable) as raised:
        read(tmp_path, parquet(table))

    assert said in raised.value.detail


def test_a_class_that_the_first_rows_do_not_have_is_refused_with_its_row(tmp_path: Path) -> None:
    rows = [_TWO] * 6_000 + [[("cat", 0.1), ("emu", 0.9)]]
    lists = [[{"label": label, "score": score} for label, score in row] for row in rows]

    with pytest.raises(FileUnreadable) as raised:
        read(tmp_path, parquet(pa.table({"y_true": ["cat", "dog"] * 3_000 + ["cat"], "output": lists})))

    assert raised.value.detail.startswith("Row 6,001, column “output”: there is a score of “emu”")


def test_ids_of_bytes_are_told_to_be_bytes(tmp_path: Path) -> None:
    found = read(tmp_path, parquet(pa.table({"id": [b"7", b"8"], "y_true": ["a", "b"], "y_pred": ["a", "a"]})))

    said = "The column “id” holds bytes, not texts, and was not read; write them as texts if they are ids."
    assert found.finished.notices == [said]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ('[[{"label": "cat", "score": 0.9}]]', "Record 1 is a list: the scores of a sample without its id"),
        ('[["cat", "dog"]]', "Record 1 is a list: nothing names its values"),
    ],
)
def test_a_list_where_a_record_should_be_is_refused_with_the_way_out(tmp_path: Path, data: str, said: str) -> None:
    with pytest.raises(FileUnreadable) as raised:
        read(tmp_path, data)

    assert said in raised.value.detail


def test_lists_of_numbers_that_are_no_scores_are_labels(tmp_path: Path) -> None:
    summary = read(tmp_path, '{"y_true": [1, 2], "y_pred": [1]}\n{"y_true": [2], "y_pred": [2]}').finished.summary

    assert (summary.is_multilabel, summary.classes) == (True, [1, 2])


@pytest.mark.parametrize(
    "value",
    [
        '{"type": 1, "x": 2}',
        '{"type": 0, "size": 1, "indices": [1], "values": [1.0]}',
        '[{"label": "a", "score": 1}, {"label": "a", "score": 0}]',
        '[{"label": "a"}]',
    ],
)
def test_a_value_that_only_looks_like_scores_is_none(tmp_path: Path, value: str) -> None:
    data = f'{{"y_true": "a", "y_pred": "a", "m": {value}}}\n{{"y_true": "b", "y_pred": "a", "m": {value}}}'
    summary = read(tmp_path, data).finished.summary

    assert summary.scores == []


def test_scores_beside_fewer_classes_are_asked_about(tmp_path: Path) -> None:
    rows = [{"y_true": label, "y_pred": "a", "m": {"classes": ["a"], "scores": [1, 2]}} for label in ("a", "b")]
    with pytest.raises(NeedsMapping, match=r"“m\.scores\.0” to “m\.scores\.1” are numbered"):
        read(tmp_path, "\n".join(map(json.dumps, rows)))


def test_lists_of_scores_of_unnamed_classes_are_asked_about_where_they_predict(tmp_path: Path) -> None:
    with pytest.raises(NeedsMapping):
        read(tmp_path, '{"y_true": "cat", "probs": [0.1, 0.9]}\n{"y_true": "dog", "probs": [0.2, 0.8]}')


@pytest.mark.parametrize(
    ("data", "place"),
    [
        ('{"y_true": 1, "y_pred": 1}\n{"y_true": NaN, "y_pred": 1}', "Line 2 holds NaN"),
        ('[{"y_true": 1, "m": {"a": "NaN, "}}, {"y_true": 1, "s": -Infinity}]', "Record 2 holds -Infinity"),
        ('{"y_true": [1, NaN], "y_pred": [1, 0]}', "The document holds NaN"),
    ],
)
def test_a_number_that_json_does_not_have_is_named_with_its_record(tmp_path: Path, data: str, place: str) -> None:
    with pytest.raises(FileUnreadable) as raised:
        read(tmp_path, data)

    assert raised.value.detail == f"{place}, which is no number in JSON; write null, or leave the record out."


@pytest.mark.parametrize("shape", ["a list", "a sparse vector", "labels with scores", "classes and scores"])
@pytest.mark.parametrize("columns", [{}, {"normalise": True}], ids=["as sent", "normalised"])
def test_a_file_in_parts_has_the_classes_of_its_first_rows_in_each(
    tmp_path: Path, shape: str, columns: dict[str, Any]
) -> None:
    # Whose highest score stands first differs from row to row, and from part to part.
    rows = [SHAPES[shape](round(1 - s, 1), s) for s in [*OF_ONE, 0.3, 0.8]]
    for row in rows:
        if "output" in row:
            row["output"].sort(key=lambda one: -one["score"])
    scores = {name: pa.array([row[name] for row in rows], TYPES[shape].get(name)) for name in rows[0]}
    path, folder = tmp_path / "scores.parquet", tmp_path / "parts"
    folder.mkdir()
    pq.write_table(pa.table({"y_true": [*TRUTH, 0, 1], **scores}), path, row_group_size=1)

    whole = read_whole(path, tmp_path, **columns)
    for rows_of_part in (1, 2):
        parts = read_in_parts(path, folder, PartSizes(rows_of_part, 1), **columns)
        assert parts is not None
        assert facts(parts, folder) == facts(whole, tmp_path)


def test_a_class_that_the_first_rows_have_not_is_refused_in_a_part_as_in_the_whole(tmp_path: Path) -> None:
    path = tmp_path / "scores.parquet"
    table = pa.concat_tables([*[_named(_TWO, _TWO)] * 2_501, _named([("cat", 0.5), ("fox", 0.5)])])
    pq.write_table(table, path, row_group_size=5_000)
    said = "column “output”: there is a score of “fox”, which the first rows have none of"

    with pytest.raises(FileUnreadable, match=f"Row 3, {said}"):
        read_in_parts(path, tmp_path, PartSizes(1, 1))
    with pytest.raises(FileUnreadable, match=f"Row 5,003, {said}"):
        read_whole(path, tmp_path)
