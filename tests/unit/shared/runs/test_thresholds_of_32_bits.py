"""A score of 32 bits that was written as 0.7 reaches a threshold of 0.7, whatever number the threshold came as."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from shared.runs.rows.scanning import RowScan
from shared.runs.scores.class_scores import ClassScores
from shared.runs.scores.decisions import DecidedScan, ThresholdDecision
from shared.runs.summary import RunSummary, ScoreColumn

# Each actual class has a score at 0.7, one just below it, and one far below.
SCORES = [0.7, 0.7, 0.69999, 0.69999, 0.2, 0.2]
TRUTH = [0, 1, 0, 1, 0, 1]


def scan_of(folder: Path, dtype: type[Any], threshold: float) -> tuple[RowScan, DecidedScan, ClassScores]:
    codes = pa.array(TRUTH, pa.uint16())
    rows = pa.table({"t": codes, "p": codes, "s_0": np.array(SCORES, dtype)})
    pq.write_table(rows, folder / "rows.parquet")
    summary = RunSummary(
        rows=6,
        classes=["ham", "spam"],
        counts=np.diag([3, 3]).tobytes(),
        class_of_code=[0, 1],
        predicted_by="column",
        scores=[ScoreColumn("prob_spam", 1, str(rows.schema.field("s_0").type))],
        score_kind="probabilities",
        threshold=None,
        roc_auc=None,
        metadata=[],
        has_ids=False,
    )
    scores = ClassScores(1, "s_0", "own", is_margin=False)
    file = str(folder / "rows.parquet")
    return RowScan(file, summary), DecidedScan(file, summary, ThresholdDecision(scores, threshold)), scores


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("threshold", [0.7, np.float64(0.7)], ids=["Python", "NumPy"])
def test_a_score_of_seven_tenths_is_counted_as_reached(tmp_path: Path, dtype: type[Any], threshold: float) -> None:
    _, decided, _ = scan_of(tmp_path, dtype, threshold)

    matrix = decided.counts(())

    assert (matrix.classes, matrix.counts.tolist()) == (("ham", "spam"), [[2, 1], [2, 1]])


@pytest.mark.parametrize(("dtype", "expected"), [(np.float32, float(np.float32(0.7))), (np.float64, 0.7)])
def test_a_threshold_is_rounded_as_the_scores_are(tmp_path: Path, dtype: type[Any], expected: float) -> None:
    scan, _, scores = scan_of(tmp_path, dtype, 0.7)

    assert scores.compared(scan, 0.7) == expected
    other = scores._replace(position=0, meaning="other")
    assert other.compared(scan, 0.7) == 0.7
