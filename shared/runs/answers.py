"""Answers from the counts of a run where they are enough, and from its rows where they are not."""

import asyncio
import threading
from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeVar

import numpy as np
import pyarrow as pa

from shared.evaluation.confusion.matrix import ConfusionMatrix
from shared.evaluation.multilabel.label_means import count_with_means
from shared.evaluation.multilabel.label_set_counts import LabelSetCounts, evaluate_counts
from shared.kit.errors import Fault, InvalidInput
from shared.kit.platform import Platform
from shared.kit.storage.errors import FileGone
from shared.runs import label_set_results, objects, results
from shared.runs.ingest import best_rows
from shared.runs.records import ReadyRun
from shared.runs.results import SliceResult
from shared.runs.rows import top_rows
from shared.runs.rows.filters import Condition, RowFilter
from shared.runs.rows.row_page import RowPage
from shared.runs.rows.scanning import RowScan
from shared.runs.rows.stored_file import ObjectReader
from shared.runs.scores.decisions import DecidedScan, ThresholdDecision, decided
from shared.runs.slicing import BETWEEN, SliceAxes, count_slices
from shared.runs.summary import SliceTable

T = TypeVar("T")


class FoundSlices(NamedTuple):
    """Slices in their order, the metric of all rows, and the columns that can be sliced by."""

    results: list[SliceResult]
    whole: float | None
    columns: list[str]


async def matrix(
    platform: Platform, run: ReadyRun, conditions: Sequence[Condition], decision: ThresholdDecision | None = None
) -> ConfusionMatrix:
    """The confusion matrix of the rows that fulfil all conditions, with the predictions of the file or a decision."""
    whole = run.summary.matrix
    if decision is not None:
        return await scan(platform, run, lambda scan: scan.counts(conditions), decision)
    if not conditions:
        return whole
    if len(conditions) == 1 and conditions[0].range is None:
        tables = {table.column: table for table in await _tables(platform, run)}
        table = tables[conditions[0].column]
        if table.codes is not None:
            return results.matrix_of_slice(table, conditions[0].value, whole)
    return await scan(platform, run, lambda scan: scan.counts(conditions))


async def slices(
    platform: Platform, run: ReadyRun, column: str | None, metric_id: str, min_support: int
) -> FoundSlices:
    """The slices of a run, worst first; raises InvalidInput, SlicesNotAvailable, TaskUnsupported."""
    results.check_metric(run.summary, metric_id)
    tables = await _tables(platform, run)
    names = [table.column for table in tables if table.codes is not None]
    if column is not None and column not in {table.column for table in tables}:
        known = ", ".join(f"“{name}”"[:50] for name in names[:10]) or "none"
        raise InvalidInput(Fault("/column", f"column: not a column to slice by; those of the run are {known}."))
    chosen = [results.table_of(tables, name) for name in ([column] if column is not None else names)]
    if (counts := run.summary.label_counts) is not None:
        metric = label_set_results.metric_named(metric_id)
        found = await asyncio.to_thread(label_set_results.slices, chosen, run.summary, metric, min_support)
        return FoundSlices(found, metric.read(evaluate_counts(counts)), names)
    whole, positive = run.summary.matrix, run.positive_position
    found = await asyncio.to_thread(results.slices, chosen, whole, metric_id, positive, min_support)
    return FoundSlices(found, results.value_of(metric_id, whole, positive), names)


async def label_counts(platform: Platform, run: ReadyRun, conditions: Sequence[Condition]) -> LabelSetCounts:
    """The counts of the label sets of the rows that fulfil all conditions."""
    summary = run.summary
    assert summary.label_counts is not None, "callers ask for runs of label sets"
    if not conditions:
        return summary.label_counts

    def count(scan: RowScan) -> LabelSetCounts:
        n, cells, counts = len(summary.label_sets), np.zeros(0, np.int64), np.zeros(0, np.int64)
        for table in scan.select(["t", "p"], conditions):
            found, number = np.unique(scan.sides(table, "t") * n + scan.sides(table, "p"), return_counts=True)
            cells, at = np.unique(np.concatenate([cells, found]), return_inverse=True)
            counts = np.bincount(at, np.concatenate([counts, number]), len(cells)).astype(np.int64)
        pairs = np.column_stack(np.divmod(cells, n))
        return count_with_means(summary.label_sets, len(summary.classes), pairs, counts)

    return await scan(platform, run, count)


async def slices_by(
    platform: Platform,
    run: ReadyRun,
    axes: SliceAxes,
    metric_id: str,
    min_support: int,
    conditions: Sequence[Condition] = (),
    decision: ThresholdDecision | None = None,
) -> FoundSlices:
    """The slices by one or two columns, worst first, within others; raises SlicesNotAvailable, TaskUnsupported."""
    results.check_metric(run.summary, metric_id)
    positive = run.positive_position if decision is None else decided(run, decision).positive_position

    def find(scan: RowScan) -> FoundSlices:
        table = count_slices(scan, run, axes, conditions)
        if run.summary.is_multilabel:
            metric = label_set_results.metric_named(metric_id)
            found = label_set_results.slices([table], run.summary, metric, min_support)
            value = label_set_results.value_of(table, run.summary, metric)
        else:
            whole = results.whole_of(table, scan.decided_classes)
            found = results.slices([table], whole, metric_id, positive, min_support)
            value = results.value_of(metric_id, whole, positive)
        named = [result._replace(conditions=_conditions(axes, result)) for result in found]
        return FoundSlices(named, value, run.summary.metadata)

    return await scan(platform, run, find, decision)


def _conditions(axes: SliceAxes, result: SliceResult) -> tuple[Condition, ...]:
    found = map(Condition, axes.columns, result.value.split(BETWEEN))
    # Ranges that numbers are cut into hold some, so one that holds none is a text of the column.
    return tuple(one._replace(is_literal=one.range is not None and one.range.is_empty) for one in found)


async def samples(
    platform: Platform,
    run: ReadyRun,
    wanted: RowFilter,
    *,
    after: int | None,
    limit: int,
    decision: ThresholdDecision | None = None,
) -> RowPage:
    """A page of the rows of a filter, the most confident first; raises InvalidInput for an unknown row."""
    if after is not None and after > run.summary.rows:
        raise InvalidInput(Fault("/cursor", "cursor: not `next` of a page of this run."))
    if after is None and decision is None and best_rows.is_kept(run.summary):
        found = await _first_page(platform, run, wanted, limit)
        if found is not None:
            return found
    return await scan(platform, run, lambda scan: scan.page(wanted, after=after, limit=limit), decision)


async def _first_page(platform: Platform, run: ReadyRun, wanted: RowFilter, limit: int) -> RowPage | None:
    """A first page from the rows that are kept for it; None where it has to be looked for among all of them."""

    def find(_: threading.Event) -> RowPage | None:
        try:
            data = platform.storage.get(run.folder + objects.TOP_ROWS)
        except FileGone:
            # Their texts are too long, or the run was read before they were kept.
            return None
        return top_rows.page(pa.BufferReader(data), run.summary, wanted, limit)

    return await platform.scans.run(run.account_id, find)


async def _tables(platform: Platform, run: ReadyRun) -> list[SliceTable]:
    data = await platform.storage.read(run.folder + objects.SLICES)
    return objects.unpacked_tables(data)


async def scan(
    platform: Platform,
    run: ReadyRun,
    work: Callable[[RowScan], T],
    decision: ThresholdDecision | None = None,
    *,
    is_patient: bool = False,
) -> T:
    """Do work on the rows of a run, in a thread of the scans; raises what `Scans.run` does."""

    def work_on_rows(stop: threading.Event) -> T:
        readers = [ObjectReader(platform.storage, key, size, stop) for key, size in run.row_objects]
        if decision is None:
            return work(RowScan(readers, run.summary))
        return work(DecidedScan(readers, run.summary, decision))

    return await platform.scans.run(run.account_id, work_on_rows, is_patient=is_patient)
