"""Names that programs give to the truth, the prediction, scores and flags, as runs and forms understand them."""

from pathlib import Path
from typing import Any

import pytest

from shared.predictions import read_label_table
from tests.unit.shared.runs.reading_files import counts, read
from tests.unit.shared.runs.written_rows import CODES, COUNTS, DOG, SAID, SAID_CODES, TEXTS, rows

_GERMAN = ["WAHR", "FALSCH", "WAHR", "WAHR"]
FILES = {
    "PROC LOGISTIC": rows({"_FROM_": TEXTS, "_INTO_": SAID}),
    "LangSmith": rows({"outputs.label": SAID, "reference_outputs.label": TEXTS}),
    "DeepEval": rows({"input": "wxyz", "actual_output": SAID, "expected_output": TEXTS}),
    "Langfuse": rows({"input": "wxyz", "output": SAID, "expected_output": TEXTS}),
    "Dataiku": rows({"y": TEXTS, "prediction": SAID, "prediction_correct": ["true", "false", "true", "true"]}),
    "Excel": rows({"actual": TEXTS, "predicted": SAID, "correct?": _GERMAN}, ";"),
    "Stata": rows({"foreign": CODES, "yhat": SAID_CODES, "p_hat": DOG}),
    "a field": rows({"instance.text": "wxyz", "instance.truth": TEXTS, "prediction": SAID}),
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_a_name_is_understood(tmp_path: Path, name: str) -> None:
    read_by_form = read_label_table(FILES[name].encode())
    word: dict[str, Any] = {"truth": "foreign"} if name == "Stata" else {}

    assert counts(read(tmp_path, FILES[name], **word))[1] == COUNTS
    assert [*map(str, read_by_form.actual)] == [*map(str, CODES if name == "Stata" else TEXTS)]
    assert [*map(str, read_by_form.predicted)] == [*map(str, SAID_CODES if name == "Stata" else SAID)]


def test_a_prediction_that_is_called_correct_is_one_where_there_is_no_other() -> None:
    read_by_form = read_label_table(rows({"y": CODES, "correct_prediction": SAID_CODES}).encode())

    assert (read_by_form.actual, read_by_form.predicted) == (CODES, SAID_CODES)
