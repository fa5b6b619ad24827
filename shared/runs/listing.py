"""Verbs of lists of runs: searched, sorted by a figure, in groups, over time, and those that are selected."""

from collections.abc import Sequence
from uuid import UUID

from shared.accounts import Caller
from shared.evaluation.metrics import CATALOGUE
from shared.kit.errors import Fault, InvalidInput
from shared.kit.platform import Platform
from shared.runs import figure_queries, list_queries
from shared.runs.figures import FIGURES, HEADLINES, RunFigureRecord
from shared.runs.list_queries import GroupKind, MeasuredRun, RunFilter, RunGroup, SortedRun, SortPosition
from shared.runs.records import RunRecord

# An account has few datasets and models that anybody works with; a search finds the rest.
MAX_GROUPS = 200


def check_figure(metric_id: str) -> str:
    """Return the id of a metric that lists are sorted by; raises InvalidInput for any other text."""
    if metric_id not in FIGURES:
        raise InvalidInput(Fault("/sort", "sort: choose one of the metrics that the list offers."))
    return metric_id


async def newest(
    platform: Platform, caller: Caller, wanted: RunFilter, *, before: UUID | None, limit: int
) -> list[RunRecord]:
    """List runs of the caller, newest first, older than `before`."""
    async with platform.db.connection() as connection:
        return await list_queries.newest(connection, caller.account_id, wanted, before, limit)


async def by_figure(
    platform: Platform,
    caller: Caller,
    wanted: RunFilter,
    metric_id: str,
    *,
    after: SortPosition | None,
    limit: int,
    is_worst_first: bool,
) -> list[SortedRun]:
    """List the runs of the caller that have a figure, the best first or the worst; raises InvalidInput."""
    lower_is_better = CATALOGUE[check_figure(metric_id)].lower_is_better
    async with platform.db.connection() as connection:
        return await list_queries.by_figure(
            connection,
            caller.account_id,
            wanted,
            metric_id,
            after,
            limit,
            is_ascending=lower_is_better != is_worst_first,
        )


async def selected(platform: Platform, caller: Caller, run_ids: Sequence[UUID]) -> list[RunRecord]:
    """List those of the runs that are the caller's, newest first."""
    async with platform.db.connection() as connection:
        return await list_queries.selected(connection, caller.account_id, run_ids)


async def groups(platform: Platform, caller: Caller, kind: GroupKind) -> list[RunGroup]:
    """List the datasets, models or tags of the caller's runs, at most MAX_GROUPS, that of the newest run first."""
    async with platform.db.connection() as connection:
        return await list_queries.groups(connection, caller.account_id, kind, MAX_GROUPS)


async def series(
    platform: Platform, caller: Caller, wanted: RunFilter, metric_id: str, *, pinned: UUID | None, limit: int
) -> list[MeasuredRun]:
    """List the newest runs that have a figure, from the oldest of them on; raises InvalidInput.

    The pinned run is among them, however old it is, if it is one of the filter.
    """
    check_figure(metric_id)
    async with platform.db.connection() as connection:
        runs = await list_queries.series(connection, caller.account_id, wanted, metric_id, limit)
        if pinned is None or any(run.id == pinned for run in runs):
            return runs
        return await list_queries.series(connection, caller.account_id, wanted, metric_id, 1, pinned) + runs


async def figures(
    platform: Platform, caller: Caller, run_ids: Sequence[UUID], metric_ids: Sequence[str] = HEADLINES
) -> dict[UUID, list[RunFigureRecord]]:
    """Return some figures of runs of the caller, by run; a run without any is left out."""
    async with platform.db.connection() as connection:
        return await figure_queries.of_runs(connection, caller.account_id, run_ids, metric_ids)
