"""Everything that a page draws of a matrix."""

import asyncio
from typing import NamedTuple

import msgspec

from shared.evaluation.confusion.matrix import ConfusionMatrix
from shared.presentation.labels import label_text
from shared.presentation.matrices.heatmap import NUMBERED_CLASSES
from shared.presentation.matrices.tables import Pair, confused_pairs
from shared.presentation.matrices.view import Grid, View, grid

MAX_PAIRS = 12
# Drawing fewer classes takes less time than handing them to a thread.
DRAWN_INLINE = 12


class MatrixDrawing(NamedTuple):
    """The drawing of a matrix: grid, most confused pairs and the labels of all classes.

    `counts_json` are the counts of the classes that are drawn, where their cells are too many to be links; of weighted
    samples all counts are sums of weights.
    """

    grid: Grid
    pairs: list[Pair]
    labels: list[str]
    counts_json: str
    is_weighted: bool

    @property
    def shown_labels(self) -> list[str]:
        """The labels of the classes that are drawn, in their order."""
        return [self.labels[position] for position in self.grid.order]


async def draw_matrix(matrix: ConfusionMatrix, view: View) -> MatrixDrawing:
    """Draw a matrix, many classes in a thread."""
    if len(matrix.classes) <= DRAWN_INLINE:
        return _draw(matrix, view)
    return await asyncio.to_thread(_draw, matrix, view)


def _draw(matrix: ConfusionMatrix, view: View) -> MatrixDrawing:
    matrix_grid = grid(matrix, view)
    labels = [label_text(label) for label in matrix.classes]
    order = matrix_grid.order
    # Where cells are too many to be links, a script shows the cell under the pointer.
    counts_json = (
        msgspec.json.encode(matrix.window(order, order).tolist()).decode() if len(order) > NUMBERED_CLASSES else ""
    )
    return MatrixDrawing(matrix_grid, confused_pairs(matrix, MAX_PAIRS), labels, counts_json, matrix.is_weighted)
