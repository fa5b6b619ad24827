"""A last row of totals is no sample; classes that are called so are classes."""

from pathlib import Path

import pytest

from shared.predictions import UnreadablePredictions, read_label_table
from shared.runs.errors import FileUnreadable
from shared.runs.parts.plans import PartSizes
from tests.unit.shared.runs.part_files import read_in_parts
from tests.unit.shared.runs.reading_files import read

_WORDS = "cat,cat,a\ncat,dog,b\ndog,dog,c\n"
_NUMBERS = "0,0,a\n0,1,b\n1,1,c\n"


@pytest.mark.parametrize("rows", [_WORDS, _NUMBERS])
@pytest.mark.parametrize("last", ["Total,12,", "All,3,x", "7,Sum,"])
def test_a_last_row_of_totals_is_refused(tmp_path: Path, rows: str, last: str) -> None:
    data = f"actual,predicted,site\n{rows}{last}\n"

    with pytest.raises(FileUnreadable, match=r"^Line 5: this row looks like one of totals; remove it\.$"):
        read(tmp_path, data)
    with pytest.raises(UnreadablePredictions, match=r"^Line 5: this row looks like one of totals; remove it\.$"):
        read_label_table(data.encode())


def test_a_last_row_of_totals_of_a_part_makes_no_run(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text(f"actual,predicted,site\n{_WORDS * 3}Total,12,\n")

    with pytest.raises(FileUnreadable, match="this row looks like one of totals"):
        read_in_parts(path, tmp_path, PartSizes(1, 20))


@pytest.mark.parametrize(
    "rows",
    [
        "total,none,a\nnone,total,b\nnone,none,c\ntotal,3,d\n",
        "cat,cat,a\ncat,dog,b\nall,dog,c\n",
        "0,0,a\nall,1,b\n1,1,c\n",
        "cat,7,a\n7,dog,b\ndog,dog,c\nall,12,d\n",
    ],
    ids=["twice", "beside a word", "not the last", "among labels of both kinds"],
)
def test_a_class_that_is_called_all_is_a_class(tmp_path: Path, rows: str) -> None:
    data = f"actual,predicted,site\n{rows}"

    assert read(tmp_path, data).finished.summary.rows == len(read_label_table(data.encode()).actual) == rows.count("\n")


@pytest.mark.parametrize("header", ["image,actual,predicted", "actual,predicted,site"])
def test_a_last_row_of_sums_is_refused_by_the_name_that_another_column_has_for_it(tmp_path: Path, header: str) -> None:
    cells = [("a", 0, 0), ("b", 1, 1), ("c", 1, 0), ("Total", 2, 1)]
    rows = "".join("{1},{2},{0}\n".format(*row) if "site" in header else "{},{},{}\n".format(*row) for row in cells)

    with pytest.raises(FileUnreadable, match=r"^Line 5: this row looks like one of totals; remove it\.$"):
        read(tmp_path, f"{header}\n{rows}")
    with pytest.raises(UnreadablePredictions, match=r"^Line 5: this row looks like one of totals; remove it\.$"):
        read_label_table(f"{header}\n{rows}".encode())


@pytest.mark.parametrize("last", ["sum,1,1", "c,2,1"])
def test_a_sample_that_is_called_sum_and_a_class_of_the_last_sample_are_counted(tmp_path: Path, last: str) -> None:
    data = f"image,actual,predicted\na,0,0\nb,1,1\n{last}\n"

    assert read(tmp_path, data).finished.summary.rows == len(read_label_table(data.encode()).actual) == 3
