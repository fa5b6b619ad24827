"""Files that are read in one piece and in parts, by the whole pure way."""

import random
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from shared.runs import objects
from shared.runs.ingest.file_to_run import IngestedRun, IngestLimits, count, inspect
from shared.runs.ingest.reading_rows import RowReader
from shared.runs.mapping import ColumnsIn
from shared.runs.parts import tallies
from shared.runs.parts.merging import CountedPart, merge, with_rows
from shared.runs.parts.plans import PartPlan, PartSizes, kinds_of, plan_parts, table_of
from shared.runs.rows.row_source import RowSource
from shared.runs.summary import RunSummary
from tests.unit.shared.runs.reading_files import LIMITS


def read_in_parts(
    path: Path, folder: Path, sizes: PartSizes, seed: int = 0, limits: IngestLimits = LIMITS, **columns: Any
) -> IngestedRun | None:
    """Read a file in parts, each from its own bytes alone, in an order by the seed; None if it is not cut."""
    inspected = inspect(path, folder, msgspec.convert(columns, ColumnsIn), limits)
    plan = plan_parts(inspected, path, sizes, [])
    if plan is None:
        return None
    parts = read_parts(plan, path, folder, limits)
    random.Random(seed).shuffle(parts)
    return merge(plan, parts, [folder / part.name for part in with_rows(parts)], limits.max_classes)


def read_parts(plan: PartPlan, path: Path, folder: Path, limits: IngestLimits = LIMITS) -> list[CountedPart]:
    """Read every part of a plan, in the order of the file."""
    # As another worker gets it.
    plan = msgspec.msgpack.decode(msgspec.msgpack.encode(plan), type=PartPlan)
    return [_read(plan, place, path, folder, limits) for place, _ in enumerate(plan.spans)]


def _read(plan: PartPlan, place: int, path: Path, folder: Path, limits: IngestLimits) -> CountedPart:
    own = folder / f"part-{place}"
    ranges = plan.ranges(place)
    offset = 0 if plan.has_places else ranges[0][0]
    with path.open("rb") as whole, own.open("wb") as file:
        for start, stop in ranges:
            whole.seek(start)
            file.seek(start - offset)
            file.write(whole.read(stop - start))
    table = table_of(plan, place, own)
    reader = RowReader(table, plan.assignment, max_classes=limits.max_classes)
    name = objects.piece_of(place, 1)
    reader.read(folder / name, lambda _: None, may_be_empty=True)
    packed = tallies.packed(reader.tally, reader.score_types, reader.candidates.packed(), kinds_of(table))
    tally, score_types, candidates, kinds = tallies.unpacked(packed)
    size = (folder / name).stat().st_size if tally.rows else 0
    return CountedPart(place, tally, score_types, name, size, candidates, kinds)


def read_whole(path: Path, folder: Path, limits: IngestLimits = LIMITS, **columns: Any) -> IngestedRun:
    """Read a file in one piece."""
    return count(inspect(path, folder, msgspec.convert(columns, ColumnsIn), limits), folder, limits, lambda _: None)


def facts(ingested: IngestedRun, folder: Path) -> tuple[Any, ...]:
    """Everything that a run says, whatever numbers its codes have: summary, slices, notices, and all its rows."""
    summary = ingested.finished.summary
    files = [folder / piece.name for piece in summary.pieces] or [folder / objects.ROWS]
    source = RowSource(files, [piece.codes for piece in summary.pieces])
    rows = {name: source.column(name).to_pylist() for name in source.schema.names}
    for side in ("t", "p"):
        rows[side] = [summary.row_labels[at] for at in np.array(summary.class_of_code)[rows[side]].tolist()]
    plain: RunSummary = msgspec.structs.replace(summary, class_of_code=[], pieces=[])
    return plain, ingested.finished.slices, ingested.finished.notices, ingested.decisions, ingested.preview, rows
