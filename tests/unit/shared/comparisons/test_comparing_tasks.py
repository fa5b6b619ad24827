"""Runs of flags and of sets of labels are compared by the metrics that they have, and refused for others."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.metrics import accuracy_score, f1_score, hamming_loss, precision_score, recall_score
from statsmodels.stats.contingency_tables import mcnemar

from shared.comparisons import flips
from shared.comparisons.errors import RunsNotComparable
from shared.comparisons.evaluating import evaluate
from shared.comparisons.flips import Flip, FlipFilter
from shared.comparisons.options import LABEL_METRICS, OVERALL_METRICS, OVERALL_SET_METRICS, ComparisonOptions
from shared.comparisons.pairing import pair
from shared.comparisons.results import ComparisonResult
from shared.comparisons.sides import ComparedSide, of_rows
from shared.gates.evaluating import evaluate as check
from shared.gates.policy import GateBaseline, GateMetric, GatePolicy, GateSlice
from shared.runs.errors import TaskUnsupported
from shared.runs.objects import ROWS
from tests.unit.shared.runs.reading_files import read

RANDOM = np.random.default_rng(8)
N = 300
LABELS = ["cat", "dog", "owl"]
COUNTRY = np.where(np.arange(N) % 3 == 0, "FR", "DE")
RIGHT = [RANDOM.random(N) < share for share in (0.6, 0.8)]
TRUTH = RANDOM.random((N, 3)) < 0.4
SAID = [np.where(RANDOM.random((N, 3)) < share, TRUTH, ~TRUTH) for share in (0.7, 0.9)]


def side(folder: Path, name: str, header: str, rows: list[str], **columns: Any) -> ComparedSide:
    target = folder / name
    target.mkdir()
    summary = read(target, "\n".join([header, *rows]) + "\n", slices=["country"], **columns).finished.summary
    return of_rows(target / ROWS, summary, ["country"])


def flags(folder: Path, which: int, order: Any = range(N)) -> ComparedSide:
    rows = [f"s{at},{RIGHT[which][at]},{COUNTRY[at]}" for at in order]
    return side(folder, f"flags-{which}", "id,correct,country", rows)


def cell(marks: NDArray[np.bool_]) -> str:
    return "|".join(label for label, is_there in zip(LABELS, marks, strict=True) if is_there)


def sets(folder: Path, which: int, order: Any = range(N)) -> ComparedSide:
    rows = [f"s{at},{cell(TRUTH[at])},{cell(SAID[which][at])},{COUNTRY[at]}" for at in order]
    return side(folder, f"sets-{which}", "id,y_true,y_pred,country", rows, separator="|")


def listed(folder: Path, both: Any, result: ComparisonResult, wanted: FlipFilter) -> list[Flip]:
    flips.write(folder / "flips", both)
    return [flip for _, flip in flips.find(folder / "flips", result.classes, result.flips, wanted, after=0)]


def table(first: NDArray[np.bool_], second: NDArray[np.bool_]) -> list[list[int]]:
    return [[int((a & b).sum()) for b in (second, ~second)] for a in (first, ~first)]


def test_flags_are_compared_by_mcnemars_test_whole_and_in_slices(tmp_path: Path) -> None:
    both = pair(flags(tmp_path, 0), flags(tmp_path, 1, RANDOM.permutation(N)))

    result = evaluate(both, ComparisonOptions(slices=["country"]))

    whole, *slices = result.differences
    assert (whole.metric, whole.baseline, whole.candidate) == (
        "accuracy",
        *(pytest.approx(one.mean()) for one in RIGHT),
    )
    assert whole.p_exact == pytest.approx(mcnemar(table(*RIGHT), exact=True).pvalue)
    assert result.verdict == "better"
    for found in slices:
        assert found.slice is not None
        own = np.equal(COUNTRY, found.slice.value)
        assert found.samples == own.sum()
        assert found.baseline == pytest.approx(RIGHT[0][own].mean())
        assert found.p_exact == pytest.approx(mcnemar(table(*(one[own] for one in RIGHT)), exact=True).pvalue)
    assert {found.slice.value for found in slices if found.slice} == {"DE", "FR"}
    assert (result.classes, result.flips_by_class, result.flips.changed) == ([], [], 0)
    broken = listed(tmp_path, both, result, FlipFilter("broken"))
    assert [flip.id for flip in broken] == [f"s{at}" for at in np.flatnonzero(RIGHT[0] & ~RIGHT[1])]
    assert {(flip.actual, flip.baseline, flip.candidate, flip.actual_labels) for flip in broken} == {(None,) * 4}


def test_sets_of_labels_are_compared_by_the_metrics_of_scikit_learn(tmp_path: Path) -> None:
    both = pair(sets(tmp_path, 0), sets(tmp_path, 1, RANDOM.permutation(N)))

    result = evaluate(both, ComparisonOptions(metrics=[*OVERALL_SET_METRICS, *LABEL_METRICS], slices=["country"]))

    oracles: dict[str, Any] = {
        "multilabel.subset_accuracy": accuracy_score,
        "multilabel.hamming_loss": hamming_loss,
        "multilabel.f1.micro": lambda truth, said: f1_score(truth, said, average="micro"),
        "multilabel.f1.macro": lambda truth, said: f1_score(truth, said, average="macro"),
    }
    by_label: dict[str, Any] = {
        "multilabel.precision.class": precision_score,
        "multilabel.recall.class": recall_score,
        "multilabel.f1.class": f1_score,
    }
    of_all = [found for found in result.differences if found.slice is None]
    assert len(of_all) == 4 + 3 * 3
    for found in of_all:
        at = None if found.label is None else LABELS.index(str(found.label))
        for value, said in ((found.baseline, SAID[0]), (found.candidate, SAID[1])):
            if at is None:
                assert value == pytest.approx(oracles[found.metric](TRUTH, said))
            else:
                assert value == pytest.approx(by_label[found.metric](TRUTH[:, at], said[:, at]))
        assert found.verdict == "better"
        assert found.low is not None
        assert found.high is not None
        assert found.low <= (found.difference or 0) <= found.high
    exact = [(said == TRUTH).all(axis=1) for said in SAID]
    assert of_all[0].p_exact == pytest.approx(mcnemar(table(*exact), exact=True).pvalue)
    recall = next(found for found in of_all if found.metric == "multilabel.recall.class" and found.label == "dog")
    own = TRUTH[:, 1]
    assert recall.samples == own.sum()
    assert recall.p_exact == pytest.approx(mcnemar(table(*(said[own, 1] for said in SAID)), exact=True).pvalue)
    for found in result.differences[len(of_all) :]:
        assert found.slice is not None
        among = np.equal(COUNTRY, found.slice.value)
        assert found.metric == "multilabel.subset_accuracy"
        assert found.baseline == pytest.approx(exact[0][among].mean())


def test_flips_of_sets_have_the_labels_and_are_found_by_one_of_them(tmp_path: Path) -> None:
    both = pair(sets(tmp_path, 0), sets(tmp_path, 1))

    result = evaluate(both, ComparisonOptions())

    exact = [(said == TRUTH).all(axis=1) for said in SAID]
    owls = ~exact[0] & exact[1] & TRUTH[:, 2]
    fixed = listed(tmp_path, both, result, FlipFilter("fixed", actual=2))
    assert [flip.id for flip in fixed] == [f"s{at}" for at in np.flatnonzero(owls)]
    names = [[label for label, there in zip(LABELS, row, strict=True) if there] for row in TRUTH[owls]]
    assert [flip.actual_labels for flip in fixed] == [flip.candidate_labels for flip in fixed] == names
    assert [(found.label, found.samples) for found in result.flips_by_class] == [
        (label, TRUTH[:, at].sum()) for at, label in enumerate(LABELS)
    ]
    assert result.flips_by_class[2].fixed == owls.sum()


def test_labels_that_only_one_side_has_are_aligned(tmp_path: Path) -> None:
    first = side(tmp_path, "a", "id,y_true,y_pred,country", ["1,cat|dog,cat,x", "2,,dog,y"], separator="|")
    second = side(tmp_path, "b", "id,y_true,y_pred,country", ["2,,ape|dog,y", "1,dog|cat,dog|cat,x"], separator="|")

    both = pair(first, second)

    assert both.classes == ["cat", "dog", "ape"]
    said = [[both.classes[at] for at in both.sets[code]] for code in [*both.truth, *both.baseline, *both.candidate]]
    assert said == [["cat", "dog"], [], ["cat"], ["dog"], ["cat", "dog"], ["dog", "ape"]]


def test_another_truth_is_shown_with_its_labels(tmp_path: Path) -> None:
    header = "id,y_true,y_pred,country"
    first = side(tmp_path, "a", header, ["1,cat|dog,cat,x"], separator="|")
    second = side(tmp_path, "b", header, ["1,cat,cat|dog,x"], separator="|")

    with pytest.raises(RunsNotComparable) as raised:
        pair(first, second)

    assert [fault.detail for fault in raised.value.examples] == ['Sample “1”: “["cat","dog"]” and “["cat"]”.']


@pytest.mark.parametrize("metric", ["balanced_accuracy", "f1.class", "multilabel.f1.micro"])
def test_a_metric_that_flags_cannot_have_is_refused_with_those_that_they_have(tmp_path: Path, metric: Any) -> None:
    both = pair(flags(tmp_path, 0), flags(tmp_path, 1))

    with pytest.raises(TaskUnsupported) as raised:
        evaluate(both, ComparisonOptions(metrics=[metric]))

    assert raised.value.detail == (
        f"{metric} is not a metric of a run that says only whether each sample is right; these are accuracy, "
        "error_rate."
    )


@pytest.mark.parametrize("metric", [metric for metric in OVERALL_METRICS if metric != "accuracy"])
def test_a_metric_of_one_label_is_refused_of_sets(tmp_path: Path, metric: Any) -> None:
    both = pair(sets(tmp_path, 0), sets(tmp_path, 1))

    with pytest.raises(TaskUnsupported, match=f"^{metric} is not a metric of a run that says any number of labels"):
        evaluate(both, ComparisonOptions(metrics=[metric]))


def test_runs_of_different_tasks_are_not_paired(tmp_path: Path) -> None:
    with pytest.raises(RunsNotComparable) as raised:
        pair(flags(tmp_path, 0), sets(tmp_path, 1))

    assert raised.value.detail == (
        "The baseline says only whether each sample is right, and the candidate says any number of labels of each "
        "sample; compare two of one kind."
    )


@pytest.mark.parametrize("made", [flags, sets])
def test_a_gate_passes_what_is_better_and_fails_what_is_worse(tmp_path: Path, made: Any) -> None:
    worse, better = made(tmp_path, 0), made(tmp_path, 1)
    policy = GatePolicy(baseline=GateBaseline(tag="main"), slices=[GateSlice(column="country")])

    assert check(worse, better, policy).verdict == "pass"
    failed = check(better, worse, policy)
    assert failed.verdict == "fail"
    name = "accuracy" if made is flags else "multilabel.subset_accuracy"
    assert {reason.test.metric for reason in failed.reasons if reason.test} == {name}


def test_a_gate_names_golden_samples_and_metrics_that_flags_do_not_have(tmp_path: Path) -> None:
    wrong = f"s{np.flatnonzero(~RIGHT[1])[0]}"
    policy = GatePolicy(
        baseline=GateBaseline(tag="main"),
        metrics=[GateMetric(metric="mcc"), GateMetric(metric="accuracy")],
        golden_ids=[wrong],
    )

    found = check(flags(tmp_path, 0), flags(tmp_path, 1), policy)

    assert {(reason.requirement, reason.subject, reason.outcome) for reason in found.reasons} == {
        ("golden_samples", "golden samples", "fail"),
        ("metric", "mcc", "fail"),
        ("metric", "Accuracy", "pass"),
    }


def test_a_gate_tests_each_label_that_occurs_or_the_one_that_is_named(tmp_path: Path) -> None:
    metrics = [
        GateMetric(metric="multilabel.f1.class", margin=0.01),
        GateMetric(metric="multilabel.recall.class", label="owl"),
        GateMetric(metric="multilabel.precision.class", label="ape"),
    ]
    policy = GatePolicy(baseline=GateBaseline(tag="main"), metrics=metrics)

    found = check(sets(tmp_path, 0), sets(tmp_path, 1), policy)

    assert sorted(
        (reason.test.metric, str(reason.test.label), reason.outcome) for reason in found.reasons if reason.test
    ) == [
        *(("multilabel.f1.class", label, "pass") for label in LABELS),
        ("multilabel.precision.class", "ape", "fail"),
        ("multilabel.recall.class", "owl", "pass"),
    ]
