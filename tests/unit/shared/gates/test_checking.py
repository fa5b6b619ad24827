"""A check says for every requirement of the gate whether it is met, and never passes what it cannot judge."""

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from shared.comparisons.sides import ComparedSide
from shared.gates.concluding import without_baseline
from shared.gates.evaluating import evaluate
from shared.gates.policy import GateBaseline, GateMetric, GatePolicy, GateSlice
from shared.gates.results import CheckResult

N = 800
RANDOM = np.random.default_rng(5)
TRUTH = RANDOM.integers(0, 2, N)
SCORES = TRUTH * 0.5 + RANDOM.random(N) * 0.9
COUNTRY = pa.array(["DE" if i % 2 else "FR" for i in range(N)]).dictionary_encode()
METRICS: list[Any] = ["accuracy", "error_rate", "f1.macro", "mcc", "recall.class", "precision.class", "roc_auc.class"]


def side(predicted: Any = None, rows: Any = None, **changes: Any) -> ComparedSide:
    rows = np.arange(N) if rows is None else np.asarray(rows)
    labels = (SCORES > 0.7).astype(np.int64) if predicted is None else predicted
    found = ComparedSide(
        ["ham", "spam"],
        TRUTH[rows],
        labels[rows],
        pa.array([f"s{i}" for i in rows]),
        None,
        lambda position: SCORES[rows] if position == 1 else -SCORES[rows],
        {"country": COUNTRY.take(pa.array(rows))},
    )
    return found._replace(**changes)


def broken(count: int) -> Any:
    """The predictions with so many right ones turned wrong."""
    labels = (SCORES > 0.7).astype(np.int64)
    right = np.flatnonzero(labels == TRUTH)[:count]
    labels[right] = 1 - labels[right]
    return labels


WEIGHTS = np.random.default_rng(9).exponential(size=N)


def weighted(predicted: Any = None, weights: Any = WEIGHTS) -> ComparedSide:
    return side(predicted, weights=weights, weighted_by="w")


def test_a_candidate_is_judged_by_the_weights_of_the_samples() -> None:
    entries: list[Any] = [GateMetric(metric=metric) for metric in METRICS]
    # The candidate loses a few samples without weight, and wins others with much.
    turned = broken(60)
    light = np.where(turned == side().predicted, WEIGHTS, 0.0)

    same = checked(weighted(), weighted(), metrics=entries)
    worse = checked(weighted(broken(60)), weighted(), metrics=entries)
    of_light = checked(weighted(broken(60), light), weighted(weights=light), metrics=entries)
    mixed = checked(side(), weighted(), metrics=entries)
    assert (same.verdict, worse.verdict, of_light.verdict, mixed.verdict) == ("pass", "fail", "pass", "fail")
    test = next(reason.test for reason in worse.reasons if reason.test and reason.test.metric == "accuracy")
    assert test is not None
    assert test.baseline == pytest.approx(np.average(side().predicted == TRUTH, weights=WEIGHTS))
    assert (test.method, test.weighted_by) == ("weighted-newcombe", "w")
    assert "Accuracy (weighted) 0." in worse.reasons[0].text
    assert "one of the two have weights" in mixed.reasons[0].text


def checked(candidate: ComparedSide, baseline: ComparedSide | None = None, **policy: Any) -> CheckResult:
    rules = GatePolicy(baseline=GateBaseline(tag="main"), **policy)
    return evaluate(side() if baseline is None else baseline, candidate, rules)


def failures(result: CheckResult) -> list[str]:
    return [reason.text for reason in result.reasons if reason.outcome == "fail"]


@pytest.mark.parametrize("margin", [None, 0.05])
@pytest.mark.parametrize("metric", METRICS)
def test_the_same_predictions_pass_by_every_metric(metric: Any, margin: float | None) -> None:
    result = checked(side(), metrics=[GateMetric(metric=metric, margin=margin)])

    assert (result.verdict, failures(result)) == ("pass", [])


@pytest.mark.parametrize("margin", [None, 0.05])
@pytest.mark.parametrize("metric", METRICS[:-1])
def test_a_much_worse_candidate_fails_by_every_metric_and_the_other_way_round_passes(
    metric: Any, margin: float | None
) -> None:
    worse = side(broken(160))

    failed = checked(worse, metrics=[GateMetric(metric=metric, margin=margin)])
    passed = checked(side(), worse, metrics=[GateMetric(metric=metric, margin=margin)])

    assert (failed.verdict, passed.verdict) == ("fail", "pass")
    assert {reason.outcome for reason in passed.reasons} == {"pass"}


def test_a_perfect_order_that_becomes_equal_scores_fails_with_the_p_value_of_its_pairs() -> None:
    perfect, equal = (side(scores_of=lambda _, values=values: values) for values in (TRUTH.astype(float), np.zeros(N)))

    failed = checked(equal, perfect, metrics=[GateMetric(metric="roc_auc.class", label="spam", margin=0.1)])
    passed = checked(perfect, equal, metrics=[GateMetric(metric="roc_auc.class", label="spam", margin=0.1)])

    pairs = int(min(TRUTH.sum(), N - TRUTH.sum()))
    test, other = failed.reasons[0].test, passed.reasons[0].test
    assert (failed.verdict, passed.verdict) == ("fail", "pass")
    assert test is not None
    assert test.low is None
    assert test.p_fail == pytest.approx((1.1 / 1.5) ** pairs, rel=1e-9, abs=0)
    assert other is not None
    assert other.p_fail == 1.0
    assert other.p_within == pytest.approx((0.9 / 1.5) ** pairs, rel=1e-9, abs=0)


def test_ten_equal_predictions_do_not_show_that_a_loss_stays_within_a_small_margin() -> None:
    rows = [*np.flatnonzero(TRUTH == 0)[:10], *np.flatnonzero(TRUTH == 1)[:10]]

    right = side(TRUTH, rows=rows)

    result = checked(right, right, metrics=[GateMetric(metric="f1.macro", margin=0.02)])

    test = result.reasons[0].test
    assert test is not None
    assert (result.verdict, test.finding) == ("warn", "inconclusive")
    # Misses of one class alone are a little less likely not to be seen.
    assert test.p_within == pytest.approx(0.98**20, rel=1e-6)
    assert result.reasons[0].text.endswith("it is not shown whether a loss stays within the margin of 0.0200.")


def test_a_verdict_says_how_many_requirements_are_met() -> None:
    one = checked(side(), metrics=[GateMetric(metric="accuracy")])
    two = checked(side(), metrics=[GateMetric(metric="accuracy"), GateMetric(metric="mcc")])

    assert (one.summary, two.summary) == (
        "The candidate passes the gate: its requirement is met.",
        "The candidate passes the gate: all 2 requirements are met.",
    )


def test_worse_scores_fail_by_the_area_under_the_curve() -> None:
    reversed_scores = side(scores_of=lambda position: -SCORES if position == 1 else SCORES)

    result = checked(reversed_scores, metrics=[GateMetric(metric="roc_auc.class", label="spam", margin=0.01)])

    assert result.verdict == "fail"
    assert [reason.subject for reason in result.reasons] == ["ROC AUC of “spam”"]


def test_a_loss_that_may_exceed_its_margin_warns_unless_that_is_allowed() -> None:
    metrics = [GateMetric(metric="accuracy", margin=0.001)]

    strict = checked(side(broken(2)), metrics=metrics)
    lax = checked(side(broken(2)), metrics=metrics, allow_inconclusive=True)

    assert (strict.verdict, lax.verdict) == ("warn", "pass")
    assert "it is not shown whether a loss stays within the margin of 0.0010." in strict.summary


def test_a_loss_in_one_slice_fails_with_the_name_of_the_slice() -> None:
    labels = (SCORES > 0.7).astype(np.int64)
    french = np.flatnonzero((labels == TRUTH) & (np.arange(N) % 2 == 0))[:40]
    labels[french] = 1 - labels[french]

    result = checked(
        side(labels), metrics=[GateMetric(metric="accuracy", margin=0.2)], slices=[GateSlice(column="country")]
    )

    assert [(reason.outcome, reason.subject) for reason in result.reasons] == [
        ("fail", "Accuracy where “country” is “FR”"),
        ("pass", "Accuracy"),
        ("pass", "Accuracy where “country” is “DE”"),
    ]


@pytest.mark.parametrize(
    ("policy", "text"),
    [
        (
            {"metrics": [GateMetric(metric="recall.class", label="eggs")]},
            "Recall of “eggs” cannot be compared, because the samples have no such class.",
        ),
        ({"slices": [GateSlice(column="city")]}, "The baseline has no column “city” to slice by."),
        (
            {"golden_ids": ["s1", "nobody"]},
            "1 of 2 golden samples are not in the candidate: “nobody”.",
        ),
    ],
)
def test_what_the_runs_do_not_have_fails_even_where_inconclusive_is_allowed(policy: Any, text: str) -> None:
    result = checked(side(), allow_inconclusive=True, **policy)

    assert (result.verdict, failures(result)) == ("fail", [text])


def test_a_metric_of_scores_fails_where_a_run_has_none() -> None:
    metrics = [GateMetric(metric="roc_auc.class", label="spam")]

    result = checked(side(scores_of=lambda _: None), metrics=metrics, allow_inconclusive=True)

    assert failures(result) == [
        "ROC AUC of “spam” cannot be compared, because one of the two has no scores of this class."
    ]


def test_one_class_alone_fails() -> None:
    rows = np.flatnonzero(TRUTH == 1)

    result = checked(side(rows=rows), side(rows=rows))

    assert failures(result) == ["All samples have the same true class, so the runs cannot be compared as classifiers."]


def test_too_few_samples_fail() -> None:
    result = checked(side(rows=range(9)), side(rows=range(9)), allow_inconclusive=True)

    assert failures(result) == ["Both runs have 9 samples, and fewer than 10 show nothing."]


def test_no_common_sample_and_another_truth_fail_whatever_the_policy() -> None:
    lenient: dict[str, Any] = {"new_samples": "warn", "removed_samples": "warn", "allow_inconclusive": True}

    apart = checked(side(rows=range(100)), side(rows=range(100, 200)), **lenient)
    contradicted = checked(side(truth=1 - TRUTH), **lenient)
    repeated = checked(side(ids=pa.array(["s0", "s0", *(f"s{i}" for i in range(2, N))])), **lenient)

    assert (apart.verdict, failures(apart)) == ("fail", ["The two runs have no sample in common."])
    assert failures(contradicted)[0].startswith("800 samples have another truth in the candidate.")
    assert failures(repeated) == ["1 sample ids of the candidate occur more than once, so they cannot be paired."]


def test_no_sample_of_a_private_dataset_can_be_golden() -> None:
    private = side()._replace(is_private=True)

    result = checked(private, private, golden_ids=["s1"])

    assert failures(result) == ["The dataset of the candidate is private, so that no sample of it can be golden."]


def test_another_truth_than_a_private_one_names_no_sample() -> None:
    result = checked(side(truth=1 - TRUTH), side(is_private=True))

    assert failures(result) == ["800 samples have another truth in the candidate."]


@pytest.mark.parametrize("guess", [0, 1], ids=["ham", "spam"])
@pytest.mark.parametrize("private", ["baseline", "candidate"])
def test_no_part_of_a_private_dataset_is_compared(private: str, guess: int) -> None:
    both = {"baseline": side(rows=[7], truth=np.array([guess])), "candidate": side(rows=[7], truth=np.array([guess]))}
    both[private] = side(is_private=True)

    result = checked(**both, new_samples="warn", removed_samples="warn")

    assert (result.samples, result.new_samples + result.removed_samples) == (0, 799)
    assert failures(result) == [
        "The dataset of a run is private, so that the two are compared only where both have all of its samples."
    ]


def test_golden_samples_of_a_run_without_ids_cannot_be_found() -> None:
    result = checked(side(ids=None), side(ids=None), golden_ids=["s1"])

    assert failures(result) == ["The candidate has no sample ids, so the golden samples cannot be found."]


def test_a_missing_baseline_fails() -> None:
    result = without_baseline("There is none.")

    assert (result.verdict, result.samples, result.summary) == (
        "fail",
        0,
        "The candidate fails the gate. There is none.",
    )


def test_a_check_of_samples_in_groups_says_that_they_are_tested_as_independent() -> None:
    grouped = checked(side(), side(grouped_by=["patient"]))

    assert [text[:36] for text in grouped.notices] == ["Samples share values of “patient”, b"]
    assert checked(side(), side()).notices == []
