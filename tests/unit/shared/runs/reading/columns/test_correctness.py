"""A file that says only whether each sample is right is counted as that, and as nothing else."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.runs import results
from shared.runs.errors import ColumnsContradictory, RowsInvalid
from shared.runs.mapping import NeedsMapping
from tests.unit.shared.runs.reading_files import counts, read

SPELLINGS = [("True", "False"), ("1", "0"), ("1.0", "0.0"), ("yes", "no"), ("t", "f"), ("+", "-")]


@pytest.mark.parametrize(("yes", "no"), SPELLINGS)
def test_a_flag_is_found_by_its_name_and_the_share_of_right_ones_is_the_accuracy(
    tmp_path: Path, yes: str, no: str
) -> None:
    found = read(tmp_path, f"doc_id,subject,correct\n1,law,{yes}\n2,law,{no}\n3,art,{yes}\n")

    assert {decision.column: (decision.role, decision.rule) for decision in found.decisions} == {
        "doc_id": ("id", "I1"),
        "subject": ("slice", "M"),
        "correct": ("correct", "X2"),
    }
    summary = found.finished.summary
    assert (summary.task, summary.predicted_by, counts(found)) == (
        "correctness",
        "flag",
        (["right", "wrong"], [[2, 1], [0, 0]]),
    )
    assert found.finished.notices == []
    values, undefined = results.overall(summary.matrix, has_labels=False)
    known = {name: value for name, value in values.items() if value is not None}
    assert known == {"accuracy": pytest.approx(2 / 3), "error_rate": pytest.approx(1 / 3)}
    assert {*undefined} == {*values} - {*known}
    assert {entry.reason for entry in undefined.values()} == {results.NEEDS_LABELS}


def test_an_error_is_set_where_the_sample_is_wrong(tmp_path: Path) -> None:
    assert counts(read(tmp_path, "doc_id,error\n1,1\n2,0\n3,0\n"))[1] == [[2, 1], [0, 0]]


@pytest.mark.parametrize("flags", ["True,True", "False,False"])
def test_all_or_none_may_be_right(tmp_path: Path, flags: str) -> None:
    found = read(tmp_path, "correct,sample_id\n" + "".join(f"{flag},{i}\n" for i, flag in enumerate(flags.split(","))))

    assert counts(found)[1][0] == ([2, 0] if "True" in flags else [0, 2])
    assert found.finished.notices == []


def test_a_flag_beside_labels_is_checked_and_not_counted(tmp_path: Path) -> None:
    found = read(tmp_path, "y_true,y_pred,correct\na,a,True\nb,a,False\n")

    assert found.finished.summary.task == "classification"


def test_columns_that_are_equal_where_a_flag_says_so_are_asked_about(tmp_path: Path) -> None:
    with pytest.raises(NeedsMapping) as raised:
        read(tmp_path, "doc_id,first,second,correct\n1,a,a,True\n2,b,a,False\n3,b,b,True\n")

    assert [question.asks for question in raised.value.questions] == ["truth", "prediction"]


@pytest.mark.parametrize("other", ["y_true", "prediction", "score"])
def test_a_flag_beside_half_of_the_labels_has_to_be_named(tmp_path: Path, other: str) -> None:
    text = f"sample_id,{other},correct\n1,0.1,True\n2,0.2,False\n"
    with pytest.raises(NeedsMapping):
        read(tmp_path, text)

    found = read(tmp_path, text, correct="correct")

    assert (found.finished.summary.task, found.finished.summary.metadata) == ("correctness", [other])


@pytest.mark.parametrize("other", [{"truth": "a"}, {"prediction": "a"}, {"scores": {"x": "a"}}])
def test_a_flag_goes_with_no_labels(tmp_path: Path, other: Any) -> None:
    with pytest.raises(ColumnsContradictory):
        read(tmp_path, "a,correct\nx,True\n", correct="correct", **other)


@pytest.mark.parametrize("flag", ["", "maybe", "2"])
def test_a_cell_that_is_no_flag_is_refused_with_its_line(tmp_path: Path, flag: str) -> None:
    with pytest.raises(RowsInvalid, match=r"Row 2 \(line 3\), column “acc”: this does not say whether"):
        read(tmp_path, f"id,acc\n1,True\n2,{flag}\n3,False\n", correct="acc", header=True)


def test_repeated_folds_are_said_once_a_sample_stands_in_several_rows(tmp_path: Path) -> None:
    once = read(tmp_path, "sample_id,fold,correct\n1,1,True\n2,1,False\n3,2,True\n")
    repeated = read(tmp_path, "sample_id,fold,correct\n1,1,True\n2,1,False\n1,2,True\n2,2,True\n")
    nameless = read(tmp_path, "repeat,correct\n1,True\n1,False\n2,True\n2,True\n", header=True)

    so = "rows of the same sample are not independent, so that intervals are too narrow."
    assert once.finished.notices == []
    assert repeated.finished.notices == [f"2 sample ids stand in several rows, of different folds: {so}"]
    assert nameless.finished.notices == [
        f"“repeat” says that samples may stand in several rows, and no ids tell which: {so}"
    ]


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.booleans(), st.sampled_from("xyz")), min_size=1, max_size=40))
def test_slices_sum_to_the_whole(tmp_path: Path, rows: list[tuple[bool, str]]) -> None:
    text = "id,group,correct\n" + "".join(f"s{i},{group},{flag}\n" for i, (flag, group) in enumerate(rows))

    found = read(tmp_path, text, correct="correct", header=True)

    right = sum(flag for flag, _ in rows)
    assert counts(found)[1] == [[right, len(rows) - right], [0, 0]]
    parts = results.slices(found.finished.slices, found.finished.summary.matrix, "accuracy", None, 1)
    by_group = {part.value: (part.support, part.errors) for part in parts if part.column == "group"}
    groups = {group for _, group in rows}
    assert by_group == {
        group: (sum(g == group for _, g in rows), sum(g == group and not flag for flag, g in rows)) for group in groups
    }
