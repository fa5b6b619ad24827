"""The time of multi-label metrics, beside PyCM, scikit-learn and the least that NumPy needs.

Run it as `python -m benchmarks.libraries.multilabel`.
"""

import argparse
import warnings
from collections.abc import Callable
from functools import partial
from statistics import median

import numpy as np
import pycm
from sklearn.metrics import accuracy_score, hamming_loss, jaccard_score, precision_recall_fscore_support
from sklearn.preprocessing import MultiLabelBinarizer

from benchmarks.libraries.counting import milliseconds
from shared.evaluation.inputs.label_sets import Limits, Multihot, multihot
from shared.evaluation.multilabel.statistics import MultiLabelResult, evaluate

Sets = list[list[str]]

LIMITS = Limits(classes=500, label_length=500, cells=50_000_000)
LABELS_PER_SAMPLE = 2
MISTAKES = 0.05
# One PyCM object per sample takes about 0.2 ms.
MAX_SAMPLES_FOR_PYCM = 2_000


def sample(size: int, k: int) -> tuple[Sets, Sets]:
    """Draw label lists at random, most of them predicted correctly."""
    rng = np.random.default_rng(size + k)
    actual = rng.random((size, k)) < LABELS_PER_SAMPLE / k
    predicted = actual ^ (rng.random((size, k)) < MISTAKES)
    first, second = ([[f"class {code}" for code in np.flatnonzero(row)] for row in hot] for hot in (actual, predicted))
    return first, second


def to_arrays(actual: Sets, predicted: Sets) -> Multihot:
    """Convert decoded lists to arrays, their types checked by the decoder, as the service does."""
    return multihot(actual, predicted, limits=LIMITS, types_checked=True)


def to_plain_values(metrics: MultiLabelResult) -> object:
    """Convert to plain values for JSON."""
    return metrics.by_class.records(), metrics.by_sample.records()


def whole(actual: Sets, predicted: Sets) -> object:
    """Convert decoded lists to plain values, both arrays included."""
    data = to_arrays(actual, predicted)
    return data.actual.tolist(), data.predicted.tolist(), to_plain_values(evaluate(data))


def floor(data: Multihot) -> object:
    """Count hits and margins of ready arrays along both axes."""
    hits = data.actual & data.predicted
    return [array.sum(axis) for array in (hits, data.actual, data.predicted) for axis in (0, 1)]


def by_pycm(actual: Sets, predicted: Sets) -> object:
    """Make one PyCM matrix for each class and sample, and four metrics of each."""
    data = pycm.MultiLabelCM(list(map(set, actual)), list(map(set, predicted)))
    matrices = [*map(data.get_cm_by_class, data.classes), *map(data.get_cm_by_sample, range(len(actual)))]
    return [(cm.Overall_ACC, cm.PPV_Macro, cm.TPR_Macro, cm.F1_Macro) for cm in matrices]


def by_scikit_learn(actual: Sets, predicted: Sets) -> object:
    """Compute the averages only, by scikit-learn."""
    binarizer = MultiLabelBinarizer().fit(actual + predicted)
    pair = binarizer.transform(actual), binarizer.transform(predicted)
    averages = "micro", "macro", "weighted", "samples"
    return (
        [precision_recall_fscore_support(*pair, average=average, zero_division=0) for average in averages],
        [jaccard_score(*pair, average=average, zero_division=0) for average in averages],
        accuracy_score(*pair),
        hamming_loss(*pair),
    )


def race(candidates: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Return the median milliseconds of each candidate; they take turns."""
    times = [{name: milliseconds(candidate) for name, candidate in candidates.items()} for _ in range(rounds)]
    return {name: median(time[name] for time in times) for name in candidates}


def compare(size: int, k: int, rounds: int) -> None:
    """Print one block of the table."""
    vectors = sample(size, k)
    data = to_arrays(*vectors)
    metrics = evaluate(data)
    candidates: dict[str, Callable[[], object]] = {
        "floor: hits and margins of ready arrays": partial(floor, data),
        "lists to arrays": partial(to_arrays, *vectors),
        "arrays to all metrics": partial(evaluate, data),
        "metrics to plain values": partial(to_plain_values, metrics),
        "whole: lists to plain values": partial(whole, *vectors),
        "scikit-learn, the averages alone": partial(by_scikit_learn, *vectors),
    }
    if size <= MAX_SAMPLES_FOR_PYCM:
        candidates["PyCM, without averages"] = partial(by_pycm, *vectors)
    results = race(candidates, rounds)
    ours, floor_time = results["whole: lists to plain values"], next(iter(results.values()))
    print(f"\n{f'{size:,} samples, {k} classes':<42}{'ms':>10}{'/ floor':>10}{'/ whole':>10}")
    for name, time in results.items():
        print(f"{name:<42}{time:>10.3f}{time / floor_time:>10.1f}{time / ours:>10.2f}")


if __name__ == "__main__":
    argparse.ArgumentParser(description=__doc__).parse_args()
    warnings.simplefilter("ignore", RuntimeWarning)
    compare(200, 5, rounds=15)
    compare(2_000, 20, rounds=5)
    compare(100_000, 50, rounds=3)
