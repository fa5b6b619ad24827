"""How often the delta method would hold metrics for which the service offers no interval.

    python -m benchmarks.error_rates.declined_intervals [sets]

Matrices of two classes are drawn from known shares, 4,000 of each kind if not told otherwise, all from one seed. The
interval is made as that of other metrics of counts: with one further sample, on the logit scale of the range, and with
Student's deviate. In the last kinds of shares the predictions say nothing of the class.
"""

import sys
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import logit
from scipy.stats import t

SEED = 20
SIZES = (200, 2000)
WEIGHTS = {"1:1": 0.5, "1:20": 1 / 21}
# Of the first class and of the second, which is the rare one.
RECALLS = ((0.85, 0.8), (0.95, 0.6), (0.7, 0.7), (0.5, 0.5))
_STEP = 1e-100

Cells = NDArray[Any]
"""Shares of the four cells, shape (..., 2, 2); complex ones carry a derivative."""


def _entropy(shares: Cells) -> Any:
    has_part = shares.real > 0
    return -np.where(has_part, shares * np.log2(np.where(has_part, shares, 1)), 0)


def _rand_index(cells: Cells) -> Any:
    pairs = (cells**2).sum((-2, -1))
    actual, predicted = ((cells.sum(axis) ** 2).sum(-1) for axis in (-1, -2))
    return (pairs - actual * predicted) / ((actual + predicted) / 2 - actual * predicted)


def _cramer_v(cells: Cells) -> Any:
    expected = cells.sum(-1)[..., :, None] * cells.sum(-2)[..., None, :]
    return np.sqrt((cells**2 / expected).sum((-2, -1)) - 1)


def _relative_information(cells: Cells) -> Any:
    actual, predicted = (_entropy(cells.sum(axis)).sum(-1) for axis in (-1, -2))
    return (actual + predicted - _entropy(cells).sum((-2, -1))) / actual


def _chance_agreement(cells: Cells) -> Any:
    return (cells.sum(-1) * cells.sum(-2)).sum(-1)


def _entropy_of_actual(cells: Cells) -> Any:
    return _entropy(cells.sum(-1)).sum(-1)


def _balanced_accuracy_index(cells: Cells) -> Any:
    specificity, recall = (cells[..., i, i] / cells[..., i, :].sum(-1) for i in (0, 1))
    return (1 + recall - specificity) * recall * specificity


METRICS: dict[str, tuple[Callable[[Cells], Any], tuple[float, float]]] = {
    "ari": (_rand_index, (-1, 1)),
    "cramer_v": (_cramer_v, (0, 1)),
    "relative_information": (_relative_information, (0, 1)),
    "chance_agreement": (_chance_agreement, (0, 1)),
    # Of two classes it ends at one bit.
    "entropy.actual": (_entropy_of_actual, (0, 1)),
    "iba.class": (_balanced_accuracy_index, (0, 1)),
}


def coverages(cells: Cells, size: int, sets: int) -> Iterator[tuple[str, float]]:
    """Of the sets in which a metric has an interval of 95 %, the share whose interval holds the true value."""
    counts = np.random.default_rng(SEED).multinomial(size, cells.ravel(), sets).reshape(sets, 2, 2)
    for name, (metric, (lowest, highest)) in METRICS.items():
        with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
            error, deviate = _spread(metric, counts, size)
            values, truth = metric(counts / size), float(metric(cells))
            shares = (values - lowest) / (highest - lowest)
            far = np.abs(logit(shares) - logit((truth - lowest) / (highest - lowest)))
            is_held = far <= deviate * error / (highest - lowest) / (shares * (1 - shares))
        yield name, float(np.mean(is_held[(shares > 0) & (shares < 1)]))


def _spread(metric: Callable[[Cells], Any], counts: NDArray[np.int64], size: int) -> tuple[Any, Any]:
    """The standard error of each set, with one further sample, and the deviate of its interval."""
    shares = ((counts + 0.25) / (size + 1)).reshape(-1, 4)
    moved = shares[:, None, :] + 1j * _STEP * np.eye(4)
    slopes = metric(moved.reshape(-1, 4, 2, 2)).imag / _STEP
    slopes -= (shares * slopes).sum(-1, keepdims=True)
    second, fourth = ((shares * slopes**power).sum(-1) for power in (2, 4))
    freedom = np.clip(4 * size / np.maximum(fourth / second**2 - 1, 1e-9), 1, 1e9)
    return np.sqrt(second / (size + 1)), t.isf(0.025, np.floor(freedom))


def main() -> None:
    """Print the table as Markdown."""
    sets = int(sys.argv[1]) if len(sys.argv) > 1 else 4000
    print(f"| recalls | classes | n | {' | '.join(METRICS)} |\n| --- | --- | ---: |{' ---: |' * len(METRICS)}")
    for recalls in RECALLS:
        for name, weight in WEIGHTS.items():
            of_classes = np.array([1 - weight, weight])[:, None]
            cells = of_classes * np.array([[recalls[0], 1 - recalls[0]], [1 - recalls[1], recalls[1]]])
            for size in SIZES:
                found = " | ".join(f"{held:.1%}" for _, held in coverages(cells, size, sets))
                print(f"| {recalls[0]}, {recalls[1]} | {name} | {size:,} | {found} |", flush=True)


if __name__ == "__main__":
    main()
