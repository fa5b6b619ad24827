"""Vectors of any library keep their values and their order, or are refused; nothing of them is guessed."""

import asyncio
from array import array
from collections.abc import Callable
from typing import Any
from uuid import UUID

import evalserve
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from evalserve.inputs.roles import Roles
from evalserve.inputs.tables import as_file
from evalserve.inputs.vectors import from_vectors
from evalserve.sklearn import evaluate
from pyarrow import parquet
from scipy import sparse
from sklearn.datasets import make_multilabel_classification
from sklearn.dummy import DummyClassifier
from sklearn.metrics import f1_score, roc_auc_score
from sklearn.multioutput import MultiOutputClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.tree import DecisionTreeClassifier

from tests.client.conftest import Account

LABELS = ["cat", "dog", "dog", "cat"]
SETS, ANSWERS = np.array([[0, 1], [1, 1], [1, 0]]), np.array([[1, 0], [1, 1], [1, 0]])
# 0.7 in 32 bits is 0.699999988, which no threshold of 0.7 would reach among numbers of 64 bits.
SCORES = [0.7, 0.2, 0.9, 0.1]
TABLES: list[Callable[[Any], Any]] = [pd.DataFrame, pl.DataFrame, pa.table]


def _columns(**roles: Any) -> dict[str, Any]:
    return from_vectors(Roles(**roles))[0]


def _sent(data: Any, **roles: Any) -> pa.Table:
    with as_file(data, Roles(**roles)) as file:
        return parquet.read_table(file.path)


@pytest.mark.parametrize("make", TABLES, ids=["pandas", "polars", "arrow"])
def test_a_table_of_one_column_is_that_column(make: Callable[[Any], Any]) -> None:
    assert _columns(y_true=make({"label": LABELS}), y_pred=make({"label": LABELS[::-1]})) == {
        "y_true": LABELS,
        "y_pred": LABELS[::-1],
    }


@pytest.mark.parametrize("make", TABLES, ids=["pandas", "polars", "arrow"])
def test_a_table_of_several_columns_is_no_vector_of_their_names(make: Callable[[Any], Any]) -> None:
    table = make({"cat": [0, 1, 1], "dog": [1, 1, 0]})
    with pytest.raises(evalserve.InputRefused, match="y_true is a table of 2 columns"):
        _columns(y_true=table, y_pred=table, classes=["cat", "dog"])


@pytest.mark.parametrize("make", [sparse.csr_matrix, sparse.coo_array], ids=["matrix", "array"])
def test_sparse_indicators_are_those_of_their_arrays(make: Callable[[Any], Any]) -> None:
    dense = _columns(y_true=SETS, y_pred=ANSWERS, classes=["cat", "dog"])
    assert _columns(y_true=make(SETS), y_pred=make(ANSWERS), classes=["cat", "dog"]) == dense
    assert dense == {"true_cat": [0, 1, 1], "true_dog": [1, 1, 0], "pred_cat": [1, 1, 1], "pred_dog": [0, 1, 0]}


@pytest.mark.parametrize(("value", "shown"), [(0.9, "0.9"), (None, "None"), (2, "2")])
def test_probabilities_are_no_indicators_of_labels(value: Any, shown: str) -> None:
    with pytest.raises(evalserve.InputRefused, match=f"row 2 has {shown}"):
        _columns(y_true=SETS, y_pred=[[1, 0.0], [True, value], [1, 0]], classes=["cat", "dog"])


def test_series_in_another_order_of_their_index_are_refused() -> None:
    truth, answers = pd.Series(LABELS, index=[3, 1, 0, 2]), pd.Series(LABELS)
    for refused in (
        lambda: _columns(y_true=truth, y_pred=answers),
        lambda: _columns(y_true=LABELS, y_pred=answers, slices={"country": truth}),
        lambda: _sent({"truth": truth, "guess": answers}, y_true="truth", y_pred="guess"),
        lambda: evaluate(DummyClassifier().fit([[0]] * 4, LABELS), answers.to_frame().map(len), truth),
    ):
        with pytest.raises(evalserve.InputRefused, match="the same index in another order"):
            refused()


def test_series_of_another_index_are_taken_by_position() -> None:
    truth = pd.Series(LABELS, index=[30, 10, 0, 20])
    assert _columns(y_true=truth, y_pred=pd.Series(LABELS))["y_true"] == LABELS
    assert _columns(y_true=truth, y_pred=pd.Series(LABELS, index=truth.index))["y_true"] == LABELS


@pytest.mark.parametrize("values", [set(LABELS), frozenset(LABELS)], ids=["set", "frozenset"])
def test_a_set_has_no_order(values: Any) -> None:
    with pytest.raises(evalserve.InputRefused, match="y_true needs a value for each sample"):
        _columns(y_true=values, y_pred=values)


def test_what_is_no_value_is_not_sent_as_the_text_that_python_shows_of_it() -> None:
    with pytest.raises(evalserve.InputRefused, match="y_true holds a Series"):
        _columns(y_true=[pl.Series([1])], y_pred=[1])
    with pytest.raises(evalserve.InputRefused, match="y_pred holds bytes that are no text"):
        _columns(y_true=["é"], y_pred=["é".encode("latin-1")])


def test_bytes_and_numbers_of_numpy_are_sent_as_their_values() -> None:
    vectors: dict[str, Any] = {"y_true": np.array([b"cat", b"dog"]), "y_pred": [np.str_("cat"), np.str_("dog")]}
    scores = [np.array([0.9, 0.1]), np.array([0.2, 0.8])]
    assert _columns(**vectors, y_score=scores, classes=["cat", "dog"], id=[np.int64(1), np.int64(2)]) == {
        "y_true": ["cat", "dog"],
        "y_pred": ["cat", "dog"],
        "id": [1, 2],
        "score_cat": [0.9, 0.2],
        "score_dog": [0.1, 0.8],
    }


def test_vectors_of_scores_are_named_by_their_classes() -> None:
    table = _columns(y_true=LABELS, y_score={"cat": np.array(SCORES), "dog": SCORES})
    assert table == {"y_true": LABELS, "score_cat": SCORES, "score_dog": SCORES}


def test_ids_above_64_bits_are_sent_as_texts() -> None:
    ids = [2**64 + at for at in range(4)]
    with as_file(None, Roles(y_true=LABELS, y_pred=LABELS, id=ids)) as file:
        assert pd.read_csv(file.path, dtype=str)["id"].tolist() == [str(one) for one in ids]


@pytest.mark.parametrize("make", [np.asarray, pd.Series, list], ids=["array", "series", "list"])
def test_scores_of_32_bits_stay_of_32_bits(make: Callable[[Any], Any]) -> None:
    scores = make(np.array(SCORES, np.float32))
    assert _sent(None, y_true=[1, 0, 1, 0], y_score=scores).schema.field("score_1").type == pa.float32()
    assert _sent({"label": LABELS, "p": scores}, y_true="label").schema.field("p").type == pa.float32()
    both = _sent(
        None, y_true=[1, 0, 1, 0], y_score=np.array([[1 - one, one] for one in SCORES], np.float32), classes=[0, 1]
    )
    assert both.schema.types[1:] == [pa.float32(), pa.float32()]
    # Labels of two types, which only a file of texts can hold.
    with as_file({"label": ["cat", 1], "p": array("f", [0.7, 2.5e-9])}, Roles()) as file:
        assert pd.read_csv(file.path, dtype=str)["p"].tolist() == ["0.7", "2.5e-09"]


def test_types_of_pandas_that_no_other_program_knows_are_sent_as_texts() -> None:
    days = pd.to_datetime(pd.Series(["2020-01-05", None]))
    frame = pd.DataFrame({"month": days.dt.to_period("M"), "flag": pd.arrays.SparseArray([0, 1])})
    frame["age"] = pd.arrays.IntervalArray.from_tuples([(20, 40), None])
    assert _sent(frame).to_pydict() == {"month": ["2020-01", None], "flag": [0, 1], "age": ["(20.0, 40.0]", None]}


@pytest.mark.parametrize(
    "model", [DecisionTreeClassifier(), MultiOutputClassifier(GaussianNB())], ids=["tree", "several"]
)
async def test_an_estimator_of_several_outputs_predicts_sets_of_labels(account: Account, model: Any) -> None:
    data, truth = make_multilabel_classification(60, n_classes=3, random_state=0)
    # Nobody has the last label: its probabilities have one column.
    truth[:, 2] = 0
    model.fit(data, truth)
    with account.client() as client:
        run = await asyncio.to_thread(lambda: evaluate(model, data, truth, client=client))
        slices = {label: await asyncio.to_thread(run.curve, "roc", label=label) for label in ("0", "1")}

    right = f1_score(truth, model.predict(data), average="micro")
    assert run.metrics["multilabel.f1.micro"] == pytest.approx(right)
    for at, curve in enumerate(slices.values()):
        assert curve.area == pytest.approx(roc_auc_score(truth[:, at], model.predict_proba(data)[at][:, 1]))


def test_several_outputs_of_more_than_two_classes_are_no_sets_of_labels() -> None:
    model = DecisionTreeClassifier().fit([[0], [1], [2]], [[0, 1], [1, 2], [2, 0]])
    with pytest.raises(evalserve.InputRefused, match="predicts 2 outputs"):
        evaluate(model, [[0]], [[0, 1]])


async def test_a_threshold_reaches_a_score_of_32_bits_as_it_was_written(account: Account) -> None:
    ids = [UUID(int=at) for at in range(4)]
    with account.client() as client:
        run = await asyncio.to_thread(
            lambda: client.evaluate(y_true=np.array([1.0, 0.0, 1.0, 0.0]), y_score=np.array(SCORES, np.float32), id=ids)
        )
        matrix = await asyncio.to_thread(client.send, "GET", f"/v1/runs/{run.id}/matrix?threshold=0.7")
        samples = await asyncio.to_thread(run.samples)

    assert matrix["confusion_matrix"] == [[2, 0], [0, 2]]
    assert sorted(row["id"] for row in samples) == [str(one) for one in ids]
