"""The matrix as a page shows it: by counts or shares, sorted, with the cells that can be selected."""

from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from shared.evaluation.confusion.cell_list import most_errors, neighbours
from shared.evaluation.confusion.matrix import ConfusionMatrix
from shared.evaluation.rates import ratios
from shared.evaluation.types import Counts
from shared.kit.number_format import compact_count_text, count_text, percent_text
from shared.kit.plurals import form
from shared.presentation.labels import label_text
from shared.presentation.matrices.cell_colours import levels
from shared.presentation.matrices.heatmap import NUMBERED_CLASSES, CellShades, HeatMap, HeatMapSize, heat_map

CellMeasure = Literal["counts", "row", "column", "overall"]
LabelOrder = Literal["label", "errors"]

MEASURES: dict[CellMeasure, str] = {
    "counts": "counts",
    "row": "percent of the row",
    "column": "percent of the column",
    "overall": "percent of all",
}

WINDOW = 40
"""Classes that are drawn of a matrix that has too many to be drawn whole, and around one of them."""

_SIDE, _MAX_SIDE, _CROWD = 640, 900, 60


class View(NamedTuple):
    """The visible part of a matrix and its form; `worst` is the number of classes, those with the most errors.

    `around` is the position of a class, which is drawn with those that are confused with it most.
    """

    measure: CellMeasure = "counts"
    order: LabelOrder = "label"
    errors_only: bool = False
    worst: int | None = None
    around: int | None = None


class GridCell(NamedTuple):
    """A cell to select: the positions of its classes in the matrix, its place in the drawing, and its description."""

    row: int
    column: int
    x: float
    y: float
    description: str


@dataclass(frozen=True, slots=True)
class Grid:
    """The drawing; `order` has the positions of the drawn classes, and `cells` is empty where they are too many."""

    heat: HeatMap
    order: tuple[int, ...]
    cells: tuple[GridCell, ...]


def grid(matrix: ConfusionMatrix, view: View) -> Grid:
    """Draw the matrix in this view; takes up to tenths of a second for hundreds of classes."""
    order = _order(matrix, view)
    visible = ConfusionMatrix(tuple(matrix.classes[i] for i in order), matrix.window(order, order))
    texts = [label_text(label) for label in visible.classes]
    shares = _shares(matrix, visible.counts, order, view.measure)
    side = _MAX_SIDE if len(order) > _CROWD else _SIDE
    form = HeatMapSize(side=side, label_columns=16, numbered_classes=NUMBERED_CLASSES)
    heat = heat_map(visible, texts, form, _paint(visible, shares, view))
    cells = _cells(matrix, visible, order, heat.cell) if len(order) <= NUMBERED_CLASSES else []
    return Grid(heat, tuple(order), tuple(cells))


def _order(matrix: ConfusionMatrix, view: View) -> list[int]:
    if view.around is not None:
        visible = neighbours(matrix, view.around, WINDOW)
    else:
        whole = WINDOW if matrix.is_sparse else len(matrix.classes)
        visible = most_errors(matrix, view.worst or whole)
    return visible if view.order == "errors" else sorted(visible)


def _shares(matrix: ConfusionMatrix, counts: Counts, order: list[int], measure: CellMeasure) -> NDArray[np.float64]:
    """The shares of the classes of the whole matrix, of which some are drawn."""
    if measure == "counts":
        return counts.astype(np.float64)
    wholes = {"row": matrix.actual[order][:, None], "column": matrix.predicted[order][None]}
    whole = wholes.get(measure, np.array([[matrix.sample_count]]))
    # Nothing is drawn where there are no samples.
    defined: NDArray[np.float64] = np.nan_to_num(ratios(counts, whole))
    return defined


def _paint(visible: ConfusionMatrix, shares: NDArray[np.float64], view: View) -> CellShades:
    is_shown = np.ones_like(visible.counts, np.bool_)
    if view.errors_only:
        is_shown &= ~np.eye(len(visible.classes), dtype=np.bool_)
    is_shaded, zeros = (visible.counts > 0) & is_shown, (visible.counts == 0) & is_shown
    if view.measure in {"row", "column"}:
        # Of no samples nothing is a share.
        zeros &= visible.counts.sum(axis=1, keepdims=True) > 0 if view.measure == "row" else visible.counts.sum(0) > 0
    # Shares of a row or a column are shaded as they are, the other two by the largest one that is shown.
    largest = 1.0 if view.measure in {"row", "column"} else float(shares[is_shaded].max(initial=0)) or 1.0
    shown_levels = np.where(is_shaded, levels(shares / largest), 0)
    count = compact_count_text if visible.counts.dtype == np.float64 else count_text
    if view.measure == "counts":
        return CellShades(shown_levels, lambda row, column: count(visible.counts[row, column].item()), zeros=zeros)
    return CellShades(shown_levels, lambda row, column: percent_text(float(shares[row, column])), zeros=zeros)


def _cells(matrix: ConfusionMatrix, visible: ConfusionMatrix, order: list[int], cell: float) -> list[GridCell]:
    totals, texts = matrix.actual[order].tolist(), [label_text(label) for label in visible.classes]
    cells = []
    for y, row in enumerate(order):
        for x, column in enumerate(order):
            count = visible.counts[y, x].item()
            share = f", {percent_text(count / totals[y])} % of the row" if totals[y] else ""
            held = _held(count, is_weighted=matrix.is_weighted)
            description = f"Actual {texts[y]}, predicted {texts[x]}: {held}{share}"
            cells.append(GridCell(row, column, round(x * cell, 2), round(y * cell, 2), description))
    return cells


def _held(count: float, *, is_weighted: bool) -> str:
    if is_weighted:
        return f"weight {count_text(count)}"
    return f"{count_text(count)} {form(count, 'sample')}"
