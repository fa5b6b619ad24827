"""The statistics of the same counts are computed once."""

import asyncio
import threading

import numpy as np
import pytest

from shared.evaluation.confusion.matrix import ConfusionMatrix
from shared.evaluation.confusion.statistics import Statistics, statistics
from shared.matrices import kept_statistics
from shared.matrices.kept_statistics import statistics_of, work_on


@pytest.fixture(autouse=True)
def computed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The numbers of samples of the matrices that were computed; nothing is kept before or after."""
    samples: list[int] = []

    def count(matrix: ConfusionMatrix) -> Statistics:
        samples.append(int(matrix.sample_count))
        return statistics(matrix)

    monkeypatch.setattr(kept_statistics, "statistics", count)
    monkeypatch.setattr(kept_statistics, "_kept", type(kept_statistics._kept)())
    return samples


def matrix(hits: int, *, classes: tuple[str, ...] = ("a", "b"), weighted: bool = False) -> ConfusionMatrix:
    """A matrix of two classes with so many samples on its diagonal."""
    counts = np.array([[hits, 2], [1, 0]])
    return ConfusionMatrix(classes, counts.astype(np.float64) if weighted else counts)


def test_the_same_counts_are_computed_once_whatever_the_classes_are_called(computed: list[int]) -> None:
    results = [statistics_of(matrix(5)), statistics_of(matrix(5, classes=("x", "y")))]

    assert computed == [8]
    assert results == [statistics(matrix(5))] * 2


def test_other_counts_and_weighted_ones_are_not_confused_with_them(computed: list[int]) -> None:
    for each in (matrix(5), matrix(6), matrix(5, weighted=True)):
        assert statistics_of(each) == statistics(each)
    assert computed == [8, 9, 8]


def test_the_oldest_are_given_up_and_one_is_always_kept(computed: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_statistics, "MAX_CLASSES", 4)
    for hits in (1, 2, 1, 3, 1, 2):
        statistics_of(matrix(hits))
    assert computed == [4, 5, 6, 5]

    monkeypatch.setattr(kept_statistics, "MAX_CLASSES", 1)
    for _ in range(2):
        statistics_of(matrix(9))
    assert computed == [4, 5, 6, 5, 12]


async def test_large_matrices_take_turns_in_a_thread_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_statistics, "LARGE", 2)
    names = await asyncio.gather(*(work_on(matrix(5), lambda: threading.current_thread().name) for _ in range(5)))
    small = await work_on(ConfusionMatrix(("a",), np.array([[1]])), lambda: threading.current_thread().name)

    assert len(set(names)) == 1
    assert "large-matrices" in names[0]
    assert "large-matrices" not in small
