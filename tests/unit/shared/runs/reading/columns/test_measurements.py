"""Numbers of a regression are not counted as classes without a word."""

from pathlib import Path
from typing import Any

import pytest

from shared.predictions import UnreadablePredictions, read_label_table
from shared.predictions.lookalikes import are_measured
from shared.runs.mapping import NeedsMapping
from tests.unit.shared.runs.reading_files import counts, read
from tests.unit.shared.runs.written_rows import rows

_TRUE = [10.5, 11.25, 9.75, 10.5, 12.5, 8.25, 9.5, 10.75]
_SAID = [10.25, 11.25, 9.5, 10.75, 12.25, 8.5, 9.25, 10.5]
_FILES: dict[str, dict[str, list[Any]]] = {
    "measured on both sides": {"y_true": _TRUE, "y_pred": _SAID},
    "ratings": {"y_true": [1, 2, 3, 4, 5, 2], "y_pred": [1.4, 2.7, 3.0, 4.0, 4.1, 2.0]},
}


@pytest.mark.parametrize("name", _FILES)
def test_numbers_with_fractions_are_asked_about_and_refused_by_forms(tmp_path: Path, name: str) -> None:
    data = rows(_FILES[name])
    with pytest.raises(NeedsMapping) as asked:
        read(tmp_path, data)
    with pytest.raises(UnreadablePredictions, match="“y_true” and “y_pred” hold numbers as a regression has them"):
        read_label_table(data.encode())

    said = (
        "“y_true” and the predictions hold numbers as a regression has them, of which each would be a class; name both "
    )
    (question,) = asked.value.questions
    assert (question.asks, question.detail) == ("prediction", f"{said}columns to count them so.")


def test_such_numbers_are_classes_where_somebody_says_so(tmp_path: Path) -> None:
    data = rows(_FILES["measured on both sides"])
    found = read(tmp_path, data, truth="y_true", prediction="y_pred")

    assert counts(found)[0] == sorted({*_TRUE, *_SAID})
    said = "The labels are numbers as a regression has them, and each was counted as a class of its own"
    assert f"{said}; name the column of scores as such, or write the class that is predicted." in found.finished.notices
    assert read_label_table(data.encode(), order="actual-first").actual == _TRUE


@pytest.mark.parametrize(
    ("actual", "predicted", "count"),
    [([0, 1], [0, 1], 2), ([2.3, 2.5], [2.3, 2.5], 9), ([1.5, 2.5, 3.5], [1.5, 2.5], 4), (["1.10"], ["1.1"], 9)],
)
def test_codes_are_no_measurements(actual: list[float | str], predicted: list[float | str], count: int) -> None:
    assert not are_measured(actual, predicted, count)


def test_probabilities_that_are_named_as_predictions_are_classes_and_said_to_be_so(tmp_path: Path) -> None:
    answers = ["0.0", "1.0", "0.25", "1.0", "0.75"]
    data = rows({"y_true": [0, 1, 0, 1, 1], "y_pred": answers})
    found = read(tmp_path, data, truth="y_true", prediction="y_pred")

    assert counts(found)[0] == [0.0, 0.25, 0.75, 1.0]
    (notice,) = found.finished.notices
    assert notice.startswith("The labels are numbers as a regression has them")


@pytest.mark.parametrize("cell", ["['cat', 'cat']", "['cat', '']"], ids=["twice", "empty"])
def test_lists_that_are_no_sets_of_labels_are_classes_where_somebody_says_so(tmp_path: Path, cell: str) -> None:
    data = rows({"y_true": [cell, "['dog']", "[]"], "y_pred": ["['cat']", "['dog']", "[]"]})
    found = read(tmp_path, data, truth="y_true", prediction="y_pred")

    said = "has a label twice or an empty one; write different labels if a sample has several."
    assert [f"as “{cell}” {said}" in notice for notice in found.finished.notices] == [True]
