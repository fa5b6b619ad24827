"""Two sides are paired by id, aligned over their classes, tested and listed."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from sklearn.metrics import accuracy_score, f1_score, roc_auc_score
from statsmodels.stats.contingency_tables import mcnemar

from shared.comparisons import flips, measuring
from shared.comparisons.errors import RunsNotComparable
from shared.comparisons.evaluating import evaluate
from shared.comparisons.flips import FlipFilter
from shared.comparisons.options import ComparisonOptions
from shared.comparisons.pairing import PairedSamples, pair
from shared.comparisons.results import MetricDifference, SliceValue
from shared.comparisons.sides import ComparedSide

RANDOM = np.random.default_rng(3)
N = 600
TRUTH = RANDOM.integers(0, 2, N)
SCORES = [TRUTH * 0.3 + RANDOM.random(N) * width for width in (1.0, 0.8)]
PREDICTED = [(scores > 0.6).astype(np.int64) for scores in SCORES]
IDS = [f"s{i}" for i in range(N)]
COUNTRY = pa.array(["DE" if i % 3 else "FR" for i in range(N)])


def side(which: int, classes: list[Any] | None = None, order: Any = None, **changes: Any) -> ComparedSide:
    rows = np.arange(N) if order is None else order
    found = ComparedSide(
        classes or ["ham", "spam"],
        TRUTH[rows],
        PREDICTED[which][rows],
        pa.array(IDS).take(pa.array(rows)),
        SCORES[which][rows],
        lambda position: SCORES[which][rows] if position == 1 else -SCORES[which][rows],
        {"country": COUNTRY.take(pa.array(rows))},
    )
    return found._replace(**changes)


def of_two(truth: Any, baseline: Any, candidate: Any, **options: Any) -> list[MetricDifference]:
    classes, ids = [str(code) for code in range(int(max(truth)) + 1)], pa.array(IDS[: len(truth)])
    sides = [ComparedSide(classes, truth, said, ids, None, lambda _: None, {}) for said in (baseline, candidate)]
    return evaluate(pair(*sides), ComparisonOptions(**options)).differences


def test_no_bound_lies_beyond_what_a_difference_can_be() -> None:
    truth = np.random.default_rng(1).integers(0, 5, 10)

    (found,) = of_two(truth, (truth + 1) % 5, truth, metrics=["f1.weighted"])

    assert (found.baseline, found.candidate, found.difference) == (0, 1, 1)
    assert found.high is None or found.high <= 1


def test_no_number_of_samples_is_enough_that_would_be_too_few_to_test() -> None:
    truth = np.arange(200) % 2
    found = of_two(truth, np.where(np.arange(200) < 20, 1 - truth, truth), truth, metrics=["f1.macro"], margin=0.9)

    assert found[0].samples_needed == 10


def compared(**options: Any) -> list[MetricDifference]:
    return evaluate(pair(side(0), side(1)), ComparisonOptions(**options)).differences


WEIGHTS = np.random.default_rng(8).exponential(size=N)


def weighted(which: int, order: Any = None, **changes: Any) -> ComparedSide:
    rows = np.arange(N) if order is None else order
    found = side(which, order=order)._replace(weights=WEIGHTS[rows], weighted_by="w")
    return found._replace(**changes)


def test_weighted_samples_are_compared_by_their_weights() -> None:
    metrics: list[Any] = ["accuracy", "error_rate", "recall.class", "f1.macro", "f1.class", "roc_auc.class"]
    asked = ComparisonOptions(metrics=metrics, slices=["country"], margin=0.02)
    shuffled = RANDOM.permutation(N)

    result = evaluate(pair(weighted(0), weighted(1, shuffled)), asked)
    again = evaluate(pair(weighted(0, shuffled), weighted(1)), asked)
    found, other = (
        {(one.metric, one.label, one.slice and one.slice.value): one for one in each.differences}
        for each in (result, again)
    )
    accuracy, area, f1 = (
        found["accuracy", None, None],
        found["roc_auc.class", "spam", None],
        found["f1.macro", None, None],
    )
    for one, measure, sides in (
        (accuracy, accuracy_score, PREDICTED),
        (area, roc_auc_score, SCORES),
        (f1, lambda *both, **by: f1_score(*both, average="macro", **by), PREDICTED),
    ):
        expected = [measure(TRUTH, own, sample_weight=WEIGHTS) for own in sides]
        assert [one.baseline, one.candidate] == pytest.approx(expected)
    in_france = np.array([country == "FR" for country in COUNTRY.to_pylist()])
    rates = [accuracy_score(TRUTH[in_france], own[in_france], sample_weight=WEIGHTS[in_france]) for own in PREDICTED]
    sliced = found["accuracy", None, "FR"]
    assert [sliced.baseline, sliced.candidate] == pytest.approx(rates)
    assert (accuracy.method, f1.method, area.method) == ("weighted-newcombe", "weighted-bootstrap", "weighted-delong")
    assert (accuracy.p_exact, accuracy.reason) == (None, None)
    assert found["error_rate", None, None].p_value == accuracy.p_value
    assert found == other
    assert result.weighted_by == "w"
    assert "Accuracy (weighted) 0." in result.summary
    assert result.notices[0].startswith("Metrics and differences count each sample by its weight in “w”")
    assert result.flips == evaluate(pair(side(0), side(1)), asked).flips


def test_equal_weights_find_what_samples_without_weights_find() -> None:
    equal = np.full(N, 3.0)

    found = evaluate(
        pair(weighted(0, weights=equal), weighted(1, weights=equal)),
        ComparisonOptions(metrics=["accuracy", "f1.macro"]),
    )
    plain = compared(metrics=["accuracy", "f1.macro"])
    for one, other in zip(found.differences, plain, strict=True):
        assert one.verdict == other.verdict
        assert [one.baseline, one.candidate] == pytest.approx([other.baseline, other.candidate])
        assert [one.low, one.high] == pytest.approx([other.low, other.high], abs=0.003)


def test_other_weights_and_weights_on_one_side_are_not_compared() -> None:
    other = WEIGHTS.copy()
    other[5] += 1

    with pytest.raises(RunsNotComparable, match="1 samples have another weight in the candidate") as refused:
        pair(weighted(0), weighted(1, weights=other))
    with pytest.raises(RunsNotComparable, match="one of the two have weights"):
        pair(weighted(0), side(1))
    assert refused.value.examples[0].detail.startswith("Sample “s5”: ")


def test_samples_are_paired_by_id_whatever_their_order() -> None:
    shuffled = RANDOM.permutation(N)

    straight, mixed = pair(side(0), side(1)), pair(side(0), side(1, order=shuffled))

    assert mixed.candidate.tolist() == straight.candidate.tolist() == PREDICTED[1].tolist()
    assert mixed.candidate_confidence is not None
    assert mixed.candidate_confidence.tolist() == SCORES[1].tolist()
    scores = mixed.scores_of(1)
    assert scores is not None
    assert scores.tolist() == [SCORES[0].tolist(), SCORES[1].tolist()]


def test_classes_that_only_one_side_has_are_aligned_over_the_union() -> None:
    turned = side(1, ["eggs", "spam", "ham"], truth=2 - TRUTH, predicted=np.where(PREDICTED[1], 1, 0))

    found = pair(side(0), turned)

    assert found.classes == ["ham", "spam", "eggs"]
    assert found.candidate.tolist() == np.where(PREDICTED[1], 1, 2).tolist()


def test_numbers_and_their_texts_are_the_same_class() -> None:
    assert pair(side(0, [0, 1]), side(1, ["0", "1"])).classes == [0, 1]


@pytest.mark.parametrize(
    ("changes", "detail", "example"),
    [
        (
            {"ids": pa.array(["x", *IDS[1:]])},
            "599 sample ids are in both, 1 only in the baseline and 1 only in the candidate.",
            "Only in the baseline: “s0”.",
        ),
        ({"truth": TRUTH ^ (np.arange(N) == 4)}, "1 sample has another truth in the candidate.", "Sample “s4”: "),
        ({"ids": None}, "The candidate has no sample ids, by which the samples of the other could be found.", None),
        (
            {"ids": pa.array(["s1", *IDS[1:]])},
            "1 sample ids of the candidate occur more than once, so they cannot be paired.",
            None,
        ),
    ],
)
def test_what_cannot_be_paired_is_refused_with_how_many_and_which(
    changes: dict[str, Any], detail: str, example: str | None
) -> None:
    with pytest.raises(RunsNotComparable) as refused:
        pair(side(0), side(1, **changes))

    assert refused.value.detail == detail
    details = [fault.detail for fault in refused.value.problem().errors or []]
    assert (example is None and details == []) or (example is not None and details[0].startswith(example))


def test_differences_are_candidate_minus_baseline_and_tested_as_statsmodels_does() -> None:
    accuracy, error_rate, f1, *areas = compared(metrics=["accuracy", "error_rate", "f1.macro", "roc_auc.class"])

    right = [predicted == TRUTH for predicted in PREDICTED]
    table = [[int(np.sum((right[0] == a) & (right[1] == b))) for b in (True, False)] for a in (True, False)]
    assert accuracy.p_exact == pytest.approx(mcnemar(table, exact=True).pvalue, rel=1e-9)
    assert [accuracy.baseline, accuracy.candidate] == pytest.approx([accuracy_score(TRUTH, p) for p in PREDICTED])
    assert (error_rate.difference, error_rate.p_value) == pytest.approx((-(accuracy.difference or 0), accuracy.p_value))
    assert [f1.baseline, f1.candidate] == pytest.approx([f1_score(TRUTH, p, average="macro") for p in PREDICTED])
    assert [areas[1].baseline, areas[1].candidate] == pytest.approx([roc_auc_score(TRUTH, s) for s in SCORES])
    assert areas[0].difference == pytest.approx(areas[1].difference)
    assert [entry.label for entry in areas] == ["ham", "spam"]


def test_every_test_counts_in_the_adjustment_of_all() -> None:
    alone = compared(metrics=["accuracy"])[0]
    among = compared(metrics=["accuracy", "recall.class"], slices=["country"])

    assert alone.p_adjusted == alone.p_value
    assert [(entry.label, entry.slice and entry.slice.value) for entry in among] == [
        (None, None),
        ("ham", None),
        ("spam", None),
        (None, "FR"),
        (None, "DE"),
    ]
    smallest = min(entry.p_value or 0 for entry in among)
    assert min(entry.p_adjusted or 0 for entry in among) == pytest.approx(min(1, 5 * smallest))


def test_a_side_compared_with_itself_shows_no_difference() -> None:
    result = evaluate(pair(side(0), side(0)), ComparisonOptions(metrics=["accuracy", "f1.macro", "roc_auc.class"]))

    assert {entry.verdict for entry in result.differences} == {"no_difference_shown"}
    assert {entry.p_value for entry in result.differences} == {None}
    assert all(entry.reason for entry in result.differences)
    assert (result.tests, result.flips.churn) == (0, 0.0)


def test_fewer_than_ten_samples_give_a_sentence_and_no_number() -> None:
    rows = np.arange(9)
    few = [side(which, order=rows) for which in (0, 1)]

    result = evaluate(pair(*few), ComparisonOptions())

    assert result.verdict == "inconclusive"
    assert {(entry.low, entry.p_value, entry.reason) for entry in result.differences} == {
        (None, None, "there are fewer than 10 samples")
    }
    assert result.summary.endswith("there are fewer than 10 samples.")


def test_samples_of_one_class_have_no_area() -> None:
    one = [side(which, truth=np.zeros(N, np.int64)) for which in (0, 1)]

    found = evaluate(pair(*one), ComparisonOptions(metrics=["roc_auc.class"])).differences

    assert {entry.reason for entry in found} == {"there are fewer than two samples of the class, or of all others"}
    assert {(entry.verdict, entry.difference) for entry in found} == {("inconclusive", None)}


def test_a_column_that_the_baseline_lacks_is_said_to_be_left_out() -> None:
    result = evaluate(pair(side(0), side(1)), ComparisonOptions(slices=["device"]))

    assert (result.notices, result.flips_by_slice) == (["The baseline has no column “device” to slice by."], [])


def _paired() -> PairedSamples:
    return pair(side(0), side(1))


def test_flips_are_listed_by_kind_the_most_confident_first(tmp_path: Path) -> None:
    samples = _paired()
    result = evaluate(samples, ComparisonOptions(slices=["country"]))
    flips.write(tmp_path / "flips", samples)

    def listed(wanted: FlipFilter, after: int = 0) -> list[Any]:
        return [*flips.find(tmp_path / "flips", result.classes, result.flips, wanted, after=after)]

    broken = [flip for _, flip in listed(FlipFilter("broken"))]
    expected = (PREDICTED[0] == TRUTH) & (PREDICTED[1] != TRUTH)
    assert len(broken) == result.flips.broken == int(expected.sum())
    assert {flip.id for flip in broken} == {IDS[i] for i in np.flatnonzero(expected)}
    confidences = [flip.candidate_confidence for flip in broken]
    assert confidences == sorted(confidences, reverse=True)
    assert len(listed(FlipFilter("fixed"))) == result.flips.fixed
    assert len(listed(FlipFilter("both_wrong"))) == result.flips.both_wrong
    assert listed(FlipFilter("changed")) == []
    positions = [position for position, _ in listed(FlipFilter("broken"))]
    assert listed(FlipFilter("broken"), after=positions[1]) == listed(FlipFilter("broken"))[2:]
    for entry in result.flips_by_class:
        assert len(listed(FlipFilter("broken", result.classes.index(entry.label)))) == entry.broken  # type: ignore[arg-type] # of a class
    for entry in result.flips_by_slice:
        assert len(listed(FlipFilter("fixed", slice=entry.slice))) == entry.fixed
    assert [entry.slice for entry in result.flips_by_slice] == [
        SliceValue("country", "FR"),
        SliceValue("country", "DE"),
    ]


def test_areas_of_very_many_samples_are_of_bins_and_say_how_far_they_may_be_off(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    exact = compared(metrics=["roc_auc.class"])
    monkeypatch.setattr(measuring, "MAX_RANKED", 10)

    binned = compared(metrics=["roc_auc.class"])

    note = "of more than 10 samples the scores are counted in 2,048 bins, which changes an area by "
    for own, other in zip(exact, binned, strict=True):
        assert (own.reason, (other.reason or "").startswith(note)) == (None, True)
        assert [own.baseline, own.candidate] == pytest.approx([other.baseline, other.candidate], abs=2e-3)
        assert own.p_value == pytest.approx(other.p_value, rel=0.05)
