"""The time to count labels into a matrix, beside PyCM, scikit-learn and the least that NumPy needs.

Run it as `python -m benchmarks.libraries.counting`; `--millions 10 100` adds arrays of so many million samples.
"""

import argparse
import time
from collections.abc import Callable
from functools import partial
from statistics import median
from typing import Any

import msgspec
import numpy as np
import pycm
from numpy.typing import NDArray
from sklearn.metrics import confusion_matrix

from shared.evaluation.confusion.counting import count
from shared.evaluation.confusion.matrix import ConfusionMatrix
from shared.evaluation.confusion.statistics import summary
from shared.evaluation.inputs.label_codes import LabelCodes, decode, encode
from shared.evaluation.inputs.labels import factorise

Candidate = Callable[[Any, Any], object]
Decoded = tuple[list[int | float | str], list[int | float | str]]

ROUNDS = 5
HIT_RATE = 0.8


def matrix(actual: Any, predicted: Any, *, types_checked: bool = True) -> ConfusionMatrix:
    """Factorise and count, as the service does."""
    factorised = factorise(actual, predicted, max_classes=500, max_label_length=500, types_checked=types_checked)
    return count(factorised)


def unchecked(actual: Any, predicted: Any) -> ConfusionMatrix:
    """Factorise and count labels whose types were not checked."""
    return matrix(actual, predicted, types_checked=False)


def sample(size: int, k: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Draw classes at random, most of them predicted correctly."""
    rng = np.random.default_rng(size + k)
    actual = rng.integers(0, k, size)
    return actual, np.where(rng.random(size) < HIT_RATE, actual, rng.integers(0, k, size))


def floor_of(actual: NDArray[np.int64], predicted: NDArray[np.int64], k: int) -> Callable[[], object]:
    """Return one bincount over ready pairs of uint8."""
    pairs = actual.astype(np.uint8), predicted.astype(np.uint8)
    return lambda: np.bincount(np.multiply(pairs[0], k, dtype=np.intp) + pairs[1], minlength=k * k)


def milliseconds(function: Callable[[], object]) -> float:
    """Return the milliseconds of one call."""
    start = time.perf_counter()
    function()
    return (time.perf_counter() - start) * 1000


def median_milliseconds(function: Callable[[], object], times: int) -> float:
    """Return the median milliseconds of this many calls."""
    return median(milliseconds(function) for _ in range(times))


def race(candidates: dict[str, tuple[Candidate, Callable[[], Any]]]) -> dict[str, float]:
    """Return the median milliseconds of each candidate; they take turns, each with freshly made labels."""
    times: dict[str, list[float]] = {name: [] for name in candidates}
    for _ in range(ROUNDS):
        for name, (function, prepare) in candidates.items():
            vectors = prepare()
            times[name].append(milliseconds(partial(function, *vectors)))
    return {name: median(values) for name, values in times.items()}


def compare(size: int, k: int) -> None:
    """Print one block of the table."""
    arrays = sample(size, k)
    floor = floor_of(*arrays, k)
    bodies = {
        "integers": msgspec.json.encode([array.tolist() for array in arrays]),
        # CPython tests every integer for 0 first, a branch that no processor predicts where 0 and 1 alternate.
        "without zero": msgspec.json.encode([(array + 1).tolist() for array in arrays]),
        "shifted": msgspec.json.encode([(array - 1).tolist() for array in arrays]),
        "text": msgspec.json.encode([[f"class {code}" for code in array.tolist()] for array in arrays]),
    }
    fresh = {name: lambda body=body: msgspec.json.decode(body, type=Decoded) for name, body in bodies.items()}
    times = race(
        {
            "floor: bincount of ready uint8 pairs": (lambda *_: floor(), lambda: ()),
            "copy: np.array of both integer lists": (lambda a, p: (np.array(a), np.array(p)), fresh["integers"]),
            "integers, types checked by the decoder": (matrix, fresh["integers"]),
            "integers, types unchecked": (unchecked, fresh["integers"]),
            "integers from 1, types checked": (matrix, fresh["without zero"]),
            "integers from -1, types checked": (matrix, fresh["shifted"]),
            "integer arrays": (matrix, lambda: arrays),
            "integers, PyCM": (pycm.ConfusionMatrix, fresh["integers"]),
            "integers, scikit-learn": (confusion_matrix, fresh["integers"]),
            "text, types checked": (matrix, fresh["text"]),
            "text, types unchecked": (unchecked, fresh["text"]),
            "text, PyCM": (pycm.ConfusionMatrix, fresh["text"]),
            "text, scikit-learn": (confusion_matrix, fresh["text"]),
        }
    )
    report(f"{size:,} samples, {k} classes", times)


def report(title: str, times: dict[str, float]) -> None:
    """Print times and their ratios: how many floors each is, and how many times faster than both libraries."""
    floor = next(iter(times.values()))
    print(f"\n{title:<42}{'ms':>9}{'/ floor':>9}{'PyCM x':>9}{'sklearn x':>11}")
    for name, time_ms in times.items():
        kind = "text" if name.startswith("text") else "integers"
        print(
            f"{name:<42}{time_ms:>9.2f}{time_ms / floor:>9.1f}"
            f"{times[f'{kind}, PyCM'] / time_ms:>9.1f}{times[f'{kind}, scikit-learn'] / time_ms:>11.1f}"
        )


def storage(size: int) -> None:
    """Print the size of stored codes, and the times to encode and decode them."""
    print(f"\nstored codes of {size:,} samples      bytes   encode ms   decode ms")
    for k in (2, 10, 100, 500):
        codes = sample(size, k)[0].astype(np.min_scalar_type(k - 1))
        data = encode(codes)
        encoding = median_milliseconds(partial(encode, codes), ROUNDS)
        decoding = median_milliseconds(partial(decode, data, size), ROUNDS)
        print(f"{k:>4} classes {len(data):>33,}{encoding:>12.1f}{decoding:>12.1f}")


def summaries() -> None:
    """Print the time of the four main metrics from the counts."""
    print("\nsummary of a matrix")
    for k in (2, 10, 100, 500):
        actual, predicted = (vector.astype(np.uint16) for vector in sample(100_000, k))
        ready = count(LabelCodes(tuple(range(k)), actual, predicted))
        print(f"{k:>4} classes {median_milliseconds(partial(summary, ready), 500) * 1000:>10.1f} µs")


def large(millions: int) -> None:
    """Print the times of arrays too large for lists."""
    for k in (2, 10, 100):
        actual, predicted = (vector.astype(np.uint8) for vector in sample(millions * 1_000_000, k))
        counting = median_milliseconds(partial(count, LabelCodes(tuple(range(k)), actual, predicted)), 3)
        whole = median_milliseconds(partial(matrix, actual, predicted), 3)
        print(f"{millions} M uint8 pairs, {k} classes: count {counting:.0f} ms, factorise and count {whole:.0f} ms")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="*", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--millions", type=int, nargs="*", default=[])
    arguments = parser.parse_args()
    for size in arguments.sizes:
        for k in (2, 10, 100):
            compare(size, k)
    storage(1_000_000)
    summaries()
    for millions in arguments.millions:
        large(millions)
