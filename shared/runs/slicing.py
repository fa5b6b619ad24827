"""Slices that no summary holds: by two columns, by ranges of numbers, within other slices, at a threshold."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from shared.datasets.errors import DatasetPrivate
from shared.evaluation.confusion.cell_counts import SparseCells
from shared.kit.errors import Fault, InvalidInput
from shared.runs.errors import SlicesNotAvailable
from shared.runs.records import ReadyRun
from shared.runs.rows.filters import Condition
from shared.runs.rows.number_ranges import NumberRange, numbers_in, quantile_ranges
from shared.runs.rows.row_texts import equal_texts
from shared.runs.rows.scanning import RowScan
from shared.runs.summary import SliceTable

# What stands between the values of two columns: no text of a column holds it.
BETWEEN = "\x1f"

# More than anybody reads, and than memory holds the matrices of.
MAX_SLICES = 20_000
# As many values as the summaries of an ingest hold.
MAX_VALUES = 1000
_DEFAULT_BINS = 10


class SliceAxes(NamedTuple):
    """One or two columns to slice by, and the most ranges that numbers are cut into; None for values as they are."""

    columns: list[str]
    bins: int | None


def read_axes(run: ReadyRun, by: str, bins: int | None) -> SliceAxes:
    """Read `column` or `column,column`; raises InvalidInput for a column that the run does not have, DatasetPrivate."""
    if run.is_private:
        raise DatasetPrivate("The truth of this dataset is private: leave out `by`, and name one `column`.")
    known = run.summary.metadata
    cuts = [(by[:at], by[at + 1 :]) for at, letter in enumerate(by) if letter == ","]
    pair = next(([left, right] for left, right in cuts if left in known and right in known and left != right), None)
    if by not in known and pair is None:
        names = ", ".join(f"“{name}”"[:50] for name in known[:10]) or "none"
        raise InvalidInput(Fault("/by", f"by: name one or two columns, with a comma; those of the run are {names}."))
    return SliceAxes([by] if by in known else pair or [], bins)


def refuse_without_by(**parameters: object) -> None:
    """Raise InvalidInput for the first parameter with a value, which needs `by`."""
    for name, value in parameters.items():
        if value is not None:
            raise InvalidInput(Fault(f"/{name}", f"{name}: name the columns to slice by with `by`."))


def count_slices(scan: RowScan, run: ReadyRun, axes: SliceAxes, conditions: Sequence[Condition]) -> SliceTable:
    """Count each combination of values among the rows that fulfil the conditions; raises SlicesNotAvailable.

    The texts of the values of a combination stand BETWEEN each other; classes are positions of `decided_classes`, or
    those of sets of labels.
    """
    names = [f"m_{run.summary.metadata.index(column)}" for column in axes.columns]
    coders = [
        coder_of(scan, column, name, axes.bins, conditions) for column, name in zip(axes.columns, names, strict=True)
    ]
    k = len(run.summary.label_sets) or len(scan.decided_classes)
    counts = SparseCells()
    for table in scan.select(list(dict.fromkeys([*scan.decided_by, *names, *scan.weighed])), conditions):
        at = np.zeros(table.num_rows, np.int64)
        for coder, name in zip(coders, names, strict=True):
            at = at * MAX_VALUES + coder.codes(table.column(name).combine_chunks())
        counts.add((at * k + scan.sides(table, "t")) * k + scan.sides(table, "p"), scan.weights(table))
    return _as_table(coders, axes, counts, k)


class _Texts:
    """Codes of the texts of a column, in the order in which they come."""

    def __init__(self, column: str) -> None:
        self._column = column
        self._known: dict[str, int] = {}

    @property
    def values(self) -> list[str]:
        return [*self._known]

    def codes(self, array: Any) -> NDArray[np.int64]:
        coded = array if isinstance(array, pa.DictionaryArray) else array.dictionary_encode()
        texts = [text.strip() for text in coded.dictionary.to_pylist()]
        used = np.unique(coded.indices.to_numpy())
        positions = np.zeros(max(1, len(texts)), np.int64)
        for at in used.tolist():
            positions[at] = self._known.setdefault(texts[at], len(self._known))
        if len(self._known) > MAX_VALUES:
            detail = f"The column “{self._column[:100]}” has too many different values to be sliced by"
            raise SlicesNotAvailable(f"{detail}, and not all of them are numbers.")
        codes: NDArray[np.int64] = positions[coded.indices.to_numpy()]
        return codes


class _Ranges:
    """Codes of the ranges that the numbers of a column fall into; the last one is of rows without a number."""

    def __init__(self, ranges: Sequence[NumberRange], *, has_missing: bool) -> None:
        self._edges = np.array([one.low for one in ranges])
        self.values = [*map(str, ranges), *([""] if has_missing else [])]

    def codes(self, array: Any) -> NDArray[np.int64]:
        numbers = numbers_in(array)
        within = np.searchsorted(self._edges, numbers, "right").astype(np.int64) - 1
        return np.where(np.isnan(numbers), len(self._edges), within)


def coder_of(
    scan: RowScan, column: str, name: str, bins: int | None, conditions: Sequence[Condition]
) -> "_Texts | _Ranges":
    """What codes a column: ranges of its numbers, or its texts as they are where `bins` is None."""
    distinct: set[str] = set()
    parts, has_missing = [], False
    for table in scan.select([name], conditions):
        array = table.column(name).combine_chunks()
        if bins is None and isinstance(array, pa.DictionaryArray):
            return _Texts(column)
        numbers = numbers_in(array)
        is_none = np.isnan(numbers)
        if is_none.any():
            if not equal_texts(array, "", None)[is_none].all():
                return _Texts(column)
            has_missing = True
            numbers = numbers[~is_none]
        parts.append(numbers)
        if len(distinct) <= (bins or _DEFAULT_BINS):
            distinct |= {*map(str, np.unique(numbers)[: _DEFAULT_BINS * MAX_VALUES].tolist())}
    if len(distinct) <= (bins or _DEFAULT_BINS):
        return _Texts(column)
    return _Ranges(quantile_ranges(parts, bins or _DEFAULT_BINS), has_missing=has_missing)


def _as_table(
    coders: Sequence["_Texts | _Ranges"],
    axes: SliceAxes,
    counts: SparseCells,
    k: int,
) -> SliceTable:
    combined, cells = counts.keys // (k * k), counts.keys % (k * k)
    combinations, at = np.unique(combined, return_inverse=True)
    if len(combinations) > MAX_SLICES:
        raise SlicesNotAvailable(
            f"There are {len(combinations):,} combinations of values; up to {MAX_SLICES:,} are compared."
        )
    values = []
    for combination in combinations.tolist():
        codes = [combination] if len(coders) == 1 else [*divmod(combination, MAX_VALUES)]
        values.append(BETWEEN.join(coder.values[code] for coder, code in zip(coders, codes, strict=True)))
    triples = np.column_stack([at, cells // k, cells % k]).astype(np.int64)
    table = SliceTable(BETWEEN.join(axes.columns), values, triples.tobytes(), counts.counts.tobytes())
    if counts.sums is None:
        return table
    weights, squares = (sums.values().tobytes() for sums in (counts.sums.weights, counts.sums.squares))
    return msgspec.structs.replace(table, weights=weights, squares=squares)
