"""How often a planted slice is found, and how many slices are found that are not weak.

    python -m benchmarks.error_rates.weak_slices [sets]

Before them, the chance of the best test of all samples that there can be; last, the same by the size of the slice and
its share of errors.

Eight columns of 2 to 10 values that say nothing, and one slice, of one or two values, with 30 % of errors among 10 %
elsewhere. 400 sets of each size if not told otherwise, all from one seed; of each size and share of the last table half
as many.
"""

import sys
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom

from shared.evaluation.slices.candidates import CodedColumn
from shared.evaluation.slices.weak_slices import JudgedSlice, SlicePlan, weak_slices

SEED = 20
SIZES = (2000, 2500, 3000, 5000, 20_000)
VALUES = (3, 4, 5, 6, 8, 10, 2, 2)
USUAL, PLANTED = 0.1, 0.3
# Of so many samples, half of which test it, a slice is large enough to be found.
LARGE = 60
# Of the last table, in which a slice is one value of a further column.
SAMPLES, SUPPORTS, SHARES = 2_000, (50, 100, 200, 400), (0.2, 0.3, 0.4, 0.5)


def metadata(random: np.random.Generator, n: int) -> list[CodedColumn]:
    """Columns whose values are drawn independently."""
    return [
        CodedColumn(f"c{at}", [f"v{value}" for value in range(size)], random.integers(0, size, n))
        for at, size in enumerate(VALUES)
    ]


def planted(random: np.random.Generator, columns: list[CodedColumn]) -> NDArray[np.bool_]:
    """The samples of a slice by one value or by two."""
    chosen = random.choice(len(columns), int(random.integers(1, 3)), replace=False).tolist()
    mask: NDArray[np.bool_] = np.logical_and.reduce(
        [columns[at].codes == random.integers(0, len(columns[at].values)) for at in chosen]
    )
    return mask


def weak(columns: list[CodedColumn], is_error: NDArray[np.bool_], seed: int) -> list[NDArray[np.bool_]]:
    """The samples of each slice that is found weak."""
    plan = SlicePlan(0.05, "benjamini-hochberg", 10, seed, 0)
    found = weak_slices(columns, is_error, np.zeros(len(is_error)), plan)
    return [members(columns, one) for one in found if one.is_weak]


def members(columns: list[CodedColumn], one: JudgedSlice) -> NDArray[np.bool_]:
    """The samples of a slice."""
    codes = {column.name: column.codes for column in columns}
    mask: NDArray[np.bool_] = np.logical_and.reduce([codes[name] == int(value[1:]) for name, value in one.literals])
    return mask


def best_chance(n: int, alpha: float) -> float:
    """The chance that a planted slice is found by the best test of each slice, who knows both rates.

    The tests share the level in the way that finds most, so that of samples without a planted slice no more than alpha
    have any false finding; at its own level each draws lots. Slices are as large as they are on average.
    """
    pairs = [(one * other, 1 / 2 / len([*combinations(VALUES, 2)])) for one, other in combinations(VALUES, 2)]
    kinds = [(values, 1 / 2 / len(VALUES)) for values in VALUES] + pairs
    levels = np.logspace(-9, np.log10(alpha), 300)
    found = np.array([_chance_at(round(n / slices), levels) for slices, _ in kinds])
    slices, shares = (np.array(side, float) for side in zip(*kinds, strict=True))
    best = 0.0
    # At each price of the level, every kind buys what it gains most by (Lagrange).
    for price in np.logspace(-4, 4, 400):
        chosen = np.argmax(shares[:, np.newaxis] * found - price * slices[:, np.newaxis] * levels, axis=1)
        if slices @ levels[chosen] <= alpha:
            best = max(best, float(shares @ found[np.arange(len(kinds)), chosen]))
    return best


def _chance_at(support: int, levels: NDArray[np.float64]) -> NDArray[np.float64]:
    """The power of the test of the planted rate against the usual one, which is of the number of errors."""
    below = np.arange(support, -1, -1) - 1
    alone, weak_ones = binom.sf(below, support, USUAL), binom.sf(below, support, PLANTED)
    power: NDArray[np.float64] = np.interp(levels, alone, weak_ones)
    return power


def found_of(random: np.random.Generator, support: int, share: float, sets: int) -> tuple[float, float]:
    """How often a slice of so many samples with such a share of errors is found, and the share of false findings."""
    hits, false = 0, []
    for seed in range(sets):
        mask = random.permutation(SAMPLES) < support
        columns = [*metadata(random, SAMPLES), CodedColumn("planted", ["v0", "v1"], mask.astype(np.int64))]
        rate = np.where(mask, share, USUAL)
        found = weak(columns, random.random(SAMPLES) < rate, seed)
        hits += any((one == mask).all() for one in found)
        false.append(np.mean([rate[one].mean() <= rate[~one].mean() for one in found]) if found else 0.0)
    return hits / sets, float(np.mean(false))


def print_by_size_and_share(sets: int) -> None:
    """Print the last table."""
    print(f"\nOf {SAMPLES:,} samples with {USUAL:.0%} of errors, a slice found, and false findings:\n")
    print(f"| samples of the slice | {' | '.join(f'{share:.0%} of errors' for share in SHARES)} |")
    print(f"| ---: |{' ---: |' * len(SHARES)}")
    random = np.random.default_rng(SEED)
    for support in SUPPORTS:
        cells = [found_of(random, support, share, sets) for share in SHARES]
        print(f"| {support} | {' | '.join(f'{hits:.1%}, {false:.1%}' for hits, false in cells)} |", flush=True)


def main() -> None:
    """Print the tables."""
    print("| samples | best test |\n| ---: | ---: |")
    for n in SIZES:
        print(f"| {n:,} | {best_chance(n, 0.05):.1%} |", flush=True)
    sets = int(sys.argv[1]) if len(sys.argv) > 1 else 400
    random = np.random.default_rng(SEED)
    for n in SIZES:
        hits, shares, alarms = 0, [], 0
        of_large: list[bool] = []
        for seed in range(sets):
            columns = metadata(random, n)
            mask = planted(random, columns)
            rate = np.where(mask, PLANTED, USUAL)
            found = weak(columns, random.random(n) < rate, seed)
            is_hit = any((one == mask).all() for one in found)
            hits += is_hit
            of_large += [is_hit] if mask.sum() >= LARGE else []
            false = [rate[one].mean() <= rate[~one].mean() for one in found]
            shares.append(np.mean(false) if false else 0.0)
            alarms += bool(weak(columns, random.random(n) < USUAL, seed))
        large = f"{np.mean(of_large):.1%} of {len(of_large)}"
        print(f"| {n:,} | {hits / sets:.1%} | {large} | {np.mean(shares):.1%} | {alarms / sets:.1%} |", flush=True)
    print_by_size_and_share(sets // 2)


if __name__ == "__main__":
    main()
