"""How often the interval of every metric of counts holds it, of models from poor to very good and of 2 to 10 classes.

    python -m benchmarks.error_rates.counted_intervals [sets]

Matrices are drawn from known shares, 2,000 of each kind if not told otherwise, all from one seed. It prints every
metric that is held outside of 92.5 to 97.5 % of the sets of 200 samples, or of 94 to 96 % of those of 2,000, how many
are within, and what is possible at all where few samples decide. Metrics of a class are of the last one, the rare one.
"""

import sys
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom

from benchmarks.error_rates.all_counts import METRICS, Bounds, bounds_of_sets
from benchmarks.error_rates.statistics import ALPHA, SEED, SIZES, estimates
from shared.evaluation.distributions import critical_value
from shared.evaluation.intervals.proportions import wilson
from shared.evaluation.metrics import CATALOGUE
from shared.evaluation.types import Floats

CLASSES = (2, 3, 10)
# Of every class; errors are spread evenly over the others.
RECALLS = {"poor": 0.65, "good": 0.85, "very good": 0.97}
# Of the last class; the others are as frequent as each other.
IMBALANCES = ("1:1", "1:20")
BANDS = {200: (0.925, 0.975), 2000: (0.94, 0.96)}
# Numbers of samples that are less likely change no digit that is shown.
_LEAST_CHANCE = 1e-9


class Kind(NamedTuple):
    """A kind of sets."""

    classes: int
    model: str
    imbalance: str
    size: int

    @property
    def rare(self) -> float:
        """The share of the last class."""
        return 1 / self.classes if self.imbalance == "1:1" else 1 / 21

    @property
    def shares(self) -> Floats:
        """The true shares of the cells, (k, k)."""
        k, recall = self.classes, RECALLS[self.model]
        actual = np.append(np.full(k - 1, (1 - self.rare) / (k - 1)), self.rare)
        rates = np.full((k, k), (1 - recall) / (k - 1))
        np.fill_diagonal(rates, recall)
        shares: Floats = rates * actual[:, np.newaxis]
        return shares


class Held(NamedTuple):
    """The shares of sets with an interval whose true metric lies below, within and above it, and of those without."""

    metric: str
    below: float
    within: float
    above: float
    without: float


class Possible(NamedTuple):
    """What is possible of the rate of few samples: the chance of no error, and how often intervals hold the rate."""

    no_error: float
    wilson: float
    mid_p: float
    clopper_pearson: float


def kinds() -> Iterator[Kind]:
    """All kinds of sets."""
    for classes in CLASSES:
        for model in RECALLS:
            for imbalance in IMBALANCES:
                for size in SIZES:
                    yield Kind(classes, model, imbalance, size)


def held(kind: Kind, sets: int) -> Iterator[Held]:
    """How often each metric is held."""
    # Counts so large that their metrics are the true ones.
    truth = estimates(np.rint(kind.shares * 10**12).astype(np.int64), METRICS)
    drawn = np.random.default_rng(SEED).multinomial(kind.size, kind.shares.ravel(), sets)
    distinct, times = np.unique(drawn, axis=0, return_counts=True)
    counts = distinct.reshape(-1, *kind.shares.shape)
    with np.errstate(invalid="ignore", divide="ignore"):
        for metric, bounds in bounds_of_sets(counts):
            true = truth[metric].value
            assert true is not None, "the true metric has a value"
            yield _held(metric, true, bounds, times)


def _held(metric: str, true: float, bounds: Bounds, times: NDArray[np.int64]) -> Held:
    has_one = ~np.isnan(bounds[0])
    number = int(times[has_one].sum())
    below, above = (int(times[is_off].sum()) / number for is_off in (true < bounds[0], true > bounds[1]))
    return Held(metric, below, 1 - below - above, above, 1 - number / int(times.sum()))


def possible(kind: Kind) -> Possible:
    """What is possible of the recall of the last class, summed over all possible counts, without a draw."""
    recall, found, critical = RECALLS[kind.model], np.zeros(4), critical_value(ALPHA)
    numbers = np.arange(1, kind.size + 1)
    chances = binom.pmf(numbers, kind.size, kind.rare)
    for number, chance in zip(numbers[chances > _LEAST_CHANCE].tolist(), chances[chances > _LEAST_CHANCE], strict=True):
        hits = np.arange(number + 1)
        low, high = wilson(hits, np.full(number + 1, number), critical)
        probability, up_to = binom.pmf(hits, number, recall), binom.cdf(hits, number, recall)
        beyond = 1 - up_to
        # An interval holds the rate where a test at its level does not reject it.
        kept = (
            hits == number,
            (low <= recall) & (recall <= high),
            np.minimum(up_to - probability / 2, beyond + probability / 2) > ALPHA / 2,
            np.minimum(up_to, beyond + probability) > ALPHA / 2,
        )
        found += chance * np.array([probability[is_kept].sum() for is_kept in kept])
    return Possible(*(found / chances.sum()).tolist())


def _print_possible() -> None:
    print("\n| classes | model | rare | n | samples of it | no error | Wilson | mid-P | Clopper-Pearson |")
    print("| ---: | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    for kind in kinds():
        cells = " | ".join(f"{share:.1%}" for share in possible(kind))
        print(f"| {' | '.join(map(str, kind))} | {kind.size * kind.rare:.0f} | {cells} |", flush=True)


def main() -> None:
    """Print the tables as Markdown."""
    sets = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    within = total = 0
    print("| metric | method | classes | model | rare | n | true below | within | above | sets without |")
    print("| --- | --- | ---: | --- | --- | ---: | ---: | ---: | ---: | ---: |")
    for kind in kinds():
        low, high = BANDS[kind.size]
        for one in held(kind, sets):
            total += 1
            within += low <= one.within <= high
            if not low <= one.within <= high:
                cells = " | ".join(f"{share:.1%}" for share in one[1:])
                method = CATALOGUE[one.metric].interval
                print(f"| `{one.metric}` | {method} | {' | '.join(map(str, kind))} | {cells} |", flush=True)
    print(f"\n{within} of {total} are within.")
    _print_possible()


if __name__ == "__main__":
    main()
