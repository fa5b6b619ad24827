"""A header in a comment is one, and a second one is no sample."""

from pathlib import Path

import pytest

from shared.predictions import UnreadablePredictions, read_label_table
from shared.runs.errors import FileUnreadable
from tests.unit.shared.runs.reading_files import counts, read

_ROWS = "cat,cat,3\ndog,cat,4\ndog,dog,5\n"


@pytest.mark.parametrize("second", ["string,string,int", "-,-,years", "label,label,age"])
def test_a_row_of_types_or_units_is_refused(tmp_path: Path, second: str) -> None:
    data = f"y_true,y_pred,age\n{second}\n{_ROWS}"
    with pytest.raises(FileUnreadable, match="Row 1 looks like a second header; remove it, or send `truth`"):
        read(tmp_path, data)
    with pytest.raises(UnreadablePredictions, match="Line 2: this row looks like a second header; remove it"):
        read_label_table(data.encode())

    assert counts(read(tmp_path, data, truth="y_true"))[1] != [[1, 0], [1, 1]]


@pytest.mark.parametrize("first", ["cat,dog,young", "owl,owl,NA", "owl,owl,", "owl,owl,7"])
def test_a_row_with_a_label_of_others_or_without_a_value_is_a_sample(tmp_path: Path, first: str) -> None:
    data = f"y_true,y_pred,age\n{first}\n{_ROWS}"

    assert read(tmp_path, data).finished.summary.rows == len(read_label_table(data.encode()).actual) == 4


@pytest.mark.parametrize("start", ["# ", "#", "## run 7\n# "])
def test_a_header_that_numpy_writes_as_a_comment_says_which_side_is_which(tmp_path: Path, start: str) -> None:
    data = f"{start}y_pred,y_true\n0,1\n1,1\n0,1\n"

    assert counts(read(tmp_path, data)) == ([0, 1], [[0, 0], [2, 1]])
    assert read_label_table(data.encode()).actual == [1, 1, 1]
