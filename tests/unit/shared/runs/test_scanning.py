"""Scans find the same rows whatever groups they lie in."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from shared.runs.filters import RowFilter
from shared.runs.scanning import RowScan
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

    pages: list[int] = []
    while page := scan.find(RowFilter(only_errors=True), after=pages[-1] if pages else None, limit=7):
        pages += [row.number for row in page]

    confidence = np.where(predicted == 1, scores, 1 - scores)
    wrong = np.flatnonzero(truth != predicted)
    assert pages == (wrong[np.lexsort((wrong, -confidence[wrong]))] + 1).tolist()
