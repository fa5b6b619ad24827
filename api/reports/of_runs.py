"""The report of a run."""

import asyncio
from typing import Any

from litestar import Response

from api.reports.rendering import respond
from shared import receipts, runs
from shared.accounts import Caller
from shared.kit.platform import Platform
from shared.presentation.curves.curve_drawing import SIDE, area_of_band, path
from shared.presentation.curves.reliability_drawing import reliability_points
from shared.presentation.labels import label_names
from shared.presentation.matrices.heatmap import heat_map
from shared.presentation.matrices.tables import confused_pairs
from shared.presentation.runs.slices import slice_rows
from shared.presentation.runs.tables import CLASS_COLUMNS, RunClass, class_table, headlines
from shared.presentation.whiskers import WIDTH
from shared.runs import answers
from shared.runs.records import ReadyRun
from shared.runs.scores.score_charts import ChartSizes, score_charts

# What keeps the file below two megabytes, whatever the run has.
MAX_DRAWN, MAX_CLASSES, MAX_SLICES, MAX_PAIRS = 200, 100, 40, 10
# A report has no slider and no histogram.
CHART_SIZES = ChartSizes(points=300, reliability_bins=10, steps=1, score_bins=1)
# A slice of fewer samples says little about any metric.
MIN_SUPPORT = 10


async def report(platform: Platform, caller: Caller, run_id: str) -> Response[str]:
    """The report of a run of the caller; raises RunNotFound, RunNotReady, and what a scan of the rows raises."""
    run = await runs.get_ready(platform, caller, run_id, heeds_weights=True)
    stored = await runs.get(platform, caller, run_id)
    receipt = await receipts.of_run(platform, caller, run_id)
    counted = await asyncio.to_thread(_counted, run)
    return respond(
        "reports/run.html",
        f"run-{run.id}-v{run.version}",
        receipt=receipt,
        computed_by=receipt.computed_by,
        rows=run.summary.rows,
        weight=run.summary.matrix.weight,
        notices=stored.findings.notices,
        width=WIDTH,
        class_columns=CLASS_COLUMNS,
        **counted,
        **await _slices(platform, run),
        **await _curves(platform, run),
    )


def _counted(run: ReadyRun) -> dict[str, Any]:
    matrix = run.summary.matrix
    classes = class_table(run, matrix, is_slice=False)
    names = label_names(matrix.classes)
    return {
        "headlines": headlines(run, matrix, is_slice=False),
        "heat": heat_map(matrix, names.full) if len(names.full) <= MAX_DRAWN else None,
        "pairs": confused_pairs(matrix, MAX_PAIRS),
        "classes": classes if len(classes) <= MAX_CLASSES else sorted(classes, key=_f1)[:MAX_CLASSES],
        "hidden_classes": max(0, len(classes) - MAX_CLASSES),
    }


def _f1(row: RunClass) -> float:
    value = row.f1.value
    # A class without F1 has no samples and no predictions.
    return WIDTH + 1 if value is None else value


async def _slices(platform: Platform, run: ReadyRun) -> dict[str, Any]:
    found = await answers.slices(platform, run, None, "accuracy", MIN_SUPPORT)
    return {"slices": slice_rows(found.results[:MAX_SLICES]), "whole": found.whole, "least": MIN_SUPPORT}


async def _curves(platform: Platform, run: ReadyRun) -> dict[str, Any]:
    """The curves of the positive class, or of the first one with scores; nothing where no class has scores.

    Nothing of a private dataset either: each step of a curve tells the truth of a sample.
    """
    scored = [score.class_position for score in run.summary.scores if score.class_position is not None]
    position = run.positive_position if run.positive_position is not None else next(iter(scored), None)
    if run.is_private or position is None:
        return {"curves": None}
    charts = await score_charts(platform, run, position, (), CHART_SIZES)
    found, measured = charts.curves, charts.reliability
    return {
        "curves": found.curves,
        "scored_label": run.summary.classes[found.position],
        "area": found.area,
        "average_precision": found.average_precision,
        "roc": found.curves.roc and path(found.curves.roc.curve),
        "band": area_of_band(found.curves.roc.curve if found.curves.roc else None, found.roc_band),
        "pr": found.curves.pr and path(found.curves.pr.curve, stepped=True),
        "square_side": SIDE,
        "reliability": measured,
        "points": reliability_points(measured.bins) if measured else [],
    }
