"""Every metric has the interval of the method that the catalogue names, or a reason for having none."""

from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy.stats import norm, t
from statsmodels.stats.inter_rater import cohens_kappa
from statsmodels.stats.proportion import proportion_confint

from shared.evaluation.confusion.matrix import ConfusionMatrix
from shared.evaluation.distributions import critical_value
from shared.evaluation.intervals import count_formulas
from shared.evaluation.intervals.both_rates import OF_BOTH_RATES
from shared.evaluation.intervals.count_proportions import CLASS_PROPORTIONS, LINEAR_IN_ACCURACY, OVERALL_PROPORTIONS
from shared.evaluation.intervals.delta import class_spreads, overall_spreads
from shared.evaluation.intervals.of_matrix import (
    NO_LOGARITHM,
    NO_SPREAD,
    UNDEFINED,
    WEIGHTED,
    Confidence,
    Estimate,
    class_estimates,
    overall_estimates,
)
from shared.evaluation.intervals.score import MEANS_OF_RECALLS, sum_bounds
from shared.evaluation.metrics import CATALOGUE, OVERALL, PER_CLASS, WITHOUT_INTERVAL
from shared.evaluation.metrics.matrix_result import MatrixResult

TWO_CLASS = np.array([[192, 50], [31, 227]])
HPC = np.array([[1620, 141, 6, 2], [371, 647, 24, 36], [64, 219, 79, 50], [9, 60, 28, 111]])

squares = st.integers(1, 4).flatmap(
    lambda k: arrays.arrays(np.int64, (k, k), elements=st.one_of(st.just(0), st.integers(0, 300)))
)
positive = st.integers(2, 4).flatmap(lambda k: arrays.arrays(np.int64, (k, k), elements=st.integers(1, 300)))


def matrix_of(counts: Any) -> ConfusionMatrix:
    return ConfusionMatrix(tuple(range(len(counts))), np.asarray(counts))


def result_of(counts: Any) -> MatrixResult:
    return MatrixResult(matrix_of(counts))


def shares_of(counts: Any) -> Any:
    cells = counts / counts.sum()
    return cells.diagonal(), cells.sum(axis=1), cells.sum(axis=0)


def by_method(metrics: Any, method: str) -> set[str]:
    return {metric.id for metric in metrics if metric.interval == method}


def test_the_catalogue_names_the_method_of_each_formula() -> None:
    assert by_method(OVERALL.metrics, "delta") == {"krippendorff_alpha"} | set(count_formulas.OVERALL) - set(
        MEANS_OF_RECALLS
    )
    assert by_method(OVERALL.metrics, "score") == set(MEANS_OF_RECALLS)
    assert by_method(PER_CLASS.metrics, "score") | by_method(PER_CLASS.metrics, "mover") == set(OF_BOTH_RATES)
    assert by_method(OVERALL.metrics, "wilson") == set(OVERALL_PROPORTIONS) | set(LINEAR_IN_ACCURACY)
    assert by_method(PER_CLASS.metrics, "delta") == {"lift.class"} | set(count_formulas.BY_CLASS)
    assert by_method(PER_CLASS.metrics, "wilson") == set(CLASS_PROPORTIONS)


def test_every_metric_of_a_matrix_has_an_interval_or_the_reason_why_none_is_offered() -> None:
    of_matrices = OVERALL.metrics + PER_CLASS.metrics
    said = {metric.id: (metric.interval, metric.without_interval) for metric in of_matrices if not metric.inherited}

    assert {name for name, (method, reason) in said.items() if (method is None) == (reason is None)} == set()


@settings(deadline=None)
@given(squares.filter(lambda counts: counts.sum() > 0))
@example(np.array([[0, 8], [0, 1]]))
def test_every_formula_gives_the_metric_that_it_is_of(counts: Any) -> None:
    result, shares = result_of(counts), shares_of(counts)
    n, sums = int(counts.sum()), (counts.diagonal(), counts.sum(axis=1), counts.sum(axis=0))
    for name, formula in count_formulas.OVERALL.items():
        if (value := CATALOGUE[name].read(result)) is not None:
            assert formula(*shares) == pytest.approx(value, abs=1e-9), name
    for name, by_class in count_formulas.BY_CLASS.items():
        found = by_class(*shares)
        for i, value in enumerate(CATALOGUE[name].read(result)):
            assert value is None or found[i] == pytest.approx(value, abs=1e-9), name
    for name, proportion in OVERALL_PROPORTIONS.items():
        assert proportion(int(counts.trace()), n) / n == pytest.approx(CATALOGUE[name].read(result)), name
    for name, of_class in CLASS_PROPORTIONS.items():
        part, whole = np.broadcast_arrays(*of_class(*sums, n))
        for i, value in enumerate(CATALOGUE[name].read(result)):
            assert (value is None) == (whole[i] == 0), name
            if value is not None:
                share = part[i] / whole[i]
                assert value == pytest.approx(2 * share / (1 + share) if name == "f1.class" else share), name


def margins(shares: Any) -> tuple[Any, Any, Any]:
    return shares.diagonal(), shares.sum(axis=1), shares.sum(axis=0)


def error_by_differences(formula: Any, counts: Any) -> Any:
    """The delta method with a central difference in each of the k × k cells."""
    shares, step = counts / counts.sum(), 1e-6
    gradient = []
    for i in range(counts.size):
        move = np.zeros(counts.size)
        move[i] = step
        up, down = (
            formula(moved.diagonal(), moved.sum(axis=1), moved.sum(axis=0))
            for moved in (shares + sign * move.reshape(counts.shape) for sign in (1, -1))
        )
        gradient.append((up - down) / (2 * step))
    g, p = np.array(gradient), shares.ravel()
    return np.sqrt((p @ g**2 - (p @ g) ** 2) / counts.sum())


@settings(deadline=None, max_examples=30)
@given(positive)
def test_standard_errors_are_those_of_differences_in_every_cell(counts: Any) -> None:
    for name, formula in count_formulas.OVERALL.items():
        expected = error_by_differences(formula, counts)
        assert overall_spreads([formula], matrix_of(counts)).error.item() == pytest.approx(
            expected, rel=1e-4, abs=1e-6
        ), name
    for name, of_class in count_formulas.BY_CLASS.items():
        expected = error_by_differences(of_class, counts)
        assert class_spreads(of_class, matrix_of(counts)).error == pytest.approx(expected, rel=1e-4, abs=1e-6), name


@settings(deadline=None)
@given(positive)
def test_the_standard_error_of_kappa_is_that_of_fleiss_cohen_and_everitt(counts: Any) -> None:
    theirs = cohens_kappa(counts)

    assert overall_spreads([count_formulas.OVERALL["kappa"]], matrix_of(counts)).error.item() == pytest.approx(
        theirs.std_kappa, abs=1e-9
    )


@settings(deadline=None)
@given(positive)
def test_the_delta_method_gives_the_textbook_error_of_a_proportion(counts: Any) -> None:
    n, recalls = counts.sum(axis=1), counts.diagonal() / counts.sum(axis=1)

    found = overall_spreads([count_formulas.OVERALL["recall.macro"]], matrix_of(counts)).error.item()

    assert found == pytest.approx(np.sqrt((recalls * (1 - recalls) / n).sum()) / len(n), abs=1e-12)


@pytest.mark.parametrize(("counts", "error"), [(TWO_CLASS, 0.0165536), (HPC, 0.0113479)])
def test_the_standard_error_of_macro_f1_of_a_known_set(counts: Any, error: float) -> None:
    assert overall_spreads([count_formulas.OVERALL["f1.macro"]], matrix_of(counts)).error.item() == pytest.approx(
        error, abs=1e-7
    )


@settings(deadline=None, max_examples=30)
@given(positive, st.sampled_from([0.05, 0.2]))
def test_an_interval_is_wilsons_of_as_many_samples_as_vary_like_the_influences(counts: Any, alpha: float) -> None:
    found = overall_estimates(result_of(counts), Confidence(alpha))
    for name, (lowest, highest) in (("kappa", (-1, 1)), ("mcc", (-1, 1)), ("f1.macro", (0, 1))):
        smoothed, formula = counts + 1 / counts.size, count_formulas.OVERALL[name]
        shares, moments, step = smoothed / smoothed.sum(), [], 1e-6
        for i in range(counts.size):
            moved = (1 - step) * shares.ravel()
            moved[i] += step
            back = (1 + step) * shares.ravel()
            back[i] -= step
            up, down = (formula(*margins(m.reshape(shares.shape))) for m in (moved, back))
            moments.append((up - down) / (2 * step))
        second, fourth = (shares.ravel() @ np.array(moments) ** power for power in (2, 4))
        value = CATALOGUE[name].read(result_of(counts))
        share = (value - lowest) / (highest - lowest)
        freedom = 4 * counts.sum() / max(fourth / second**2 - 1, 1e-6)
        of_error = (formula(*margins(smoothed / smoothed.sum())).item() - lowest) / (highest - lowest)
        number = of_error * (1 - of_error) * (highest - lowest) ** 2 / (second / smoothed.sum())
        # Rounding may put a whole number on either side of itself.
        levels = [2 * norm.sf(t.isf(alpha / 2, int(freedom + side * 1e-4))) for side in (-1, 1)]
        ends = [proportion_confint(share * number, number, level, method="wilson") for level in levels]
        expected = [lowest + (highest - lowest) * np.array(one) for one in ends]

        bounds = (found[name].low, found[name].high)

        assert any(bounds == pytest.approx(one, rel=1e-4) for one in expected), name


@pytest.mark.parametrize("proportions", ["wilson", "clopper-pearson"])
def test_what_is_linear_in_the_accuracy_has_its_interval(proportions: Any) -> None:
    found = overall_estimates(result_of(HPC), Confidence(proportions=proportions))

    right, k = found["accuracy"], len(HPC)
    assert right.low is not None
    assert right.high is not None
    for name, slope in (
        ("accuracy.macro", 2 / k),
        ("specificity.micro", 1 / (k - 1)),
        ("npv.micro", 1 / (k - 1)),
        ("kappa_no_prevalence", 2),
        ("bennett_s", k / (k - 1)),
    ):
        bounds = [1 - slope * (1 - bound) for bound in (right.low, right.high)]
        assert (found[name].low, found[name].high) == pytest.approx(tuple(bounds), abs=1e-12), name
        assert found[name].method == proportions, name
    alarms = [(1 - bound) / (k - 1) for bound in (right.high, right.low)]
    found_alarms = found["false_positive_rate.micro"]
    assert (found_alarms.low, found_alarms.high) == pytest.approx(tuple(alarms), abs=1e-12)


def test_the_interval_of_f1_is_that_of_jaccards_index() -> None:
    low, high = proportion_confint(227, 308, 0.05, "wilson")

    found = {name: ones[1] for name, ones in class_estimates(result_of(TWO_CLASS), Confidence()).items()}

    jaccard, f1 = found["jaccard.class"], found["f1.class"]
    assert (jaccard.low, jaccard.high) == pytest.approx((low, high), abs=1e-12)
    assert (f1.low, f1.high) == pytest.approx((2 * low / (1 + low), 2 * high / (1 + high)), abs=1e-12)
    assert f1.value == pytest.approx(0.8485981308, abs=1e-9)


def test_the_interval_of_balanced_accuracy_is_that_of_the_score_test_of_both_recalls() -> None:
    result = result_of([[90, 10], [2, 8]])
    low, high = (float(bound) - 1 for bound in sum_bounds([90, 8], [100, 10], critical_value(0.05)))

    overall = overall_estimates(result, Confidence())
    by_class = {name: ones[1] for name, ones in class_estimates(result, Confidence()).items()}

    for one in (overall["balanced_accuracy"], overall["recall.macro"], by_class["balanced_accuracy.class"]):
        assert (one.low, one.high) == pytest.approx(((1 + low) / 2, (1 + high) / 2), abs=1e-12)
    complement = overall["false_negative_rate.macro"]
    assert (complement.low, complement.high) == pytest.approx(((1 - high) / 2, (1 - low) / 2), abs=1e-9)
    youden = by_class["youden.class"]
    assert (youden.low, youden.high) == pytest.approx((low, high), abs=1e-9)


@settings(deadline=None)
@given(squares, st.sampled_from([0.01, 0.05, 0.2]), st.booleans(), st.sampled_from(["wilson", "clopper-pearson"]))
def test_an_interval_holds_its_value_within_the_range_or_has_a_reason(
    counts: Any, alpha: float, one_sided: bool, proportions: Any
) -> None:
    result, confidence = result_of(counts), Confidence(alpha, one_sided, proportions)
    found = {name: [one] for name, one in overall_estimates(result, confidence).items()}
    for name, ones in {**found, **class_estimates(result, confidence)}.items():
        for one in ones:
            if one.low is None or one.high is None:
                assert (one.high, one.method) == (None, None), name
                assert one.reason, name
                continue
            assert one.value is not None, name
            assert one.reason is None, name
            lowest, highest = CATALOGUE[name].range or (0, 0)
            rounding = 1e-12 * max(1.0, abs(one.value))
            assert lowest <= one.low <= one.value + rounding, name
            assert one.value - rounding <= one.high <= highest, name


def test_where_there_is_no_interval_the_reason_says_why() -> None:
    perfect = overall_estimates(result_of([[5, 0], [0, 5]]), Confidence())
    weighted = overall_estimates(result_of(np.array([[2.5, 1.0], [1.0, 3.0]])), Confidence())
    empty = overall_estimates(result_of([[5, 0], [0, 0]]), Confidence())

    assert perfect["f1.macro"] == Estimate(1.0, reason=NO_SPREAD)
    assert (perfect["accuracy"].method, perfect["accuracy"].high) == ("wilson", 1.0)
    assert perfect["no_information_rate"] == Estimate(0.5, reason=WITHOUT_INTERVAL["no_information_rate"])
    assert weighted["accuracy"] == Estimate(5.5 / 7.5, reason=WEIGHTED)
    assert weighted["accuracy.p_value"] == Estimate(None, reason="samples are weighted")
    assert empty["recall.macro"] == Estimate(None, reason="class “1” never occurs")
    assert {name for name in perfect if CATALOGUE[name].inherited} == set()


def test_the_p_value_of_accuracy_is_exact_for_any_number_of_samples() -> None:
    values = [
        overall_estimates(result_of(counts), Confidence())["accuracy.p_value"].value
        for counts in ([[90, 0], [0, 910]], [[400, 100], [100, 400]], [[40_000, 9_900], [10_000, 40_100]])
    ]

    assert values[:2] == pytest.approx([0.91**1000, 8.22499367788e-86], rel=1e-10, abs=0)
    # 1e-300 stands for all that are smaller.
    assert values[2] == 1e-300


def test_the_interval_of_krippendorffs_alpha_is_that_of_scotts_pi() -> None:
    counts = np.array([[40, 10], [5, 45]])
    found = overall_estimates(result_of(counts), Confidence())
    pi, alpha = found["scott_pi"], found["krippendorff_alpha"]

    # Alpha is 1 − (1 − 1/(2n))(1 − pi).
    for of_alpha, of_pi in ((alpha.value, pi.value), (alpha.low, pi.low), (alpha.high, pi.high)):
        assert of_alpha == pytest.approx(1 - (1 - 1 / 200) * (1 - (of_pi or 0)), abs=1e-12)


def test_ratios_at_the_end_of_their_range_have_a_reason_or_one_bound_there() -> None:
    never_missed = {n: ones[1] for n, ones in class_estimates(result_of([[90, 10], [0, 8]]), Confidence()).items()}
    never_hit = {n: ones[1] for n, ones in class_estimates(result_of([[90, 10], [8, 0]]), Confidence()).items()}

    ratio = never_missed["nlr.class"]
    assert (ratio.value, ratio.low) == (0.0, 0.0)
    assert 0 < (ratio.high or 0) < 1
    assert never_missed["dor.class"] == Estimate(None, reason=UNDEFINED)
    assert never_hit["dor.class"] == Estimate(0.0, reason=NO_LOGARITHM)
    assert never_hit["lift.class"] == Estimate(0.0, reason=NO_LOGARITHM)
    assert never_hit["information_score.class"] == Estimate(None, reason=UNDEFINED)
