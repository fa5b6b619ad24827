"""Sums of weights are those of fractions, rounded once, in any order and in any parts."""

import random
from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from shared.evaluation.confusion.exact_sums import ExactSums, WeightSums, running_sums

NUMBERS = st.one_of(st.just(0.0), st.floats(1e-18, 1e18))
ENTRIES = st.lists(st.tuples(st.integers(0, 2), NUMBERS), max_size=30)


def summed(entries: list[tuple[int, float]]) -> ExactSums:
    sums = ExactSums(3)
    sums.add(np.array([cell for cell, _ in entries], np.int64), np.array([number for _, number in entries]))
    return sums


def of_fractions(entries: list[tuple[int, float]]) -> list[float]:
    return [float(sum((Fraction(number) for cell, number in entries if cell == at), Fraction(0))) for at in range(3)]


@given(entries=ENTRIES)
def test_sums_are_those_of_fractions_to_the_last_bit(entries: list[tuple[int, float]]) -> None:
    assert summed(entries).values().tolist() == of_fractions(entries)


@given(entries=ENTRIES, cut=st.integers(0, 30), order=st.randoms(use_true_random=False))
def test_neither_parts_nor_the_order_of_rows_change_a_sum(
    entries: list[tuple[int, float]], cut: int, order: random.Random
) -> None:
    whole = summed(entries).values().tolist()
    order.shuffle(entries)
    parts = summed(entries[:cut])
    parts.merge(summed(entries[cut:]))

    assert parts.values().tolist() == whole


@given(entries=ENTRIES)
def test_sums_that_meet_in_a_cell_are_added_up(entries: list[tuple[int, float]]) -> None:
    placed = summed(entries).placed(np.array([1, 0, 1]), 2)

    assert placed.values().tolist() == of_fractions([((1, 0, 1)[cell], number) for cell, number in entries])[:2]


def test_a_tenth_added_ten_times_is_one() -> None:
    sums = WeightSums.of(1)
    sums.add(np.zeros(10, np.int64), np.full(10, 0.1))

    assert (sums.weights.values().tolist(), sums.squares.values().tolist()) == ([1.0], [0.1 * 0.1 * 10])


@given(numbers=st.lists(st.integers(0, 10_000), max_size=60))
def test_running_sums_of_decimals_are_those_of_fractions_to_the_last_bit(numbers: list[int]) -> None:
    weights = [number / 100 for number in numbers]
    sums = [float(sum(map(Fraction, weights[: at + 1]), Fraction(0))) for at in range(len(weights))]

    assert running_sums(np.array(weights)).tolist() == sums


@given(numbers=st.lists(NUMBERS, max_size=30))
def test_running_sums_never_fall_and_end_the_same_in_any_order(numbers: list[float]) -> None:
    sums, turned = running_sums(np.array(numbers, np.float64)), running_sums(np.array(numbers[::-1], np.float64))

    assert (np.diff(sums, prepend=0.0) >= 0).all()
    assert sums[-1:].tolist() == turned[-1:].tolist()
