"""Cells with several labels are sets, or it is said that they were counted as one label each."""

from pathlib import Path

import pytest

from shared.predictions import read_label_table
from shared.predictions.lookalikes import several_in_one
from shared.predictions.notices import Code
from shared.runs.mapping import NeedsMapping
from tests.unit.shared.runs.reading_files import counts, read
from tests.unit.shared.runs.written_rows import rows

_LISTS = {"y_true": ["['a', 'b']", "['c']", "[]"], "y_pred": ["['b']", "['c']", "['a']"]}
_PRINTS = {
    "sets": {"y_true": ["{'b', 'a'}", "{'c'}", "set()"], "y_pred": ["{'b'}", "{'c'}", "{'a'}"]},
    "frozen sets": {"y_true": ["frozenset({'b', 'a'})", "frozenset({'c'})", "frozenset()"], "y_pred": _LISTS["y_pred"]},
    "tuples": {"y_true": ["('a', 'b')", "('c',)", "()"], "y_pred": ["('b',)", "('c',)", "('a',)"]},
}


@pytest.mark.parametrize("name", _PRINTS)
def test_sets_and_tuples_of_python_are_sets_of_labels(tmp_path: Path, name: str) -> None:
    found = read(tmp_path, rows(_PRINTS[name])).finished.summary
    of_lists = read(tmp_path, rows(_LISTS)).finished.summary

    assert (found.task, found.label_sets, found.label_counts) == (
        "multilabel",
        of_lists.label_sets,
        of_lists.label_counts,
    )


@pytest.mark.parametrize("cell", ["['a', 'a']", "['a'", "a"])
def test_a_cell_among_lists_that_is_no_list_of_different_labels_is_asked_about(tmp_path: Path, cell: str) -> None:
    with pytest.raises(NeedsMapping) as asked:
        read(tmp_path, rows(_LISTS | {"y_true": ["['a', 'b']", "['c']", cell]}))

    (question,) = asked.value.questions
    said = f"“y_true” holds lists, and “{cell}”, which is no list of different labels; write every cell alike."
    assert (question.asks, question.detail, question.candidates) == ("truth", said, ["y_true"])


@pytest.mark.parametrize("separator", ["|", ";", ","])
def test_labels_that_look_like_several_are_told(tmp_path: Path, separator: str) -> None:
    data = rows({"y_true": [f"a{separator}b", "c", f"b{separator}a"], "y_pred": [f"b{separator}a", "c", "c"]})
    found = read(tmp_path, data)

    (said,) = found.finished.notices
    assert said.startswith(
        f"Labels such as “a{separator}b” look like several in one cell, and each combination was counted"
    )
    assert said.endswith(f"; send `separator` with “{separator}” if a sample has several labels.")
    assert counts(found)[0] == [f"a{separator}b", f"b{separator}a", "c"]
    assert Code.SEVERAL_IN_ONE in {notice.code for notice in read_label_table(data.encode()).notices}
    assert read(tmp_path, data, separator=separator).finished.summary.task == "multilabel"


@pytest.mark.parametrize("labels", [["salt, fine", "pepper"], ["a|b", "c"], ["|", "a"], ["1,5", "2,5"], ["a", "b"]])
def test_a_label_with_a_comma_is_one_where_its_parts_are_none(labels: list[str]) -> None:
    assert several_in_one(labels) is None
