"""The cells of a confusion matrix as a page of a list."""

from typing import Annotated, NamedTuple

import msgspec
from litestar.params import QueryParameter
from msgspec import Meta

from shared.evaluation.confusion.cell_list import CellOrder, list_cells
from shared.evaluation.confusion.matrix import ConfusionMatrix
from shared.evaluation.types import Label
from shared.matrices.samples import class_position

# No matrix has so many cells.
MAX_CURSOR = 2**31

AskedClasses = Annotated[
    list[str] | None, QueryParameter(name="class", max_items=100, description="Only these classes; up to 100.")
]
ErrorsOnly = Annotated[bool, QueryParameter(description="Leave out what was predicted correctly.")]
Order = Annotated[CellOrder, QueryParameter(description="Largest counts first (`count`), or row by row (`position`).")]
CellCursor = Annotated[int, QueryParameter(ge=0, le=MAX_CURSOR, description="Cursor: `next` of the previous page.")]
CellLimit = Annotated[int, QueryParameter(ge=1, le=10_000, description="Most cells of a page, 1 to 10,000.")]


class WantedCells(NamedTuple):
    """The cells that are asked for, and the page of them."""

    classes: list[str] | None
    errors_only: bool
    order: CellOrder
    cursor: int
    limit: int


class CellOut(msgspec.Struct):
    """A cell of a confusion matrix that is not zero."""

    actual: Annotated[Label, Meta(description="Class of the row.")]
    predicted: Annotated[Label, Meta(description="Class of the column.")]
    count: Annotated[float, Meta(description="Samples or, with weights, the sum of their weights.")]


class CellPage(msgspec.Struct):
    """A page of the cells that are not zero."""

    version: Annotated[int, Meta(description="Version of what the cells are of.")]
    total: Annotated[int, Meta(description="Number of cells that fulfil the request, on all pages.")]
    items: Annotated[list[CellOut], Meta(description="The cells of this page.")]
    next: Annotated[int | None, Meta(description="Cursor of the next page; null on the last one.")]

    @classmethod
    def of(cls, version: int, matrix: ConfusionMatrix, wanted: WantedCells) -> "CellPage":
        """List the cells; raises InvalidInput for a class that the matrix lacks."""
        labels = matrix.classes
        positions = (
            None if wanted.classes is None else [class_position(labels, text, "class") for text in wanted.classes]
        )
        found = list_cells(matrix, positions, errors_only=wanted.errors_only, order=wanted.order)
        total = len(found.counts)
        shown = slice(wanted.cursor, wanted.cursor + wanted.limit)
        items = [
            CellOut(labels[row], labels[column], count)
            for row, column, count in zip(*(part[shown].tolist() for part in found), strict=True)
        ]
        return cls(version, total, items, shown.stop if shown.stop < total else None)
