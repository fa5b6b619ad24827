"""Columns that are named after classes, or numbered, and hold no scores of them are never read as such unsaid."""

from pathlib import Path

import pytest

from shared.predictions import UnreadablePredictions, read_score_table
from shared.runs.mapping import NeedsMapping
from tests.unit.shared.runs.reading_files import counts, read
from tests.unit.shared.runs.written_rows import CODES, COUNTS, SAID, SAID_CODES, TEXTS, rows

_SIDES = {"y_true": CODES, "y_pred": SAID_CODES}
_RANDOM = [[0.3, -1.2, 0.4, 2.1], [-0.7, 0.1, 1.9, -0.4], [1.5, 0.2, -0.3, 0.9]]
_FIVE_TRUE, _FIVE_SAID = [0, 1, 2, 1, 0], [0, 1, 1, 2, 0]
_FALLING = [[0.9, 0.6, 0.5, 0.8, 0.7], [0.1, 0.3, 0.3, 0.1, 0.2], [0.0, 0.1, 0.2, 0.1, 0.1]]


@pytest.mark.parametrize("stem", ["V", "x", "x_", "feature_", "PC", "emb_", ""])
def test_features_beside_predictions_are_no_scores_of_the_classes(tmp_path: Path, stem: str) -> None:
    features = {f"{stem}{at}": cells for at, cells in enumerate(_RANDOM)}
    found = read(tmp_path, rows({**features, **_SIDES}))

    assert (counts(found), found.finished.summary.scores) == (([0, 1], COUNTS), [])
    said = "are named after classes and were not read as their scores; send `scores` with the column of each class if "
    assert found.finished.notices == [f"“{stem}0” to “{stem}2” {said}they are that."]


def test_features_without_predictions_are_asked_about_and_refused_for_curves(tmp_path: Path) -> None:
    table = rows({**{f"V{at}": cells for at, cells in enumerate(_RANDOM)}, "target": CODES})

    with pytest.raises(NeedsMapping) as asked:
        read(tmp_path, table)
    with pytest.raises(UnreadablePredictions, match="“V0” to “V2” are named after classes, and nothing says that they"):
        read_score_table(table.encode())
    assert [question.asks for question in asked.value.questions] == ["scores", "prediction"]


@pytest.mark.parametrize("stem", ["loss_", "nll_", "distance_", "rank_"])
def test_numbers_that_are_low_for_the_best_class_are_no_scores(tmp_path: Path, stem: str) -> None:
    cells = {f"{stem}cat": [0.1, 0.4, 0.8, 0.2], f"{stem}dog": [0.9, 0.6, 0.2, 0.8]}
    found = read(tmp_path, rows({"y_true": TEXTS, "y_pred": SAID, **cells})).finished

    assert (found.summary.roc_auc, len(found.notices)) == (None, 1)


def test_a_deviation_beside_a_probability_is_no_rival(tmp_path: Path) -> None:
    cells = {"prob_cat": [0.9, 0.6, 0.2, 0.8], "prob_dog": [0.1, 0.4, 0.8, 0.2]}
    deviations = {"prob_cat_std": [0.1, 0.1, 0.2, 0.1], "prob_dog_std": [0.1, 0.2, 0.1, 0.1]}
    found = read(tmp_path, rows({"y_true": TEXTS, **cells, **deviations})).finished

    assert [column.name for column in found.summary.scores] == ["prob_cat", "prob_dog"]


def test_margins_of_any_name_are_scores_where_the_highest_is_predicted(tmp_path: Path) -> None:
    margins = {"model_0": [1.2, 0.4, -2.0, 3.0], "model_1": [-1.2, -0.4, 2.0, -3.0]}

    assert read(tmp_path, rows({**_SIDES, **margins})).finished.summary.roc_auc == [1.0, 1.0]


def test_scores_of_the_most_probable_classes_are_asked_about(tmp_path: Path) -> None:
    # timm and others write prob_0 for the most probable class, whichever it is.
    scores = {f"prob_{at}": cells for at, cells in enumerate(_FALLING)}
    table = rows({"y_true": _FIVE_TRUE, "y_pred": _FIVE_SAID, **scores})

    with pytest.raises(NeedsMapping) as asked:
        read(tmp_path, table)
    with pytest.raises(UnreadablePredictions, match="“prob_0” to “prob_2” fall in every row"):
        read_score_table(table.encode())
    (question,) = asked.value.questions
    assert (question.asks, question.candidates) == ("scores", ["prob_0", "prob_1", "prob_2"])
    assert counts(read(tmp_path, table, scores=None)) == ([0, 1, 2], [[2, 0, 0], [0, 1, 1], [0, 1, 0]])


def test_rare_positives_below_a_half_are_those_of_a_threshold(tmp_path: Path) -> None:
    scores = {"prob_0": [0.9, 0.8, 0.7, 0.95, 0.6], "prob_1": [0.1, 0.2, 0.3, 0.05, 0.4]}
    found = read(tmp_path, rows({"y_true": [0, 0, 1, 0, 1], "y_pred": [0, 0, 1, 0, 1], **scores})).finished

    assert found.summary.roc_auc == [1.0, 1.0]


@pytest.mark.parametrize("names", ["p1,1-p1", "prob,one_minus_prob"])
def test_a_column_beside_its_complement_is_no_pair_of_classes(names: str) -> None:
    with pytest.raises(UnreadablePredictions, match="does not say for certain whose scores it holds; name each column"):
        read_score_table(f"y_true,{names}\n1,0.9,0.1\n0,0.2,0.8\n1,0.7,0.3\n".encode())
