"""Packed keys hold score and label exactly, at the ends of the range and across the pieces they are worked in."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics

from shared.evaluation.curves.ranking import CHUNK, pack, pieces, unpack
from shared.evaluation.curves.roc_and_pr import roc_area
from shared.evaluation.curves.thresholds import count_at_scores


@given(st.lists(st.tuples(st.floats(0, 1, width=32), st.booleans()), min_size=1), st.sampled_from(["f4", "f8"]))
def test_packed_keys_sort_as_the_scores_and_give_them_back(pairs: list[tuple[float, bool]], dtype: str) -> None:
    scores, positive = np.array([-0.0, *(score for score, _ in pairs)], dtype), [True, *(label for _, label in pairs)]
    keys = pack(scores, np.array(positive))
    assert unpack(keys).tolist() == scores.tolist()
    assert (keys & 1).astype(bool).tolist() == positive
    assert unpack(np.sort(keys)).tolist() == sorted(scores.tolist(), reverse=True)


@given(st.lists(st.floats(0, 1), min_size=1))
def test_every_double_between_0_and_1_comes_back(values: list[float]) -> None:
    for label in (False, True):
        assert unpack(pack(np.array(values), np.full(len(values), label))).tolist() == values


def test_the_smallest_scores_and_those_next_to_1_stay_apart() -> None:
    for single in (np.float32, np.float64):
        tiny = np.nextafter(single(0), single(1))
        scores: Any = np.array([1, np.nextafter(single(1), single(0)), tiny, 0, -0.0], single)
        positive = np.array([False, True, False, True, False])
        counts = count_at_scores(scores, positive)
        assert counts.thresholds.tolist() == [np.inf, *scores[:4].tolist()]
        assert (counts.tp.tolist(), counts.fp.tolist()) == ([0, 0, 1, 1, 2], [0, 1, 1, 2, 3])


def test_scores_one_step_apart_are_no_tie() -> None:
    for single in (np.float32, np.float64):
        scores: Any = np.array([0.5, np.nextafter(single(0.5), single(0)), 0.25, 0.25], single)
        assert roc_area(count_at_scores(scores, np.array([True, False, True, False]))) == 0.625


def test_few_distinct_scores_hold_no_memory_for_many() -> None:
    counts = count_at_scores(np.full(10_000, 0.5), np.arange(10_000) % 2 == 0)
    assert [array.base for array in (counts.thresholds, counts.tp, counts.fp)] == [None, None, None]


@pytest.mark.parametrize("decimals", [3, 16])
@pytest.mark.parametrize("size", [CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK + 7])
def test_long_vectors_are_exact_across_the_pieces_they_are_worked_in(size: int, decimals: int) -> None:
    rng = np.random.default_rng(decimals)
    positive = rng.random(size) < 0.4
    scores = np.clip(rng.normal(0.45 + 0.1 * positive, 0.15), 0, 1).round(decimals)
    counts = count_at_scores(scores, positive)
    distinct, places = np.unique(scores, return_inverse=True)
    hits = np.bincount(places, positive)[::-1].cumsum()
    called = np.bincount(places)[::-1].cumsum()
    np.testing.assert_array_equal(counts.thresholds[1:], distinct[::-1])
    np.testing.assert_array_equal(counts.tp[1:], hits)
    np.testing.assert_array_equal(counts.fp[1:], called - hits)
    assert roc_area(counts) == pytest.approx(metrics.roc_auc_score(positive, scores), abs=1e-12)


@given(st.lists(st.integers(1, 2 * CHUNK), min_size=1, max_size=5), st.booleans())
@settings(max_examples=20)
def test_pieces_hold_all_keys_and_never_part_equal_scores(lengths: list[int], both: bool) -> None:
    scores = np.repeat(np.arange(1, len(lengths) + 1) / 8, lengths)
    keys = np.sort(pack(scores, np.arange(len(scores)) % 2 == both))
    cut = list(pieces(keys))
    np.testing.assert_array_equal(np.concatenate([part for _, part in cut]), keys)
    assert [start for start, _ in cut] == [0, *np.cumsum([len(part) for _, part in cut])[:-1].tolist()]
    edges = [(one[-1] >> 1, other[0] >> 1) for (_, one), (_, other) in pairwise(cut)]
    assert all(before < after for before, after in edges)
    assert all(len(part) >= CHUNK for _, part in cut[:-1])
