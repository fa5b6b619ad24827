"""Documents of JSON as programs write them: records, columns or rows, in an object that holds other things, too."""

import json
from pathlib import Path
from typing import Any

import pytest

from shared.kit.errors import DomainError
from shared.runs.errors import FileUnreadable
from shared.runs.mapping import NeedsMapping
from tests.unit.shared.runs.reading_files import counts, read

RECORDS = [
    {"id": 1, "y_true": "crow", "y_pred": "crow"},
    {"id": 2, "y_true": "wren", "y_pred": "crow"},
    {"id": 3, "y_true": "wren", "y_pred": "wren"},
]
COLUMNS = {"y_true": ["crow", "wren", "wren"], "y_pred": ["crow", "crow", "wren"]}
SPLIT = {"columns": ["y_true", "y_pred"], "data": [["crow", "crow"], ["wren", "crow"], ["wren", "wren"]]}
COUNTS = (["crow", "wren"], [[1, 0], [1, 1]])

# Each with the names of what is not read.
READ: dict[str, tuple[dict[str, Any], str | None]] = {
    **{key: ({key: RECORDS}, None) for key in ("results", "predictions", "data", "instances", "rows", "items")},
    "records and values": ({"model": "v2", "n": 3, "results": RECORDS}, "“model”, “n”"),
    "records and objects": ({"config": {"lr": 0.1}, "score": {"f1": 0.9}, "results": RECORDS}, "“config”, “score”"),
    "records and names of classes": ({"labels": ["crow", "wren"], "results": RECORDS}, "“labels”"),
    "records and an empty list": ({"results": RECORDS, "errors": []}, "“errors”"),
    "records and many members": (
        {**dict.fromkeys("abcdefg", 1), "results": RECORDS}, "“a”, “b”, “c”, “d”, “e” …"
    ),
    "an object around the one of records": ({"data": {"results": RECORDS}}, None),
    "columns in an object": ({"data": COLUMNS}, None),
    "columns and values": ({"model": "v2", **COLUMNS, "accuracy": 0.9}, "“model”, “accuracy”"),
    "columns and their matrix": ({**COLUMNS, "confusion_matrix": [[1, 0], [1, 1]]}, "“confusion_matrix”"),
    "columns and an object of them": ({"model": "v2", "data": COLUMNS}, "“model”"),
    "split in an object": ({"dataframe_split": SPLIT}, None),
    "split with the numbers of its rows": ({"index": [0, 1, 2], **SPLIT}, None),
    "split with names of two levels": ({"index": [["a", 0], ["a", 1], ["b", 0]], **SPLIT}, "“index”"),
    "split and values": ({"model": "v2", **SPLIT}, "“model”"),
    "a table of Weights & Biases": (
        {"_type": "table", "column_types": {"type": 1}, "ncols": 2, "nrows": 3, **SPLIT}, None
    ),
    "a table of pandas and values": ({"model": "v2", "schema": {"fields": []}, "data": RECORDS}, "“model”"),
    "rows below their names": ({"header": SPLIT["columns"], "rows": SPLIT["data"]}, None),
    "rows by their ids in an object": ({"results": {"a": RECORDS[0], "b": RECORDS[1], "c": RECORDS[2]}}, None),
    "a record with an object": ({"data": [{**record, "of": {"columns": 1}} for record in RECORDS]}, None),
}  # fmt: skip


@pytest.mark.parametrize(("document", "unread"), READ.values(), ids=READ.keys())
@pytest.mark.parametrize("indent", [None, 1])
def test_what_an_object_holds_is_read_and_the_rest_is_named(
    tmp_path: Path, document: dict[str, Any], unread: str | None, indent: int | None
) -> None:
    found = read(tmp_path, json.dumps(document, indent=indent))

    assert counts(found) == COUNTS
    said = [] if unread is None else [f"The document holds {unread} beside its records; this was not read."]
    assert found.finished.notices == said


def test_the_names_of_rows_beside_them_are_a_column(tmp_path: Path) -> None:
    found = read(tmp_path, json.dumps({"index": ["a.png", "b.png", "c.png"], **SPLIT}))

    assert counts(found) == COUNTS
    assert [one.column for one in found.decisions] == ["", "y_true", "y_pred"]


def test_names_of_other_rows_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FileUnreadable, match="“index” names 2 rows, and data has 3"):
        read(tmp_path, json.dumps({"index": ["a.png", "b.png"], **SPLIT}))


def test_the_object_that_holds_what_is_not_read_is_named(tmp_path: Path) -> None:
    document = {"run": 7, "output": {"model": "v2", "predictions": RECORDS}}

    assert read(tmp_path, json.dumps(document)).finished.notices == [
        "The document holds “run” beside its records; this was not read.",
        "“output” holds “model” beside its records; this was not read.",
    ]


_UNNAMED = "is a list: nothing names its values; write a record for each sample, such as"
REFUSED: dict[str, tuple[Any, str]] = {
    "several lists": ({"train": RECORDS, "test": RECORDS}, "The document holds several lists of records, “train”"),
    "lists of unequal length": (
        {"results": RECORDS, "errors": [{"id": 9}]}, "The document holds several lists of records, “results”, “errors”;"
    ),
    "scores without names": ({"predictions": [[0.9, 0.1], [0.2, 0.8]]}, f"Row 1 of “predictions” {_UNNAMED}"),
    "rows without names": ({"data": [["crow", "crow"], ["wren", "crow"]]}, f"Row 1 of “data” {_UNNAMED}"),
    "a column too short": ({**COLUMNS, "y_pred": ["crow"]}, "The column “y_pred” has 1 values, and “y_true” has 3."),
    "truths and fewer records": (
        {"y_true": ["crow"], "output": [{"said": "crow"}, {"said": "wren"}]},
        "The column “y_true” has 1 values, and “output” has 2.",
    ),
    "a matrix": (
        {"confusion_matrix": [[5, 1], [2, 7]], "labels": ["crow", "wren"]},
        "“confusion_matrix” is a matrix of counts, and a run needs a record for each sample; send `counts` to POST",
    ),
    "annotations": (
        {"images": [{"id": 1}], "annotations": [{"id": 1, "image_id": 1}], "categories": [{"id": 1}]},
        "The document holds images and annotations, as COCO's files do; import it into a project of images,",
    ),
    "batches": ([{"results": RECORDS}], "Record 1 holds a list of records in “results”; write each of these by itself"),
    "no records": ({"results": []}, "The file holds no records; it needs one for each sample."),
}  # fmt: skip


@pytest.mark.parametrize(("document", "said"), REFUSED.values(), ids=REFUSED.keys())
def test_what_holds_no_records_of_samples_is_refused_with_the_way_out(tmp_path: Path, document: Any, said: str) -> None:
    with pytest.raises(FileUnreadable) as raised:
        read(tmp_path, json.dumps(document))

    assert raised.value.detail.startswith(said)


def test_a_batch_in_each_line_is_refused(tmp_path: Path) -> None:
    line = json.dumps({"results": RECORDS[:1]})

    with pytest.raises(FileUnreadable, match="Line 1 holds a list of records in “results”; write each of these by"):
        read(tmp_path, f"{line}\n{line}\n")


def test_scores_of_a_pipeline_in_each_line_are_no_batch(tmp_path: Path) -> None:
    scores = [[{"label": "crow", "score": score}, {"label": "wren", "score": 1 - score}] for score in (0.75, 0.25)]
    lines = [
        json.dumps({"y_true": label, "output": each}) for label, each in zip(("crow", "wren"), scores, strict=True)
    ]

    assert counts(read(tmp_path, "\n".join(lines))) == (["crow", "wren"], [[1, 0], [0, 1]])


def test_one_record_with_sets_of_labels_is_no_table_of_columns(tmp_path: Path) -> None:
    record = {"id": "a", "y_true": ["crow", "wren"], "y_pred": ["crow", "owl"]}

    summary = read(tmp_path, json.dumps(record)).finished.summary

    assert (summary.task, summary.rows) == ("multilabel", 1)


def test_lists_of_records_of_the_same_samples_are_columns(tmp_path: Path) -> None:
    samples = [{"id": record["id"], "y_true": record["y_true"]} for record in RECORDS]
    predictions = [{"y_pred": record["y_pred"]} for record in RECORDS]
    document = json.dumps({"instances": samples, "predictions": predictions})

    assert counts(read(tmp_path, document)) == COUNTS
    named: dict[str, Any] = {"truth": "instances.y_true", "prediction": "predictions.y_pred", "id": "instances.id"}
    assert counts(read(tmp_path, document, **named)) == COUNTS


@pytest.mark.parametrize("depth", [9, 5_000])
def test_objects_in_objects_without_end_are_refused(tmp_path: Path, depth: int) -> None:
    document = '{"data": ' * depth + json.dumps(RECORDS) + "}" * depth

    with pytest.raises((DomainError, NeedsMapping)):
        read(tmp_path, document)


@pytest.mark.parametrize("depth", range(1, 6))
@pytest.mark.parametrize("table", [RECORDS, COLUMNS, SPLIT], ids=["records", "columns", "split"])
def test_a_table_is_found_in_objects_of_objects(tmp_path: Path, table: Any, depth: int) -> None:
    document = table
    for at in range(depth):
        document = {f"level {at}": document, "config": {"seed": at}}
    found = read(tmp_path, json.dumps(document))

    assert (counts(found), len(found.finished.notices)) == (COUNTS, depth)


def test_tables_in_several_objects_are_not_chosen_from(tmp_path: Path) -> None:
    document = {"first": {"rows": {"test": RECORDS}}, "second": {"rows": {"test": RECORDS}}}

    with pytest.raises(FileUnreadable):
        read(tmp_path, json.dumps({"runs": document}))
