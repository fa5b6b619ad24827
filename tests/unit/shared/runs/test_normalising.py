"""Scores that do not sum to 1 are told and kept, or divided by their sum where that is asked for."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sklearn.metrics import roc_auc_score

from shared.kit.errors import problem_of
from shared.runs.errors import ColumnsContradictory, RowsInvalid
from shared.runs.ingest.file_to_run import IngestedRun
from shared.runs.mapping import NeedsMapping
from shared.runs.parts.plans import PartSizes
from shared.runs.rows.row_source import RowSource
from tests.unit.shared.runs.part_files import facts, read_in_parts, read_whole
from tests.unit.shared.runs.reading_files import read

_RNG = np.random.default_rng(5)
NAMES = np.array(["cat", "dog", "fox"])
TRUTH = _RNG.integers(0, 3, 400)
# Each class by itself, as sigmoids are, and with two decimals, so that scores tie.
SCORES = np.round((_RNG.random((400, 3)) + np.eye(3)[TRUTH] / 3) / 1.4 + 0.01, 2)
SHARES = SCORES / SCORES.sum(axis=1, keepdims=True)
HEADER = "y_true,prob_cat,prob_dog,prob_fox"


def text(scores: Any, truth: Any = NAMES[TRUTH]) -> str:
    rows = zip(truth, scores.tolist(), strict=True)
    return "\n".join([HEADER, *(",".join([name, *map(repr, row)]) for name, row in rows)]) + "\n"


def stored(folder: Path, found: IngestedRun) -> Any:
    source = RowSource(folder / "rows.parquet")
    return np.column_stack([source.column(f"s_{at}").to_numpy() for at in range(len(found.finished.summary.scores))])


def test_shares_are_asked_for_and_give_the_areas_of_scikit_learn(tmp_path: Path) -> None:
    unsummed = int((np.abs(SCORES.sum(axis=1) - 1) > 0.01).sum())

    sent = read(tmp_path, text(SCORES))
    kept = stored(tmp_path, sent)
    divided = read(tmp_path, text(SCORES), normalise=True)
    shares = stored(tmp_path, divided)

    before, after = sent.finished.summary, divided.finished.summary
    assert (before.score_kind, before.is_normalised) == ("one-vs-rest", False)
    assert (after.score_kind, after.is_normalised) == ("probabilities", True)
    assert sent.finished.notices[-1] == (
        f"In {unsummed} of 400 rows the scores do not sum to 1; nothing was normalised, and each class is measured "
        "alone. Name the columns again with `normalise: true` to divide the scores of each row by their sum."
    )
    assert divided.finished.notices[-1] == (
        "The scores of each row were divided by their sum, as `normalise` says; "
        f"in {unsummed} of 400 rows they did not sum to 1."
    )
    assert divided.finished.notices[:-1] == sent.finished.notices[:-1]
    assert (kept == SCORES).all()
    assert np.abs(shares - SHARES).max() < 1e-15
    # A row's own classes keep their order, the rows of a class do not.
    assert before.counts == after.counts
    areas = {
        of: [roc_auc_score(at == TRUTH, scores[:, at]) for at in range(3)]
        for of, scores in (("sent", SCORES), ("divided", shares))
    }
    assert [before.roc_auc, after.roc_auc] == [pytest.approx(areas["sent"]), pytest.approx(areas["divided"])]
    assert abs(areas["sent"][0] - areas["divided"][0]) > 0.01


@pytest.mark.parametrize("factor", [100, 7])
def test_percents_and_votes_become_probabilities(tmp_path: Path, factor: int) -> None:
    votes = np.round(SCORES * factor).astype(int) + 1

    found = read(tmp_path, text(votes), normalise=True)

    assert found.finished.summary.score_kind == "probabilities"
    assert np.abs(stored(tmp_path, found) - votes / votes.sum(axis=1, keepdims=True)).max() < 1e-15


def test_float32_is_divided_in_double_precision_of_one_piece_and_of_parts(tmp_path: Path) -> None:
    columns = {f"prob_{name}": pa.array(SCORES[:, at], pa.float32()) for at, name in enumerate(NAMES)}
    path = tmp_path / "scores.parquet"
    pq.write_table(pa.table({"y_true": NAMES[TRUTH], **columns}), path, row_group_size=64)
    (tmp_path / "parts").mkdir()

    whole = read_whole(path, tmp_path, normalise=True)
    parts = read_in_parts(path, tmp_path / "parts", PartSizes(128, 1_000), normalise=True)

    narrow = SCORES.astype(np.float32).astype(np.float64)
    assert np.abs(stored(tmp_path, whole) - narrow / narrow.sum(axis=1, keepdims=True)).max() < 1e-15
    assert [column.dtype for column in whole.finished.summary.scores] == ["double"] * 3
    assert parts is not None
    assert facts(parts, tmp_path / "parts") == facts(whole, tmp_path)


BAD_ROWS = {
    "a score below 0": ("0.5,0.7,-0.2", "prob_fox", "a score below 0 is no share of the sum of its row"),
    "nothing but 0": ("0,0,0", "prob_cat", "have no sum to divide them by: it is 0, or infinite."),
    "a sum beyond all numbers": ("1e308,1e308,1", "prob_cat", "have no sum to divide them by: it is 0, or infinite."),
}


@pytest.mark.parametrize(("row", "column", "why"), BAD_ROWS.values(), ids=BAD_ROWS.keys())
def test_a_row_without_shares_is_refused_with_its_line(tmp_path: Path, row: str, column: str, why: str) -> None:
    with pytest.raises(RowsInvalid) as raised:
        read(tmp_path, f"{text(SCORES)}cat,{row}\n", normalise=True)

    problem = problem_of(raised.value)
    assert "402" in problem.detail
    assert column in problem.detail
    assert why in problem.detail


@pytest.mark.parametrize(
    ("file", "columns", "why"),
    [
        ("y_true,y_pred\ncat,cat\ndog,cat\n", {}, "no column holds the scores of each class"),
        ("y_true,score_dog\ncat,0.2\ndog,0.9\n", {}, "no column holds the scores of each class"),
        (
            text(SCORES),
            {"scores": None, "prediction": "y_true", "truth": "prob_cat"},
            "no column holds the scores of each class",
        ),
        (
            "y_true,y_pred,prob_a,prob_b\na;b,a;b,0.9,0.8\na;b,b,0.2,0.7\n",
            {"separator": ";"},
            "each label has scores of its own",
        ),
    ],
)
def test_scores_that_are_not_of_all_classes_are_not_normalised(
    tmp_path: Path, file: str, columns: dict[str, Any], why: str
) -> None:
    with pytest.raises(ColumnsContradictory, match=why):
        read(tmp_path, file, normalise=True, **columns)


def test_a_file_that_needs_a_mapping_is_not_refused_for_it(tmp_path: Path) -> None:
    with pytest.raises(NeedsMapping):
        read(tmp_path, "first,second\ncat,dog\ndog,dog\n", normalise=True)
