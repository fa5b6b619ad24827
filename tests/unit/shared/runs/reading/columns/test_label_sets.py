"""Samples with any number of labels: from the file to metrics that equal those of scikit-learn."""

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sklearn.metrics import (
    accuracy_score,
    hamming_loss,
    jaccard_score,
    precision_recall_fscore_support,
    roc_auc_score,
)
from sklearn.preprocessing import MultiLabelBinarizer

from shared.runs import label_set_results
from shared.runs.errors import ColumnsContradictory, RowsInvalid, TooManyRunClasses
from shared.runs.ingest.file_to_run import IngestedRun, IngestLimits
from shared.runs.mapping import NeedsMapping
from tests.unit.shared.runs.reading_files import read

LABELS = ["cat", "dog", "owl"]
SETS = st.lists(st.sets(st.sampled_from(LABELS)).map(sorted), min_size=1, max_size=30)
# In the order of scikit-learn, which counts the support behind them.
SCORES = ("precision", "recall", "f1")


def metrics(found: IngestedRun) -> dict[str, float | None]:
    counts = found.finished.summary.label_counts
    assert counts is not None
    return label_set_results.overall(counts)[0]


def hot(sets: list[list[str]]) -> Any:
    return MultiLabelBinarizer(classes=LABELS).fit(None).transform(sets)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data(), SETS)
def test_every_average_equals_that_of_scikit_learn(
    tmp_path: Path, data: st.DataObject, actual: list[list[str]]
) -> None:
    predicted = [data.draw(st.sets(st.sampled_from(LABELS)).map(sorted)) for _ in actual]
    names = [f"{side}_{label}" for side in ("true", "pred") for label in LABELS]
    cells = np.hstack([hot(actual), hot(predicted)])
    text = (
        ",".join(["sample_id", *names])
        + "\n"
        + "".join(f"s{i},{','.join(map(str, row))}\n" for i, row in enumerate(cells))
    )
    if not cells.any():
        return

    found = read(tmp_path, text, header=True)

    summary = found.finished.summary
    assert (summary.task, summary.classes, summary.rows) == ("multilabel", LABELS, len(actual))
    values = metrics(found)
    first, second = hot(actual), hot(predicted)
    assert values["subset_accuracy"] == pytest.approx(accuracy_score(first, second))
    assert values["hamming_loss"] == pytest.approx(hamming_loss(first, second))
    for average in ("micro", "macro", "weighted", "samples"):
        scores = precision_recall_fscore_support(first, second, average=average, zero_division=np.nan)
        for name, expected in zip(SCORES, scores, strict=False):
            ours = values[f"{name}_{average}"]
            assert (np.nan if ours is None else ours) == pytest.approx(expected, nan_ok=True), (name, average)
    assert summary.label_counts is not None
    by_label = label_set_results.by_label(summary.label_counts)
    scores = precision_recall_fscore_support(first, second, average=None, zero_division=np.nan)
    for name, expected in zip(SCORES, scores, strict=False):
        shares = [np.nan if one.value is None else one.value for one in by_label[name]]
        assert shares == pytest.approx(expected, nan_ok=True), name
    jaccard = jaccard_score(first, second, average=None, zero_division=0)
    assert [one.value or 0.0 for one in by_label["jaccard"]] == pytest.approx(jaccard)


WRITERS = {
    "JSON lists": ('["cat", "dog"]', '["dog"]', "[]", {}),
    "Python lists": ("['cat', 'dog']", "['dog']", "[]", {}),
    "NumPy arrays": ("['cat' 'dog']", "['dog']", "[]", {}),
    "bars": ("cat|dog", "dog", "", {"separator": "|"}),
    "another order": ("dog; cat", "dog", "", {"separator": ";"}),
}


@pytest.mark.parametrize(("both", "one", "none", "named"), WRITERS.values(), ids=WRITERS.keys())
def test_cells_of_lists_are_read_as_their_writers_print_them(
    tmp_path: Path, both: str, one: str, none: str, named: dict[str, Any]
) -> None:
    rows = [(both, both), (both, one), (one, none), (none, none)]
    lines = [
        json.dumps({"id": f"s{i}", "y_true": a, "y_pred": p, "site": "AB"[i % 2]}) for i, (a, p) in enumerate(rows)
    ]

    found = read(tmp_path, "\n".join(lines), **named)

    summary = found.finished.summary
    assert (summary.task, summary.classes) == ("multilabel", ["cat", "dog"])
    assert summary.label_counts is not None
    # Of cat: right once, twice there, once predicted; of dog twice, three times, twice.
    assert summary.label_counts.by_label.tolist() == [[1, 2, 1], [2, 3, 2]]
    assert (summary.label_counts.rows, summary.label_counts.exact) == (4, 2)
    assert {decision.column: decision.role for decision in found.decisions}["site"] == "slice"


@pytest.mark.parametrize("kind", [pa.list_(pa.string()), pa.large_list(pa.large_string())])
def test_columns_of_lists_are_read_from_parquet_and_json(tmp_path: Path, kind: pa.DataType) -> None:
    sides = {"y_true": [["cat", "dog"], ["cat"], []], "y_pred": [["dog", "cat"], [], ["dog"]]}
    table = pa.table({"id": ["a", "b", "c"], **{name: pa.array(lists, kind) for name, lists in sides.items()}})
    sink = io.BytesIO()
    pq.write_table(table, sink)
    records = [{"id": i, **{name: lists[at] for name, lists in sides.items()}} for at, i in enumerate("abc")]

    of_parquet = read(tmp_path, sink.getvalue()).finished
    of_json = read(tmp_path, json.dumps(records)).finished

    assert of_parquet.summary.label_counts is not None
    assert of_parquet.summary.label_counts.by_label.tolist() == [[1, 2, 1], [1, 1, 2]]
    assert (of_json.summary.task, of_json.summary.label_counts) == ("multilabel", of_parquet.summary.label_counts)
    assert of_parquet.notices == of_json.notices == []


@pytest.mark.parametrize("cell", ["['a', '']", "[None]", "a|b", "", "['a'"])
def test_a_list_of_something_else_is_refused(tmp_path: Path, cell: str) -> None:
    lines = [json.dumps({"id": "1", "y_true": ["a", "b"], "y_pred": ["a"]})] * 5_000
    lines = [line.replace('"1"', f'"{at}"') for at, line in enumerate(lines)]
    last = json.dumps({"id": "last", "y_true": cell, "y_pred": ["a"]})

    with pytest.raises(RowsInvalid, match=r"Row 5,001, column “y_true”: this is no list of labels"):
        read(tmp_path, "\n".join([*lines, last]))


def test_slices_are_those_of_their_own_rows_and_the_worst_comes_first(tmp_path: Path) -> None:
    rows = [("a|b", "a|b", "x"), ("a", "b", "y"), ("b", "b", "y"), ("a", "a", "x")]
    text = "sample_id,y_true,y_pred,site\n" + "".join(f"s{i},{','.join(row)}\n" for i, row in enumerate(rows))

    found = read(tmp_path, text, separator="|")

    metric = label_set_results.metric_named("accuracy")
    parts = label_set_results.slices(found.finished.slices, found.finished.summary, metric, 1)
    assert [(part.value, part.support, part.errors, part.metric) for part in parts] == [
        ("y", 2, 1, 0.5),
        ("x", 2, 0, 1.0),
    ]


def test_numbers_that_are_equal_are_one_label_and_no_other_texts_are(tmp_path: Path) -> None:
    numbers = read(tmp_path, "sample_id,y_true,y_pred\na,1|2,1.0|2.0\nb,2,2.0\n", separator="|").finished.summary
    texts = read(tmp_path, "sample_id,y_true,y_pred\na,001|x,001|x\nb,1|x,x\n", separator="|").finished.summary

    assert (numbers.classes, numbers.label_counts and numbers.label_counts.exact) == ([1, 2], 2)
    assert texts.classes == ["001", "1", "x"]


@pytest.mark.parametrize(
    ("text", "named", "said"),
    [
        ("sample_id,y_true,y_pred\na,x|x,x\n", {"separator": "|"}, "Row 1 (line 2), column “y_true”: this is no list"),
        ("sample_id,true_a,pred_a,true_b,pred_b\ns,1,1,0,2\n", {"header": True}, "“pred_b”: this is no 0 or 1"),
    ],
)
def test_a_cell_that_is_no_set_is_refused_with_its_line(
    tmp_path: Path, text: str, named: dict[str, Any], said: str
) -> None:
    if "true_b" in text:
        names = {label: {"truth": f"true_{label}", "prediction": f"pred_{label}"} for label in "ab"}
        named = {**named, "indicators": names}
    with pytest.raises(RowsInvalid) as raised:
        read(tmp_path, text, **named)

    assert said in str(raised.value)


def test_indicators_are_named_for_two_labels_or_more_and_without_other_sides(tmp_path: Path) -> None:
    text = "sample_id,x1,x2,z1,z2\na,1,0,1,0\nb,0,1,1,1\n"
    both = {"p": {"truth": "x1", "prediction": "x2"}, "q": {"truth": "z1", "prediction": "z2"}}

    found = read(tmp_path, text, indicators=both)

    assert found.finished.summary.classes == ["p", "q"]
    for named in ({"indicators": {"p": both["p"]}}, {"indicators": both, "truth": "sample_id"}):
        with pytest.raises(ColumnsContradictory):
            read(tmp_path, text, **named)


def test_sides_without_a_common_label_are_asked_about(tmp_path: Path) -> None:
    with pytest.raises(NeedsMapping) as raised:
        read(tmp_path, "sample_id,y_true,y_pred\na,x|y,X|Y\n", separator="|")

    assert [question.asks for question in raised.value.questions] == ["prediction"]


def test_more_labels_than_are_counted_are_refused(tmp_path: Path) -> None:
    limits = IngestLimits(max_bytes=10_000_000, max_classes=2, private_support=20)

    with pytest.raises(TooManyRunClasses, match="There are 3 labels; up to 2 are counted"):
        read(tmp_path, "sample_id,y_true,y_pred\na,x|y,z|x\n", limits, separator="|")


SCORED = [
    # truth, prediction, scores of cat and dog
    (["cat"], ["cat"], 0.9, 0.2),
    (["dog"], [], 0.3, 0.4),
    (["cat", "dog"], ["cat", "dog"], 0.6, 0.8),
    ([], ["dog"], 0.6, 0.5),
    (["cat"], [], 0.5, 0.1),
]


def scored(header: str) -> str:
    lines = [f"{i},{'|'.join(t)},{'|'.join(p)},{cat},{dog}" for i, (t, p, cat, dog) in enumerate(SCORED)]
    return "\n".join([header, *lines])


def test_scores_of_labels_are_found_by_their_names_and_ranked(tmp_path: Path) -> None:
    found = read(tmp_path, scored("id,y_true,y_pred,prob_cat,dog_score"), separator="|")

    assert {d.column: (d.role, d.rule, d.class_name) for d in found.decisions if d.role == "score"} == {
        "prob_cat": ("score", "C", "cat"),
        "dog_score": ("score", "C", "dog"),
    }
    summary = found.finished.summary
    truth = hot([row[0] for row in SCORED])
    cat, dog = ([row[2 + at] for row in SCORED] for at in (0, 1))
    assert (summary.score_kind, summary.metadata) == ("one-vs-rest", [])
    assert summary.roc_auc == pytest.approx([roc_auc_score(truth[:, 0], cat), roc_auc_score(truth[:, 1], dog)])


def test_scores_beside_indicators_are_found_and_may_be_margins_of_one_label(tmp_path: Path) -> None:
    text = "id,true_cat,pred_cat,true_dog,pred_dog,logit_dog\n1,1,1,0,0,-2.5\n2,0,0,1,1,3\n3,0,1,1,0,0.1\n"

    summary = read(tmp_path, text).finished.summary

    assert (summary.task, summary.score_kind) == ("multilabel", "margins")
    assert summary.roc_auc == [None, 1.0]


def test_scores_are_named_by_their_labels(tmp_path: Path) -> None:
    text = scored("id,y_true,y_pred,a,b")

    named = read(tmp_path, text, separator="|", scores={"cat": "a"}).finished.summary

    assert [(column.name, column.class_position) for column in named.scores] == [("a", 0)]
    with pytest.raises(ColumnsContradictory, match="“ape” is no label of the file"):
        read(tmp_path, text, separator="|", scores={"ape": "a"})
    with pytest.raises(ColumnsContradictory, match="`confidence` is of one label"):
        read(tmp_path, text, separator="|", confidence="a")


@pytest.mark.parametrize("header", ["id,y_true,y_pred,prob_cat,cat_score", "id,y_true,y_pred,cat,dog"])
def test_a_column_that_no_name_makes_the_score_of_one_label_stays_metadata(tmp_path: Path, header: str) -> None:
    summary = read(tmp_path, scored(header), separator="|").finished.summary

    assert (summary.scores, summary.roc_auc, len(summary.metadata)) == ([], None, 2)
