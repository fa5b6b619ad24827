"""The top rows from what every part has kept for them are those of all rows."""

import tempfile
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.kit.errors import DomainError
from shared.runs import objects
from shared.runs.ingest import best_rows, candidates
from shared.runs.ingest.file_to_run import inspect
from shared.runs.mapping import ColumnsIn, NeedsMapping
from shared.runs.parts.merging import merge
from shared.runs.parts.plans import PartSizes, plan_parts
from shared.runs.reading import columnar
from shared.runs.rows import top_rows
from shared.runs.rows.scanning import RowScan
from tests.unit.shared.runs.part_files import read_parts, read_whole
from tests.unit.shared.runs.reading_files import LIMITS

KEPT = 2
SCORES = ["probability", "confidence", "margin", "each class", "none", "tiny"]


def drawn(seed: int, rows: int, kind: str, *, has_weights: bool, is_predicted: bool) -> tuple[pa.Table, dict[str, Any]]:
    """Rows of a run with scores of a kind, and what their columns are."""
    random = np.random.default_rng(seed)
    classes = 2 if kind in {"probability", "margin", "tiny"} else 3
    truth, predicted = random.integers(0, classes, (2, rows))
    truth[:classes] = predicted[:classes] = np.arange(classes)
    columns: dict[str, Any] = {"id": [f"n{at}" for at in range(rows)], "y_true": [f"c{code}" for code in truth]}
    columns["y_pred"] = [f"c{code}" for code in predicted]
    # Few different scores, so that many are equal; of tiny ones what is left to 1 is equal where they are not.
    score = np.round(random.random(rows), 1) * (1e-9 if kind == "tiny" else 1)
    named: dict[str, Any] = {"id": "id", "truth": "y_true", "prediction": "y_pred"}
    if kind in {"probability", "tiny", "margin"}:
        columns["s"] = pa.array(score - (0.5 if kind == "margin" else 0), pa.float32())
        named["scores"] = {"c1": "s"}
    elif kind == "confidence":
        columns["s"], named["confidence"] = score, "s"
    elif kind == "each class":
        columns |= {f"s{code}": np.round(random.random(rows), 1) for code in range(classes)}
        named["scores"] = {f"c{code}": f"s{code}" for code in range(classes)}
    if not is_predicted and kind in {"probability", "each class"}:
        named["prediction"] = None
    if has_weights:
        columns["w"], named["weight"] = random.integers(1, 4, rows) / 2, "w"
    return pa.table(columns | {"site": [f"p{at % 3}" for at in range(rows)]}), named


@settings(max_examples=30)
@given(
    seed=st.integers(0, 10_000),
    rows=st.integers(90, 150),
    kind=st.sampled_from(SCORES),
    group=st.integers(30, 45),
    batch=st.sampled_from([7, 2**17]),
    most_rows=st.sampled_from([2**14, 40]),
    most_cells=st.sampled_from([1000, 1]),
    pending=st.sampled_from([0, 2**12]),
    has_weights=st.booleans(),
    is_predicted=st.booleans(),
)
def test_the_top_rows_of_parts_are_those_of_all_rows(
    seed: int,
    rows: int,
    kind: str,
    group: int,
    batch: int,
    most_rows: int,
    most_cells: int,
    pending: int,
    has_weights: bool,
    is_predicted: bool,
) -> None:
    table, named = drawn(seed, rows, kind, has_weights=has_weights, is_predicted=is_predicted)
    with tempfile.TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patched:
        folder = Path(name)
        for module in (best_rows, top_rows, candidates):
            patched.setattr(module, "KEPT", KEPT)
        patched.setattr(best_rows, "MIN_ROWS", 1)
        patched.setattr(top_rows, "MAX_KEPT", most_cells)
        patched.setattr(best_rows, "_PIECE", 4)
        patched.setattr(best_rows, "_MANY", 1)
        patched.setattr(candidates, "_PENDING", pending)
        patched.setattr(candidates, "MAX_ROWS", most_rows)
        patched.setattr(columnar, "_BATCH_ROWS", batch)
        pq.write_table(table, folder / "file", row_group_size=group)
        columns = msgspec.convert(named, ColumnsIn)
        plan = plan_parts(inspect(folder / "file", folder, columns, LIMITS), folder / "file", PartSizes(10, 1), [])
        assert plan is not None
        parts = read_parts(plan, folder / "file", folder)
        files: list[Any] = [folder / part.name for part in parts]
        try:
            summary = merge(plan, parts, files, LIMITS.max_classes).finished.summary
        except (DomainError, NeedsMapping):
            return
        assert top_rows.write(RowScan(files, summary), summary, folder / "expected")

        assert [file.name for file in top_rows.files(files, folder, summary, [part.candidates for part in parts])]

        expected = pq.read_table(folder / "expected")
        assert_same(folder / objects.TOP_ROWS, expected)

        whole = read_whole(folder / "file", folder, LIMITS, **named)
        top_rows.files(folder / objects.ROWS, folder, whole.finished.summary, [whole.candidates])

        assert_same(folder / objects.TOP_ROWS, expected)


def assert_same(file: Path, expected: pa.Table) -> None:
    # Codes are those of the piece, and pieces may differ in them.
    found = pq.read_table(file).drop_columns(["t", "p"])
    assert found.to_pylist() == expected.drop_columns(["t", "p"]).to_pylist()
    assert found.schema.metadata == expected.schema.metadata


def test_pieces_that_say_of_each_value_whether_it_is_there_are_read_with_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table, named = drawn(0, 60, "probability", has_weights=False, is_predicted=True)
    pq.write_table(table, tmp_path / "file", row_group_size=30)
    inspected = inspect(tmp_path / "file", tmp_path, msgspec.convert(named, ColumnsIn), LIMITS)
    plan = plan_parts(inspected, tmp_path / "file", PartSizes(10, 1), [])
    assert plan is not None
    parts = read_parts(plan, tmp_path / "file", tmp_path)
    files: list[Any] = [tmp_path / part.name for part in parts]
    summary = merge(plan, parts, files, LIMITS.max_classes).finished.summary
    rows = pq.read_table(files[1])
    nullable = pa.schema([field.with_nullable(True) for field in rows.schema])  # noqa: FBT003 - Arrow's own

    monkeypatch.setattr(best_rows, "MIN_ROWS", 1)
    top_rows.files(files, tmp_path, summary)
    expected = pq.read_table(tmp_path / objects.TOP_ROWS).to_pylist()
    pq.write_table(rows.cast(nullable), files[1])
    top_rows.files(files, tmp_path, summary)

    assert len(expected) == 60
    assert pq.read_table(tmp_path / objects.TOP_ROWS).to_pylist() == expected


def test_parts_keep_rows_unless_they_are_too_many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table, named = drawn(0, 60, "probability", has_weights=False, is_predicted=True)
    pq.write_table(table, tmp_path / "file", row_group_size=30)
    inspected = inspect(tmp_path / "file", tmp_path, msgspec.convert(named, ColumnsIn), LIMITS)
    plan = plan_parts(inspected, tmp_path / "file", PartSizes(10, 1), [])
    assert plan is not None

    kept = [pq.read_table(pa.BufferReader(part.candidates)) for part in read_parts(plan, tmp_path / "file", tmp_path)]
    monkeypatch.setattr(candidates, "MAX_BYTES", 30)
    without = [part.candidates for part in read_parts(plan, tmp_path / "file", tmp_path)]

    # All of them, as none has more than a hundred in a cell.
    assert [part.column("row").to_pylist() for part in kept] == [[*range(30)], [*range(30)]]
    assert without == [b"", b""]
