"""Statements about runs as lists show them: searched, sorted by a figure, in groups, and those that are selected."""

# ruff: noqa: S608 -- the texts are put together from the parts above each only

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal, NamedTuple
from uuid import UUID

import msgspec

from shared.kit.database.transactions import Connection
from shared.runs.figures import RunFigureRecord
from shared.runs.queries import COLUMNS, FROM
from shared.runs.records import RunRecord

GroupKind = Literal["dataset", "model", "tag"]

# A title is searched as the page shows it: the name, or else the name of the file. That is looked up run by run, so
# that of many runs with names no version is read.
_FILTER = """
    run.account_id = $1
    AND ($2::text IS NULL OR run.tags @> ARRAY[$2::varchar]) AND ($3::text IS NULL OR run.model_name = $3)
    AND ($4::uuid IS NULL OR run_dataset.dataset_id = $4)
    AND ($5::text IS NULL OR strpos(lower(run.name), lower($5)) > 0 OR strpos(lower(run.model_name), lower($5)) > 0
        OR run.name IS NULL AND EXISTS (
            SELECT FROM run_version AS named
            WHERE named.run_id = run.id AND named.number = run.version AND strpos(lower(named.filename), lower($5)) > 0
        ))
"""

# The versions are told where to begin as well: merged with the runs, they are walked from the newest on.
LIST_NEWEST = f"""
    SELECT {COLUMNS} {FROM}
    WHERE {_FILTER} AND ($6::uuid IS NULL OR run.id < $6 AND run_version.run_id < $6) ORDER BY run.id DESC LIMIT $7
"""

# A run that is read again has the figures of its version before, which it no longer shows.
_SORTED = f"""
    SELECT run_figure.value, {COLUMNS} {FROM}
    JOIN run_figure ON run_figure.run_id = run.id AND run_figure.account_id = $1 AND run_figure.metric = $6
    WHERE {_FILTER} AND run_version.outcome = 'ready'
"""
_AFTER = "($7::float8 IS NULL OR (run_figure.value, run_figure.run_id) {} ($7, $8::uuid))"
LIST_HIGHEST = f"{_SORTED} AND {_AFTER.format('<')} ORDER BY run_figure.value DESC, run_figure.run_id DESC LIMIT $9"
LIST_LOWEST = f"{_SORTED} AND {_AFTER.format('>')} ORDER BY run_figure.value, run_figure.run_id LIMIT $9"

SELECTED = f"SELECT {COLUMNS} {FROM} WHERE run.account_id = $1 AND run.id = ANY($2) ORDER BY run.id DESC"

_GROUPED = {
    "dataset": """
        SELECT dataset.id::text AS key, dataset.name || ' ' || dataset.version AS title, run.id AS run_id
        FROM run JOIN run_dataset ON run_dataset.run_id = run.id JOIN dataset ON dataset.id = run_dataset.dataset_id
    """,
    "model": "SELECT run.model_name AS key, run.model_name AS title, run.id AS run_id FROM run",
    "tag": "SELECT tag AS key, tag AS title, run.id AS run_id FROM run, unnest(run.tags) AS tag",
}
_GROUPS = """
    SELECT key, title, count(*), max(run_id::text)::uuid
    FROM ({} WHERE run.account_id = $1) AS grouped
    WHERE key IS NOT NULL GROUP BY key, title ORDER BY max(run_id::text) DESC, key LIMIT $2
"""
GROUPS = {kind: _GROUPS.format(rows) for kind, rows in _GROUPED.items()}

# Newest first: what is cut off is the oldest. Figures are looked up run by run, so that the limit ends the search.
SERIES = f"""
    SELECT run.id, run.name, run_version.filename, run.model_version, run.tags, run.created_at,
        run_version.sample_count, run_dataset.dataset_id,
        run_version.reading->>'weighted_by' IS NOT NULL, run_figure.metric, run_figure.label, run_figure.value,
        run_figure.low, run_figure.high
    FROM run JOIN run_version ON run_version.run_id = run.id AND run_version.number = run.version
    LEFT JOIN run_dataset ON run_dataset.run_id = run.id
    CROSS JOIN LATERAL (
        SELECT * FROM run_figure WHERE run_figure.run_id = run.id AND run_figure.metric = $6 OFFSET 0
    ) AS run_figure
    WHERE {_FILTER} AND run_version.outcome = 'ready' AND ($8::uuid IS NULL OR run.id = $8)
    ORDER BY run.id DESC LIMIT $7
"""


class RunFilter(msgspec.Struct, frozen=True):
    """Which runs a list is of; None leaves a field open. `text` is a part of the name, of the file's or the model's."""

    tag: str | None = None
    model: str | None = None
    dataset_id: UUID | None = None
    text: str | None = None


class SortPosition(NamedTuple):
    """The last run of a page of a sorted list, after which the next one begins."""

    value: float
    run_id: UUID


class SortedRun(NamedTuple):
    """A run with the value that it was sorted by."""

    value: float
    run: RunRecord


class RunGroup(NamedTuple):
    """Runs of the same dataset, model or tag: how many they are, and the newest."""

    key: str
    title: str
    runs: int
    newest: UUID


class MeasuredRun(NamedTuple):
    """A run of a series with its figure."""

    id: UUID
    name: str | None
    filename: str
    model_version: str | None
    tags: list[str]
    created_at: datetime
    sample_count: int
    dataset_id: UUID | None
    is_weighted: bool
    figure: RunFigureRecord


def _values(account_id: int, wanted: RunFilter) -> tuple[object, ...]:
    return (account_id, wanted.tag, wanted.model, wanted.dataset_id, wanted.text)


async def newest(
    connection: Connection, account_id: int, wanted: RunFilter, before: UUID | None, limit: int
) -> list[RunRecord]:
    """Return runs of the account, newest first."""
    records = await connection.fetch(LIST_NEWEST, *_values(account_id, wanted), before, limit)
    return [RunRecord(*record) for record in records]


async def by_figure(
    connection: Connection,
    account_id: int,
    wanted: RunFilter,
    metric_id: str,
    after: SortPosition | None,
    limit: int,
    *,
    is_ascending: bool,
) -> list[SortedRun]:
    """Return the runs of the account that have a figure, in the order of its value."""
    statement = LIST_LOWEST if is_ascending else LIST_HIGHEST
    values = (*_values(account_id, wanted), metric_id, *(after or (None, None)), limit)
    return [SortedRun(value, RunRecord(*record)) for value, *record in await connection.fetch(statement, *values)]


async def selected(connection: Connection, account_id: int, run_ids: Sequence[UUID]) -> list[RunRecord]:
    """Return those of the runs that are the account's, newest first."""
    return [RunRecord(*record) for record in await connection.fetch(SELECTED, account_id, run_ids)]


async def groups(connection: Connection, account_id: int, kind: GroupKind, limit: int) -> list[RunGroup]:
    """Return the groups of the account's runs, that of the newest run first."""
    return [RunGroup(*record) for record in await connection.fetch(GROUPS[kind], account_id, limit)]


async def series(
    connection: Connection, account_id: int, wanted: RunFilter, metric_id: str, limit: int, run_id: UUID | None = None
) -> list[MeasuredRun]:
    """Return the newest runs that have a figure, from the oldest of them on; only one run, if it is named."""
    records = await connection.fetch(SERIES, *_values(account_id, wanted), metric_id, limit, run_id)
    return [_measured(*record) for record in reversed(records)]


def _measured(*columns: Any) -> MeasuredRun:
    *run, metric_id, label, value, low, high = columns
    return MeasuredRun._make((*run, RunFigureRecord(metric_id, label, value, low, high)))
