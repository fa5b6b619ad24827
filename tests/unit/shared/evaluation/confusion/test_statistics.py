"""Metrics from counts are those of PyCM from vectors, of scikit-learn, and of exact fractions."""

import json
import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from fractions import Fraction
from functools import partial
from itertools import product
from typing import Any

import numpy as np
import pycm
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from sklearn.metrics import accuracy_score, precision_recall_fscore_support

from shared.evaluation.confusion.counting import count
from shared.evaluation.confusion.matrix import ConfusionMatrix
from shared.evaluation.confusion.statistics import Statistics, Summary, Value, plain, statistics, summary
from shared.evaluation.inputs.labels import factorise

factorised = partial(factorise, max_classes=500, max_label_length=500)
samples = st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from("abcd")), min_size=1, max_size=40)
squares = st.integers(1, 6).flatmap(
    lambda k: arrays.arrays(np.int64, (k, k), elements=st.one_of(st.just(0), st.integers(0, 5), st.integers(0, 10**9)))
)


def matrix_of(counts: Any) -> ConfusionMatrix:
    counts = np.array(counts, np.int64)
    return ConfusionMatrix(tuple(range(len(counts))), counts)


def split(pairs: list[tuple[str, str]]) -> tuple[list[str], list[str]]:
    return [actual for actual, _ in pairs], [predicted for _, predicted in pairs]


def as_null(value: Any) -> Any:
    if isinstance(value, tuple):
        return None if value == ("None", "None") else tuple(map(as_null, value))
    return None if value == "None" or (isinstance(value, float) and not math.isfinite(value)) else value


def mean(shares: list[Fraction | None]) -> Fraction | None:
    known = [share for share in shares if share is not None]
    return sum(known, Fraction()) / len(known) if len(known) == len(shares) else None


def by_fractions(counts: list[list[int]]) -> dict[str, Fraction | None]:
    def share(part: int, whole: int) -> Fraction | None:
        return Fraction(part, whole) if whole else None

    classes = range(len(counts))
    hits = [counts[i][i] for i in classes]
    actual = [sum(counts[i]) for i in classes]
    predicted = [sum(row[i] for row in counts) for i in classes]
    return {
        "accuracy": share(sum(hits), sum(actual)),
        "precision": mean([share(*pair) for pair in zip(hits, predicted, strict=True)]),
        "recall": mean([share(*pair) for pair in zip(hits, actual, strict=True)]),
        "f1": mean([share(2 * hits[i], actual[i] + predicted[i]) for i in classes]),
    }


@pytest.mark.parametrize(
    ("actual", "predicted", "expected"),
    [
        ([0, 1, 0, 1], [0, 1, 1, 1], Summary(accuracy=0.75, precision=5 / 6, recall=0.75, f1=11 / 15)),
        (
            [1, 0, 1, 1, 0, 1, 0, 0],
            [1, 0, 1, 0, 0, 1, 1, 0],
            Summary(accuracy=0.75, precision=0.75, recall=0.75, f1=0.75),
        ),
        (["only"] * 3, ["only"] * 3, Summary(accuracy=1.0, precision=1.0, recall=1.0, f1=1.0)),
        ([0, 1], [0, 0], Summary(accuracy=0.5, precision=None, recall=0.5, f1=1 / 3)),
        ([0, 0], [0, 1], Summary(accuracy=0.5, precision=0.5, recall=None, f1=1 / 3)),
        ([0], [1], Summary(accuracy=0.0, precision=None, recall=None, f1=0.0)),
    ],
)
def test_the_summary_of_known_vectors(actual: list[Any], predicted: list[Any], expected: Summary) -> None:
    assert asdict(summary(count(factorised(actual, predicted)))) == pytest.approx(asdict(expected), abs=1e-15)


@given(squares)
def test_the_summary_is_that_of_exact_fractions(counts: np.ndarray[Any, Any]) -> None:
    metrics = asdict(summary(matrix_of(counts)))
    for name, exact in by_fractions(counts.tolist()).items():
        assert metrics[name] == (None if exact is None else pytest.approx(float(exact), rel=1e-14)), name


def test_the_summary_of_500_classes_is_that_of_exact_fractions() -> None:
    counts = np.random.default_rng(0).integers(0, 10**9, (500, 500))
    exact = {name: float(value or 0) for name, value in by_fractions(counts.tolist()).items()}
    assert asdict(summary(matrix_of(counts))) == pytest.approx(exact, rel=1e-14)


@given(samples)
def test_the_summary_is_scikit_learns(pairs: list[tuple[str, str]]) -> None:
    vectors = split(pairs)
    per_class = precision_recall_fscore_support(*vectors, zero_division=np.nan)[:3]
    means = [None if np.isnan(values).any() else pytest.approx(values.mean()) for values in per_class]
    metrics = summary(count(factorised(*vectors)))
    assert [metrics.precision, metrics.recall, metrics.f1] == means
    assert metrics.accuracy == pytest.approx(accuracy_score(*vectors))


@given(samples.filter(lambda pairs: len({label for pair in pairs for label in pair}) > 1))
def test_summary_and_statistics_are_pycms_from_vectors(pairs: list[tuple[str, str]]) -> None:
    vectors = split(pairs)
    theirs = pycm.ConfusionMatrix(*vectors)
    matrix = count(factorised(*vectors))
    macro = theirs.Overall_ACC, theirs.PPV_Macro, theirs.TPR_Macro, theirs.F1_Macro
    assert tuple(asdict(summary(matrix)).values()) == tuple(map(as_null, macro))
    overall = {name: as_null(value) for name, value in theirs.overall_stat.items()}
    overall["P-Value"] = max(overall["P-Value"], 0)
    per_class = {
        name: tuple(as_null(values[label]) for label in theirs.classes) for name, values in theirs.class_stat.items()
    }
    assert statistics(matrix) == Statistics(overall, per_class)


@given(squares)
def test_swapping_the_vectors_swaps_precision_and_recall(counts: np.ndarray[Any, Any]) -> None:
    before, after = summary(matrix_of(counts)), summary(matrix_of(counts.T))
    assert after == Summary(before.accuracy, before.recall, before.precision, before.f1)


def values_of(result: Statistics) -> list[Value]:
    flat = [*result.overall.values(), *(value for values in result.per_class.values() for value in values)]
    return [part for value in flat for part in (value if isinstance(value, tuple) else (value,))]


SPECIAL = {
    "nothing counted": [[0, 0], [0, 0]],
    "one class": [[3]],
    "one class, nothing counted": [[0]],
    "a class that never occurs and is never predicted": [[2, 0, 1], [0, 0, 0], [1, 0, 2]],
    "one cell": [[0, 5], [0, 0]],
    "perfect": [[5, 0], [0, 5]],
    "all wrong": [[0, 5], [5, 0]],
    "past the range of P-Value": [[600, 1], [2, 700]],
    "large": [[10**9, 1], [3, 10**9]],
}


@pytest.mark.parametrize("counts", SPECIAL.values(), ids=SPECIAL.keys())
def test_statistics_are_plain_and_json_safe(counts: list[list[int]]) -> None:
    result = statistics(matrix_of(counts))
    assert {type(value) for value in values_of(result)} <= {int, float, str, type(None)}
    assert "None" not in values_of(result)
    assert not [value for value in values_of(result) if value == 0 and math.copysign(1, float(value)) < 0]
    assert json.loads(json.dumps(asdict(result), allow_nan=False))
    assert {len(values) for values in result.per_class.values()} == {len(counts)}
    assert (len(result.overall), len(result.per_class)) == (69, 65)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (math.nan, None),
        (-math.inf, None),
        ("None", None),
        (("None", "None"), None),
        ((math.nan, 0.5), (None, 0.5)),
        ((0.25, 0.5), (0.25, 0.5)),
        (7, 7),
        ("Strong", "Strong"),
    ],
)
def test_what_is_undefined_becomes_none(value: object, shown: Value) -> None:
    assert plain(value) == shown


def test_a_class_that_never_occurs_has_no_shares_of_its_own() -> None:
    matrix = matrix_of(SPECIAL["a class that never occurs and is never predicted"])
    assert summary(matrix) == Summary(accuracy=4 / 6, precision=None, recall=None, f1=None)
    result = statistics(matrix)
    assert {name: result.per_class[name] for name in ("TPR", "PPV", "F1", "P", "TNR")} == {
        "TPR": (2 / 3, None, 2 / 3),
        "PPV": (2 / 3, None, 2 / 3),
        "F1": (2 / 3, None, 2 / 3),
        "P": (3, 0, 3),
        "TNR": (2 / 3, 1.0, 2 / 3),
    }
    assert [result.overall[name] for name in ("Overall ACC", "TPR Macro", "PPV Macro", "F1 Macro")] == [
        4 / 6,
        None,
        None,
        None,
    ]


def test_one_class_is_answered_for_itself_alone() -> None:
    result = statistics(matrix_of([[3]]))
    names = "Overall ACC", "PPV Macro", "TPR Macro", "F1 Macro", "TNR Macro", "RR", "CBA", "Kappa", "Kappa 95% CI"
    assert {name: result.overall[name] for name in names} == {
        "Overall ACC": 1.0,
        "PPV Macro": 1.0,
        "TPR Macro": 1.0,
        "F1 Macro": 1.0,
        "TNR Macro": None,
        "RR": 3.0,
        "CBA": 1.0,
        "Kappa": None,
        "Kappa 95% CI": None,
    }
    counted = {name: result.per_class[name] for name in ("TP", "TN", "FP", "FN", "POP", "TPR", "PPV", "F1", "TNR")}
    assert counted == {
        "TP": (3,),
        "TN": (0,),
        "FP": (0,),
        "FN": (0,),
        "POP": (3,),
        "TPR": (1.0,),
        "PPV": (1.0,),
        "F1": (1.0,),
        "TNR": (None,),
    }


def test_counts_of_a_thousand_million_are_exact() -> None:
    large = 10**9
    result = statistics(matrix_of([[large, 1], [3, large]]))
    counted = {name: result.per_class[name] for name in ("TP", "FN", "FP", "TN", "POP", "TOP")}
    assert counted == {
        "TP": (large, large),
        "FN": (1, 3),
        "FP": (3, 1),
        "TN": (large, large),
        "POP": (2 * large + 4,) * 2,
        "TOP": (large + 3, large + 1),
    }
    assert result.overall["Zero-one Loss"] == 4
    root = math.sqrt(Fraction((large + 3) * (large + 1) * (large + 1) * (large + 3)))
    assert result.overall["Overall MCC"] == pytest.approx((large**2 - 3) / root, rel=1e-12)
    pairs = [n * (n - 1) // 2 for n in (large, 1, 3, large)]
    rows = [n * (n - 1) // 2 for n in (large + 1, large + 3)]
    chance = Fraction(sum(rows) ** 2, (2 * large + 4) * (2 * large + 3) // 2)
    assert result.overall["ARI"] == pytest.approx(float((sum(pairs) - chance) / (sum(rows) - chance)), rel=1e-9)


def test_the_p_value_is_a_probability_wherever_pycm_gives_one() -> None:
    values = [
        statistics(matrix_of([[a, b], [c, d]])).overall["P-Value"] for a, b, c, d in product((0, 1, 7, 40), repeat=4)
    ]
    assert all(isinstance(value, int | float) and 0 <= value <= 1 + 1e-12 for value in values if value is not None)
    assert sum(value is not None for value in values) > 200


def test_statistics_agree_between_threads() -> None:
    rng = np.random.default_rng(0)
    matrices = [matrix_of(rng.integers(0, 50, (k, k))) for k in range(2, 18)]
    expected = list(map(statistics, matrices))
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(statistics, matrices * 4)) == expected * 4
