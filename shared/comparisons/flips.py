"""The samples that the candidate changed or left wrong, as one file: kinds in turn, each the most confident first."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from msgspec import Meta
from numpy.typing import NDArray

from shared.comparisons.pairing import PairedSamples
from shared.comparisons.results import FlipCounts, SliceValue
from shared.evaluation.types import Label

FlipKind = Literal["fixed", "broken", "both_wrong", "changed"]

# A page reads one or two groups.
_GROUP = 2**16
_FIXED, _BROKEN, _BOTH_WRONG = range(3)
# Where the file has the sets of labels that its codes stand for.
_SETS = b"sets"

Sets = Sequence[Sequence[int]]


class Flip(msgspec.Struct, frozen=True):
    """A sample, and what both say of it."""

    row: Annotated[int, Meta(description="Position of the sample in the baseline, from 1.")]
    id: Annotated[str | None, Meta(description="Sample id; null if the samples have none.")]
    actual: Annotated[Label | None, Meta(description="Ground truth label; null where it is no single one.")]
    baseline: Annotated[
        Label | None, Meta(description="Label that the baseline predicts; null where it is no single one.")
    ]
    candidate: Annotated[
        Label | None, Meta(description="Label that the candidate predicts; null where it is no single one.")
    ]
    baseline_confidence: Annotated[float | None, Meta(description="Score of that label; null without scores.")]
    candidate_confidence: Annotated[float | None, Meta(description="Score of that label; null without scores.")]
    actual_labels: Annotated[
        list[Label] | None, Meta(description="Actual labels of a sample with any number of them; null otherwise.")
    ] = None
    baseline_labels: Annotated[
        list[Label] | None, Meta(description="Labels that the baseline predicts; null otherwise.")
    ] = None
    candidate_labels: Annotated[
        list[Label] | None, Meta(description="Labels that the candidate predicts; null otherwise.")
    ] = None


class FlipFilter(NamedTuple):
    """A kind of flip; of one actual class or label, by its position, and of one slice, if given."""

    kind: FlipKind
    actual: int | None = None
    slice: SliceValue | None = None


def write(target: Path, samples: PairedSamples) -> None:
    """Write the file."""
    right, also = samples.truth == samples.baseline, samples.truth == samples.candidate
    kinds = np.full(len(samples.truth), -1, np.int8)
    kinds[~right & also], kinds[right & ~also], kinds[~right & ~also] = _FIXED, _BROKEN, _BOTH_WRONG
    rows = np.flatnonzero(kinds >= 0)
    confidence = samples.candidate_confidence
    order = np.zeros(len(rows)) if confidence is None else -confidence[rows]
    rows = rows[np.lexsort((rows, order, kinds[rows]))]
    table = pa.table(_columns(samples, rows))
    if samples.sets:
        table = table.replace_schema_metadata({_SETS: msgspec.json.encode(samples.sets)})
    pq.write_table(table, target, compression="zstd", row_group_size=_GROUP)


def find(
    file: Any, classes: list[Label], counts: FlipCounts, wanted: FlipFilter, *, after: int
) -> Iterator[tuple[int, Flip]]:
    """The flips of a filter from a position of the file on, each with the position behind it."""
    parquet = pq.ParquetFile(file)
    sets = msgspec.json.decode((parquet.schema_arrow.metadata or {}).get(_SETS, b"[]"), type=list[list[int]])
    start, stop = _span(counts, wanted.kind)
    start = max(start, after)
    for group in range(start // _GROUP, min(parquet.num_row_groups, -(-stop // _GROUP)) if stop > start else 0):
        table = parquet.read_row_group(group)
        at = np.arange(len(table)) + group * _GROUP
        chosen = _matching(table, wanted, sets) & (at >= start) & (at < stop)
        found = table.take(pa.array(np.flatnonzero(chosen)))
        yield from zip((at[chosen] + 1).tolist(), _flips(found, classes, sets), strict=True)


def _span(counts: FlipCounts, kind: FlipKind) -> tuple[int, int]:
    fixed, broken = counts.fixed, counts.fixed + counts.broken
    spans = {"fixed": (0, fixed), "broken": (fixed, broken)}
    return spans.get(kind, (broken, broken + counts.both_wrong))


def _matching(table: pa.Table, wanted: FlipFilter, sets: Sets) -> NDArray[np.bool_]:
    mask = np.ones(len(table), bool)
    if wanted.kind == "changed":
        mask &= table.column("b").to_numpy() != table.column("c").to_numpy()
    if wanted.actual is not None:
        codes = [at for at, one in enumerate(sets) if wanted.actual in one] if sets else [wanted.actual]
        mask &= np.isin(table.column("t").to_numpy(), codes)
    if wanted.slice is not None:
        equal = pc.equal(table.column(f"m_{wanted.slice.column}").cast(pa.string()), wanted.slice.value)
        mask &= equal.to_numpy()
    return mask


def _columns(samples: PairedSamples, rows: NDArray[np.int64]) -> dict[str, Any]:
    taken = pa.array(rows)
    columns: dict[str, Any] = {
        "row": rows + 1,
        "id": pa.nulls(len(rows), pa.string()) if samples.ids is None else samples.ids.take(taken),
        "t": samples.truth[rows],
        "b": samples.baseline[rows],
        "c": samples.candidate[rows],
    }
    for name, values in (("bc", samples.baseline_confidence), ("cc", samples.candidate_confidence)):
        columns[name] = pa.nulls(len(rows), pa.float64()) if values is None else values[rows]
    return columns | {f"m_{name}": values.take(taken) for name, values in samples.slices.items()}


def _flips(table: pa.Table, classes: list[Label], sets: Sets) -> Iterator[Flip]:
    columns = (table.column(name).to_pylist() for name in ("row", "id", "t", "b", "c", "bc", "cc"))
    for row, sample_id, *codes, of_baseline, of_candidate in zip(*columns, strict=True):
        confidences = of_baseline, of_candidate
        if sets:
            actual, baseline, candidate = ([classes[at] for at in sets[code]] for code in codes)
            yield Flip(row, sample_id, None, None, None, *confidences, actual, baseline, candidate)
        else:
            # Flags have no classes.
            truth, before, after = (classes[code] if classes else None for code in codes)
            yield Flip(row, sample_id, truth, before, after, *confidences)
