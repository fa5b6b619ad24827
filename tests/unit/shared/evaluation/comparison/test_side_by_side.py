"""The main statistics side by side, and who wins on what."""

import json
from dataclasses import asdict
from typing import Any

import numpy as np
import pycm
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from sklearn.metrics import (
    accuracy_score,
    balanced_accuracy_score,
    cohen_kappa_score,
    jaccard_score,
    matthews_corrcoef,
    precision_recall_fscore_support,
    zero_one_loss,
)

from shared.evaluation.comparison.errors import DifferentSampleCounts, TooFewMatrices
from shared.evaluation.comparison.side_by_side import MetricRow, SideBySide, side_by_side
from shared.evaluation.confusion.matrix import ConfusionMatrix
from shared.evaluation.confusion.statistics import summary

squares = st.tuples(st.integers(2, 5), st.sampled_from([1, 4, 30])).flatmap(
    lambda drawn: arrays.arrays(np.int64, (drawn[0],) * 2, elements=st.integers(0, drawn[1]))
)


def matrix_of(counts: Any, dtype: type = np.int64) -> ConfusionMatrix:
    return ConfusionMatrix(tuple(range(len(counts))), np.array(counts, dtype))


def values_of(matrix: ConfusionMatrix) -> dict[str, float | None]:
    return {row.name: row.values[0] for row in side_by_side({"it": matrix, "again": matrix}).rows}


def row_of(table: SideBySide, name: str) -> MetricRow:
    return next(row for row in table.rows if row.name == name)


@given(squares.filter(lambda counts: bool(counts.sum(axis=0).all() and counts.sum(axis=1).all())))
def test_statistics_are_scikit_learns_where_every_class_occurs_and_is_predicted(counts: np.ndarray[Any, Any]) -> None:
    cells = np.repeat(np.arange(counts.size), counts.ravel())
    vectors = np.divmod(cells, len(counts))
    expected = {
        "accuracy": accuracy_score(*vectors),
        "error_rate": zero_one_loss(*vectors),
        "balanced_accuracy": balanced_accuracy_score(*vectors),
        "jaccard_macro": jaccard_score(*vectors, average="macro"),
        "kappa": cohen_kappa_score(*vectors),
        "mcc": matthews_corrcoef(*vectors),
    }
    for way in ("macro", "weighted", "micro"):
        expected_metrics = precision_recall_fscore_support(*vectors, average=way)[:3]
        expected |= {
            f"{name}_{way}": value for name, value in zip(("precision", "recall", "f1"), expected_metrics, strict=True)
        }
    values = values_of(matrix_of(counts))
    assert {name: values[name] for name in expected} == pytest.approx(expected, rel=1e-12, abs=1e-12)


@given(squares.filter(lambda counts: 0 < counts.sum() < 100))
def test_statistics_that_pycm_has_are_pycms_also_where_undefined(counts: np.ndarray[Any, Any]) -> None:
    theirs = pycm.ConfusionMatrix(matrix={i: dict(enumerate(row)) for i, row in enumerate(counts.tolist())})
    names = {
        "accuracy": "Overall ACC",
        "error_rate": "Hamming Loss",
        "precision_macro": "PPV Macro",
        "precision_micro": "PPV Micro",
        "recall_macro": "TPR Macro",
        "recall_micro": "TPR Micro",
        "f1_macro": "F1 Macro",
        "f1_micro": "F1 Micro",
        "specificity_macro": "TNR Macro",
        "false_positive_rate_macro": "FPR Macro",
        "false_negative_rate_macro": "FNR Macro",
        "kappa": "Kappa",
        "mcc": "Overall MCC",
    }
    jaccard = theirs.overall_stat["Overall J"]
    expected = {name: theirs.overall_stat[theirs_name] for name, theirs_name in names.items()}
    expected["jaccard_macro"] = jaccard if jaccard == "None" else jaccard[1]
    values = values_of(matrix_of(counts))
    for name, value in expected.items():
        assert values[name] == (None if value == "None" else pytest.approx(value, rel=1e-12, abs=1e-12)), name


def test_a_class_that_never_occurs_has_no_weight() -> None:
    values = values_of(matrix_of([[3, 1, 1], [0, 0, 0], [0, 0, 5]]))
    assert {name: values[name] for name in ("precision_weighted", "recall_weighted", "balanced_accuracy")} == {
        "precision_weighted": pytest.approx((1 * 5 + 5 / 6 * 5) / 10),
        "recall_weighted": pytest.approx(0.8),
        "balanced_accuracy": pytest.approx(0.8),
    }
    assert values["recall_macro"] is None
    assert values["f1_weighted"] == pytest.approx((6 / 8 * 5 + 10 / 11 * 5) / 10)


@given(squares)
def test_the_headline_figures_are_those_of_the_summary(counts: np.ndarray[Any, Any]) -> None:
    matrix = matrix_of(counts)
    values, headline = values_of(matrix), summary(matrix)
    expected_metrics = [values[name] for name in ("accuracy", "precision_macro", "recall_macro", "f1_macro")]
    assert expected_metrics == [headline.accuracy, headline.precision, headline.recall, headline.f1]


SHARP = matrix_of([[9, 1], [2, 8]])
DULL = matrix_of([[8, 2], [3, 7]])
BLIND = matrix_of([[10, 0], [10, 0]])


def test_differences_and_winners_of_a_figure_where_more_is_better() -> None:
    table = side_by_side({"dull": DULL, "sharp": SHARP, "sharp again": SHARP})
    assert (table.names, table.sample_count) == (("dull", "sharp", "sharp again"), 20)
    assert row_of(table, "accuracy") == MetricRow(
        name="accuracy",
        title="Accuracy",
        lower_is_better=False,
        values=(0.75, 0.85, 0.85),
        to_first=(0.0, 0.85 - 0.75, 0.85 - 0.75),
        to_best=(0.75 - 0.85, 0.0, 0.0),
        winners=("sharp", "sharp again"),
    )


def test_differences_and_winners_of_a_figure_where_less_is_better() -> None:
    row = row_of(side_by_side({"dull": DULL, "sharp": SHARP}), "error_rate")
    assert (row.lower_is_better, row.values, row.winners) == (True, (0.25, 0.15), ("sharp",))
    assert (row.to_first, row.to_best) == ((0.0, 0.15 - 0.25), (0.25 - 0.15, 0.0))


def test_the_better_classifier_wins_on_everything() -> None:
    table = side_by_side({"dull": DULL, "sharp": SHARP})
    assert {row.winners for row in table.rows} == {("sharp",)}
    assert [row.name for row in table.rows if row.lower_is_better] == [
        "error_rate",
        "false_positive_rate_macro",
        "false_negative_rate_macro",
    ]


def test_undefined_figures_do_not_compete() -> None:
    row = row_of(side_by_side({"blind": BLIND, "sharp": SHARP, "dull": DULL}), "precision_macro")
    assert row.values[0] is None
    assert row.to_first == (None, None, None)
    assert row.to_best[0] is None
    assert row.winners == ("sharp",)
    assert row_of(side_by_side({"blind": BLIND, "sharp": SHARP}), "precision_macro").winners == ()


def test_nobody_wins_a_tie_of_all() -> None:
    table = side_by_side({"one": SHARP, "other": SHARP})
    assert {row.winners for row in table.rows} == {()}
    assert {value for row in table.rows for value in row.to_best} == {0.0}


def test_rounding_decides_nothing() -> None:
    one, other = matrix_of([[0.1, 0.2], [0.3, 0.4]], float), matrix_of([[0.4, 0.3], [0.2, 0.1]], float)
    assert row_of(side_by_side({"one": one, "other": other}), "accuracy").winners == ()


def test_the_table_is_json_safe_even_of_nothing() -> None:
    nothing = matrix_of([[0, 0], [0, 0]])
    table = side_by_side({"a": nothing, "b": nothing})
    assert {value for row in table.rows for value in (*row.values, *row.to_first, *row.to_best)} == {None}
    assert json.loads(json.dumps(asdict(table), allow_nan=False))
    assert json.loads(json.dumps(asdict(side_by_side({"a": SHARP, "b": BLIND})), allow_nan=False))


def test_what_cannot_be_compared_is_refused() -> None:
    with pytest.raises(TooFewMatrices):
        side_by_side({"a": SHARP})
    with pytest.raises(DifferentSampleCounts, match=r"^b counts 4 samples and a 20;"):
        side_by_side({"a": SHARP, "b": matrix_of([[1, 1], [1, 1]])})
