"""The matrix as a page shows it: by counts or shares, sorted, with the cells that can be selected."""

from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from shared.evaluation.confusion.matrix import ConfusionMatrix
from shared.evaluation.rates import column_shares, ratios, row_shares
from shared.evaluation.types import Counts
from shared.presentation.cell_colours import THRESHOLDS
from shared.presentation.heatmap import NUMBERED_CLASSES, CellShades, HeatMap, HeatMapSize, heat_map
from shared.presentation.labels import label_text
from shared.presentation.number_format import compact_count_text, count_text, percent_text

Measure = Literal["counts", "row", "column", "overall"]
Order = Literal["label", "errors"]

MEASURES: dict[Measure, str] = {
    "counts": "counts",
    "row": "percent of the row",
    "column": "percent of the column",
    "overall": "percent of all",
}

_SIDE, _MAX_SIDE, _CROWD = 640, 900, 60


class View(NamedTuple):
    """The visible part of a matrix and its form; `worst` is the number of classes, those with the most errors."""

    measure: Measure = "counts"
    order: Order = "label"
    errors_only: bool = False
    worst: int | None = None


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
    texts = [label_text(label) for label in matrix.classes]
    order = _order(matrix, view)
    shares = _shares(matrix, view.measure)[np.ix_(order, order)]
    visible = ConfusionMatrix(tuple(matrix.classes[i] for i in order), matrix.counts[np.ix_(order, order)])
    side = _MAX_SIDE if len(order) > _CROWD else _SIDE
    form = HeatMapSize(side=side, label_columns=16, numbered_classes=NUMBERED_CLASSES)
    heat = heat_map(visible, [texts[i] for i in order], form, _paint(visible, shares, view))
    cells = _cells(matrix, order, texts, heat.cell) if len(order) <= NUMBERED_CLASSES else []
    return Grid(heat, tuple(order), tuple(cells))


def errors(matrix: ConfusionMatrix) -> NDArray[np.float64]:
    """The false negatives plus the false positives of each class, shape (k,)."""
    counts = matrix.counts.astype(np.float64)
    missed: NDArray[np.float64] = counts.sum(axis=1) + counts.sum(axis=0) - 2 * counts.diagonal()
    return missed


def _order(matrix: ConfusionMatrix, view: View) -> list[int]:
    by_errors: list[int] = np.argsort(-errors(matrix), kind="stable").tolist()
    visible = by_errors[: view.worst] if view.worst else by_errors
    return visible if view.order == "errors" else sorted(visible)


def _shares(matrix: ConfusionMatrix, measure: Measure) -> NDArray[np.float64]:
    counts = matrix.counts
    if measure == "counts":
        return counts.astype(np.float64)
    shares = {"row": row_shares, "column": column_shares}.get(measure, _shares_of_all)
    # Nothing is drawn where there are no samples.
    defined: NDArray[np.float64] = np.nan_to_num(shares(counts))
    return defined


def _shares_of_all(counts: Counts) -> NDArray[np.float64]:
    return ratios(counts, counts.sum(keepdims=True))


def _paint(visible: ConfusionMatrix, shares: NDArray[np.float64], view: View) -> CellShades:
    is_shaded = visible.counts > 0
    if view.errors_only:
        is_shaded = is_shaded & ~np.eye(len(visible.classes), dtype=np.bool_)
    # Shares of a row or a column are shaded as they are, the other two by the largest one that is shown.
    largest = 1.0 if view.measure in {"row", "column"} else float(shares[is_shaded].max(initial=0)) or 1.0
    levels = np.where(is_shaded, np.digitize(shares / largest, THRESHOLDS) + 1, 0)
    count = compact_count_text if visible.counts.dtype == np.float64 else count_text
    if view.measure == "counts":
        return CellShades(levels, lambda row, column: count(visible.counts[row, column].item()))
    return CellShades(levels, lambda row, column: percent_text(float(shares[row, column])))


def _cells(matrix: ConfusionMatrix, order: list[int], texts: list[str], cell: float) -> list[GridCell]:
    totals = matrix.counts.sum(axis=1).tolist()
    cells = []
    for y, row in enumerate(order):
        for x, column in enumerate(order):
            count = matrix.counts[row, column].item()
            share = f", {percent_text(count / totals[row])} % of the row" if totals[row] else ""
            samples = "1 sample" if count == 1 else f"{count_text(count)} samples"
            description = f"Actual {texts[row]}, predicted {texts[column]}: {samples}{share}"
            cells.append(GridCell(row, column, round(x * cell, 2), round(y * cell, 2), description))
    return cells
