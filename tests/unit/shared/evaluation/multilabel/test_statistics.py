"""Multi-label metrics are those of scikit-learn, of PyCM and of exact fractions."""

import json
import warnings
from collections.abc import Callable
from dataclasses import asdict
from fractions import Fraction
from typing import Any

import numpy as np
import pycm
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from sklearn.metrics import accuracy_score, hamming_loss, jaccard_score, precision_recall_fscore_support

from shared.evaluation.inputs.label_sets import Hot, Limits, Multihot, multihot
from shared.evaluation.multilabel.statistics import Average, MultiLabelResult, evaluate

WAYS = "micro", "macro", "weighted", "samples"


def shaped(columns: int) -> st.SearchStrategy[Multihot]:
    shapes = st.tuples(st.integers(1, 12), st.integers(columns, 5))
    hot = shapes.flatmap(lambda shape: arrays.arrays(np.uint8, (2, *shape), elements=st.integers(0, 1)))
    return hot.map(lambda pair: Multihot(tuple(range(pair.shape[2])), *pair))


# scikit-learn takes a single column for a binary classifier.
for_scikit_learn = shaped(2)
any_shape = shaped(1)


def or_none(value: float) -> Any:
    return None if np.isnan(value) else pytest.approx(value, rel=1e-12, abs=1e-15)


def averages_of(result: MultiLabelResult) -> dict[str, dict[str, float | None]]:
    return {name: asdict(getattr(result.averages, name)) for name in ("precision", "recall", "f1", "jaccard")}


@given(for_scikit_learn)
def test_averages_are_scikit_learns(data: Multihot) -> None:
    ours = averages_of(evaluate(data))
    theirs: dict[str, dict[str, Any]] = {"precision": {}, "recall": {}, "f1": {}}
    for way in WAYS:
        metrics = precision_recall_fscore_support(
            data.actual,
            data.predicted,
            average=way,
            zero_division=np.nan,
        )
        for name, value in zip(theirs, metrics, strict=False):
            theirs[name][way] = or_none(value)
    jaccard = ours.pop("jaccard")
    assert ours == theirs
    assert jaccard == jaccard_by_scikit_learn(data)


def jaccard_by_scikit_learn(data: Multihot) -> dict[str, Any]:
    """Over the classes and samples that have a label, as `jaccard_score` itself leaves nothing out."""
    labelled = (data.actual | data.predicted).astype(bool)
    if not labelled.any():
        return dict.fromkeys(WAYS)
    classes = labelled.any(axis=0)
    support = data.actual.sum(axis=0)[classes]
    per_class = jaccard_score(data.actual, data.predicted, average=None, zero_division=0)[classes]
    samples = labelled.any(axis=1)
    return {
        "micro": or_none(jaccard_score(data.actual, data.predicted, average="micro")),
        "macro": or_none(per_class.mean()),
        "weighted": or_none(np.average(per_class, weights=support if support.any() else None)),
        "samples": or_none(jaccard_score(data.actual[samples], data.predicted[samples], average="samples")),
    }


@given(for_scikit_learn)
def test_losses_and_shares_of_single_classes_are_scikit_learns(data: Multihot) -> None:
    result = evaluate(data)
    assert result.averages.subset_accuracy == pytest.approx(accuracy_score(data.actual, data.predicted))
    assert result.averages.hamming_loss == pytest.approx(hamming_loss(data.actual, data.predicted))
    theirs = precision_recall_fscore_support(data.actual, data.predicted, average=None, zero_division=np.nan)
    shares = result.class_shares
    for our, their in zip((shares.precision, shares.recall, shares.f1), theirs, strict=False):
        np.testing.assert_allclose(our, their, rtol=1e-12)
    assert result.support.tolist() == theirs[3].tolist()


def share(part: int, whole: int) -> Fraction | None:
    return Fraction(part, whole) if whole else None


def mean(values: list[Fraction | None], weights: list[int] | None = None) -> Any:
    known = [
        (value, weight) for value, weight in zip(values, weights or [1] * len(values), strict=True) if value is not None
    ]
    if not known:
        return None
    if not any(weight for _, weight in known):
        known = [(value, 1) for value, _ in known]
    total = sum((value * weight for value, weight in known), Fraction()) / sum(weight for _, weight in known)
    return pytest.approx(float(total), rel=1e-12)


def by_fractions(actual: Hot, predicted: Hot) -> dict[str, dict[str, Any]]:
    def cells(first: Any, second: Any) -> tuple[int, int, int]:
        pairs = list(zip(first, second, strict=True))
        return pairs.count((1, 1)), pairs.count((0, 1)), pairs.count((1, 0))

    formulas: dict[str, Callable[[int, int, int], Fraction | None]] = {
        "precision": lambda tp, fp, _: share(tp, tp + fp),
        "recall": lambda tp, _, fn: share(tp, tp + fn),
        "f1": lambda tp, fp, fn: share(2 * tp, 2 * tp + fp + fn),
        "jaccard": lambda tp, fp, fn: share(tp, tp + fp + fn),
    }
    rows = [cells(*pair) for pair in zip(actual.tolist(), predicted.tolist(), strict=True)]
    columns = [cells(*pair) for pair in zip(actual.T.tolist(), predicted.T.tolist(), strict=True)]
    support = [sum(column) for column in actual.T.tolist()]
    return {
        name: {
            "micro": mean([formula(*(sum(part) for part in zip(*columns, strict=True)))]),
            "macro": mean([formula(*column) for column in columns]),
            "weighted": mean([formula(*column) for column in columns], support),
            "samples": mean([formula(*row) for row in rows]),
        }
        for name, formula in formulas.items()
    }


@given(any_shape)
def test_averages_are_exact_fractions_over_what_is_defined(data: Multihot) -> None:
    assert averages_of(evaluate(data)) == by_fractions(data.actual, data.predicted)


def by_pycm(actual: list[int], predicted: list[int]) -> dict[str, Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        theirs = pycm.ConfusionMatrix(actual, predicted)
    names = {"accuracy": "Overall_ACC", "precision": "PPV_Macro", "recall": "TPR_Macro", "f1": "F1_Macro"}
    record = {name: getattr(theirs, attribute) for name, attribute in names.items()}
    counts = [[0, 0], [0, 0]]
    for cell in zip(actual, predicted, strict=True):
        counts[cell[0]][cell[1]] += 1
    return {name: None if value == "None" else value for name, value in record.items()} | {"confusion_matrix": counts}


@given(any_shape)
def test_matrices_of_classes_and_samples_are_pycms(data: Multihot) -> None:
    result = evaluate(data)
    columns = zip(data.actual.T.tolist(), data.predicted.T.tolist(), strict=True)
    rows = zip(data.actual.tolist(), data.predicted.tolist(), strict=True)
    assert result.by_class.records() == [by_pycm(*column) for column in columns]
    assert result.by_sample.records() == [by_pycm(*row) for row in rows]


@given(any_shape, st.randoms(use_true_random=False))
def test_the_order_of_samples_means_nothing(data: Multihot, random: Any) -> None:
    order = list(range(len(data.actual)))
    random.shuffle(order)
    before, after = evaluate(data), evaluate(Multihot(data.classes, data.actual[order], data.predicted[order]))
    assert after.by_class.records() == before.by_class.records()
    assert after.by_sample.records() == [before.by_sample.records()[index] for index in order]
    assert averages_of(after) == {
        name: {way: None if value is None else pytest.approx(value) for way, value in ways.items()}
        for name, ways in averages_of(before).items()
    }


@given(any_shape)
def test_swapping_the_vectors_swaps_precision_and_recall(data: Multihot) -> None:
    before = averages_of(evaluate(data))
    after = averages_of(evaluate(Multihot(data.classes, data.predicted, data.actual)))
    for way in ("micro", "macro", "samples"):
        assert (after["precision"][way], after["recall"][way]) == (before["recall"][way], before["precision"][way])
        assert (after["f1"][way], after["jaccard"][way]) == (before["f1"][way], before["jaccard"][way])


def test_two_samples_by_hand() -> None:
    limits = Limits(classes=10, label_length=10, cells=100)
    data = multihot([["class1", "class2"], ["class1"]], [["class1"], ["class1"]], limits=limits)
    result = evaluate(data)
    absent = {"accuracy": 0.5, "precision": None, "recall": 0.5, "f1": 1 / 3, "confusion_matrix": [[1, 0], [1, 0]]}
    always = {"accuracy": 1.0, "precision": None, "recall": None, "f1": None, "confusion_matrix": [[0, 0], [0, 2]]}
    perfect = {"accuracy": 1.0, "precision": 1.0, "recall": 1.0, "f1": 1.0, "confusion_matrix": [[1, 0], [0, 1]]}
    half = {"accuracy": 0.5, "precision": 0.5, "recall": None, "f1": 1 / 3, "confusion_matrix": [[0, 0], [1, 1]]}
    assert result.by_class.records() == [always, absent]
    assert result.by_sample.records() == [half, perfect]
    assert result.averages.precision == Average(micro=1.0, macro=1.0, weighted=1.0, samples=1.0)
    assert result.averages.recall == Average(micro=2 / 3, macro=0.5, weighted=2 / 3, samples=0.75)
    assert (result.averages.subset_accuracy, result.averages.hamming_loss) == (0.5, 0.25)


def test_nothing_is_defined_without_labels() -> None:
    nothing = np.zeros((2, 3), np.uint8)
    result = evaluate(Multihot((1, 2, 3), nothing, nothing))
    undefined = Average(micro=None, macro=None, weighted=None, samples=None)
    averages = result.averages
    assert [averages.precision, averages.recall, averages.f1, averages.jaccard] == [undefined] * 4
    assert (averages.subset_accuracy, averages.hamming_loss) == (1.0, 0.0)
    assert json.loads(json.dumps([result.by_sample.records(), asdict(averages)], allow_nan=False))


def test_20_000_samples_of_50_classes_are_scikit_learns() -> None:
    rng = np.random.default_rng(0)
    actual = (rng.random((20_000, 50)) < 0.1).astype(np.uint8)
    predicted = actual ^ (rng.random((20_000, 50)) < 0.02)
    data = Multihot(tuple(range(50)), actual, predicted)
    ours = averages_of(evaluate(data))
    jaccard = jaccard_by_scikit_learn(data)
    for way in WAYS:
        theirs = precision_recall_fscore_support(actual, predicted, average=way, zero_division=np.nan)[:3]
        assert [ours[name][way] for name in ours] == [*map(or_none, theirs), jaccard[way]]
