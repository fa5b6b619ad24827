"""JSON Lines and Arrow files that are read in parts are the runs that they are in one piece, nested scores and all."""

import json
import tempfile
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import ipc

from shared.kit.errors import DomainError
from shared.runs.errors import FileUnreadable
from shared.runs.parts.plans import PartSizes
from shared.runs.parts.spans import MAX_PARTS, Span, arrow_spans, line_spans
from tests.unit.shared.runs.part_files import read_in_parts, read_whole
from tests.unit.shared.runs.test_parts import compare

ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "y_true": st.sampled_from(["a", "b"]),
            "probs": st.integers(0, 16).map(lambda part: [part / 16, 1 - part / 16]),
            "meta": st.fixed_dictionaries({"site": st.sampled_from(["x", 'line\nbreak "', "ü"])}),
            "code": st.sampled_from([1, "01", "7"]),
        }
    ),
    min_size=6,
    max_size=40,
)
NAMED = {"truth": "y_true", "scores": {"a": "probs.0", "b": "probs.1"}, "id": None}


def _has_both(rows: list[dict[str, Any]]) -> bool:
    return {row["y_true"] for row in rows} == {"a", "b"}


@given(rows=ROWS, size=st.integers(1, 400), seed=st.integers(0, 9), line=st.sampled_from(["\n", "\r\n", "\n\n"]))
def test_lines_that_are_cut_anywhere_and_read_in_any_order_are_the_same_run(
    rows: list[Any], size: int, seed: int, line: str
) -> None:
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "file"
        path.write_bytes(line.join(map(json.dumps, rows)).encode())
        found = compare(path, Path(name), PartSizes(1, size), seed, **NAMED)
        assert found is not None or path.stat().st_size < 2 * size or path.read_bytes().count(b"\n") < 2 * len(line)


@given(rows=ROWS, cuts=st.lists(st.integers(0, 9), min_size=1, max_size=12), size=st.integers(1, 3000))
def test_an_arrow_file_that_is_cut_between_any_batches_is_the_same_run(
    rows: list[Any], cuts: list[int], size: int
) -> None:
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "file"
        write(path, [{**row, "code": str(row["code"])} for row in rows], cuts)
        compare(path, Path(name), PartSizes(1, size), len(rows), **NAMED)


def write(path: Path, rows: list[dict[str, Any]], sizes: list[int], compression: str | None = None) -> None:
    """Write an Arrow file with batches of about these sizes; empty ones among them."""
    table = pa.Table.from_pylist(rows)
    options = ipc.IpcWriteOptions(compression=compression)
    with ipc.new_file(str(path), table.schema, options=options) as writer:
        start = 0
        for size in [*sizes, len(rows)]:
            for batch in table.slice(start, size).combine_chunks().to_batches() or [table.slice(0, 0).to_batches()]:
                if isinstance(batch, pa.RecordBatch):
                    writer.write_batch(batch)
            start = min(len(rows), start + size)


@pytest.mark.parametrize("compression", [None, "zstd"])
def test_an_arrow_file_is_cut_into_its_batches(tmp_path: Path, compression: str | None) -> None:
    path = tmp_path / "file"
    rows = [{"y_true": "ab"[at % 2], "probs": [at / 64, 1 - at / 64]} for at in range(64)]
    write(path, rows, [16, 16, 16], compression)

    found = arrow_spans(path, 1)

    assert [(span.first_group, span.group_stop) for span in found.spans] == [(0, 1), (1, 2), (2, 3), (3, 4)]
    assert 0 < found.head == found.spans[0].start
    assert all(one.stop == other.start for one, other in zip(found.spans, found.spans[1:], strict=False))
    assert compare(path, tmp_path, PartSizes(1, 1), 3, **NAMED) is not None


def test_dictionaries_before_the_first_batch_are_known_to_each_part(tmp_path: Path) -> None:
    path = tmp_path / "file"
    labels = pa.array(["a", "b", "c"] * 8).dictionary_encode()
    table = pa.table({"y_true": labels, "y_pred": labels.take(pa.array([*range(1, 24), 0])), "n": [*range(24)]})
    with ipc.new_file(str(path), table.schema) as writer:
        writer.write_table(table, max_chunksize=6)

    assert len(arrow_spans(path, 1).spans) == 4
    assert compare(path, tmp_path, PartSizes(1, 1), 1, truth="y_true", prediction="y_pred", id=None) is not None


def test_dictionaries_that_grow_are_read_in_one_piece(tmp_path: Path) -> None:
    path = tmp_path / "file"
    batches = [
        pa.record_batch({"y_true": pa.array(texts).dictionary_encode()}) for texts in (["a", "b"], ["a", "b", "c"])
    ]
    with ipc.new_file(str(path), batches[0].schema, options=ipc.IpcWriteOptions(emit_dictionary_deltas=True)) as writer:
        for batch in batches:
            writer.write_batch(batch)

    assert len(arrow_spans(path, 1).spans) == 1


def test_an_arrow_file_that_is_cut_off_is_no_parts(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write(path, [{"y_true": "a", "y_pred": "b"}] * 20, [5, 5])
    path.write_bytes(path.read_bytes()[:-200])

    with pytest.raises(FileUnreadable):
        read_in_parts(path, tmp_path, PartSizes(1, 1))


@pytest.mark.parametrize("changed", [8, 12, 180, 217])
def test_an_arrow_file_with_another_byte_is_left_to_whoever_reads_it_as_a_whole(tmp_path: Path, changed: int) -> None:
    path = tmp_path / "file"
    write(path, [{"y_true": "ab"[at % 2], "y_pred": "a"} for at in range(80)], [20, 20, 20])
    data = bytearray(path.read_bytes())
    data[changed] ^= 255
    path.write_bytes(data)

    assert arrow_spans(path, 1) == ([Span(0, len(data))], 0)


def test_lines_are_cut_behind_their_ends_and_into_no_more_parts_than_are_worked_at(tmp_path: Path) -> None:
    path = tmp_path / "file"
    lines = [b'{"a": "%d"}\n' % at for at in range(1000)]
    path.write_bytes(b"".join(lines))

    found = line_spans(path, 1)

    data = path.read_bytes()
    assert b"".join(data[span.start : span.stop] for span in found) == data
    assert all(data[span.start : span.stop].endswith(b"\n") for span in found)
    assert 1 < len(found) <= MAX_PARTS


@pytest.mark.parametrize("late", ['{"y_true": "a"}', '{"y_true": "a", "y_pred": "b", "z": 1}', "[1]", '{"y_true": '])
def test_a_fault_in_a_late_part_is_worded_by_the_whole_file(tmp_path: Path, late: str) -> None:
    path = tmp_path / "file"
    path.write_text('{"y_true": "a", "y_pred": "b"}\n' * 10_001 + late + "\n" + '{"y_true": "b", "y_pred": "b"}\n' * 9)

    for folder in ("parts", "whole"):
        (tmp_path / folder).mkdir()
    with pytest.raises(DomainError):
        read_in_parts(path, tmp_path / "parts", PartSizes(1, 50_000))
    # A part does not know its place; what it refuses is read in one piece.
    with pytest.raises(DomainError, match=r"10,002"):
        read_whole(path, tmp_path / "whole")
