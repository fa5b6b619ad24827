"""The calculator API: one table for each calculator, from which the service, its documentation and its tests derive.

All arithmetic is on integers: a rate is a number of parts of a common whole, so that 0.95 is 95/100 and nothing else.
"""

from collections.abc import Callable
from typing import Generic, NamedTuple, TypeVar

from shared.evaluation.calculators.exact_rounding import MetricValue, ratio, ratio_to_root
from shared.evaluation.metrics import CATALOGUE, Metric
from shared.evaluation.rates import binary_mcc, f1, precision, recall

T = TypeVar("T")


class Cells(NamedTuple):
    """The four cells of a binary confusion matrix."""

    tp: int
    fp: int
    fn: int
    tn: int


class DiagnosticTest(NamedTuple):
    """The rates of a diagnostic test, in parts of `whole`."""

    sensitivity: int
    specificity: int
    prevalence: int
    whole: int


class FBetaArguments(NamedTuple):
    """Precision, recall and beta, each as a numerator over a denominator; a denominator of 0 is an undefined rate."""

    precision: tuple[int, int]
    recall: tuple[int, int]
    beta: tuple[int, int]


class Entry(NamedTuple, Generic[T]):
    """One metric of a calculator: its name in answers, its definition, its denominator and its exact computation."""

    name: str
    metric: Metric
    denominator: str
    of: Callable[[T], MetricValue]


class Calculator(NamedTuple, Generic[T]):
    """A calculator: its metrics, and the texts of every answer."""

    message: str
    note: str
    purpose: str
    entries: tuple[Entry[T], ...]

    def metrics(self, arguments: T) -> dict[str, MetricValue]:
        """Compute every metric of the table, by name."""
        return {entry.name: entry.of(arguments) for entry in self.entries}

    def formula(self, name: str) -> str:
        """The formula of one metric."""
        (formula,) = (entry.metric.formula for entry in self.entries if entry.name == name)
        return formula


def fbeta_score(arguments: FBetaArguments) -> MetricValue:
    """F-beta; None where precision or recall is undefined, or its denominator is zero."""
    (p, p_whole), (r, r_whole), (b, b_whole) = arguments
    if p_whole == 0 or r_whole == 0:
        return None
    numerator = (b_whole**2 + b**2) * p * r
    return ratio(numerator, b**2 * p * r_whole + b_whole**2 * r * p_whole)


def _mcc(c: Cells) -> MetricValue:
    return ratio_to_root(*binary_mcc(*c))


def _balanced_accuracy(c: Cells) -> MetricValue:
    positives, negatives = c.tp + c.fn, c.tn + c.fp
    return ratio(c.tp * negatives + c.tn * positives, 2 * positives * negatives)


def _f1(c: Cells) -> MetricValue:
    # Precision and recall are both undefined or 0 without a true positive, and so is the formula's denominator.
    return ratio(*f1(c.tp, c.tp + c.fn, c.tp + c.fp)) if c.tp else None


def _ppv(t: DiagnosticTest) -> MetricValue:
    true = t.sensitivity * t.prevalence
    return ratio(true, true + (t.whole - t.specificity) * (t.whole - t.prevalence))


def _npv(t: DiagnosticTest) -> MetricValue:
    true = t.specificity * (t.whole - t.prevalence)
    return ratio(true, true + (t.whole - t.sensitivity) * t.prevalence)


def _odds_ratio(t: DiagnosticTest) -> MetricValue:
    # Where LR− has no denominator the quotient of the two has none either.
    if t.specificity == 0:
        return None
    missed, false = t.whole - t.sensitivity, t.whole - t.specificity
    return ratio(t.sensitivity * t.specificity, missed * false)


def _recall(c: Cells) -> MetricValue:
    return ratio(*recall(c.tp, c.tp + c.fn, c.tp + c.fp))


CONFUSION = Calculator[Cells](
    "Confusion metrics",
    "From a binary confusion matrix. MCC (Matthews correlation, −1…1) is robust to class imbalance.",
    "Accuracy, precision, recall, F1, MCC and more from tp/fp/fn/tn.",
    (
        Entry("accuracy", CATALOGUE["accuracy.class"], "TP+FP+FN+TN", lambda c: ratio(c.tp + c.tn, sum(c))),
        Entry(
            "precision",
            CATALOGUE["precision.class"],
            "TP+FP",
            lambda c: ratio(*precision(c.tp, c.tp + c.fn, c.tp + c.fp)),
        ),
        Entry("recall", CATALOGUE["recall.class"], "TP+FN", _recall),
        Entry("sensitivity", CATALOGUE["recall.class"], "TP+FN", _recall),
        Entry("specificity", CATALOGUE["specificity.class"], "TN+FP", lambda c: ratio(c.tn, c.tn + c.fp)),
        Entry("npv", CATALOGUE["npv.class"], "TN+FN", lambda c: ratio(c.tn, c.tn + c.fn)),
        Entry("f1_score", CATALOGUE["f1.class"], "P+R", _f1),
        Entry("mcc", CATALOGUE["mcc.class"], "√((TP+FP)(TP+FN)(TN+FP)(TN+FN))", _mcc),
        Entry("balanced_accuracy", CATALOGUE["balanced_accuracy.class"], "(TP+FN)(TN+FP)", _balanced_accuracy),
        Entry(
            "false_positive_rate", CATALOGUE["false_positive_rate.class"], "TN+FP", lambda c: ratio(c.fp, c.tn + c.fp)
        ),
        Entry(
            "false_negative_rate", CATALOGUE["false_negative_rate.class"], "TP+FN", lambda c: ratio(c.fn, c.tp + c.fn)
        ),
        Entry("prevalence", CATALOGUE["prevalence.class"], "TP+FP+FN+TN", lambda c: ratio(c.tp + c.fn, sum(c))),
    ),
)

DIAGNOSTIC = Calculator[DiagnosticTest](
    "Diagnostic test",
    "Bayesian PPV/NPV combine the test's sensitivity/specificity with the prevalence (pre-test probability). "
    "LR+ = sens/(1−spec).",
    "PPV, NPV and likelihood ratios from sensitivity, specificity and prevalence.",
    (
        Entry("ppv", CATALOGUE["ppv.screening"], "sens·prev + (1−spec)(1−prev)", _ppv),
        Entry("npv", CATALOGUE["npv.screening"], "spec·(1−prev) + (1−sens)·prev", _npv),
        Entry(
            "likelihood_ratio_positive",
            CATALOGUE["plr.screening"],
            "1−spec",
            lambda t: ratio(t.sensitivity, t.whole - t.specificity),
        ),
        Entry(
            "likelihood_ratio_negative",
            CATALOGUE["nlr.screening"],
            "spec",
            lambda t: ratio(t.whole - t.sensitivity, t.specificity),
        ),
        Entry("diagnostic_odds_ratio", CATALOGUE["dor.screening"], "(1−spec), spec, LR−", _odds_ratio),
    ),
)

FBETA = Calculator[FBetaArguments](
    "F-beta",
    "Fβ = (1+β²)·P·R / (β²·P + R). β = 1 is the F1 score; β > 1 weights recall, β < 1 weights precision.",
    "F-beta score from precision & recall (or tp/fp/fn) for any beta.",
    (Entry("fbeta_score", CATALOGUE["f_beta.screening"], "β²·P + R; for counts also TP+FP and TP+FN", fbeta_score),),
)
