"""What a file says is what its side of a comparison says."""

from pathlib import Path

import pytest

from shared.comparisons import flips
from shared.comparisons.evaluating import evaluate
from shared.comparisons.flips import FlipFilter
from shared.comparisons.groups import is_of_groups
from shared.comparisons.options import ComparisonOptions
from shared.comparisons.pairing import pair
from shared.comparisons.sides import ComparedSide, of_rows
from shared.runs.objects import ROWS
from tests.unit.shared.runs.reading_files import read

HEADER = "id,y_true,y_pred,prob_spam,country\n"
BASELINE = HEADER + "007,spam,spam,0.91,DE\n008,ham,ham,0.12,FR\n009,ham,spam,0.97,FR\n010,spam,ham,0.33,DE\n"
CANDIDATE = HEADER + "010,spam,spam,0.8,DE\n009,ham,spam,0.7,FR\n007,spam,ham,0.2,DE\n008,ham,ham,0.3,FR\n"


def side(folder: Path, text: str) -> ComparedSide:
    folder.mkdir()
    summary = read(folder, text, slices=["country"]).finished.summary
    return of_rows(folder / ROWS, summary, ["country"])


def test_two_files_are_compared_by_their_ids(tmp_path: Path) -> None:
    samples = pair(side(tmp_path / "a", BASELINE), side(tmp_path / "b", CANDIDATE))

    assert samples.classes == ["ham", "spam"]
    assert (samples.truth.tolist(), samples.baseline.tolist()) == ([1, 0, 0, 1], [1, 0, 1, 0])
    assert samples.candidate.tolist() == [0, 0, 1, 1]
    assert samples.candidate_confidence is not None
    assert samples.candidate_confidence.tolist() == [0.8, 0.7, 0.7, 0.8]
    scores = samples.scores_of(1)
    assert scores is not None
    assert scores.tolist() == [[0.91, 0.12, 0.97, 0.33], [0.2, 0.3, 0.7, 0.8]]
    opposite = samples.scores_of(0)
    assert opposite is not None
    assert opposite.tolist() == (-scores).tolist()

    result = evaluate(samples, ComparisonOptions(metrics=["accuracy", "roc_auc.class"], slices=["country"]))
    flips.write(tmp_path / "flips", samples)
    wanted = FlipFilter("broken", slice=result.flips_by_slice[0].slice)
    found = [*flips.find(tmp_path / "flips", result.classes, result.flips, wanted, after=0)]
    assert [(flip.id, flip.row, flip.actual, flip.candidate) for _, flip in found] == [("007", 1, "spam", "ham")]


def test_margins_of_the_predicted_class_rank_both_sides_as_the_run_does(tmp_path: Path) -> None:
    rows = ["a,spam,spam,3.0", "b,ham,ham,2.0", "c,ham,spam,0.2", "d,spam,ham,0.1"]
    summary = read(tmp_path, "\n".join(["id,y_true,y_pred,margin", *rows]) + "\n", confidence="margin").finished.summary

    found = of_rows(tmp_path / ROWS, summary, []).scores_of(1)

    assert summary.score_kind == "margins"
    assert found is not None
    assert found.tolist() == [3.0, -2.0, 0.2, -0.1]


def test_samples_that_share_a_patient_are_said_to_be_tested_as_independent(tmp_path: Path) -> None:
    # Each user has one sample, so that nothing is shared.
    rows = [f"{i},{'ab'[i % 2]},a,DE,{i // 2},u{i}" for i in range(20)]
    grouped = side(tmp_path / "a", "id,y_true,y_pred,country,Patient ID,user\n" + "\n".join(rows))
    fewer = [row.rsplit(",", 2)[0] for row in rows]
    plain = side(tmp_path / "b", "id,y_true,y_pred,country\n" + "\n".join(fewer))

    one, other, neither = (
        evaluate(pair(*sides), ComparisonOptions()).notices
        for sides in ((grouped, plain), (plain, grouped), (plain, plain))
    )

    assert grouped.grouped_by == ["Patient ID"]
    assert neither == []
    assert one == other
    assert [text[:62] for text in one] == ["Samples share values of “Patient ID”, but every test takes the"]


@pytest.mark.parametrize(
    ("name", "is_one"),
    [
        ("patient", True),
        ("patientId", True),
        ("video_id", True),
        ("User No", True),
        ("cluster", True),
        ("country", False),
        ("user_type", False),
        ("id", False),
        ("", False),
    ],
)
def test_columns_are_of_groups_by_their_names(name: str, *, is_one: bool) -> None:
    assert is_of_groups(name) is is_one
