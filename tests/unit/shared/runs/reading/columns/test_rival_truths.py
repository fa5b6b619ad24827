"""Columns without a name of the truth, of which several hold classes that have columns of scores."""

from pathlib import Path

import pytest

from shared.predictions import UnreadablePredictions, read_label_table, read_score_table
from shared.runs.mapping import NeedsMapping
from tests.unit.shared.runs.reading_files import counts, read

_NO = ["0.8", "0.3", "0.6", "0.9"]
_YES = ["0.2", "0.7", "0.4", "0.1"]
_CHURN = [[1, 0], [2, 1]]


def _table(columns: dict[str, str], *, are_numbers: bool = False) -> str:
    text = "\n".join(map(",".join, zip(*([name, *cells.split()] for name, cells in columns.items()), strict=True)))
    return text.replace("yes", "1").replace("no", "0") if are_numbers else text


def _scores(before: str) -> dict[str, str]:
    return {f"{before}no": " ".join(_NO), f"{before}yes": " ".join(_YES)}


_SMOKER, _IS_CHURN, _SAID = "no yes no yes", "no yes yes yes", "no yes no no"


@pytest.mark.parametrize("are_numbers", [True, False])
@pytest.mark.parametrize("before", ["", "prob_", ".pred_"])
@pytest.mark.parametrize("prediction", [{}, {"predict": _SAID}], ids=["scores alone", "predictions"])
def test_two_columns_that_may_be_the_truth_are_asked_about(
    tmp_path: Path, before: str, prediction: dict[str, str], *, are_numbers: bool
) -> None:
    text = _table({"smoker": _SMOKER, **prediction, **_scores(before), "churn": _IS_CHURN}, are_numbers=are_numbers)

    with pytest.raises(NeedsMapping, match="“smoker”, “churn” may all be; name it"):
        read(tmp_path, text)
    with pytest.raises(UnreadablePredictions, match="“smoker” and “churn” may both be the actual labels"):
        read_score_table(text.encode())
    if prediction:
        with pytest.raises(UnreadablePredictions, match="“smoker” and “churn” may both be the actual labels"):
            read_label_table(text.encode())
    assert counts(read(tmp_path, text, truth="churn"))[1] == _CHURN


@pytest.mark.parametrize(
    "columns",
    [
        {"smoker": _SMOKER, **_scores("prob_"), "actual": _IS_CHURN},
        {"smoker": _SMOKER, "churn": _IS_CHURN, "Prediction (churn)": _SAID, **_scores("P churn=")},
        {"smoker": _SMOKER, "churn": _IS_CHURN, **_scores("P_churn_")},
        {"smoker": "no no no no", "churn": _IS_CHURN, **_scores("prob_")},
        {"smoker": "often never never often", "churn": _IS_CHURN, **_scores("prob_")},
    ],
    ids=["named", "named by the prediction", "named by the scores", "a constant", "other values"],
)
def test_the_truth_that_is_told_from_other_columns_is_read(tmp_path: Path, columns: dict[str, str]) -> None:
    text = _table(columns)

    assert counts(read(tmp_path, text))[1] == _CHURN
    assert read_score_table(text.encode()).labels == _IS_CHURN.split()


@pytest.mark.parametrize("prediction", [{}, {"predict": _SAID}], ids=["scores alone", "predictions"])
@pytest.mark.parametrize("cells", ["first third second first", "1 3 2 1"])
def test_a_label_that_the_scores_are_not_of_is_not_the_truth(
    tmp_path: Path, prediction: dict[str, str], cells: str
) -> None:
    text = _table({"class": cells, **prediction, **_scores("prob_"), "survived": _IS_CHURN})

    with pytest.raises(NeedsMapping, match="“class”, “survived” may all be; name it"):
        read(tmp_path, text)
    with pytest.raises(UnreadablePredictions, match="“class” and “survived” may both be the actual labels"):
        read_score_table(text.encode())
    if prediction:
        with pytest.raises(UnreadablePredictions, match="“class” and “survived” may both be the actual labels"):
            read_label_table(text.encode())
    assert counts(read(tmp_path, text, truth="survived"))[1] == _CHURN
