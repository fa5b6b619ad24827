"""Counts of a file are those of its rows, however it is cut and in whatever order they come."""

import io
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from shared.evaluation.curves import area_spread
from shared.evaluation.intervals.areas import areas
from shared.runs.ingest import pair_sums, ranking, sorted_scores
from shared.runs.ingest.ranking import RocArea, roc_area
from shared.runs.ingest.sample_ids import IdHashes, hashes_of
from shared.runs.ingest.score_ranges import tally_single
from shared.runs.ingest.sorted_scores import ScoredRows
from shared.runs.ingest.tally import RowTally, SliceTally
from shared.runs.ingest.text_codes import TextCodes
from shared.runs.results import matrix_of_slice
from tests.unit.shared.runs.reading_files import read

LABELS = st.sampled_from(["a", "b", "c", " b", "10"])
VALUES = st.sampled_from(["DE", "FR", "", "x y"])
ROWS = st.lists(st.tuples(LABELS, LABELS, VALUES, st.floats(0, 1, width=32)), min_size=1, max_size=40)


def _tally(rows: list[Any]) -> RowTally:
    tally = RowTally()
    if rows:
        truth, predicted, values, scores = (list(column) for column in zip(*rows, strict=True))
        codes = [tally.encode_labels(pa.array(texts).dictionary_encode(), 50) for texts in (truth, predicted)]
        country = tally.encode_slice("country", pa.array(values).dictionary_encode())
        tally.add(codes[0], codes[1], {"country": country})
        tally.scores.add(tally_single(np.array(scores), codes[1], len(tally.labels)))
    return tally


def _facts(tally: RowTally) -> Any:
    texts = tally.labels.texts
    counts = {
        (texts[t], texts[p]): int(n) for t, p, n in zip(*tally.counts.fields(2), tally.counts.counts, strict=True)
    }
    part = tally.slices.get("country", SliceTally())
    assert part.counts is not None
    names = part.values.texts
    sliced = {
        (names[v], texts[t], texts[p]): int(n)
        for v, t, p, n in zip(*part.counts.fields(3), part.counts.counts, strict=True)
    }
    ranges = {texts[code]: found for code, found in tally.scores.by_prediction.items()}
    return tally.rows, counts, sliced, ranges


@given(rows=ROWS, cuts=st.lists(st.integers(0, 40), max_size=4), data=st.data())
def test_parts_in_any_order_add_up_to_the_whole(rows: list[Any], cuts: list[int], data: st.DataObject) -> None:
    edges = [0, *sorted(min(cut, len(rows)) for cut in cuts), len(rows)]
    parts = [_tally(rows[low:high]) for low, high in pairwise(edges)]
    total = RowTally()
    for part in data.draw(st.permutations(parts)):
        total.merge(part)

    assert _facts(total) == _facts(_tally(rows))


@given(rows=ROWS, data=st.data())
def test_the_order_of_rows_changes_nothing(rows: list[Any], data: st.DataObject) -> None:
    assert _facts(_tally(data.draw(st.permutations(rows)))) == _facts(_tally(rows))


PLAIN = st.lists(
    st.tuples(st.sampled_from("ab"), st.sampled_from("ab"), st.sampled_from(["DE", "FR", "0"])), min_size=2, max_size=30
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=40)
@given(rows=PLAIN)
def test_the_slices_of_a_column_add_up_to_the_whole(tmp_path: Path, rows: list[tuple[str, str, str]]) -> None:
    text = "y_true,y_pred,country\n" + "".join(",".join(row) + "\n" for row in rows)
    finished = read(tmp_path, text, truth="y_true", prediction="y_pred").finished

    whole = finished.summary.matrix
    cells: list[Any] = [row[:2] for row in rows]
    assert whole.counts.tolist() == [[cells.count((t, p)) for p in whole.classes] for t in whole.classes]
    (table,) = finished.slices
    parts = [matrix_of_slice(table, value, whole).counts for value in table.values]
    assert np.sum(parts, axis=0).tolist() == whole.counts.tolist()


SCORES = st.lists(st.tuples(st.booleans(), st.floats(-3, 3, width=32)), min_size=2, max_size=60)
DIVISIONS = [(ranking._CHUNK, sorted_scores.BLOCK_BYTES), (7, 16), (1, 1)]


def area_of(scores: Any, positive: Any, division: tuple[int, int] = DIVISIONS[0]) -> RocArea | None:
    """The area of scores that are read in batches of five, and sorted in blocks and chunks of some size."""
    batches = [(scores[at : at + 5], positive[at : at + 5]) for at in range(0, len(scores), 5)]
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(ranking, "_CHUNK", division[0])
        patched.setattr(pair_sums, "CHUNK", division[0])
        patched.setattr(sorted_scores, "BLOCK_BYTES", division[1])
        patched.setattr(sorted_scores, "_PREFIX_BITS", 10)
        return roc_area(ScoredRows(len(scores), int(positive.sum()), scores.dtype, lambda: batches))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("decimals", [0, 1, 6])
@given(rows=SCORES, division=st.sampled_from(DIVISIONS))
def test_the_area_is_that_of_scikit_learn_with_any_ties(
    dtype: Any, decimals: int, rows: list[tuple[bool, float]], division: tuple[int, int]
) -> None:
    positive = np.array([row[0] for row in rows])
    scores = np.round(np.array([row[1] for row in rows]), decimals).astype(dtype)
    for values in (scores, np.abs(scores), -np.abs(scores)):
        area = area_of(values, positive, division)
        if positive.all() or not positive.any():
            assert area is None
        else:
            assert area is not None
            assert area.value == pytest.approx(roc_auc_score(positive, values), abs=1e-12)


@pytest.mark.parametrize("division", DIVISIONS)
@given(rows=st.lists(st.tuples(st.booleans(), st.floats(-3, 3, width=32)), min_size=2, max_size=60))
def test_the_error_of_the_area_is_delongs_however_the_scores_are_divided(
    division: tuple[int, int], rows: list[tuple[bool, float]]
) -> None:
    positive = np.array([row[0] for row in rows])
    scores = np.round(np.array([row[1] for row in rows]), 1).astype(np.float32)
    area = area_of(scores, positive, division)
    if min(positive.sum(), (~positive).sum()) < 2:
        assert area is None or area.spread is None
    else:
        expected = areas(positive, scores[None].astype(np.float64))
        assert area is not None
        assert area.spread is not None
        error = pytest.approx(float(expected.covariance[0, 0]) ** 0.5, abs=1e-12)
        assert area.spread.error == error
        with pytest.MonkeyPatch.context() as patched:
            # As if so few samples were plenty.
            patched.setattr(area_spread, "_PLENTY", 0)
            surely = area_of(scores, positive, division)
        assert surely is not None
        assert surely.spread is not None
        assert surely.spread.error == error
        assert surely.spread.freedom <= area.spread.freedom * (1 + 1e-9)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@given(rows=st.lists(st.floats(-1000, 1000, width=32), min_size=1, max_size=80), most=st.integers(1, 200))
def test_scores_in_blocks_are_all_scores_in_order_and_equal_ones_are_in_one(
    dtype: Any, rows: list[float], most: int
) -> None:
    scores = np.array(rows).astype(dtype)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(sorted_scores, "BLOCK_BYTES", most)
        patched.setattr(sorted_scores, "_PREFIX_BITS", 10)
        labels = np.arange(len(scores)) % 2 == 1
        blocks = [*sorted_scores.sorted_blocks(ScoredRows(len(scores), 0, scores.dtype, lambda: [(scores, labels)]))]
        prefixes = sorted_scores._prefixes((np.sort(scores) + 0).view(f"u{scores.dtype.itemsize}"))

    sizes = [len(block) for block in blocks if len(block)]
    edges = np.cumsum([0, *sizes])
    ordered = np.sort(scores + 0)
    assert edges[-1] == len(scores)
    assert all(ordered[edge - 1] < ordered[edge] for edge in edges[1:-1])
    assert all((block[:-1] <= block[1:]).all() for block in blocks)
    # Only scores that are hardly different, or equal, make a block larger than it may be.
    for start, stop in pairwise(edges):
        assert (stop - start) * scores.dtype.itemsize <= most or len({*prefixes[start:stop].tolist()}) == 1


@given(st.lists(st.text(max_size=30), max_size=40))
def test_equal_ids_are_found_and_no_others(ids: list[str]) -> None:
    hashes = IdHashes()
    hashes.add(pa.array(ids, pa.string()))

    again = {text for text in ids if ids.count(text) > 1}
    assert {ids[row] for row in hashes.repeated_rows()} == again


def test_the_hash_of_an_id_does_not_depend_on_what_stands_beside_it() -> None:
    array = pa.array(["x" * 9, "abc", "", "é" * 20, "abc"])

    assert hashes_of(array)[1] == hashes_of(array)[4] == hashes_of(pa.array(["abc"]))[0]
    assert hashes_of(array.slice(3, 1)).tolist() == hashes_of(array)[3:4].tolist()


def test_a_category_that_no_row_has_is_no_class() -> None:
    codes = TextCodes()
    codes.encode(pa.DictionaryArray.from_arrays(pa.array([1, 1], pa.int32()), pa.array(["never", "x"])), 10)

    assert codes.texts == ["x"]


def test_rows_are_written_in_groups_of_one_size(tmp_path: Path) -> None:
    rows = 2**20 + 7
    table = pa.table({"y_true": np.arange(rows) % 3, "y_pred": np.arange(rows) % 2, "country": ["DE"] * rows})
    out = io.BytesIO()
    pq.write_table(table, out)
    read(tmp_path, out.getvalue())

    stored = pq.ParquetFile(tmp_path / "rows.parquet")
    sizes = [stored.metadata.row_group(group).num_rows for group in range(stored.num_row_groups)]
    assert sizes == [2**20, 7]
    assert stored.schema_arrow.names == ["t", "p", "m_0"]


def test_scores_are_kept_in_the_precision_of_the_file(tmp_path: Path) -> None:
    out = io.BytesIO()
    scores = pa.array([0.1, 0.9, 0.3], pa.float32())
    pq.write_table(pa.table({"y_true": [0, 1, 0], "prob": scores}), out)
    summary = read(tmp_path, out.getvalue()).finished.summary

    assert [column.dtype for column in summary.scores] == ["float"]
    assert pq.read_table(tmp_path / "rows.parquet").column("s_0").to_pylist() == scores.to_pylist()
    assert (summary.predicted_by, summary.threshold) == ("threshold", 0.5)
