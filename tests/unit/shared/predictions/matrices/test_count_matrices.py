"""A confusion matrix in place of samples is refused, and a few samples that may be one are told."""

import pytest

from shared.predictions import UnreadablePredictions, read_label_table, read_score_table
from shared.predictions.matrices.count_matrices import SAID_OF_TABLES
from shared.predictions.notices import Code

_COUNTS = "crow,50,3\nwren,4,43\n"
_SHARES = "crow,0.94,0.06\nwren,0.09,0.91\n"
_OF_FIVE = "".join(f"{row},{','.join('0.8' if row == at else '0.05' for at in 'abcde')}\n" for row in "abcde")

MATRICES: dict[str, str] = {
    "counts": f",crow,wren\n{_COUNTS}",
    "ones and zeros": ",crow,wren\ncrow,1,0\nwren,0,1\n",
    "shares": f",crow,wren\n{_SHARES}",
    "shares between tabs": f"\tcrow\twren\n{_SHARES.replace(',', chr(9))}",
    "shares with decimal commas": ";crow;wren\ncrow;0,94;0,06\nwren;0,09;0,91\n",
    "in another order": ",wren,crow\ncrow,0.06,0.94\nwren,0.91,0.09\n",
    "numbers of classes": ",0,1\n0,0.94,0.06\n1,0.09,0.91\n",
    "both sides in the corner": f"actual\\predicted,crow,wren\n{_SHARES}",
    "transposed": "predicted,crow,wren\ncrow,0.94,0.09\nwren,0.06,0.91\n",
    "transposed counts": f"predicted,crow,wren\n{_COUNTS}",
    "shares of columns": "actual,crow,wren\ncrow,0.91,0.06\nwren,0.09,0.94\n",
    "shares of all": "actual,crow,wren\ncrow,0.45,0.05\nwren,0.1,0.4\n",
    "sides before the classes": ",pred_crow,pred_wren\ntrue_crow,0.94,0.06\ntrue_wren,0.09,0.91\n",
    "sums of pandas": ",crow,wren,All\ncrow,50,3,53\nwren,4,43,47\nAll,54,46,100\n",
    "a row of sums": f",crow,wren\n{_SHARES}Total,0.5,0.5\n",
    "a column of sums": "actual,crow,wren,Sum\ncrow,0.94,0.06,1\nwren,0.09,0.91,1\n",
    "percents with signs": "label,crow,wren\ncrow,94%,6%\nwren,9 %,91 %\n",
    "percents": "label,crow,wren\ncrow,94.1,5.9\nwren,9.2,90.8\n",
    "row numbers first": ",actual,crow,wren\n0,crow,50,3\n1,wren,4,43\n",
    "labels at the end": "crow,wren,actual\n50,3,crow\n4,43,wren\n",
    "a share beside the counts": ",crow,wren,class.error\ncrow,50,3,0.06\nwren,4,43,0.09\n",
    "a class that is never actual": "actual,crow,wren,none\ncrow,50,3,1\nwren,4,43,0\n",
    "a class that does not occur": "actual,crow,wren,owl\ncrow,50,3,1\nwren,4,43,0\n",
    "one of a model": "model,actual,crow,wren\nm,crow,50,3\nm,wren,4,43\n",
    "of two models": "model,actual,crow,wren\nm,crow,50,3\nm,wren,4,43\nn,wren,2,45\nn,crow,53,0\n",
    "of two folds": f"actual,crow,wren\n{_COUNTS}{_COUNTS}",
    "five classes": f"label,a,b,c,d,e\n{_OF_FIVE}",
}


@pytest.mark.parametrize("text", MATRICES.values(), ids=MATRICES.keys())
def test_a_matrix_is_no_table_of_samples(text: str) -> None:
    for read in (read_score_table, read_label_table):
        with pytest.raises(UnreadablePredictions) as raised:
            read(text.encode())

        assert raised.value.detail == SAID_OF_TABLES


@pytest.mark.parametrize("rows", [_COUNTS, _OF_FIVE], ids=["counts", "five classes"])
def test_a_matrix_without_a_header_has_no_curves(rows: str) -> None:
    with pytest.raises(UnreadablePredictions) as raised:
        read_score_table(rows.encode())

    assert raised.value.detail == SAID_OF_TABLES


SAMPLES: dict[str, tuple[str, bool]] = {
    "one of each": (f"y,crow,wren\n{_SHARES}", True),
    "one of each, labels last": ("wren,crow,y\n0.06,0.94,crow\n0.91,0.09,wren\n", True),
    "one of each of three": ("y,a,b,c\na,0.8,0.1,0.1\nc,0.1,0.1,0.8\nb,0.2,0.6,0.2\n", True),
    "one of each without a header": (_SHARES, True),
    "columns that are probabilities": (f"y,prob_crow,prob_wren\n{_SHARES}", False),
    "a class twice": (f"y,crow,wren\n{_SHARES}crow,0.7,0.3\n", False),
    "a class that does not occur": ("y,a,b,c\na,0.8,0.1,0.1\nb,0.1,0.8,0.1\n", False),
    "whole scores of a class twice": ("y,crow,wren\ncrow,1,0\nwren,0,1\nwren,1,0\n", False),
    "a class called all": ("y,all,some\nall,0.9,0.1\nsome,0.2,0.8\nall,0.7,0.3\n", False),
    "one column of scores": ("y,score\n0,0.1\n1,0.8\n", False),
}


@pytest.mark.parametrize(("text", "is_told"), SAMPLES.values(), ids=SAMPLES.keys())
def test_samples_are_read_and_it_is_said_where_they_may_be_a_matrix(text: str, is_told: bool) -> None:
    table = read_score_table(text.encode())

    assert len(table.labels) == text.count("\n") - (not text.startswith("crow"))
    assert (Code.ONE_OF_EACH in {notice.code for notice in table.notices}) == is_told


def test_a_matrix_of_shares_without_names_has_no_column_of_labels() -> None:
    with pytest.raises(UnreadablePredictions, match="Nothing says which column holds the actual labels"):
        read_score_table(b"0.94,0.06\n0.09,0.91\n")
