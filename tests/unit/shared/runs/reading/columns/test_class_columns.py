"""Columns that are called as classes stand beside others: which of them are scores, and which are not."""

from pathlib import Path

import pytest

from shared.predictions import read_score_table
from shared.runs.mapping import NeedsMapping
from tests.unit.shared.runs.reading_files import counts, read

# Of four classes three occur, and rows of all four sum to 1.
_TRUTH = ["0", "1", "2", "1", "0", "2"]
_SCORES = ["0.7,0.1,0.1,0.1", "0.1,0.6,0.1,0.2", "0.1,0.2,0.4,0.3", "0.5,0.3,0.1,0.1", "0.6,0.2,0.1,0.1", "0,0,0.9,0.1"]
_COUNTS = [[2, 0, 0, 0], [1, 1, 0, 0], [0, 0, 2, 0], [0, 0, 0, 0]]
_BESIDE = {
    "loss": ["0.4", "2.5", "0.9", "1.2", "0.5", "0.1"],
    "entropy": ["0.9", "0.8", "0.99", "0.97", "0.7", "0.3"],
    "lat": ["48.1", "47.2", "48.9", "47.7", "48.2", "48.8"],
}


def _table(names: list[str], beside: str, *, is_first: bool) -> str:
    rows = ["truth", *(names[int(label)] for label in _TRUTH)]
    cells = [",".join(names), *_SCORES]
    other = [beside, *_BESIDE[beside]]
    parts = zip(rows, other, cells, strict=True) if is_first else zip(rows, cells, other, strict=True)
    return "\n".join(map(",".join, parts))


@pytest.mark.parametrize("names", [["0", "1", "2", "3"], ["cat", "dog", "owl", "yak"]], ids=["numbers", "words"])
@pytest.mark.parametrize("beside", _BESIDE)
@pytest.mark.parametrize("is_first", [True, False], ids=["before", "behind"])
def test_a_column_beside_the_scores_is_none_of_them_though_a_class_never_occurs(
    tmp_path: Path, names: list[str], beside: str, is_first: bool
) -> None:
    text = _table(names, beside, is_first=is_first)

    classes, matrix = counts(read(tmp_path, text))

    assert ([*map(str, classes)], matrix) == (names, _COUNTS)
    assert [*map(str, read_score_table(text.encode()).classes)] == names


def test_words_beside_scores_that_do_not_sum_to_1_are_asked_about(tmp_path: Path) -> None:
    text = "truth,cat,dog,entropy\ncat,0.7,0.6,0.9\ndog,0.4,0.6,0.8\ncat,0.6,0.2,0.7\n"

    with pytest.raises(NeedsMapping) as asked:
        read(tmp_path, text)

    assert [question.asks for question in asked.value.questions][:1] == ["scores"]
    assert counts(read(tmp_path, text, scores={"cat": "cat", "dog": "dog"}))[1] == [[2, 0], [0, 1]]


@pytest.mark.parametrize("around", ["", ".pred_", "proba_"])
@pytest.mark.parametrize("feature", ["x", "feature_", "V"])
def test_numbered_features_are_no_rivals_of_shares(tmp_path: Path, around: str, feature: str) -> None:
    header = ["truth", *(f"{feature}{at}" for at in range(4)), *(f"{around}{at}" for at in range(4))]
    rows = [f"{label},1.5,-2,0.3,7,{cells}" for label, cells in zip(_TRUTH, _SCORES, strict=True)]
    text = "\n".join([",".join(header), *rows])

    assert counts(read(tmp_path, text)) == ([0, 1, 2, 3], _COUNTS)
    assert read_score_table(text.encode()).rows[0] == [0.7, 0.1, 0.1, 0.1]


def test_two_columns_of_shares_of_each_class_are_rivals(tmp_path: Path) -> None:
    header = ",".join(["truth", *(f"{model}_{at}" for model in ("rf", "svm") for at in range(4))])
    text = "\n".join([header, *(f"{label},{cells},{cells}" for label, cells in zip(_TRUTH, _SCORES, strict=True))])

    with pytest.raises(NeedsMapping, match="Several columns may be the scores of the class"):
        read(tmp_path, text)


@pytest.mark.parametrize("name", ["confidence", "max_prob", "prediction_score"])
@pytest.mark.parametrize("rows", ["a,a,0.29\nb,b,0.3\nc,b,0.2\n", "a,a,0.8\nb,b,0.6\nb,b,0.7\n"], ids=["many", "two"])
def test_the_confidence_of_a_few_predictions_is_known_by_its_name(tmp_path: Path, name: str, rows: str) -> None:
    summary = read(tmp_path, f"truth,pred,{name}\n{rows}").finished.summary

    assert (summary.rows, summary.score_kind) == (3, "confidence")
    with pytest.raises(NeedsMapping, match="The predictions do not tell whose scores “prob” holds"):
        read(tmp_path, f"truth,pred,prob\n{rows}")


def test_a_decision_function_ranks(tmp_path: Path) -> None:
    found = read(tmp_path, "y_true,y_pred,decision_function\n1,1,2.5\n0,0,-1.2\n1,1,0.3\n0,1,0.4\n").finished.summary

    assert (found.score_kind, found.roc_auc) == ("margins", [0.75, 0.75])
