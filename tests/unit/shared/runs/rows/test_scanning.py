"""Scans find the same rows whatever groups they lie in."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from shared.runs.rows.filters import RowFilter
from shared.runs.rows.row_page import PAGE_BYTES
from shared.runs.rows.scanning import RowScan
from tests.unit.shared.runs.reading_files import read


def test_the_most_confident_come_first_and_equal_ones_in_the_order_of_the_file(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    truth, scores = rng.integers(0, 2, 500), np.round(rng.random(500), 1)
    predicted = (scores >= 0.5).astype(int)
    table = pa.table({"y_true": truth, "y_pred": predicted, "prob_1": scores})
    pq.write_table(table, tmp_path / "x.parquet")
    summary = read(tmp_path, (tmp_path / "x.parquet").read_bytes()).finished.summary
    pq.write_table(pq.read_table(tmp_path / "rows.parquet"), tmp_path / "groups.parquet", row_group_size=64)
    scan = RowScan(str(tmp_path / "groups.parquet"), summary)

    page = scan.page(RowFilter(only_errors=True), after=None, limit=7)
    pages = [row.number for row in page.rows]
    while page.next is not None:
        page = scan.page(RowFilter(only_errors=True), after=page.next, limit=7)
        pages += [row.number for row in page.rows]

    confidence = np.where(predicted == 1, scores, 1 - scores)
    wrong = np.flatnonzero(truth != predicted)
    assert pages == (wrong[np.lexsort((wrong, -confidence[wrong]))] + 1).tolist()


def test_a_page_of_long_texts_ends_early_and_the_next_one_goes_on(tmp_path: Path) -> None:
    long = "ü" * (PAGE_BYTES // 8)
    rows = 20
    truth = ["a", "b"] * (rows // 2)
    # Half of the texts of `said` are equal, so that the file has them once.
    said = [long if at % 2 else f"{at}{long}" for at in range(rows)]
    table = pa.table({"y_true": truth, "y_pred": truth, "said": said, "short": ["x"] * rows})
    pq.write_table(table, tmp_path / "x.parquet", compression="zstd")
    summary = read(tmp_path, (tmp_path / "x.parquet").read_bytes()).finished.summary
    scan = RowScan(str(tmp_path / "rows.parquet"), summary)

    pages = [scan.page(RowFilter(), after=None, limit=1000)]
    while (after := pages[-1].next) is not None:
        pages.append(scan.page(RowFilter(), after=after, limit=1000))

    # Each text has a quarter of the bytes of a page; the one that passes its end is the last.
    assert [len(page.rows) for page in pages] == [4, 4, 4, 4, 4]
    assert [row.metadata["said"] for page in pages for row in page.rows] == said
