"""The page of a metric over time: of a model, a tag or a dataset, with the baseline pinned and regressions marked."""

from collections import Counter
from typing import Annotated, NamedTuple
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from litestar import Controller, Response, get
from litestar.di import Provide
from litestar.params import QueryParameter

from api.http.dependencies import Injected
from api.web.page_request import PageRequest
from api.web.runs.list_query import SORTS, RunListQuery, provide_run_list_query
from shared import datasets
from shared.evaluation.metrics import CATALOGUE
from shared.kit.errors import Fault, InvalidInput
from shared.kit.ids import parse_uuid
from shared.presentation.runs.metric_trend import HEIGHT, WIDTH, trend
from shared.runs import listing
from shared.runs.figures import HEADLINES
from shared.runs.list_queries import MeasuredRun

# More points than this cannot be told apart on a screen.
MAX_RUNS = 100


class OtherMetric(NamedTuple):
    """A metric of runs that lack the one that is shown: its title, their number, and the query that shows it."""

    title: str
    runs: int
    query: str


class RunTrendPages(Controller):
    """The page of a metric over time."""

    path = "/app/runs/trend"

    @get(dependencies={"wanted": Provide(provide_run_list_query, sync_to_thread=False)})
    async def read(
        self,
        page_request: Injected[PageRequest],
        wanted: Injected[RunListQuery],
        baseline: Annotated[str, QueryParameter()] = "",
    ) -> Response[str]:
        """Show a metric of the newest runs of a model, a tag or a dataset, beside a baseline."""
        recent = await _headlines(page_request, wanted)
        wanted = _with_metric(recent, wanted)
        pinned = _pinned(baseline)
        runs = await listing.series(
            page_request.platform, page_request.caller, wanted.filter, wanted.sort, pinned=pinned, limit=MAX_RUNS
        )
        metric = CATALOGUE[wanted.sort]
        return page_request.render(
            "runs/trend.html",
            wanted=wanted,
            dataset=await _dataset_name(page_request, wanted),
            sorts={title: [CATALOGUE[one] for one in ids] for title, ids in SORTS.items()},
            metric=metric,
            baseline=baseline,
            pinned=pinned,
            trend=trend(runs, metric, pinned or _tagged(runs)) if runs else None,
            query=_query(wanted),
            others=_others(recent, wanted),
            width=WIDTH,
            height=HEIGHT,
            most=MAX_RUNS,
        )


async def _headlines(page_request: PageRequest, wanted: RunListQuery) -> list[set[str]]:
    """The metrics of each of the newest runs that the query finds, oldest first."""
    newest = await listing.newest(
        page_request.platform, page_request.caller, wanted.filter, before=None, limit=MAX_RUNS
    )
    figures = await listing.figures(page_request.platform, page_request.caller, [run.id for run in newest])
    return [{figure.metric_id for figure in figures.get(run.id, [])} for run in newest[::-1]]


def _with_metric(recent: list[set[str]], wanted: RunListQuery) -> RunListQuery:
    """The query with a metric: the one that was asked for, or the first headline that one of the runs has."""
    if wanted.sort:
        return wanted
    known = set[str]().union(*recent)
    return msgspec.structs.replace(wanted, sort=next((one for one in HEADLINES if one in known), HEADLINES[1]))


def _others(recent: list[set[str]], wanted: RunListQuery) -> list[OtherMetric]:
    """The headlines of the runs that lack the metric, with the number of those runs and the query that shows it."""
    lacking = [metrics for metrics in recent if wanted.sort not in metrics]
    counts = Counter(next((one for one in HEADLINES if one in metrics), None) for metrics in lacking)
    return [
        OtherMetric(CATALOGUE[one].title, count, _query(msgspec.structs.replace(wanted, sort=one)))
        for one, count in counts.items()
        if one is not None
    ]


def _pinned(baseline: str) -> UUID | None:
    if baseline and parse_uuid(baseline) is None:
        raise InvalidInput(Fault("/baseline", "baseline: not the id of a run."))
    return parse_uuid(baseline) if baseline else None


async def _dataset_name(page_request: PageRequest, wanted: RunListQuery) -> str | None:
    if not wanted.dataset:
        return None
    return (await datasets.get(page_request.platform, page_request.caller, wanted.dataset)).name


def _tagged(runs: list[MeasuredRun]) -> UUID | None:
    """The newest run that its owner tagged as the baseline; None without one, which leaves the first."""
    return next((run.id for run in runs[::-1] if "baseline" in run.tags), None)


def _query(wanted: RunListQuery) -> str:
    pairs = [(name, getattr(wanted, name)) for name in ("tag", "model", "dataset", "q", "sort")]
    return urlencode([(name, text) for name, text in pairs if text])
