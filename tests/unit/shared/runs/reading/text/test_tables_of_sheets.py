"""Tables as worksheets, R and psql write them: empty last rows, rows with names, rules and footers."""

from pathlib import Path
from typing import Any

import pytest

from shared.predictions import UnreadablePredictions, read_label_table
from shared.runs.errors import FileUnreadable, RowsInvalid
from shared.runs.parts.plans import PartSizes
from tests.unit.shared.runs.part_files import read_in_parts
from tests.unit.shared.runs.reading_files import counts, read
from tests.unit.shared.runs.written_rows import COUNTS, DOG, SAID, TEXTS, rows

_PLAIN = {"id": "wxyz", "actual": TEXTS, "predicted": SAID}
_SCORED = rows({**_PLAIN, "prob_dog": DOG}, ";")
_NAMES = "actual\tpredicted\n"


@pytest.mark.parametrize("end", [";;;\r\n", ";;;\r\n;;;\r\n\r\n", ";;;", "; ;;\r\n" * 20_000])
def test_rows_of_empty_cells_at_the_end_are_no_samples(tmp_path: Path, end: str) -> None:
    data = _SCORED.replace("\n", "\r\n") + end

    assert counts(read(tmp_path, data))[1] == COUNTS
    assert read_label_table(data.encode()).actual == TEXTS


def test_empty_cells_at_the_end_of_the_last_sample_are_its_own(tmp_path: Path) -> None:
    data = rows({**_PLAIN, "site": ["a", "b", "c", ""]}, ";") + ";;;\n"

    assert counts(read(tmp_path, data))[1] == COUNTS
    with pytest.raises(RowsInvalid, match="there is no predicted label"):
        read(tmp_path, rows({"actual": TEXTS, "predicted": [*SAID[:3], ""]}, ";"))


def test_rows_of_empty_cells_at_the_end_of_parts_make_the_run_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text(rows({"actual": TEXTS * 20, "predicted": SAID * 20}, ";") + ";\n;\n")

    with pytest.raises(RowsInvalid, match="there is no actual label"):
        read_in_parts(path, tmp_path, PartSizes(1, 200))


@pytest.mark.parametrize("names", [range(1, 5), [f"a{at}" for at in range(9)]], ids=["numbers", "texts"])
def test_a_header_without_the_name_of_the_names_of_the_rows_is_read(tmp_path: Path, names: Any) -> None:
    cells = [*zip(names, TEXTS * 3, SAID * 3, strict=False)]
    data = _NAMES + "".join(f"{name}\t{actual}\t{said}\n" for name, actual, said in cells)

    assert read_label_table(data.encode()).actual == [actual for _, actual, _ in cells]
    assert read(tmp_path, data).finished.summary.rows == len(cells)


@pytest.mark.parametrize("data", ["0\t1\t0.2\n1\t1\t0.7\n", "cat\tcat\t0.2\ndog\tcat\t0.7\n", "a\ta\t\nb\tb\t\n"])
def test_a_header_that_may_lack_another_name_is_refused(tmp_path: Path, data: str) -> None:
    said = "this row has 2 cells, and most rows have 3 cells"

    with pytest.raises(UnreadablePredictions, match=said):
        read_label_table((_NAMES + data).encode())
    with pytest.raises(FileUnreadable, match=said):
        read(tmp_path, _NAMES + data)


def test_the_rule_and_the_footer_of_psql_are_no_samples(tmp_path: Path) -> None:
    drawn = " actual | predicted \n--------+-----------\n" + "".join(
        f" {actual}    | {said}\n" for actual, said in zip(TEXTS, SAID, strict=True)
    )

    assert read_label_table(f"{drawn}(4 rows)\n\n".encode()).predicted == SAID
    with pytest.raises(FileUnreadable, match="a drawn table, with a rule below its header; write it as CSV"):
        read(tmp_path, f"{drawn}(4 rows)\n\n")


def test_quoted_cells_apart_by_blanks_are_refused_with_what_to_write(tmp_path: Path) -> None:
    data = '"actual" "predicted"\n"1" "cat" "dog"\n"2" "dog" "dog"\n'
    said = (
        r"^Line 1: the cells are apart by none of commas, semicolons, tabs and bars; write one of these between them\.$"
    )

    with pytest.raises(UnreadablePredictions, match=said):
        read_label_table(data.encode())
    with pytest.raises(FileUnreadable, match=said):
        read(tmp_path, data)


def test_numbers_of_a_regression_with_all_their_digits_are_refused() -> None:
    numbers = [0.1 + at / 3 for at in range(10)]

    with pytest.raises(UnreadablePredictions, match="hold numbers as a regression has them"):
        read_label_table(rows({"y_true": numbers, "y_pred": [number + 1e-6 for number in numbers]}).encode())
