"""Metrics of a run whose samples come in groups, such as the images of one patient, with intervals that know it."""

import math
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple
from uuid import UUID

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from shared.evaluation.confusion.cell_counts import SparseCells
from shared.evaluation.intervals.clustered import ClusteredEstimate, clustered, f1_of_jaccard
from shared.evaluation.intervals.of_matrix import Confidence
from shared.evaluation.types import Floats, Integers, Label
from shared.kit.errors import Fault, InvalidInput
from shared.kit.platform import Platform
from shared.runs import answers
from shared.runs.errors import SlicesNotAvailable
from shared.runs.records import ReadyRun
from shared.runs.rows.filters import Condition
from shared.runs.rows.scanning import RowScan
from shared.runs.scores.probabilities import with_weight

# Their texts are held at once.
MAX_GROUPS = 1_000_000


class ClusteredMetric(NamedTuple):
    """A metric, the class that it is of (None: all), and its estimate."""

    metric: str
    label: Label | None
    estimate: ClusteredEstimate


class ClusteredRun(NamedTuple):
    """The metrics of a run by the groups of a column."""

    run_id: UUID
    version: int
    column: str
    rows: int
    groups: int
    alpha: float
    metrics: list[ClusteredMetric]
    # The sum of the weights of the rows, if they have weights.
    weight: float | None


class _Cells(NamedTuple):
    """Numbers of samples by group, actual and predicted class, and their weights: only of combinations that occur.

    Without weights both are the numbers.
    """

    groups: int
    group: Integers
    actual: Integers
    predicted: Integers
    samples: Integers
    weights: Floats

    def estimate(self, part: NDArray[np.bool_], whole: NDArray[np.bool_], alpha: float) -> ClusteredEstimate:
        """The share of some of the cells among others, of which they are a part."""
        parts, wholes = (np.bincount(self.group[at], self.weights[at], self.groups) for at in (part, whole))
        samples = np.bincount(self.group[whole], self.samples[whole], self.groups).astype(np.int64)
        return clustered(parts, wholes, alpha, samples)


async def estimates(platform: Platform, run: ReadyRun, column: str, conditions: Sequence[Condition]) -> ClusteredRun:
    """The metrics of the rows that fulfil the conditions; raises InvalidInput, SlicesNotAvailable."""
    if column not in run.summary.metadata:
        known = ", ".join(f"“{name}”"[:50] for name in run.summary.metadata[:10]) or "none"
        raise InvalidInput(Fault("/group", f"group: not a column of metadata; those of the run are {known}."))

    def measure(scan: RowScan) -> ClusteredRun:
        cells = _cells(scan, run, column, conditions)
        alpha = Confidence().alpha
        metrics = list(_metrics(cells, run.summary.classes, alpha))
        rows, weight = int(cells.samples.sum()), math.fsum(cells.weights.tolist()) if scan.weighed else None
        return ClusteredRun(run.id, run.version, column, rows, cells.groups, alpha, metrics, weight)

    return await answers.scan(platform, run, measure)


def _cells(scan: RowScan, run: ReadyRun, column: str, conditions: Sequence[Condition]) -> _Cells:
    k, name = len(run.summary.classes), f"m_{run.summary.metadata.index(column)}"
    known: dict[str, int] = {}
    sums = SparseCells()
    for part in scan.select(["t", "p", name, *scan.weighed], conditions):
        table = with_weight(scan, part)
        groups = _codes(table.column(name).combine_chunks(), known, column)
        cells = (groups * k + scan.classes_in(table, "t")) * k + scan.classes_in(table, "p")
        sums.add(cells, scan.weights(table))
    keys, samples, weights = sums.totals()
    return _Cells(len(known), keys // (k * k), keys // k % k, keys % k, samples, weights)


def _codes(array: Any, known: dict[str, int], column: str) -> Integers:
    coded = array if isinstance(array, pa.DictionaryArray) else array.dictionary_encode()
    texts, indices = coded.dictionary.to_pylist(), coded.indices.to_numpy()
    positions = np.zeros(max(1, len(texts)), np.int64)
    for at in np.unique(indices).tolist():
        text = texts[at].strip()
        if not text:
            raise InvalidInput(
                Fault("/group", f"group: some samples have no value in “{column[:100]}”, so their group is unknown.")
            )
        positions[at] = known.setdefault(text, len(known))
    if len(known) > MAX_GROUPS:
        raise SlicesNotAvailable(f"The column “{column[:100]}” has more than {MAX_GROUPS:,} groups.")
    codes: Integers = positions[indices]
    return codes


def _metrics(cells: _Cells, classes: Sequence[Label], alpha: float) -> Iterator[ClusteredMetric]:
    is_right = cells.actual == cells.predicted
    yield ClusteredMetric("accuracy", None, cells.estimate(is_right, np.ones(len(is_right), bool), alpha))
    for code, label in enumerate(classes):
        is_actual, is_predicted = cells.actual == code, cells.predicted == code
        hits = is_actual & is_predicted
        for name, chosen in (("precision", is_predicted), ("recall", is_actual)):
            yield ClusteredMetric(f"{name}.class", label, cells.estimate(hits, chosen, alpha))
        jaccard = cells.estimate(hits, is_actual | is_predicted, alpha)
        yield ClusteredMetric("f1.class", label, f1_of_jaccard(jaccard))
