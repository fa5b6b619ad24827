"""Statistics of matrices, kept in the memory of the process: no request computes again what another one has."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from threading import Lock
from typing import ParamSpec, TypeVar

from shared.evaluation.confusion.matrix import ConfusionMatrix, FilledCells
from shared.evaluation.confusion.statistics import Statistics, statistics

P = ParamSpec("P")
T = TypeVar("T")

# The statistics of so many classes are kept, the latest ones: about 80 MB.
MAX_CLASSES = 20_000

# Fewer classes take milliseconds.
LARGE = 50

# Work on large matrices holds the interpreter for up to a second, so it is done one after the other, in a thread that
# nothing else waits for.
_large = ThreadPoolExecutor(1, thread_name_prefix="large-matrices")

_lock = Lock()
_kept: OrderedDict[bytes, Statistics] = OrderedDict()


async def work_on(matrix: ConfusionMatrix, work: Callable[P, T], *arguments: P.args, **keywords: P.kwargs) -> T:
    """Call a function that computes with a matrix, in a thread that suits its size."""
    if len(matrix.classes) < LARGE:
        return await asyncio.to_thread(work, *arguments, **keywords)
    return await asyncio.get_running_loop().run_in_executor(_large, lambda: work(*arguments, **keywords))


def statistics_of(matrix: ConfusionMatrix) -> Statistics:
    """Return the statistics of a matrix, computed or kept; they depend on its counts, not on the names of classes."""
    key = _key(matrix)
    with _lock:
        if key in _kept:
            _kept.move_to_end(key)
            return _kept[key]
    computed = statistics(matrix)
    with _lock:
        _kept[key] = computed
        while len(_kept) > 1 and sum(map(_classes, _kept.values())) > MAX_CLASSES:
            _kept.popitem(last=False)
    return computed


def _key(matrix: ConfusionMatrix) -> bytes:
    parts = matrix.source if isinstance(matrix.source, FilledCells) else (matrix.source,)
    digest = sha256(str((len(matrix.classes), [part.dtype for part in parts])).encode())
    for part in parts:
        digest.update(part.tobytes())
    return digest.digest()


def _classes(kept: Statistics) -> int:
    return len(next(iter(kept.per_class.values()), ()))
