"""From the parts of a file to the run: their counts add up in whole numbers, so the order in which they end is free."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec

from shared.runs.errors import FileUnreadable, TooManyRunClasses
from shared.runs.ingest.file_to_run import IngestedRun
from shared.runs.ingest.finishing import finish
from shared.runs.ingest.reading_rows import MAX_LABEL_SETS, MAX_SET_PAIRS
from shared.runs.ingest.sample_ids import IdHashes
from shared.runs.ingest.tally import RowTally
from shared.runs.mapping import NeedsMapping
from shared.runs.parts.plans import PartPlan
from shared.runs.reading.containers import Container
from shared.runs.reading.json_files.kinds import JsonKinds
from shared.runs.rows.row_source import RowSource
from shared.runs.summary import RowsPiece


class CountedPart(NamedTuple):
    """A part that was read: its place in the file, its counts, the types of its scores, and the object of its rows.

    A part without rows, as of empty row groups or blank lines, has no such object.
    `candidates` are those of its rows that may be top rows of the run; empty where all rows have to be read for these.
    """

    place: int
    tally: RowTally
    score_types: list[str]
    name: str
    size_bytes: int
    candidates: bytes = b""
    kinds: JsonKinds = JsonKinds()


def with_rows(parts: Sequence[CountedPart]) -> list[CountedPart]:
    """The parts that have rows, in the same order."""
    return [part for part in parts if part.tally.rows]


class _Counted:
    """All rows of a file, put together from its parts in the order of the file."""

    def __init__(self, plan: PartPlan, parts: Sequence[CountedPart]) -> None:
        assignment = plan.assignment
        self.tally = RowTally()
        self.ids, self.samples = IdHashes(), IdHashes()
        self.score_types = parts[0].score_types
        self.metadata = [plan.names[position] for position in (*assignment.slices, *assignment.texts)]
        self.has_decimal_commas = plan.has_decimal_commas
        self.pieces = [self._add(part) for part in parts]

    def _add(self, part: CountedPart) -> RowsPiece:
        self.tally.merge(part.tally)
        codes = self.tally.labels.codes_of(part.tally.labels)
        return RowsPiece(part.name, part.size_bytes, codes)

    def position_of(self, row: int) -> str:
        """A place that only tells that there is one: the whole file is read again to say where."""
        return f"row {row + 1:,}"


def merge(plan: PartPlan, parts: Sequence[CountedPart], files: Sequence[Any], max_classes: int) -> IngestedRun:
    """Make the run of the parts, in any order; `files` are those of the rows of parts that have any, in the same order.

    Raises NeedsMapping, and an error of runs where the whole file would be refused, in words that may be others.
    """
    ordered = sorted(zip(with_rows(parts), files, strict=True), key=lambda pair: pair[0].place)
    _check(plan, sorted(parts, key=lambda part: part.place))
    parts = [part for part, _ in ordered]
    counted = _Counted(plan, parts)
    _bound(plan, counted.tally, max_classes)
    source = RowSource([file for _, file in ordered], [piece.codes for piece in counted.pieces])
    if plan.assignment.id is not None:
        for at, _ in enumerate(source.group_sizes):
            counted.ids.add(source.read(at, ["id"]).column(0).combine_chunks())
    try:
        finished = finish(counted, plan.assignment, plan.names, source, max_classes)
    except NeedsMapping as needed:
        raise NeedsMapping(needed.questions, plan.assignment.decisions, plan.preview) from needed
    summary = msgspec.structs.replace(finished.summary, pieces=counted.pieces)
    notices = _kind_notices(plan, parts) if plan.container is Container.JSON_LINES else plan.notices
    finished = finished._replace(summary=summary, notices=[*notices, *finished.notices])
    return IngestedRun(finished, plan.container, plan.assignment.decisions, plan.preview)


def _kind_notices(plan: PartPlan, parts: Sequence[CountedPart]) -> list[str]:
    """What the records of all parts say, which the first ones may not."""
    kinds = JsonKinds()
    for part in parts:
        kinds.merge(part.kinds)
    return kinds.notices(plan.names, {plan.names[position] for position in plan.assignment.scores})


def _check(plan: PartPlan, parts: Sequence[CountedPart]) -> None:
    if [part.place for part in parts] != [*range(len(plan.spans))]:
        raise FileUnreadable("Some parts of the file are missing.")
    for part, span in zip(parts, plan.spans, strict=True):
        if span.rows is not None and part.tally.rows != span.rows:
            raise FileUnreadable("A part of the file has other rows than the file says.")
    if not with_rows(parts):
        raise FileUnreadable("No part of the file has rows.")


def _bound(plan: PartPlan, tally: RowTally, max_classes: int) -> None:
    is_multilabel = plan.assignment.is_multilabel
    most = MAX_LABEL_SETS if is_multilabel else 2 * max_classes + 2
    if len(tally.labels) > most:
        raise TooManyRunClasses("The parts of the file have too many labels together.")
    if is_multilabel:
        tally.bound(MAX_SET_PAIRS)
