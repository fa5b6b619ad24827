"""Planted slices are found, those that are no weaker are not confirmed, and tests equal SciPy's and statsmodels'."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import confint_proportions_2indep

from shared.evaluation.hypergeometric import hypergeometric_upper_tail
from shared.evaluation.slices.candidates import CodedColumn, candidates
from shared.evaluation.slices.weak_slices import (
    ErrorCount,
    JudgedSlice,
    SlicePlan,
    benjamini_hochberg,
    first_half_weights,
    holm,
    newcombe_independent,
    weak_slices,
)

PLAN = SlicePlan(0.05, "benjamini-hochberg", 10, 0, 5)


def metadata(random: np.random.Generator, n: int) -> list[CodedColumn]:
    sizes = (3, 4, 5, 6, 8, 10)
    return [
        CodedColumn(f"c{at}", [f"v{value}" for value in range(size)], random.integers(0, size, n))
        for at, size in enumerate(sizes)
    ]


def members(columns: list[CodedColumn], found: JudgedSlice) -> NDArray[np.bool_]:
    values = {column.name: column for column in columns}
    mask: NDArray[np.bool_] = np.logical_and.reduce(
        [values[name].codes == int(value[1:]) for name, value in found.literals]
    )
    return mask


def test_nine_of_ten_planted_slices_are_found_and_few_others() -> None:
    random, n = np.random.default_rng(3), 5000
    found, shares = 0, []
    for seed in range(20):
        columns = metadata(random, n)
        first, second = random.choice(len(columns), 2, replace=False).tolist()
        planted = columns[first].codes == 1
        if seed % 2:
            planted = planted & (columns[second].codes == 2)
        rate = np.where(planted, 0.3, 0.1)

        weak = [one for one in weak_slices(columns, random.random(n) < rate, np.zeros(n), PLAN) if one.is_weak]

        masks = [members(columns, one) for one in weak]
        found += any((mask == planted).all() for mask in masks)
        # A slice that holds the planted one, or a part of it, is weak as well.
        false = [rate[mask].mean() <= rate[~mask].mean() for mask in masks]
        shares.append(np.mean(false) if false else 0.0)
    assert found >= 18
    assert np.mean(shares) <= 0.05


def test_errors_that_are_everywhere_alike_make_hardly_any_slice_weak() -> None:
    random = np.random.default_rng(4)
    wrong = 0
    for _ in range(40):
        tested = weak_slices(metadata(random, 2000), random.random(2000) < 0.2, np.zeros(2000), PLAN)
        wrong += any(one.is_weak for one in tested)

    # Of 40 at 0.05: more than 6 would be a chance of one in a hundred.
    assert wrong <= 6


def test_what_is_said_of_a_slice_is_counted_in_the_second_half_alone() -> None:
    random, n = np.random.default_rng(5), 1000
    columns = metadata(random, n)
    is_error = random.random(n) < np.where(columns[0].codes == 1, 0.4, 0.1)
    confidence = random.random(n)

    one = weak_slices(columns, is_error, confidence, PLAN)[0]

    first = np.random.default_rng(0).permutation(n)
    halves = np.sort(first[: n // 2]), np.sort(first[n // 2 :])
    mask = members(columns, one)
    assert one.literals == (("c0", "v1"),)
    assert one.found == ErrorCount(int((mask & is_error)[halves[0]].sum()), int(mask[halves[0]].sum()))
    assert one.tested == ErrorCount(int((mask & is_error)[halves[1]].sum()), int(mask[halves[1]].sum()))
    table = [[one.tested.errors, one.tested.support - one.tested.errors]]
    table += [[one.rest.errors, one.rest.support - one.rest.errors]]
    assert one.p_value == pytest.approx(stats.fisher_exact(table, "greater").pvalue, rel=1e-9, abs=0)
    assert one.p_value < 1e-9
    assert one.interval[0] < one.difference < one.interval[1]
    rows = np.flatnonzero(mask & is_error)
    assert one.examples == rows[np.argsort(-confidence[rows])][:5].tolist()


def test_a_pair_that_says_no_more_than_one_of_its_literals_is_no_candidate() -> None:
    random, n = np.random.default_rng(6), 4000
    columns = metadata(random, n)
    is_error = columns[0].codes == 1

    found = candidates(columns, is_error, np.arange(n), 30)

    # Within the literal all samples are errors, whatever else they are.
    assert found[0].literals == ((0, 1),)
    assert [one for one in found[1:] if (0, 1) in one.literals] == []


def test_slices_with_little_support_are_not_looked_at() -> None:
    columns = [CodedColumn("c", ["a", "b"], np.array([0] * 95 + [1] * 5))]

    assert candidates(columns, np.array([False] * 95 + [True] * 5), np.arange(100), 10) == []


@pytest.mark.parametrize(
    ("hits", "drawn", "marked", "total"),
    [
        (3, 10, 20, 100),
        (0, 5, 5, 10),
        (7, 10, 9, 30),
        (40, 100, 300, 1000),
        (20, 100, 300, 1000),
        (590, 5000, 10**5, 10**6),
        (5, 8, 9, 12),
        (6, 5, 9, 12),
    ],
)
def test_the_tail_of_the_hypergeometric_distribution_is_scipys(hits: int, drawn: int, marked: int, total: int) -> None:
    expected = stats.hypergeom.sf(hits - 1, total, marked, drawn)

    assert hypergeometric_upper_tail(hits, drawn, marked, total) == pytest.approx(expected, rel=1e-9, abs=0)


def test_adjusted_p_values_are_those_of_statsmodels() -> None:
    p_values = [0.01, 0.04, 0.03, 0.001, 0.5, 0.04]

    for adjust, name in ((benjamini_hochberg, "fdr_bh"), (holm, "holm")):
        assert adjust(p_values, [1.0] * 6) == pytest.approx(multipletests(p_values, method=name)[1].tolist())
        assert adjust([], []) == []


@given(
    st.lists(st.tuples(st.floats(1e-6, 1), st.floats(-3, 9)), min_size=1, max_size=12),
    st.floats(1e-4, 0.5),
)
def test_weighted_methods_reject_what_their_definitions_reject(rows: list[tuple[float, float]], alpha: float) -> None:
    p_values = [p for p, _ in rows]
    weights, m = first_half_weights([deviate for _, deviate in rows]), len(rows)
    ratios = sorted(p / weight for p, weight in zip(p_values, weights, strict=True))
    # Step up: as many as the largest rank whose ratio is at most its part of the level.
    ranks = [rank for rank, ratio in enumerate(ratios, 1) if ratio * m / rank <= alpha]
    assert sum(p <= alpha for p in benjamini_hochberg(p_values, weights)) == max(ranks, default=0)
    # Step down: each gets its weight's part of what is left, until one is above it.
    left, rejected = set(range(m)), 0
    while left:
        best = min(left, key=lambda i: p_values[i] / weights[i])
        if p_values[best] / weights[best] * sum(weights[i] for i in left) > alpha:
            break
        left.remove(best)
        rejected += 1
    found = holm(p_values, weights)
    near = sum(abs(p - alpha) < 1e-12 for p in found)
    assert abs(sum(p <= alpha for p in found) - rejected) <= near
    assert sum(weights) == pytest.approx(m)


def test_what_stood_out_more_in_the_first_half_gets_more_of_the_level() -> None:
    assert first_half_weights([1.0, 1.0]) == [1.0, 1.0]
    small, large, larger = first_half_weights([2.0, 4.0, 9.0])
    assert large == larger == pytest.approx(small * np.exp(4))


def test_the_interval_of_independent_shares_is_that_of_statsmodels() -> None:
    found = newcombe_independent(ErrorCount(56, 70), ErrorCount(48, 80))

    expected = confint_proportions_2indep(56, 70, 48, 80, method="newcomb", compare="diff")
    assert found == pytest.approx(expected, abs=1e-9)
    # As printed in Newcombe (1998).
    assert found == pytest.approx((0.0524, 0.3339), abs=1e-4)


def test_no_p_value_of_a_slice_is_0() -> None:
    n = 6000
    codes = np.arange(n) % 2
    columns = [CodedColumn("c0", ["v0", "v1"], codes)]

    one = weak_slices(columns, codes == 1, np.zeros(n), PLAN)[0]

    assert (one.literals, one.p_value, one.p_adjusted > 0) == ((("c0", "v1"),), 1e-300, True)
