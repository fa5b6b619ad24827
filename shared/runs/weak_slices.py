"""The weak slices of a run: the columns of its rows in, tested slices with examples out."""

from typing import Any

import msgspec
import numpy as np

from shared.evaluation.slices.candidates import MAX_COLUMNS, CodedColumn
from shared.evaluation.slices.weak_slices import Correction, JudgedSlice, weak_slices
from shared.evaluation.types import Label
from shared.kit.plurals import counted, there_are
from shared.runs.errors import SamplesInsufficient, SlicesNotAvailable
from shared.runs.kinds.weak_slices import WeakSlicesOptions
from shared.runs.records import ReadyRun
from shared.runs.rows.row_page import RowRecord
from shared.runs.rows.scanning import RowScan
from shared.runs.slicing import coder_of
from shared.runs.summary import Task


class SliceLiteral(msgspec.Struct, frozen=True):
    """A value, or a range of numbers, of a column of metadata."""

    column: str
    value: str


class SliceExample(msgspec.Struct, frozen=True):
    """A sample of a slice that was predicted wrongly: its row, counted from 1, and its id if the run has ids.

    A flag has no labels, and a sample with any number of labels has lists of them.
    """

    row: int
    id: str | None
    actual: Label | None
    predicted: Label | None
    actual_labels: list[Label] | None = None
    predicted_labels: list[Label] | None = None


class WeakSlice(msgspec.Struct, frozen=True):
    """A slice that looked weak in the first half, and what the second half says of it.

    Shares are of errors among samples, all but `found_error_rate` in the second half, and `difference` is that of the
    slice minus that of the rest.
    """

    conditions: list[SliceLiteral]
    is_weak: bool
    support: int
    errors: int
    error_rate: float
    rest_error_rate: float
    difference: float
    low: float
    high: float
    p_value: float
    p_adjusted: float
    found_support: int
    found_error_rate: float
    examples: list[SliceExample]


class WeakSlicesResult(msgspec.Struct, frozen=True):
    """All slices that were tested, the weak ones first, and how."""

    run_id: str
    version: int
    rows: int
    errors: int
    columns: list[str]
    skipped_columns: list[str]
    correction: Correction
    alpha: float
    min_support: int
    seed: int
    weak: int
    slices: list[WeakSlice]
    detail: str


def find_weak_slices(scan: RowScan, run: ReadyRun, options: WeakSlicesOptions) -> WeakSlicesResult:
    """Look for weak slices over all columns of metadata; raises SamplesInsufficient."""
    rows, needed = run.summary.rows, 2 * options.min_support
    if rows < 2 * needed:
        raise SamplesInsufficient(f"{there_are(rows, 'sample')}; at least {2 * needed:,} are needed.")
    errors = run.summary.errors
    if errors in {0, rows}:
        raise SamplesInsufficient("All samples are predicted " + ("wrongly." if errors else "rightly."))
    columns, skipped = _columns(scan, run, options.bins)
    if not columns:
        raise SamplesInsufficient("The run has no column of metadata to slice by.")
    is_error = np.concatenate([scan.sides(part, "t") != scan.sides(part, "p") for part in scan.select(["t", "p"], ())])
    tested = weak_slices(columns, is_error, scan.confidences(), options.plan)
    named = {row.number - 1: row for row in scan.rows(sorted({row for one in tested for row in one.examples}))}
    weak = sum(one.is_weak for one in tested)
    return WeakSlicesResult(
        *(str(run.id), run.version, rows, errors, [column.name for column in columns], skipped),
        *(options.correction, options.alpha, options.min_support, options.seed, weak),
        [_presented(one, named, run.summary.task) for one in tested],
        _sentence(tested, weak),
    )


def _columns(scan: RowScan, run: ReadyRun, bins: int) -> tuple[list[CodedColumn], list[str]]:
    """The columns with few enough values, and the names of the others."""
    found: list[CodedColumn] = []
    skipped = run.summary.metadata[MAX_COLUMNS:]
    for at, name in enumerate(run.summary.metadata[:MAX_COLUMNS]):
        try:
            coder = coder_of(scan, name, f"m_{at}", bins, ())
            parts = [coder.codes(part.column(0).combine_chunks()) for part in scan.select([f"m_{at}"], ())]
        except SlicesNotAvailable:
            skipped = [*skipped, name]
            continue
        found.append(CodedColumn(name, coder.values, np.concatenate(parts)))
    return found, skipped


def _presented(one: JudgedSlice, rows: dict[int, RowRecord], task: Task) -> WeakSlice:
    examples = [rows[row] for row in one.examples]
    values: dict[str, Any] = {
        "error_rate": one.tested.errors / one.tested.support,
        "rest_error_rate": one.rest.errors / one.rest.support,
        "found_error_rate": one.found.errors / one.found.support,
    }
    return WeakSlice(
        conditions=[SliceLiteral(*literal) for literal in one.literals],
        is_weak=one.is_weak,
        support=one.tested.support,
        errors=one.tested.errors,
        difference=one.difference,
        low=one.interval[0],
        high=one.interval[1],
        p_value=one.p_value,
        p_adjusted=one.p_adjusted,
        found_support=one.found.support,
        examples=[_example(row, task) for row in examples],
        **values,
    )


def _example(row: RowRecord, task: Task) -> SliceExample:
    if task == "multilabel":
        labels = (msgspec.json.decode(str(text)) for text in (row.actual, row.predicted))
        return SliceExample(row.number, row.sample_id, None, None, *labels)
    if task == "correctness":
        return SliceExample(row.number, row.sample_id, None, None)
    return SliceExample(row.number, row.sample_id, row.actual, row.predicted)


def _sentence(tested: list[JudgedSlice], weak: int) -> str:
    if not tested:
        return "No slice of one half has clearly more errors than the rest, so that there was nothing to test."
    if not weak:
        return f"{len(tested)} slices looked weak in one half; the other half confirms none of them."
    one = tested[0]
    name = " and ".join(f"{column} = {value}" for column, value in one.literals)
    return (
        f"{weak} of {len(tested)} slices that looked weak are confirmed; the clearest is {name[:200]}, with "
        f"{counted(one.tested.errors, 'error')} in {one.tested.support:,} samples."
    )
