"""Views of shared objects for visitors: figures and drawings, no single samples, and no link to anything else."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from litestar import Response

from api.web.images.view import ImageViewOptions, load_view
from api.web.page_request import PageRequest
from api.web.runs import results as run_results
from api.web.runs.address import RunAddress
from api.web.runs.parts import curves_part
from api.web.runs.selection import select
from shared import analyses, comparisons, gates, matrices, runs
from shared.gates.records import CheckRecord
from shared.kit.platform import Platform
from shared.matrices.export_files import ExportOptions, export
from shared.presentation.comparisons.difference_rows import VERDICT_TITLES, difference_rows
from shared.presentation.matrices.drawing import draw_matrix
from shared.presentation.matrices.headlines import main_metrics
from shared.presentation.matrices.view import View
from shared.presentation.whiskers import WIDTH
from shared.projects import images
from shared.sharing import SharedThing, TargetType


async def show(page_request: PageRequest, thing: SharedThing) -> Response[str]:
    """Show the object of a link."""
    return await _VIEWS[thing.target_type](page_request, thing)


async def run_curves(page_request: PageRequest, thing: SharedThing) -> Response[str]:
    """Draw the curves of a shared run."""
    platform, owner = page_request.platform, thing.owner
    run = await runs.get_shown(platform, owner, thing.target_id, runs.WITH_SCORES, heeds_weights=True)
    return await curves_part(page_request, run, select(run, RunAddress()), None)


async def matrix_file(platform: Platform, thing: SharedThing) -> Response[Any]:
    """The counts of a shared matrix as CSV."""
    matrix = await matrices.counts(platform, thing.owner, thing.target_id)
    file = await export(matrix, ExportOptions("csv", "matrix", normalised=False))
    headers = {
        "Content-Security-Policy": "sandbox",
        "X-Content-Type-Options": "nosniff",
        "Content-Disposition": f'attachment; filename="{file.name}"',
    }
    return Response(file.body, media_type=file.media_type, headers=headers)


async def latest_check(platform: Platform, thing: SharedThing) -> CheckRecord | None:
    """The latest check of a shared gate; None where no run was checked yet."""
    found = await gates.list_checks(platform, thing.owner, thing.target_id, before=None, limit=1)
    return found[0] if found else None


async def _run(page_request: PageRequest, thing: SharedThing) -> Response[str]:
    platform = page_request.platform
    run = await runs.get(platform, thing.owner, thing.target_id)
    stored = await runs.get_ready(platform, thing.owner, thing.target_id, runs.ANY_TASK, heeds_weights=True)
    selection = select(stored, RunAddress())
    return _render(page_request, thing, run=run, **await run_results.values(platform, selection))


async def _comparison(page_request: PageRequest, thing: SharedThing) -> Response[str]:
    comparison = await comparisons.get(page_request.platform, thing.owner, thing.target_id)
    result = comparison.found
    return _render(
        page_request,
        thing,
        comparison=comparison,
        result=result,
        rows=difference_rows(result) if result else [],
        titles=VERDICT_TITLES,
        width=WIDTH,
    )


async def _gate(page_request: PageRequest, thing: SharedThing) -> Response[str]:
    gate = await gates.get(page_request.platform, thing.owner, thing.target_id)
    check = await latest_check(page_request.platform, thing)
    # The list has no reasons.
    whole = await gates.get_check(page_request.platform, thing.owner, str(check.id)) if check else None
    return _render(page_request, thing, gate=gate, check=whole, result=whole and whole.found)


async def _matrix(page_request: PageRequest, thing: SharedThing) -> Response[str]:
    matrix = await matrices.counts(page_request.platform, thing.owner, thing.target_id)
    return _render(
        page_request,
        thing,
        matrix=matrix,
        view=View(),
        matrix_drawing=await draw_matrix(matrix.matrix, View()),
        main_metrics=main_metrics(matrix.matrix, matrix.summary),
    )


async def _image(page_request: PageRequest, thing: SharedThing) -> Response[str]:
    platform, owner = page_request.platform, thing.owner
    image = await images.find(platform, owner, thing.target_id)
    image_analyses = await analyses.of_image(platform, owner, thing.target_id)
    view = await load_view(platform, owner, image, image_analyses, ImageViewOptions())
    # Thousands of shapes are not written in an event loop.
    return await asyncio.to_thread(_render, page_request, thing, view=view)


def _render(page_request: PageRequest, thing: SharedThing, **values: Any) -> Response[str]:
    token = page_request.request.query_params.get("token", "")
    return page_request.render(f"shared/{thing.target_type.value}.html", thing=thing, share_token=token, **values)


_VIEWS: dict[TargetType, Callable[[PageRequest, SharedThing], Awaitable[Response[str]]]] = {
    TargetType.RUN: _run,
    TargetType.COMPARISON: _comparison,
    TargetType.GATE: _gate,
    TargetType.MATRIX: _matrix,
    TargetType.IMAGE: _image,
}
