"""Statements about the figures of runs."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from shared.kit.database.transactions import Connection
from shared.runs.figures import RunFigureRecord
from shared.runs.summary import RunSummary, unpacked

# Who describes a run and who ends its job take turns: the figures are those of the later one.
LOCK = """
    SELECT run.account_id, run.version, run.positive, run_version.summary
    FROM run JOIN run_version ON run_version.run_id = run.id AND run_version.number = run.version
    WHERE run.id = $1 AND run_version.outcome = 'ready' FOR UPDATE OF run
"""

DELETE = "DELETE FROM run_figure WHERE run_id = $1"

INSERT = """
    INSERT INTO run_figure (run_id, account_id, metric, label, value, low, high) VALUES ($1, $2, $3, $4, $5, $6, $7)
"""

MARK = "UPDATE run_version SET has_figures = true WHERE run_id = $1 AND number = $2"

# A version that is no longer the newest one shows its figures nowhere.
UNMEASURED = """
    SELECT run_version.run_id FROM run_version JOIN run ON run.id = run_id AND run.version = number
    WHERE run_version.outcome = 'ready' AND NOT run_version.has_figures LIMIT $1
"""

OF_RUNS = """
    SELECT run_id, metric, label, value, low, high FROM run_figure
    WHERE run_id = ANY($1) AND account_id = $2 AND metric = ANY($3)
"""


class Measurable(NamedTuple):
    """What the figures of a run are measured from."""

    account_id: int
    version: int
    positive: str | None
    summary: RunSummary


async def lock(connection: Connection, run_id: UUID) -> Measurable | None:
    """Return a run's counts, locked until the transaction ends; None unless its newest version is ready."""
    record = await connection.fetchrow(LOCK, run_id)
    if record is None:
        return None
    account_id, version, positive, summary = record
    return Measurable(account_id, version, positive, unpacked(summary))


async def replace(
    connection: Connection, run_id: UUID, measured: Measurable, figures: Sequence[RunFigureRecord]
) -> None:
    """Replace the figures of a run."""
    await connection.execute(DELETE, run_id)
    await connection.executemany(INSERT, [(run_id, measured.account_id, *figure) for figure in figures])
    await connection.execute(MARK, run_id, measured.version)


async def unmeasured(connection: Connection, limit: int) -> list[UUID]:
    """Return runs that are ready and have no figures yet."""
    return [record["run_id"] for record in await connection.fetch(UNMEASURED, limit)]


async def of_runs(
    connection: Connection, account_id: int, run_ids: Sequence[UUID], metric_ids: Sequence[str]
) -> dict[UUID, list[RunFigureRecord]]:
    """Return some figures of runs of the account, by run; a run without any is left out."""
    figures: dict[UUID, list[RunFigureRecord]] = {}
    for run_id, *figure in await connection.fetch(OF_RUNS, run_ids, account_id, metric_ids):
        figures.setdefault(run_id, []).append(RunFigureRecord(*figure))
    return figures
