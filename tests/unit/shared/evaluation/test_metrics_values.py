"""Every metric has a value in its range, or is undefined for a reason that the catalogue names, and others agree."""

import ast
import math
import warnings
from typing import Any

import numpy as np
import pycm
import pytest
import sklearn.metrics
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from shared.evaluation.calculators.tables import CONFUSION, DIAGNOSTIC, FBETA, Cells, DiagnosticTest, FBetaArguments
from shared.evaluation.confusion.matrix import ConfusionMatrix
from shared.evaluation.curves.one_vs_rest import measure_curves
from shared.evaluation.detection.geometry.objects import Objects
from shared.evaluation.detection.matching.agreement import agreement, overall, per_class
from shared.evaluation.detection.precision.average_precision import average_precision
from shared.evaluation.inputs.label_sets import Multihot
from shared.evaluation.metrics import CALCULATOR, CURVE, DETECTION, MULTILABEL, OVERALL, PER_CLASS, Metric
from shared.evaluation.metrics.circumstances import OF_CLASS, OF_MATRIX, ClassCounts, class_counts
from shared.evaluation.metrics.detection import DetectionResult
from shared.evaluation.metrics.matrix_result import MatrixResult
from shared.evaluation.multilabel.statistics import evaluate

Counts = Any

matrices = st.integers(1, 4).flatmap(
    lambda k: arrays.arrays(np.int64, (k, k), elements=st.one_of(st.just(0), st.integers(0, 3), st.integers(0, 200)))
)


def result_of(counts: Counts) -> MatrixResult:
    return MatrixResult(ConfusionMatrix(tuple(range(len(counts))), counts))


def vectors_of(counts: Counts) -> tuple[list[int], list[int]]:
    pairs = [(i, j) for i, row in enumerate(counts.tolist()) for j, n in enumerate(row) for _ in range(n)]
    return [actual for actual, _ in pairs], [predicted for _, predicted in pairs]


def holds(circumstance: str, result: MatrixResult) -> bool:
    if circumstance in OF_MATRIX:
        return OF_MATRIX[circumstance](result)
    return any(map(OF_CLASS[circumstance], class_counts(result)))


def holds_of(circumstance: str, one: ClassCounts, result: MatrixResult) -> bool:
    return OF_CLASS[circumstance](one) if circumstance in OF_CLASS else OF_MATRIX[circumstance](result)


def outside(metric: Metric, value: Any) -> bool:
    if isinstance(value, tuple):
        return any(outside(metric, half) for half in value)
    if metric.range is None or value is None:
        return not isinstance(value, str | None)
    low, high = metric.range
    return not low - 1e-9 <= value <= high + 1e-9


@settings(max_examples=60, deadline=None)
@given(matrices)
def test_a_matrix_has_each_overall_metric_unless_the_catalogue_says_why_not(counts: Counts) -> None:
    result = result_of(counts)
    for metric in OVERALL.metrics:
        value = metric.read(result)
        assert (value is None) == any(holds(why, result) for why in metric.undefined), metric.id
        assert not outside(metric, value), metric.id


@settings(max_examples=60, deadline=None)
@given(matrices)
def test_a_class_has_each_metric_unless_the_catalogue_says_why_not(counts: Counts) -> None:
    result = result_of(counts)
    for metric in PER_CLASS.metrics:
        values = metric.read(result)
        expected = [any(holds_of(why, one, result) for why in metric.undefined) for one in class_counts(result)]
        assert [value is None for value in values] == expected, metric.id
        assert not outside(metric, values), metric.id


@settings(max_examples=60, deadline=None)
# Krippendorff's correction for small samples, 1/(2·POP), presumes that there is one sample at least.
@given(matrices.filter(lambda counts: counts.sum() * 0.37 >= 1))
def test_weights_keep_every_metric_in_its_range(counts: Counts) -> None:
    result = result_of(counts * 0.37)
    for metric in (*OVERALL.metrics, *PER_CLASS.metrics):
        assert not outside(metric, metric.read(result)), metric.id


def as_null(value: Any) -> Any:
    if isinstance(value, tuple):
        return None if value == ("None", "None") else tuple(map(as_null, value))
    return None if value == "None" or (isinstance(value, float) and not math.isfinite(value)) else value


def close(value: Any) -> Any:
    return pytest.approx(value, rel=1e-9, abs=1e-12) if isinstance(value, float | tuple) else value


@settings(max_examples=30, deadline=None)
@given(matrices.filter(lambda counts: len(counts) > 1))
def test_what_has_a_name_of_pycms_has_its_value(counts: Counts) -> None:
    theirs = pycm.ConfusionMatrix(matrix={i: dict(enumerate(row)) for i, row in enumerate(counts.tolist())})
    result = result_of(counts)
    for metric in OVERALL.metrics:
        if metric.pycm == "Overall MCC" and metric.read(result) is None:
            continue  # PyCM calls it 0 where nothing can correlate
        if metric.pycm:
            assert metric.read(result) == close(as_null(theirs.overall_stat[metric.pycm])), metric.id
    for metric in PER_CLASS.metrics:
        values = theirs.class_stat[str(metric.pycm)]
        assert list(metric.read(result)) == [close(as_null(values[i])) for i in range(len(counts))], metric.id


def call(metric: Metric, *data: Any, **more: Any) -> Any:
    """What scikit-learn answers to the call that the catalogue names."""
    expression = ast.parse(str(metric.sklearn), mode="eval").body
    assert isinstance(expression, ast.Call)
    assert isinstance(expression.func, ast.Name)
    options = {str(keyword.arg): ast.literal_eval(keyword.value) for keyword in expression.keywords}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        answer = getattr(sklearn.metrics, expression.func.id)(*data, **options, **more)
    return answer.tolist() if isinstance(answer, np.ndarray) else answer


@settings(max_examples=60, deadline=None)
@given(matrices.filter(lambda counts: counts.sum() > 0))
def test_what_has_a_name_of_scikit_learns_has_its_value(counts: Counts) -> None:
    result, vectors = result_of(counts), vectors_of(counts)
    for metric in (*OVERALL.metrics, *PER_CLASS.metrics):
        if not metric.sklearn:
            continue
        value = metric.read(result)
        by_label = metric.averaging in {"class", "macro"} and metric.id != "balanced_accuracy"
        more = {"labels": list(range(len(counts)))} if by_label else {}
        theirs = call(metric, *vectors, **more)
        if metric.averaging == "class":
            pairs = [(mine, his) for mine, his in zip(value, theirs, strict=True) if mine is not None]
            assert [mine for mine, _ in pairs] == pytest.approx([his for _, his in pairs]), metric.id
        elif value is not None:
            assert value == pytest.approx(theirs), metric.id


@st.composite
def multihots(draw: st.DrawFn) -> Multihot:
    shape = draw(st.tuples(st.integers(1, 6), st.integers(2, 4)))
    actual, predicted = (draw(arrays.arrays(np.int8, shape, elements=st.integers(0, 1))) for _ in range(2))
    return Multihot(tuple(map(str, range(shape[1]))), actual, predicted)


@settings(max_examples=60, deadline=None)
@given(multihots())
def test_label_sets_have_every_metric_as_scikit_learn_has_it(data: Multihot) -> None:
    metrics = evaluate(data)
    for metric in MULTILABEL.metrics:
        value = metric.read(metrics)
        assert not outside(metric, value), metric.id
        if not metric.undefined:
            assert value is not None, metric.id
        if not metric.sklearn:
            continue
        rates = "precision" in metric.id or "recall" in metric.id or "f1" in metric.id
        theirs = call(metric, data.actual, data.predicted, **({"zero_division": np.nan} if rates else {}))
        if metric.averaging == "class":
            assert np.array(value, float) == pytest.approx(np.array(theirs, float), nan_ok=True), metric.id
        elif value is None:
            assert math.isnan(theirs) or "jaccard" in metric.id, metric.id
        elif metric.averaging != "weighted" or data.actual.any():
            assert value == pytest.approx(theirs), metric.id


def two_classes_occur(samples: list[tuple[int, ...]]) -> bool:
    return len({code for code, *_ in samples}) > 1


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 2), *[st.integers(0, 4)] * 3), min_size=2, max_size=12).filter(two_classes_occur)
)
def test_scores_have_every_metric_as_scikit_learn_has_it(samples: list[tuple[int, ...]]) -> None:
    codes = np.array([code for code, *_ in samples], np.uint8)
    weights = np.array([[a + 1, b + 1, c + 1] for _, a, b, c in samples], float)
    scores = weights / weights.sum(axis=1, keepdims=True)
    curves = measure_curves(scores, codes)
    every = len(set(codes.tolist())) == 3
    truth = codes[:, None] == np.arange(3)
    for metric in CURVE.metrics:
        value = metric.read(curves)
        assert not outside(metric, value), metric.id
        assert metric.averaging == "class" or value is not None, metric.id
        if metric.averaging == "class":
            assert [one is not None for one in value] == truth.any(axis=0).tolist(), metric.id
        if metric.sklearn and every:
            actual = codes if metric.sklearn.startswith("roc") else truth
            assert value == pytest.approx(call(metric, actual, scores)), metric.id


boxes = st.lists(st.tuples(st.integers(0, 1), st.integers(0, 3), st.integers(0, 10)), max_size=4)


def objects_of(side: list[tuple[int, int, int]]) -> Objects:
    corners = np.array([[10 * x, 0, 10 * x + 8, 8] for _, x, _ in side], float).reshape(-1, 4)
    return Objects(
        np.array([code for code, _, _ in side], np.int64), np.array([s / 10 for *_, s in side], float), corners
    )


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(boxes, boxes), min_size=1, max_size=2))
def test_found_objects_have_every_metric_unless_the_catalogue_says_why_not(images: list[Any]) -> None:
    pairs = [(objects_of(reference), objects_of(candidate)) for reference, candidate in images]
    names = ["a", "b"]
    matched = agreement(pairs, names, threshold=0.5)
    result = DetectionResult(overall(matched), per_class(matched), average_precision(pairs, names))
    actual, predicted = ([sum(code == i for image in images for code, *_ in image[s]) for i in (0, 1)] for s in (0, 1))
    empty = {
        "the ground truth has no object": not sum(actual),
        "the ground truth has no small object": not sum(actual),
        "the ground truth has no medium-sized object": True,
        "the ground truth has no large object": True,
        "the candidate has no object": not sum(predicted),
        "the reference has no object": not sum(actual),
        "neither side has an object": not sum(actual) + sum(predicted),
    }
    for metric in DETECTION.metrics:
        value = metric.read(result)
        assert not outside(metric, value), metric.id
        if metric.averaging == "class":
            (why,) = metric.undefined
            absent = {
                "{} never occurs": [a == 0 for a in actual],
                "{} is never predicted": [p == 0 for p in predicted],
                "{} neither occurs nor is predicted": [a + p == 0 for a, p in zip(actual, predicted, strict=True)],
            }[why]
            assert [one is None for one in value] == absent, metric.id
        else:
            assert (value is None) == any(empty[why] for why in metric.undefined), metric.id


@given(st.tuples(*[st.integers(0, 20)] * 4))
def test_the_calculators_give_the_positive_class_its_metrics(cells: tuple[int, int, int, int]) -> None:
    tp, fp, fn, tn = cells
    metrics = CONFUSION.metrics(Cells(*cells))
    values = result_of(np.array([[tn, fp], [fn, tp]]))
    for metric in PER_CLASS.metrics:
        if metric.field is None:
            continue
        of_class = metric.read(values)[1]
        if metric.field == "f1_score" and not tp:
            of_class = None  # 2PR/(P+R) has no value without a true positive
        rounded = None if of_class is None else pytest.approx(of_class, abs=1e-6)
        assert metrics[metric.field] == rounded, metric.id


@given(st.tuples(*[st.integers(0, 10)] * 3), st.integers(1, 4))
def test_a_diagnostic_test_has_every_metric_unless_the_catalogue_says_why_not(
    rates: tuple[int, int, int], beta: int
) -> None:
    sensitivity, specificity, prevalence = rates
    metrics = DIAGNOSTIC.metrics(DiagnosticTest(*rates, whole=10))
    metrics |= FBETA.metrics(FBetaArguments((sensitivity, 10), (specificity, prevalence), (beta, 1)))
    positives = sensitivity * prevalence + (10 - specificity) * (10 - prevalence)
    holds = {
        "no test is positive": positives == 0,
        "no test is negative": positives == 100,
        "the specificity is 1": specificity == 10,
        "the specificity is 0": specificity == 0,
        "the specificity is 0 or 1": specificity in {0, 10},
        "the sensitivity is 1": sensitivity == 10,
        "precision or recall is undefined": prevalence == 0,
        "β²·P + R is 0": sensitivity == specificity == 0,
    }
    for metric in CALCULATOR.metrics:
        value = metric.read(metrics)
        assert (value is None) == any(holds[why] for why in metric.undefined), metric.id
        assert metric.id == "f_beta.screening" or not outside(metric, value), metric.id
