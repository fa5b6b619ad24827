"""Parts of a comparison's page that a script loads on demand, each also a page of its own."""

from typing import Any, NamedTuple

from litestar import Controller, Response, get
from litestar.params import FromPath

from api.http.dependencies import Injected
from api.web.page_request import PageRequest
from api.web.runs.address import ClassParameter, RunAddress
from api.web.runs.selection import select
from shared import comparisons, matrices, runs
from shared.comparisons.errors import ComparedChanged
from shared.comparisons.records import ComparedVersion
from shared.evaluation.comparison.errors import NotComparable
from shared.evaluation.comparison.pycm_ranking import aligned
from shared.evaluation.confusion.matrix import ConfusionMatrix
from shared.evaluation.curves.scored_curves import ScoredCurves
from shared.kit.errors import DomainError
from shared.presentation.curves.curve_drawing import SIDE, path
from shared.presentation.labels import label_text
from shared.presentation.matrices.difference import difference_map
from shared.runs.records import ReadyRun
from shared.runs.scores import curves

MAX_POINTS = 200
# More cells than those of so many classes are too small to be seen.
MAX_CLASSES = 100
TOO_MANY = f"There are more than {MAX_CLASSES} classes, too many to draw the difference of the matrices."


class SideCurves(NamedTuple):
    """The curves of one side: the figures, and the two paths; a path is None where no curve exists."""

    curves: ScoredCurves
    roc: str | None
    pr: str | None


class ComparisonPartPages(Controller):
    """Parts of a comparison's page."""

    path = "/app/comparisons/{comparison_id:str}"

    @get("/curves")
    async def curves(
        self, page_request: Injected[PageRequest], comparison_id: FromPath[str], class_label: ClassParameter = ""
    ) -> Response[str]:
        """Draw the curves of a class of both runs, one over the other; or say why there are none."""
        sides = (await comparisons.get(page_request.platform, page_request.caller, comparison_id)).sides
        try:
            both = [await _run(page_request, side) for side in sides]
            label = class_label or _usual_class(*both)
            drawn = [await _curves(page_request, run, label) for run in both]
        except DomainError as error:
            return _part(page_request, "curves", comparison_id, reason=error.detail)
        classes = [label_text(one) for one in both[1].summary.classes]
        shown = {"sides": drawn, "label": label, "classes": classes, "is_weighted": both[1].summary.is_weighted}
        return _part(page_request, "curves", comparison_id, side=SIDE, **shown)

    @get("/matrix")
    async def matrix(self, page_request: Injected[PageRequest], comparison_id: FromPath[str]) -> Response[str]:
        """Draw the difference of the confusion matrices; or say why there is none."""
        sides = (await comparisons.get(page_request.platform, page_request.caller, comparison_id)).sides
        names = ("The baseline", "The candidate")
        try:
            both = aligned({name: await _matrix(page_request, side) for name, side in zip(names, sides, strict=True)})
        except (DomainError, NotComparable) as error:
            return _part(page_request, "matrix", comparison_id, reason=error.detail)
        baseline, candidate = (both[name] for name in names)
        labels = [label_text(label) for label in candidate.classes]
        if len(labels) > MAX_CLASSES:
            return _part(page_request, "matrix", comparison_id, reason=TOO_MANY)
        heat = difference_map(candidate, baseline, labels)
        return _part(page_request, "matrix", comparison_id, heat=heat, is_weighted=candidate.is_weighted)


def _part(page_request: PageRequest, name: str, comparison_id: str, **values: Any) -> Response[str]:
    return page_request.render(f"comparisons/{name}.html", comparison_id=comparison_id, **({"reason": None} | values))


async def _run(page_request: PageRequest, side: ComparedVersion) -> ReadyRun:
    """The run of a side with its scores; raises RunNotFound, ComparedChanged, DatasetPrivate, TaskUnsupported."""
    platform, caller = page_request.platform, page_request.caller
    run = await runs.get_shown(platform, caller, str(side.id), runs.WITH_SCORES, heeds_weights=True)
    if run.version != side.version:
        raise ComparedChanged
    return run


def _usual_class(baseline: ReadyRun, candidate: ReadyRun) -> str:
    """The positive class; without one, the class of which the two are right about the most different numbers."""
    position, classes = candidate.positive_position, candidate.summary.classes
    if position is None and not candidate.summary.is_multilabel and baseline.summary.classes == classes:
        right = [run.summary.matrix.hits for run in (baseline, candidate)]
        position = int(abs(right[1] - right[0]).argmax())
    return label_text(classes[position or 0])


async def _curves(page_request: PageRequest, run: ReadyRun, label: str) -> SideCurves:
    position = select(run, RunAddress(label)).position
    found = (await curves.curves(page_request.platform, run, position, [], MAX_POINTS)).curves
    roc = None if found.roc is None else path(found.roc.curve)
    return SideCurves(found, roc, None if found.pr is None else path(found.pr.curve, stepped=True))


async def _matrix(page_request: PageRequest, side: ComparedVersion) -> ConfusionMatrix:
    platform, caller = page_request.platform, page_request.caller
    if side.kind == "matrix":
        (record,) = await matrices.several(platform, caller, [str(side.id)])
        matrix, version = record.matrix, record.version
    else:
        run = await runs.get_ready(platform, caller, str(side.id), heeds_weights=True)
        matrix, version = run.summary.matrix, run.version
    if version != side.version:
        raise ComparedChanged
    return matrix
