"""The list of runs: searched, sorted by a metric, in groups, with a selection that outlives all of it."""

from collections.abc import Iterable
from typing import Any, NamedTuple
from uuid import UUID

from litestar import Response

from api.http import paging
from api.web.page_request import PageRequest
from api.web.runs.list_query import SORTS, RunListQuery, cursor_of, read_position
from shared.evaluation.metrics import CATALOGUE
from shared.kit.errors import Fault, InvalidInput
from shared.kit.ids import parse_uuid
from shared.presentation.runs.figure_row import FigureRow, figure_row
from shared.presentation.whiskers import WIDTH
from shared.runs import listing
from shared.runs.figures import HEADLINES, RunFigureRecord, headline_of
from shared.runs.lifecycle import RunStatus
from shared.runs.list_queries import RunGroup
from shared.runs.records import RunRecord

PAGE_SIZE = 50


class ListedRun(NamedTuple):
    """A run with the figure that a list shows of it; None where it has none."""

    run: RunRecord
    figure: FigureRow | None


class ListedGroup(NamedTuple):
    """Runs of the same dataset, model or tag, with the newest of them; that is gone if it was just deleted."""

    group: RunGroup
    newest: ListedRun | None


async def show(page_request: PageRequest, wanted: RunListQuery, cursor: str) -> Response[str]:
    """Show a page of the list, or the groups; raises InvalidInput."""
    if wanted.group:
        return await _show_groups(page_request, wanted)
    page = await (_sorted(page_request, wanted, cursor) if wanted.sort else _newest(page_request, wanted, cursor))
    shown = {listed.run.id for listed in page.rows}
    return page_request.render(
        "runs/list.html",
        runs=page.rows,
        elsewhere=[run_id for run_id in wanted.selected if run_id not in shown],
        cursor=cursor,
        next_cursor=page.next,
        **_common(wanted),
    )


async def listed_runs(
    page_request: PageRequest, runs: Iterable[RunRecord], metric_id: str | None = None
) -> list[ListedRun]:
    """Runs with a figure of theirs each, or the one that stands for them; one that is not ready has none."""
    found = list(runs)
    ready = [run.id for run in found if run.state is RunStatus.READY]
    asked = HEADLINES if metric_id is None else (metric_id,)
    figures = await listing.figures(page_request.platform, page_request.caller, ready, asked)
    return [ListedRun(run, _row(run, figures.get(run.id, []))) for run in found]


async def _newest(page_request: PageRequest, wanted: RunListQuery, cursor: str) -> paging.Page[ListedRun, UUID]:
    before = parse_uuid(cursor) if cursor else None
    if cursor and before is None:
        raise InvalidInput(Fault("/cursor", "cursor: not of a page of this list; begin with its first page."))
    found = await listing.newest(
        page_request.platform, page_request.caller, wanted.filter, before=before, limit=PAGE_SIZE + 1
    )
    page = paging.cut(found, PAGE_SIZE, lambda run: run.id)
    return paging.Page(await listed_runs(page_request, page.rows), page.next)


async def _sorted(page_request: PageRequest, wanted: RunListQuery, cursor: str) -> paging.Page[ListedRun, str]:
    found = await listing.by_figure(
        page_request.platform,
        page_request.caller,
        wanted.filter,
        wanted.sort,
        after=read_position(cursor),
        limit=PAGE_SIZE + 1,
        is_worst_first=wanted.order == "worst",
    )
    page = paging.cut(found, PAGE_SIZE, lambda entry: cursor_of(entry.value, entry.run.id))
    return paging.Page(await listed_runs(page_request, (entry.run for entry in page.rows), wanted.sort), page.next)


async def _show_groups(page_request: PageRequest, wanted: RunListQuery) -> Response[str]:
    platform, caller = page_request.platform, page_request.caller
    assert wanted.group, "callers ask"
    groups = await listing.groups(platform, caller, wanted.group)
    runs = await listing.selected(platform, caller, [group.newest for group in groups])
    newest = {listed.run.id: listed for listed in await listed_runs(page_request, runs)}
    return page_request.render(
        "runs/groups.html",
        groups=[ListedGroup(group, newest.get(group.newest)) for group in groups],
        most=listing.MAX_GROUPS,
        elsewhere=wanted.selected,
        **_common(wanted),
    )


def _common(wanted: RunListQuery) -> dict[str, Any]:
    return {
        "wanted": wanted,
        "sorts": {title: [CATALOGUE[one] for one in ids] for title, ids in SORTS.items()},
        "width": WIDTH,
    }


def _row(run: RunRecord, figures: list[RunFigureRecord]) -> FigureRow | None:
    figure = figures[0] if len(figures) == 1 else headline_of(figures)
    return None if figure is None else figure_row(figure, is_weighted=run.findings.weighted_by is not None)
