"""What a run of a private dataset counts is of many samples each, and of no group that its sender chose."""

from collections import Counter
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.runs import results
from shared.runs.errors import IdsDuplicated
from shared.runs.joining.small_groups import FEW, without_small_groups
from shared.runs.mapping import NeedsMapping
from tests.unit.shared.runs.reading_files import read_joined

TRUTH = "id,label,site,note\n" + "".join(
    f"{i},{'cat' if i % 2 else 'dog'},{'A' if i < 6 else 'B' if i < 10 else 'C'},n{i}\n" for i in range(12)
)
PREDICTIONS = "id,prediction,prob_cat,mine,fold\n" + "".join(f"{i},cat,0.{i + 1:02},u{i},{i}\n" for i in range(12))


@given(st.lists(st.sampled_from("abcdefg"), max_size=60), st.integers(2, 8))
def test_no_group_is_smaller_than_the_least_and_none_can_be_told_from_the_others(texts: list[str], least: int) -> None:
    merged = without_small_groups(pa.array(texts, pa.string()).dictionary_encode(), least).to_pylist()

    groups, sent = Counter(merged), Counter(texts)
    assert len(merged) == len(texts)
    assert all(count >= least for text, count in groups.items()) or [*groups] == [FEW]
    # A value is kept with all of its rows, or with none.
    assert all(new in {text, FEW} for new, text in zip(merged, texts, strict=True))
    assert all(groups[text] in {0, count} for text, count in sent.items())
    if all(count >= least for count in sent.values()):
        assert merged == texts


def test_the_groups_of_a_private_dataset_are_large_and_those_of_the_sender_are_not_kept(tmp_path: Path) -> None:
    found = read_joined(tmp_path, PREDICTIONS, TRUTH, private_support=3)

    assert {decision.column: decision.role for decision in found.decisions} == {
        "id": "id",
        "prediction": "prediction",
        "prob_cat": "score",
        "mine": "unused",
        "fold": "unused",
        "label": "truth",
        "site": "slice",
        "note": "slice",
    }
    assert "single samples" in found.decisions[3].evidence
    summary = found.finished.summary
    assert summary.metadata == ["site", "note"]
    slices = results.slices(found.finished.slices, summary.matrix, "accuracy", None, 1)
    # Of the sites C has two samples, so that B, the smallest other one, is not told from it.
    assert {(part.column, part.value): part.support for part in slices} == {
        ("site", "A"): 6,
        ("site", FEW): 6,
        ("note", FEW): 12,
    }


def test_flags_of_the_sender_are_not_compared_with_the_truth(tmp_path: Path) -> None:
    rows = (f"{i},cat,{int(i == 3)},{int(i == 4)}\n" for i in range(12))
    predictions = "id,prediction,correct,hit\n" + "".join(rows)

    for name in ("private", "shown"):
        (tmp_path / name).mkdir()
    private = read_joined(tmp_path / "private", predictions, TRUTH, private_support=3)
    shown = read_joined(tmp_path / "shown", predictions, TRUTH)

    assert [(decision.column, decision.role) for decision in private.decisions[2:4]] == [
        ("correct", "unused"),
        ("hit", "unused"),
    ]
    assert [notice for notice in private.finished.notices if "contradicts" in notice] == []
    assert [notice.partition(";")[0] for notice in shown.finished.notices if "contradicts" in notice] == [
        "“correct” contradicts the labels in 5 of 12 rows",
        "“hit” contradicts the labels in 7 of 12 rows",
    ]


def test_an_open_dataset_keeps_all(tmp_path: Path) -> None:
    found = read_joined(tmp_path, PREDICTIONS, TRUTH)

    assert found.finished.summary.metadata == ["site", "note", "mine", "fold"]


def test_folds_of_the_sender_make_no_id_of_a_private_dataset_count_twice(tmp_path: Path) -> None:
    with pytest.raises(IdsDuplicated):
        read_joined(tmp_path, PREDICTIONS + "0,cat,0.5,u0,99\n", TRUTH, private_support=3)


def test_weights_beside_a_private_truth_are_asked_about_and_not_counted(tmp_path: Path) -> None:
    truth = "id,label,sample_weight\n" + "".join(f"{i},{'cat' if i % 2 else 'dog'},{i}.5\n" for i in range(12))
    predictions = "id,prediction\n" + "".join(f"{i},cat\n" for i in range(12))
    with pytest.raises(NeedsMapping) as raised:
        read_joined(tmp_path, predictions, truth, private_support=3)

    (tmp_path / "truth-copies").rmdir()
    found = read_joined(tmp_path, predictions, truth, private_support=3, weight=None)

    assert [question.asks for question in raised.value.questions] == ["weight"]
    assert "private" in raised.value.questions[0].detail
    assert found.finished.summary.rows == 12
    assert found.finished.summary.matrix.counts.tolist() == [[6, 0], [6, 0]]
    assert {decision.column: decision.role for decision in found.decisions}["sample_weight"] == "weight"
    assert found.finished.summary.metadata == []
