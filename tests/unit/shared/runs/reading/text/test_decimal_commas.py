"""Decimal commas in labels are read by runs as by forms, whatever separates the cells."""

from pathlib import Path

import pytest

from shared.predictions import read_label_table, read_score_table
from tests.unit.shared.runs.reading_files import counts, read

SEPARATORS = pytest.mark.parametrize("separator", ["\t", "|", ";"], ids=["tabs", "bars", "semicolons"])


@SEPARATORS
@pytest.mark.parametrize("half", ["0.5", "0,5"])
def test_labels_are_numbers_on_either_side(tmp_path: Path, separator: str, half: str) -> None:
    other = half.replace("0", "1")
    rows = [("y_true", "y_pred"), ("0,5", half), ("1,5", other), ("0,5", other)]
    text = "\n".join(separator.join(row) for row in rows) + "\n"

    form = read_label_table(text.encode())
    found = read(tmp_path, text)

    assert counts(found) == ([0.5, 1.5], [[1, 1], [0, 1]])
    assert (form.actual, form.predicted) == ([0.5, 1.5, 0.5], [0.5, 1.5, 1.5])


@SEPARATORS
def test_scores_have_commas_too(tmp_path: Path, separator: str) -> None:
    lines = ["y_true,prob_yes,site", "yes,0.9,x", "no,0.2,y", "yes,0.4,x"]
    text = "\n".join(line.replace(",", separator).replace(".", ",") for line in lines)

    assert read(tmp_path, text).finished.summary.roc_auc == [1.0, 1.0]


@pytest.mark.parametrize("separator", ["\t", "|"])
def test_commas_at_thousands_beside_points_are_no_decimals(tmp_path: Path, separator: str) -> None:
    lines = ["y_true;prob_yes;income", "yes;0.9;1,200", "no;0.2;30,500", "yes;0.4;9,100"]

    found = read(tmp_path, "\n".join(line.replace(";", separator) for line in lines))

    assert found.finished.summary.roc_auc == [1.0, 1.0]
    assert [d.role for d in found.decisions] == ["truth", "score", "slice"]


@pytest.mark.parametrize("name", ["prob_", ""], ids=["named", "called as the classes"])
def test_scores_in_quotes_between_commas_have_decimal_commas(tmp_path: Path, name: str) -> None:
    text = f'y_true,y_pred,{name}cat,{name}dog\ncat,cat,"0,9","0,1"\ndog,cat,"0,6","0,4"\ndog,dog,"0,11","0,89"\n'

    found = read(tmp_path, text).finished.summary

    assert found.matrix.counts.tolist() == [[1, 0], [1, 1]]
    assert (found.roc_auc, found.score_kind) == ([1.0, 1.0], "probabilities")


def test_quoted_commas_at_thousands_are_no_decimals(tmp_path: Path) -> None:
    text = 'y_true,prob_yes,income\nyes,0.9,"1,200"\nno,0.2,"30,500"\nyes,0.4,"9,100"\n'
    found = read(tmp_path, text).finished

    assert (found.summary.roc_auc, [table.values for table in found.slices]) == (
        [1.0, 1.0],
        [["1,200", "30,500", "9,100"]],
    )


def test_quoted_scores_may_have_decimal_commas() -> None:
    assert read_score_table(b'actual,score\n1,"0,9"\n0,"0,2"\n1,"0,11"\n').rows == [[0.9], [0.2], [0.11]]
