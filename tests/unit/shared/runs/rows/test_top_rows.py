"""First pages from the rows that are kept for them are those of all rows, or are looked for among all of them."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.runs.ingest import best_rows
from shared.runs.rows import top_rows
from shared.runs.rows.filters import Condition, RowFilter
from shared.runs.rows.scanning import RowScan
from shared.runs.summary import RunSummary
from tests.unit.shared.runs.reading_files import read


def scanned(folder: Path, text: str, group: int, **columns: Any) -> tuple[RowScan, RunSummary]:
    summary = read(folder, text, **columns).finished.summary
    pq.write_table(pq.read_table(folder / "rows.parquet"), folder / "groups.parquet", row_group_size=group)
    return RowScan(str(folder / "groups.parquet"), summary), summary


def written(seed: int, rows: int, classes: int, digits: int) -> str:
    random = np.random.default_rng(seed)
    truth, predicted = random.integers(0, classes, (2, rows))
    scores = np.round(random.random(rows), digits)
    lines = [f"s{at},c{t},c{p},{s},x" for at, (t, p, s) in enumerate(zip(truth, predicted, scores, strict=True))]
    # Every class occurs, whatever was drawn.
    lines += [f"t{at},c{at},c{at},0.5,x" for at in range(classes)]
    return "\n".join(["id,y_true,y_pred,certainty,place", *lines]) + "\n"


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.integers(0, 1000),
    st.integers(1, 400),
    st.sampled_from([2, 3]),
    st.sampled_from([1, 3]),
    st.sampled_from([7, 64, 1000]),
    st.sampled_from([1, 5, 9, 10]),
    st.booleans(),
)
def test_a_first_page_is_that_of_a_scan(
    tmp_path: Path,
    seed: int,
    rows: int,
    classes: int,
    digits: int,
    group: int,
    limit: int,
    of_cells: bool,
) -> None:
    text = written(seed, rows, classes, digits)
    scan, summary = scanned(tmp_path, text, group, confidence="certainty")
    with pytest.MonkeyPatch.context() as patched:
        for module in (best_rows, top_rows):
            patched.setattr(module, "KEPT", 10)
        patched.setattr(top_rows, "MAX_KEPT", 1000 if of_cells else 1)
        patched.setattr(best_rows, "_PIECE", 32)
        assert top_rows.write(scan, summary, tmp_path / "first.parquet")
        sides = [None, *range(classes)]
        for wanted in (
            RowFilter(actual, predicted, only_errors)
            for actual in sides
            for predicted in sides
            for only_errors in (False, True)
        ):
            page = top_rows.page(str(tmp_path / "first.parquet"), summary, wanted, limit)
            is_cell = wanted.actual is not None or wanted.predicted is not None
            if limit == 10 or (is_cell and not of_cells):
                assert page is None
            else:
                assert page == scan.page(wanted, after=None, limit=limit)


@pytest.mark.parametrize(
    "wanted",
    [RowFilter(conditions=[Condition("place", "x")]), RowFilter(lowest_score=0.5), RowFilter(highest_score=0.5)],
    ids=["slice", "lowest", "highest"],
)
def test_what_is_no_cell_is_looked_for_among_all_rows(tmp_path: Path, wanted: RowFilter) -> None:
    scan, summary = scanned(tmp_path, written(0, 50, 2, 3), 16, confidence="certainty")

    assert top_rows.write(scan, summary, tmp_path / "first.parquet")

    assert top_rows.page(str(tmp_path / "first.parquet"), summary, wanted, 10) is None


def test_flags_have_two_cells_in_the_order_of_the_file(tmp_path: Path) -> None:
    lines = [f"q{at},{at % 3 > 0}" for at in range(900)]
    scan, summary = scanned(tmp_path, "\n".join(["sample_id,correct", *lines]), 100, header=True)

    assert top_rows.write(scan, summary, tmp_path / "first.parquet")

    assert pq.read_metadata(tmp_path / "first.parquet").num_rows == 2 * best_rows.KEPT
    page = top_rows.page(str(tmp_path / "first.parquet"), summary, RowFilter(only_errors=True), 100)
    assert page is not None
    assert [row.number for row in page.rows] == list(range(1, 300, 3))
    assert page.next == 298


def test_long_texts_are_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scan, summary = scanned(tmp_path, written(0, 50, 2, 3), 16, confidence="certainty")
    monkeypatch.setattr(top_rows, "MAX_BYTES", 10)

    assert not top_rows.write(scan, summary, tmp_path / "first.parquet")
    assert not (tmp_path / "first.parquet").exists()


def test_few_rows_and_sets_of_labels_keep_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, summary = scanned(tmp_path, written(0, 50, 2, 3), 16, confidence="certainty")
    assert top_rows.files(str(tmp_path / "rows.parquet"), tmp_path, summary) == []
    monkeypatch.setattr(best_rows, "MIN_ROWS", 52)

    assert [file.name for file in top_rows.files(str(tmp_path / "rows.parquet"), tmp_path, summary)] == [
        "top-rows.parquet"
    ]
    table = pa.table({"y_true": [["a"], []] * 30, "y_pred": [["a"], ["a"]] * 30})
    pq.write_table(table, tmp_path / "sets.parquet")
    sets = read(tmp_path, (tmp_path / "sets.parquet").read_bytes()).finished.summary
    assert (sets.task, top_rows.files(str(tmp_path / "rows.parquet"), tmp_path, sets)) == ("multilabel", [])
