"""Exports of a run's rows, streamed row group by row group: memory holds one of them."""

from collections.abc import AsyncIterator, Callable
from typing import NamedTuple

import pyarrow as pa

from shared.kit.platform import Platform
from shared.runs import answers
from shared.runs.records import ReadyRun
from shared.runs.rows.exported_rows import ENCODERS, RowEncoder, RowFormat, exported_table
from shared.runs.rows.filters import RowFilter
from shared.runs.rows.scanning import RowScan
from shared.runs.scores.decisions import ThresholdDecision


class RowExport(NamedTuple):
    """The bytes of a file as they come, and what to call when nobody takes them any more."""

    pieces: AsyncIterator[bytes]
    close: Callable[[], None]


async def begin(
    platform: Platform,
    run: ReadyRun,
    wanted: RowFilter,
    file_format: RowFormat,
    decision: ThresholdDecision | None = None,
) -> RowExport:
    """Begin an export of all rows of a filter, in the order of the file; raises what `Scans` does.

    The first row group is read at once, so that what goes wrong is told before the answer begins.
    """

    async def read_group(group: int) -> tuple[pa.Table, int]:
        def read(scan: RowScan) -> tuple[pa.Table, int]:
            return exported_table(scan, run.summary, group, wanted), scan.group_count

        return await answers.scan(platform, run, read, decision, is_patient=group > 0)

    close = await platform.scans.admit_export(run.account_id)
    try:
        first, group_count = await read_group(0)
    except BaseException:
        close()
        raise
    encoder = ENCODERS[file_format](first.schema)

    async def pieces(table: pa.Table) -> AsyncIterator[bytes]:
        async for piece in _encoded(platform, run, encoder, table):
            yield piece
        for group in range(1, group_count):
            table, _ = await read_group(group)
            async for piece in _encoded(platform, run, encoder, table):
                yield piece
        yield encoder.end()

    return RowExport(pieces(first), close)


async def _encoded(platform: Platform, run: ReadyRun, encoder: RowEncoder, table: pa.Table) -> AsyncIterator[bytes]:
    """Encode a table in the threads of the scans: text of a million rows takes as long as reading them."""
    pieces = encoder.pieces(table)
    while piece := await platform.scans.run(run.account_id, lambda _stop: next(pieces, b""), is_patient=True):
        yield piece
