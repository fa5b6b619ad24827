"""The calculator API's metrics against exact fractions, and every case in which a denominator is zero."""

from decimal import Decimal, localcontext
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shared.evaluation.calculators.exact_rounding import MetricValue, ratio, ratio_to_root
from shared.evaluation.calculators.tables import CONFUSION, DIAGNOSTIC, FBETA, Cells, DiagnosticTest, FBetaArguments

COUNTS = st.one_of(st.integers(0, 3), st.integers(0, 10**4), st.integers(0, 10**15 - 1))
PERCENT = st.integers(0, 100)
Exact = Fraction | None


def divided(numerator: Exact | int, denominator: Exact | int) -> Exact:
    if numerator is None or denominator is None or denominator == 0:
        return None
    return Fraction(numerator) / Fraction(denominator)


def rounded(value: Exact) -> MetricValue:
    if value is None:
        return None
    exact = round(value, 6)
    return int(exact) if exact.denominator == 1 and abs(exact) <= 2**53 else float(exact)


def as_oracle(tp: int, fp: int, fn: int, tn: int) -> dict[str, MetricValue]:
    """All but MCC, from the words that define them."""
    total = tp + fp + fn + tn
    precision, recall, specificity = divided(tp, tp + fp), divided(tp, tp + fn), divided(tn, tn + fp)
    both = None if recall is None or specificity is None else (recall + specificity) / 2
    f1 = None
    if precision is not None and recall is not None:
        f1 = divided(2 * precision * recall, precision + recall)
    metrics = {
        "accuracy": divided(tp + tn, total),
        "precision": precision,
        "recall": recall,
        "sensitivity": recall,
        "specificity": specificity,
        "npv": divided(tn, tn + fn),
        "f1_score": f1,
        "balanced_accuracy": both,
        "false_positive_rate": divided(fp, fp + tn),
        "false_negative_rate": divided(fn, fn + tp),
        "prevalence": divided(tp + fn, total),
    }
    return {name: rounded(value) for name, value in metrics.items()}


def same(ours: dict[str, MetricValue], theirs: dict[str, MetricValue]) -> None:
    assert {name: (type(value), value) for name, value in ours.items()} == {
        name: (type(value), value) for name, value in theirs.items()
    }


@given(tp=COUNTS, fp=COUNTS, fn=COUNTS, tn=COUNTS)
@example(tp=1, fp=127, fn=0, tn=0)  # a tie: 1/128 is 0.0078125
@example(tp=3, fp=125, fn=0, tn=0)
def test_every_metric_of_counts_is_the_exact_fraction_rounded_once(tp: int, fp: int, fn: int, tn: int) -> None:
    metrics = CONFUSION.metrics(Cells(tp, fp, fn, tn))
    mcc = metrics.pop("mcc")

    same(metrics, as_oracle(tp, fp, fn, tn))

    squared = (tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)
    if squared == 0:
        assert mcc is None
    else:
        with localcontext(prec=100):
            exact = Decimal(tp * tn - fp * fn) / Decimal(squared).sqrt()
            theirs = round(exact, 6)
        assert mcc == float(theirs)
        assert str(mcc) not in {"-0.0", "0.0", "1.0", "-1.0"}


@pytest.mark.parametrize("cells", list(product((0, 7), repeat=4)))
def test_where_cells_are_zero_exactly_what_divides_by_zero_is_null(cells: tuple[int, int, int, int]) -> None:
    tp, fp, fn, tn = cells
    metrics = CONFUSION.metrics(Cells(*cells))

    null = {name for name, value in metrics.items() if value is None}
    conditions = {
        "accuracy": tp + fp + fn + tn == 0,
        "prevalence": tp + fp + fn + tn == 0,
        "precision": tp + fp == 0,
        "recall": tp + fn == 0,
        "sensitivity": tp + fn == 0,
        "false_negative_rate": tp + fn == 0,
        "specificity": tn + fp == 0,
        "false_positive_rate": tn + fp == 0,
        "npv": tn + fn == 0,
        "balanced_accuracy": tp + fn == 0 or tn + fp == 0,
        "mcc": 0 in {tp + fp, tp + fn, tn + fp, tn + fn},
        "f1_score": tp == 0,
    }
    assert null == {name for name, is_zero in conditions.items() if is_zero}
    assert metrics.keys() == conditions.keys()


@given(sensitivity=PERCENT, specificity=PERCENT, prevalence=PERCENT)
@example(sensitivity=100, specificity=100, prevalence=0)
@example(sensitivity=0, specificity=100, prevalence=50)
@example(sensitivity=100, specificity=0, prevalence=50)
@example(sensitivity=0, specificity=0, prevalence=50)
@example(sensitivity=50, specificity=0, prevalence=100)
@example(sensitivity=0, specificity=50, prevalence=100)
def test_every_figure_of_a_diagnostic_test_is_exact(sensitivity: int, specificity: int, prevalence: int) -> None:
    sens, spec, prev = (Fraction(percent, 100) for percent in (sensitivity, specificity, prevalence))
    positive, negative = divided(sens, 1 - spec), divided(1 - sens, spec)

    metrics = DIAGNOSTIC.metrics(DiagnosticTest(sensitivity, specificity, prevalence, 100))

    expected = {
        "ppv": divided(sens * prev, sens * prev + (1 - spec) * (1 - prev)),
        "npv": divided(spec * (1 - prev), spec * (1 - prev) + (1 - sens) * prev),
        "likelihood_ratio_positive": positive,
        "likelihood_ratio_negative": negative,
        "diagnostic_odds_ratio": divided(positive, negative),
    }
    same(metrics, {name: rounded(value) for name, value in expected.items()})


@given(precision=PERCENT, recall=PERCENT, beta=st.integers(0, 500))
@example(precision=0, recall=0, beta=100)
@example(precision=50, recall=0, beta=0)
@example(precision=0, recall=50, beta=100)
def test_f_beta_of_rates_is_exact(precision: int, recall: int, beta: int) -> None:
    p, r, b = Fraction(precision, 100), Fraction(recall, 100), Fraction(beta, 100)

    metrics = FBETA.metrics(FBetaArguments((precision, 100), (recall, 100), (beta, 100)))

    same(metrics, {"fbeta_score": rounded(divided((1 + b**2) * p * r, b**2 * p + r))})


@given(tp=COUNTS, fp=COUNTS, fn=COUNTS, beta=st.integers(0, 500))
def test_f_beta_of_counts_is_that_of_their_precision_and_recall(tp: int, fp: int, fn: int, beta: int) -> None:
    p, r, b = divided(tp, tp + fp), divided(tp, tp + fn), Fraction(beta, 100)
    expected = None if p is None or r is None else divided((1 + b**2) * p * r, b**2 * p + r)

    metrics = FBETA.metrics(FBetaArguments((tp, tp + fp), (tp, tp + fn), (beta, 100)))

    same(metrics, {"fbeta_score": rounded(expected)})
    if beta == 100:
        assert metrics["fbeta_score"] == CONFUSION.metrics(Cells(tp, fp, fn, 1))["f1_score"]


@given(numerator=st.integers(-(10**9), 10**9), root=st.integers(1, 10**9))
def test_a_root_that_is_whole_gives_what_the_fraction_gives(numerator: int, root: int) -> None:
    value = ratio_to_root(numerator, root**2)

    assert value == rounded(Fraction(numerator, root))
    assert repr(value) != "-0.0"
    if numerator >= 0:
        assert ratio(numerator, root) == value


def test_every_table_names_each_figure_once_and_explains_it() -> None:
    for calculator in (CONFUSION, DIAGNOSTIC, FBETA):
        names = [entry.name for entry in calculator.entries]
        assert len(names) == len(set(names))
        assert all(entry.metric.definition.endswith(".") and entry.metric.formula for entry in calculator.entries)
