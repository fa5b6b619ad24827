"""Predictions of one program and the truth of another, in two files, are joined by the ids of both."""

from pathlib import Path
from typing import Any

import pytest

from tests.unit.shared.runs.reading_files import counts, read_joined
from tests.unit.shared.runs.written_rows import (
    CODES,
    COUNTS,
    DOG,
    FOLDS,
    MARGIN,
    OF_BOTH,
    ROW,
    SAID,
    SAID_CODES,
    SURE,
    TEXTS,
    lines,
    rows,
)

TRUTH = rows({"id": "wxyz", "label": TEXTS})
OF_TWO_FILES: dict[str, tuple[str, str, dict[str, Any]]] = {
    "Kaggle": (rows({"id": "wxyz", **OF_BOTH}), rows({"id": "wxyz", "label": TEXTS, "Usage": FOLDS}), {"header": True}),
    "the Trainer of Hugging Face": (
        rows({"index": ROW, "prediction": SAID}, "\t"), rows({"index": ROW, "label": TEXTS}), {},
    ),
    "a pipeline": (lines({"id": "wxyz", "label": SAID, "score": SURE}), TRUTH, {}),
    "NannyML": (
        rows({"id": "wxyz", "y_pred": SAID_CODES, "y_pred_proba": DOG}),
        rows({"id": "wxyz", "hired": CODES}),
        {"header": True},
    ),
    "CatBoost": (
        rows({"SampleId": ROW, "RawFormulaVal": MARGIN, "Probability": DOG, "Class": SAID_CODES}, "\t"),
        rows({"SampleId": ROW, "y_true": CODES}),
        {},
    ),
    "timm": (
        rows({"filename": "wxyz", "index": SAID_CODES, "label": SAID, "prob": SURE}),
        rows({"filename": "wxyz", "truth": TEXTS}),
        {},
    ),
    "Ultralytics": (
        rows({"image": "wxyz", "name": SAID, "class": SAID_CODES, "confidence": SURE}),
        rows({"image": "wxyz", "truth": TEXTS}),
        {"prediction": "name", "confidence": "confidence"},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("predictions", "truth", "word"), OF_TWO_FILES.values(), ids=OF_TWO_FILES.keys())
def test_predictions_and_truth_of_two_programs_are_joined(
    tmp_path: Path, predictions: str, truth: str, word: dict[str, Any]
) -> None:
    assert counts(read_joined(tmp_path, predictions, truth, **word))[1] == COUNTS
