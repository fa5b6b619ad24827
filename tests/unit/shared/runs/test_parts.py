"""A file that is read in parts is the run that it is in one piece."""

import csv
import gzip
import io
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kit.errors import DomainError
from shared.runs.errors import IdsDuplicated, TooManyRunClasses
from shared.runs.ingest.file_to_run import IngestedRun, inspect
from shared.runs.mapping import ColumnsIn, NeedsMapping
from shared.runs.parts import spans
from shared.runs.parts.merging import with_rows
from shared.runs.parts.plans import PartSizes, plan_parts
from shared.runs.parts.spans import parquet_spans, text_spans
from shared.runs.reading.text.delimited import DelimitedFile
from tests.unit.shared.runs.part_files import facts, read_in_parts, read_parts, read_whole
from tests.unit.shared.runs.reading_files import LIMITS

# What a cell may hold: separators, line breaks and quotes among it.
CELLS = st.text(st.sampled_from('ab,\n"é '), max_size=6)
ROWS = st.lists(
    st.tuples(st.sampled_from(["a", "b", "b "]), st.sampled_from(["a", "b"]), st.floats(0, 1, width=32), CELLS),
    min_size=4,
    max_size=40,
)
NAMES = ["y_true", "y_pred", "note"]
NAMED = {"truth": "y_true", "prediction": "y_pred", "id": None}


def outcome(read: Callable[..., IngestedRun | None], path: Path, folder: Path, *sizes: Any, **columns: Any) -> Any:
    """What a run says, or the error that there is none for; None if the file is not cut."""
    folder.mkdir()
    try:
        ingested = read(path, folder, *sizes, **columns)
    except (DomainError, NeedsMapping) as error:
        return type(error)
    return None if ingested is None else facts(ingested, folder)


def compare(path: Path, folder: Path, sizes: PartSizes, seed: int, **columns: Any) -> Any:
    """Assert that the parts of a file are the same as the whole; return what they say, None if it was not cut."""
    parts = outcome(read_in_parts, path, folder / "parts", sizes, seed, **columns)
    assert parts is None or parts == outcome(read_whole, path, folder / "whole", **columns)
    return parts


def csv_text(rows: list[Any], line: str = "\n") -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator=line)
    writer.writerow(["y_true", "y_pred", "score", "note"])
    writer.writerows(rows)
    return text.getvalue()


@given(rows=ROWS, size=st.integers(1, 200), seed=st.integers(0, 9), line=st.sampled_from(["\n", "\r\n"]))
def test_a_text_that_is_cut_anywhere_and_read_in_any_order_is_the_same_run(
    rows: list[Any], size: int, seed: int, line: str
) -> None:
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "file"
        path.write_text(csv_text(rows, line), newline="")
        compare(path, Path(name), PartSizes(1, size), seed, **NAMED, scores=None)


@given(rows=ROWS, group=st.integers(1, 9), size=st.integers(1, 9), seed=st.integers(0, 9))
def test_a_parquet_file_that_is_cut_anywhere_and_read_in_any_order_is_the_same_run(
    rows: list[Any], group: int, size: int, seed: int
) -> None:
    truth, predicted, scores, notes = (list(column) for column in zip(*rows, strict=True))
    table = pa.table({"y_true": truth, "y_pred": predicted, "score": pa.array(scores, pa.float32()), "note": notes})
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "file"
        pq.write_table(table, path, row_group_size=group)
        named = {"truth": "y_true", "prediction": "y_pred", "scores": {"a": "score"}, "id": None}
        if {*truth} == {*predicted} == {"a", "b"}:
            compare(path, Path(name), PartSizes(size, 1), seed, **named)


def spans_of(path: Path, size: int) -> list[bytes]:
    data = path.read_bytes()
    return [data[span.start : span.stop] for span in text_spans(path, DelimitedFile(path).dialect, size)]


@pytest.mark.parametrize("block", [1, 7, 4096])
def test_a_text_is_cut_behind_rows_and_not_behind_the_line_breaks_of_cells(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block: int
) -> None:
    monkeypatch.setattr(spans, "_BLOCK", block)
    path = tmp_path / "file"
    rows = ["y_true,y_pred,note\n", 'a,b,"one\ntwo ""and""\n"\n', "a,a,three\n", 'b,b,""\n', 'b,a,"x,\n\n"\n']
    path.write_text("".join(rows))

    found = [piece.decode() for piece in spans_of(path, 1)]

    assert found == [rows[0] + rows[1], *rows[2:]]


@pytest.mark.parametrize(
    "row",
    ['a,b,5" pipe', 'a,b,5" pipe and 3" pipe', 'a,b, "x"', 'a,b,"x" ', 'a,b,x"', 'a,b,"never closed'],
    ids=["one", "two", "blank before", "blank behind", "at the end", "open"],
)
def test_a_text_with_a_quote_where_csv_has_none_is_not_cut(tmp_path: Path, row: str) -> None:
    path = tmp_path / "file"
    path.write_text("y_true,y_pred,note\n" + "a,a,x\nb,b,y\n" * 5 + row + "\n" + "a,b,z\n" * 5)

    assert [len(piece) for piece in spans_of(path, 1)] == [path.stat().st_size]


def test_no_file_has_more_parts_than_are_worked_at_together(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("y_true,y_pred\n" + "a,b\nb,b\n" * 3000)
    pq.write_table(pa.table({"y_true": ["a", "b"] * 1000}), tmp_path / "parquet", row_group_size=2)

    assert (len(spans_of(path, 1)), len(parquet_spans(tmp_path / "parquet", 1))) == (194, 200)


def test_parts_that_have_an_id_in_common_make_no_run(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("id,y_true,y_pred\n" + "".join(f"n{at},a,a\n" for at in range(50)) + "n3,b,b\n")

    assert compare(path, tmp_path, PartSizes(1, 100), 3, truth="y_true", prediction="y_pred", id="id") is IdsDuplicated


def test_parts_with_too_many_classes_together_make_no_run(tmp_path: Path) -> None:
    path = tmp_path / "file"
    few = LIMITS._replace(max_classes=3)
    path.write_text("y_true,y_pred\n" + "".join(f"c{at},c{at}\n" * 3 for at in range(12)))

    with pytest.raises(TooManyRunClasses):
        read_in_parts(path, tmp_path, PartSizes(1, 30), 0, few, truth="y_true", prediction="y_pred")


def test_sets_of_labels_and_flags_in_parts_are_the_same_run(tmp_path: Path) -> None:
    sets, flags = tmp_path / "sets", tmp_path / "flags"
    sets.write_text("y_true,y_pred,site\n" + "a;b,a,x\nb,b;c,y\n,a,x\nc,c,z\n" * 20)
    flags.write_text("correct,site\n" + "true,x\nfalse,y\n" * 40)
    for name in ("of-sets", "of-flags"):
        (tmp_path / name).mkdir()
    named = {"truth": "y_true", "prediction": "y_pred", "separator": ";"}

    found = [
        compare(sets, tmp_path / "of-sets", PartSizes(1, 90), 1, **named),
        compare(flags, tmp_path / "of-flags", PartSizes(1, 90), 1, correct="correct"),
    ]

    assert [facts_of[0].task for facts_of in found] == ["multilabel", "correctness"]
    assert [facts_of[0].rows for facts_of in found] == [80, 80]


def parquet_with_empty_groups(table: pa.Table) -> bytes:
    file = io.BytesIO()
    with pq.ParquetWriter(file, table.schema) as writer:
        for group in (table, table.slice(0, 0), table, table.slice(0, 0)):
            writer.write_table(group)
    return file.getvalue()


def arrow_with_empty_batches(table: pa.Table) -> bytes:
    file = io.BytesIO()
    with pa.ipc.new_file(file, table.schema) as writer:
        for batch in (*(table.to_batches()[0],) * 2, *(table.slice(0, 0).to_batches() or [EMPTY]) * 3):
            writer.write_batch(batch)
    return file.getvalue()


LABELLED = pa.table({"y_true": ["a", "b"] * 40, "y_pred": ["a", "a"] * 40})
EMPTY = pa.RecordBatch.from_arrays([pa.array([], pa.string())] * 2, schema=LABELLED.schema)
# Sizes of parts with which the last part has no rows, or others have none either.
WITH_EMPTY_PARTS = {
    "parquet": (parquet_with_empty_groups(LABELLED), PartSizes(80, 1)),
    "arrow": (arrow_with_empty_batches(LABELLED), PartSizes(1, 800)),
    "lines": (b'{"y_true": "a", "y_pred": "a"}\n' * 60 + b"\n" * 40, PartSizes(1, 620)),
    "text": (b"y_true,y_pred\n" + b"a,b\nb,b\n" * 60 + b"\n" * 40, PartSizes(1, 30)),
    "text with gaps": (
        b"y_true,y_pred\n" + (b"a,b\nb,b\n" * 60 + b"\n" * 80) * 2,
        PartSizes(1, 30),
    ),
}


@pytest.mark.parametrize("form", WITH_EMPTY_PARTS)
def test_parts_without_rows_are_left_out(tmp_path: Path, form: str) -> None:
    path = tmp_path / "file"
    data, sizes = WITH_EMPTY_PARTS[form]
    path.write_bytes(data)
    inspected = inspect(path, tmp_path, ColumnsIn(), LIMITS)
    plan = plan_parts(inspected, path, sizes, [])
    assert plan is not None

    parts = read_parts(plan, path, tmp_path)

    assert 0 < len(with_rows(parts)) < len(parts)
    assert compare(path, tmp_path, sizes, 1)[0].rows == sum(part.tally.rows for part in parts)


@pytest.mark.parametrize("name", ["packed", "one group", "folds"])
def test_what_cannot_be_cut_is_read_in_one_piece(tmp_path: Path, name: str) -> None:
    path = tmp_path / "file"
    text = "id,fold,y_true,y_pred\n" + "".join(f"n{at},1,a,a\nn{at},2,b,b\n" for at in range(9))
    if name == "packed":
        path.write_bytes(gzip.compress(text.encode()))
    elif name == "one group":
        pq.write_table(pa_csv.read_csv(io.BytesIO(text.encode())), path)
    else:
        path.write_text(text)

    assert read_in_parts(path, tmp_path, PartSizes(1, 20), truth="y_true", prediction="y_pred") is None


@pytest.mark.parametrize("shift", [-60, 10**9], ids=["overlapping", "behind the end"])
def test_a_parquet_file_that_misplaces_its_groups_is_not_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shift: int
) -> None:
    path = tmp_path / "file"
    pq.write_table(pa.table({"y_true": ["a", "b"] * 50}), path, row_group_size=10)
    known = spans._bytes_of
    monkeypatch.setattr(spans, "_bytes_of", lambda group: (known(group)[0] + shift, known(group)[1] + shift))

    size = path.stat().st_size
    assert [(span.start, span.stop) for span in parquet_spans(path, 20)] == [(0, size)]
