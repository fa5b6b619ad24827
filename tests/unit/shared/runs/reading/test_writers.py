"""Programs that write predictions, each in its own layout, are read without a word or with the one that is named.

All files say the same: four samples, two of each class, one of them wrong, and scores that rank perfectly.
"""

import io
import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from shared.runs.mapping import NeedsMapping
from tests.unit.shared.runs.reading_files import counts, read
from tests.unit.shared.runs.written_rows import (
    CAT,
    CODES,
    COUNTS,
    DOG,
    FOLDS,
    IS_RIGHT,
    MARGIN,
    OF_BOTH,
    ROW,
    SAID,
    SAID_CODES,
    SURE,
    TEXTS,
    each,
    lines,
    rows,
)


class Written(NamedTuple):
    """A file, the word that it needs, and whether its scores are read."""

    data: str
    word: Mapping[str, Any] = MappingProxyType({})
    has_scores: bool = True


SPLIT = {"columns": ["age", "target", "outputs"], "data": each(lambda *row: row, ROW, CODES, SAID_CODES)}
TABLE = {
    "columns": ["id", "truth", "pred", "correct", "confidence"],
    "data": each(lambda *row: row, "wxyz", TEXTS, SAID, IS_RIGHT, SURE),
    "ncols": 5,
    "nrows": 4,
}
# Weka writes a number before each label, on both sides.
WEKA = "inst#,actual,predicted,error,prediction\n1,1:cat,1:cat,,0.9\n2,2:dog,1:cat,+,0.6\n3,2:dog,2:dog,,0.8\n"
ARFF = "@relation predictions\n@attribute repeat numeric\n@attribute fold numeric\n@attribute row_id numeric\n"
ARFF += "@attribute prediction {cat,dog}\n@attribute confidence.cat numeric\n@attribute confidence.dog numeric\n"
ARFF += "@attribute correct {cat,dog}\n@data\n"
ARFF += "".join(f"0,{at % 2},{at},{SAID[at]},{CAT[at]},{DOG[at]},{TEXTS[at]}\n" for at in ROW)

WRITERS: dict[str, Written] = {
    "scripts, of the prediction": Written(
        rows({"path": "wxyz", "true_label": TEXTS, "predicted_label": SAID, "probability": SURE, "correct": IS_RIGHT})
    ),
    "scripts, of the positive": Written(rows({"y_true": CODES, "y_pred": SAID_CODES, "y_prob": DOG})),
    "scripts, of both": Written(rows({"y_true": CODES, "y_pred": SAID_CODES, "proba_0": CAT, "proba_1": DOG})),
    "MLflow": Written(json.dumps(SPLIT), has_scores=False),
    "MLflow, data": Written(rows({"prediction": SAID_CODES, "prediction_proba": DOG, "target": CODES})),
    "Weights & Biases": Written(json.dumps(TABLE)),
    "evaluate": Written(json.dumps({"references": CODES, "predictions": SAID_CODES}), has_scores=False),
    "pipelines": Written(
        lines(
            {
                "y_true": TEXTS,
                "output": each(lambda d, c: [{"label": "dog", "score": d}, {"label": "cat", "score": c}], DOG, CAT),
            }
        )
    ),
    "Evidently": Written(rows({"target": TEXTS, "prediction": SAID, **OF_BOTH})),
    "NannyML": Written(
        rows({"id": ROW, "y_pred_proba_cat": CAT, "y_pred_proba_dog": DOG, "y_pred": SAID, "y_true": TEXTS})
    ),
    "NannyML, named truth": Written(
        rows({"id": ROW, "prediction": SAID_CODES, "predicted_probability": DOG, "employed": CODES}),
        {"truth": "employed"},
    ),
    "AutoGluon": Written(rows({**OF_BOTH, "pet": TEXTS})),
    "AutoGluon, codes": Written(rows({"0": CAT, "1": DOG, "class": CODES})),
    "H2O": Written(rows({"predict": SAID_CODES, "p0": CAT, "p1": DOG, "y": CODES})),
    "H2O, calibrated": Written(
        rows({"predict": SAID_CODES, "p0": CAT, "p1": DOG, "cal_p0": CAT, "cal_p1": DOG, "y": CODES}),
        {"scores": {"0": "cal_p0", "1": "cal_p1"}},
    ),
    "H2O, names": Written(rows({"predict": SAID, **OF_BOTH, "truth": TEXTS})),
    "OpenML": Written(ARFF),
    "yardstick": Written(rows({"truth": TEXTS, **OF_BOTH, "predicted": SAID})),
    "tidymodels": Written(
        rows({".pred_class": SAID, ".pred_cat": CAT, ".pred_dog": DOG, "species": TEXTS, ".row": [1, 2, 3, 4]})
    ),
    "caret": Written(rows({"pred": SAID, "obs": TEXTS, **OF_BOTH, "rowIndex": [1, 2, 3, 4], "Resample": FOLDS})),
    "mlr3": Written(
        rows({"row_ids": [1, 2, 3, 4], "truth": TEXTS, "response": SAID, "prob.cat": CAT, "prob.dog": DOG})
    ),
    "mlr": Written(rows({"id": [1, 2, 3, 4], "truth": TEXTS, "prob.cat": CAT, "prob.dog": DOG, "response": SAID})),
    "SAS": Written(
        rows({"F_BAD": CODES, "I_BAD": SAID_CODES, "P_BAD1": DOG, "P_BAD0": CAT, "U_BAD": SAID_CODES, "_WARN_": "    "})
    ),
    "SPSS": Written(
        rows({"default": CODES, "PRE_1": DOG, "PGR_1": SAID_CODES}),
        {"truth": "default", "prediction": "PGR_1", "scores": {"1": "PRE_1"}},
    ),
    "SPSS Modeler": Written(
        rows({"pet": TEXTS, "$L-pet": SAID, "$LC-pet": SURE, "$LP-cat": CAT, "$LP-dog": DOG}), {"prediction": "$L-pet"}
    ),
    "KNIME": Written(rows({"pet": TEXTS, "P (pet=cat)": CAT, "P (pet=dog)": DOG, "Prediction (pet)": SAID})),
    "RapidMiner": Written(
        rows({"pet": TEXTS, "prediction(pet)": SAID, "confidence(cat)": CAT, "confidence(dog)": DOG})
    ),
    "RapidMiner, exported": Written(
        rows({"pet": TEXTS, "prediction_pet_": SAID, "confidence_cat_": CAT, "confidence_dog_": DOG})
    ),
    "PyCaret": Written(rows({"pet": TEXTS, "prediction_label": SAID, "prediction_score": SURE}), {"truth": "pet"}),
    "PyCaret, raw": Written(
        rows({"pet": TEXTS, "prediction_label": SAID, "prediction_score_cat": CAT, "prediction_score_dog": DOG})
    ),
    "DataRobot": Written(
        rows(
            {
                "is_dog_1_PREDICTION": DOG,
                "is_dog_0_PREDICTION": CAT,
                "is_dog_PREDICTION": SAID_CODES,
                "THRESHOLD": [0.5] * 4,
                "POSITIVE_CLASS": [1] * 4,
                "row_id": ROW,
                "is_dog": CODES,
            }
        )
    ),
    "Azure": Written(
        rows(
            {
                "pet": TEXTS,
                'Scored Probabilities for Class "cat"': CAT,
                'Scored Probabilities for Class "dog"': DOG,
                "Scored Labels": SAID,
            }
        )
    ),
    "Azure, two classes": Written(
        rows({"income": CODES, "Scored Labels": SAID_CODES, "Scored Probabilities": DOG}), {"truth": "income"}
    ),
    "ML.NET": Written(rows({"Label": CODES, "PredictedLabel": SAID_CODES, "Score": MARGIN, "Probability": DOG})),
    "SageMaker, joined lines": Written(
        lines(
            {
                "target": CODES,
                "SageMakerOutput": each(lambda p, d: {"predicted_label": p, "probability": d}, SAID_CODES, DOG),
            }
        )
    ),
    "SageMaker, CSV": Written(
        rows({"0": TEXTS, "1": SAID, "2": DOG}).partition("\n")[2],
        {"header": False, "truth": "c0", "prediction": "c1", "scores": {"dog": "c2"}},
    ),
    "Vertex AI": Written(
        lines(
            {
                "instance": each(lambda at, text: {"id": str(at), "truth": text}, ROW, TEXTS),
                "prediction": each(lambda *scores: {"classes": ["cat", "dog"], "scores": scores}, CAT, DOG),
            }
        )
    ),
    "BigQuery": Written(
        lines(
            {
                "label": TEXTS,
                "predicted_label": SAID,
                "predicted_label_probs": each(
                    lambda c, d: [{"label": "dog", "prob": d}, {"label": "cat", "prob": c}], CAT, DOG
                ),
            }
        )
    ),
    "Spark": Written(
        lines(
            {
                "label": map(float, CODES),
                "prediction": map(float, SAID_CODES),
                "probability": each(lambda *scores: {"type": 1, "values": scores}, CAT, DOG),
            }
        )
    ),
}  # fmt: skip


@pytest.mark.parametrize("writer", WRITERS.values(), ids=WRITERS.keys())
def test_the_file_of_a_program_is_read_as_it_means_it(tmp_path: Path, writer: Written) -> None:
    found = read(tmp_path, writer.data, **writer.word)

    classes, matrix = counts(found)
    assert (matrix, classes in (["cat", "dog"], [0, 1])) == (COUNTS, True)
    assert found.finished.summary.roc_auc == ([1.0, 1.0] if writer.has_scores else None)


@pytest.mark.parametrize("name", [name for name, writer in WRITERS.items() if writer.word])
def test_what_the_file_of_a_program_leaves_open_is_asked(tmp_path: Path, name: str) -> None:
    with pytest.raises(NeedsMapping):
        read(tmp_path, WRITERS[name].data)


def test_weka_numbers_its_labels(tmp_path: Path) -> None:
    found = read(tmp_path, WEKA)

    assert counts(found) == (["1:cat", "2:dog"], [[1, 0], [1, 1]])
    assert found.finished.summary.roc_auc == [1.0, 1.0]


def test_one_number_of_evidently_is_the_probability_of_the_positive_class(tmp_path: Path) -> None:
    steps = [round(score + at / 1000, 4) for at in range(20) for score in DOG]
    found = read(tmp_path, rows({"target": CODES * 20, "prediction": steps}))

    assert (counts(found), found.finished.summary.roc_auc) == (([0, 1], [[40, 0], [20, 20]]), [1.0, 1.0])


def test_repeated_folds_of_caret_are_counted_and_it_is_said(tmp_path: Path) -> None:
    once: dict[str, list[Any]] = {"pred": [*SAID], "obs": [*TEXTS], "cat": [*CAT], "dog": [*DOG]}
    twice = {name: column * 2 for name, column in once.items()}
    folds = [f"{fold}.{repeat}" for repeat in ("Rep1", "Rep2") for fold in FOLDS]
    found = read(tmp_path, rows({**twice, "rowIndex": [1, 2, 3, 4] * 2, "Resample": folds})).finished

    assert found.summary.matrix.counts.tolist() == [[4, 0], [2, 2]]
    assert "rows of the same sample are not independent" in found.notices[0]


def test_answers_of_a_harness_are_right_or_wrong(tmp_path: Path) -> None:
    text = lines(
        {"doc_id": ROW, "target": TEXTS, "filtered_resps": [[said] for said in SAID], "acc": [1.0, 0.0, 1.0, 1.0]}
    )
    summary = read(tmp_path, text, correct="acc").finished.summary

    assert (summary.task, summary.rows, summary.errors) == ("correctness", 4, 1)


def test_numbers_of_hugging_face_have_their_names(tmp_path: Path) -> None:
    names = {"names": ["cat", "dog"], "_type": "ClassLabel"}
    about = json.dumps({"info": {"features": {"label": names, "prediction": names}}}).encode()
    out = io.BytesIO()
    pq.write_table(pa.table({"label": CODES, "prediction": SAID_CODES}, metadata={"huggingface": about}), out)

    assert counts(read(tmp_path, out.getvalue())) == (["cat", "dog"], COUNTS)
