"""Rows that a model was trained on are counted, and it is said."""

from pathlib import Path

import pytest

from shared.predictions import read_label_table
from shared.predictions.notices import Code
from tests.unit.shared.runs.reading_files import read
from tests.unit.shared.runs.written_rows import SAID, TEXTS, rows


@pytest.mark.parametrize("name", ["split", "subset"])
@pytest.mark.parametrize("values", [["train", "train", "train", "test"], ["Training", "Training", "Training", "val"]])
def test_rows_of_training_are_told(tmp_path: Path, name: str, values: list[str]) -> None:
    data = rows({name: values, "actual": TEXTS, "predicted": SAID})
    said = f"“{name}” says of 3 of 4 rows that the model was trained on them, and they were counted with the others; "

    notices = read(tmp_path, data).finished.notices
    assert notices == [f"{said}leave them out, or look at the slices by “{name}”."]
    assert (Code.TRAINING, (1,)) in read_label_table(data.encode()).notices


@pytest.mark.parametrize("values", [["test"] * 4, ["train"] * 4, ["train", "bus", "test", "train"]])
def test_other_columns_say_nothing_of_training(tmp_path: Path, values: list[str]) -> None:
    data = rows({"split": values, "actual": TEXTS, "predicted": SAID})

    assert (read(tmp_path, data).finished.notices, read_label_table(data.encode()).notices) == ([], [])
