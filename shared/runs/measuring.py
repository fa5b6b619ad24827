"""Verbs that keep the figures of runs: written with the counts, and again with another positive class."""

import asyncio
from uuid import UUID

from shared.kit.database.transactions import Connection, retry_conflicts
from shared.kit.platform import Platform
from shared.runs import figure_queries
from shared.runs.figure_queries import Measurable
from shared.runs.figures import figures_of

# So many runs of a release before are measured in an hour: a matrix of a thousand classes takes a second, and the other
# duties of retention wait for this one.
MAX_MEASURED = 500
_TWO = 2


async def measure(connection: Connection, run_id: UUID) -> None:
    """Write the figures of a run in the transaction that changes what they depend on; none unless it is ready."""
    measured = await figure_queries.lock(connection, run_id)
    if measured is not None:
        await _write(connection, run_id, measured)


async def measure_described(connection: Connection, run_id: UUID) -> None:
    """Write the figures of a run again in the transaction that describes it, if they depend on the positive class."""
    measured = await figure_queries.lock(connection, run_id)
    if measured is not None and len(measured.summary.classes) == _TWO:
        await _write(connection, run_id, measured)


async def measure_missing(platform: Platform) -> int:
    """Write the figures of some runs that have none yet; return the number of runs, at most MAX_MEASURED."""
    async with platform.db.connection() as connection:
        run_ids = await figure_queries.unmeasured(connection, MAX_MEASURED)
    for run_id in run_ids:
        await _measure_one(platform, run_id)
    return len(run_ids)


async def _write(connection: Connection, run_id: UUID, measured: Measurable) -> None:
    # The intervals of a matrix of a thousand classes take a second.
    figures = await asyncio.to_thread(figures_of, measured.summary, measured.positive)
    await figure_queries.replace(connection, run_id, measured, figures)


@retry_conflicts
async def _measure_one(platform: Platform, run_id: UUID) -> None:
    async with platform.db.transaction() as connection:
        await measure(connection, run_id)
