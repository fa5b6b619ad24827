"""The matrix as a drawing for pages and reports: paths and texts, which `templates/heatmap.html` turns into SVG."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from shared.evaluation.confusion.matrix import ConfusionMatrix
from shared.kit.number_format import compact_count_text, count_text
from shared.presentation.labels import display_width, short_labels
from shared.presentation.matrices.cell_colours import shade_class, shades

# For the template environments of both sides.
TEMPLATES = Path(__file__).parents[1] / "templates"

NUMBERED_CLASSES = 30
_OUTLINED_CLASSES = 60
# So many strokes are drawn in every level. Of more, levels are drawn as one, where that makes them fewer: noise
# between the neighbours of a large matrix would make megabytes.
_FREE_STROKES, _LEVEL_STEPS, _TOLERANCE = 4000, (2, 4, 8), 1.2
_MAX_CELL = 76
_COLUMN_WIDTH = 7.4
_LABEL_SPACING = 17
_AXIS_TITLE, _TOP = 30, 8
# The titles of the axes need more room than a single class.
_TITLE_LENGTH = 130
_IN_BLUE = 100
_STEPS = (1, 2, 5, 10, 20, 25, 50, 100)


class HeatMapSize(NamedTuple):
    """The side of the square in user units, the longest label, and up to how many classes cells carry their count."""

    side: int
    label_columns: int
    numbered_classes: int


LARGE = HeatMapSize(side=660, label_columns=16, numbered_classes=NUMBERED_CLASSES)
SMALL = HeatMapSize(side=340, label_columns=12, numbered_classes=10)


class CellShades(NamedTuple):
    """The shade of each cell, from 0 (empty) to LEVELS, shape (k, k), and the text of a shaded cell.

    `blue` are the cells in the first hue, the others are in the second; None stands for the diagonal. Of the empty
    cells those in `zeros` say 0.
    """

    levels: NDArray[np.int64]
    text: Callable[[int, int], str]
    blue: NDArray[np.bool_] | None = None
    zeros: NDArray[np.bool_] | None = None

    def written(self) -> NDArray[np.bool_]:
        """The cells that have a text."""
        return self.levels > 0 if self.zeros is None else (self.levels > 0) | self.zeros

    def hues(self) -> NDArray[np.bool_]:
        """The cells in the first hue."""
        return np.eye(len(self.levels), dtype=np.bool_) if self.blue is None else self.blue


class Tick(NamedTuple):
    """A class on both axes: its label, its position along them, and its full text where the label is cut."""

    label: str
    position: float
    full: str | None


class Number(NamedTuple):
    """A count at the centre of its cell."""

    x: float
    y: float
    text: str
    style: str


@dataclass(frozen=True, slots=True)
class HeatMap:
    """Everything that the template draws, in user units of the SVG; `runs` in units of one cell."""

    width: float
    height: float
    left: float
    top: float
    cell: float
    side: float
    tilted: bool
    step: int
    runs: list[tuple[str, str]]
    grid: str
    outlines: str
    ticks: list[Tick]
    numbers: list[Number]
    number_size: float


def heat_map(
    matrix: ConfusionMatrix, texts: Sequence[str], form: HeatMapSize = LARGE, paint: CellShades | None = None
) -> HeatMap:
    """The drawing of the matrix; beyond the form's limit without numbers, with as many labels as fit.

    Without `paint`, cells show their counts and are shaded by their shares of the row.
    """
    size = len(texts)
    cell_shades = paint or _counts(matrix)
    cell = round(min(_MAX_CELL, form.side / size), 3)
    step = next((step for step in _STEPS if step * cell >= _LABEL_SPACING), _STEPS[-1])
    ticks = _ticks(short_labels(texts, form.label_columns), texts, cell, step)
    longest = max(display_width(tick.label) for tick in ticks) * _COLUMN_WIDTH
    tilted = longest > step * cell
    # Tilted labels reach to the left and below by the side of a square whose diagonal they are.
    tick_space = longest * 0.72 + 14 if tilted else 18
    left_margin = _AXIS_TITLE + longest + 8
    side = round(cell * size, 3)
    title_margin = (_TITLE_LENGTH - side) / 2
    top = max(_TOP, title_margin)
    number_texts = _numbers(cell_shades, cell) if size <= form.numbered_classes else []
    return HeatMap(
        width=round(left_margin + side + max(14, longest / 2 - cell / 2, title_margin), 1),
        height=round(top + side + tick_space + _AXIS_TITLE, 1),
        left=round(left_margin, 1),
        top=top,
        cell=cell,
        side=side,
        tilted=tilted,
        step=step,
        runs=_runs(cell_shades),
        grid="".join(f"M0 {i}H{size}M{i} 0V{size}" for i in range(1, size)) if size <= _OUTLINED_CLASSES else "",
        outlines="".join(f"M{i} {i}h1v1h-1z" for i in range(size)) if size <= _OUTLINED_CLASSES else "",
        ticks=ticks,
        numbers=number_texts,
        number_size=_number_size(number_texts, cell),
    )


def _ticks(labels: Sequence[str], texts: Sequence[str], cell: float, step: int) -> list[Tick]:
    return [
        Tick(labels[i], round((i + 0.5) * cell, 2), texts[i] if labels[i] != texts[i] else None)
        for i in range(0, len(texts), step)
    ]


def _counts(matrix: ConfusionMatrix) -> CellShades:
    # The table below has the decimals of weights; here they would be too small to read.
    text = compact_count_text if matrix.counts.dtype == np.float64 else count_text
    return CellShades(
        shades(matrix), lambda row, column: text(matrix.counts[row, column].item()), zeros=matrix.counts == 0
    )


def _numbers(paint: CellShades, cell: float) -> list[Number]:
    blue = paint.hues()
    return [
        Number(
            round((column + 0.5) * cell, 2),
            round((row + 0.5) * cell, 2),
            paint.text(int(row), int(column)) if paint.levels[row, column] else "0",
            shade_class(int(paint.levels[row, column]), is_correct=bool(blue[row, column])),
        )
        for row, column in np.argwhere(paint.written())
    ]


def _number_size(numbers: Sequence[Number], cell: float) -> float:
    digits = max((len(number.text) for number in numbers), default=1)
    return round(min(20, cell * 0.45, cell * 0.9 / (digits * 0.6)), 1)


def _keys(paint: CellShades) -> NDArray[np.int64]:
    """Level and hue of each cell as one number, shape (k, k), the level rounded up to a step that noise allows."""
    hues = _IN_BLUE * paint.hues()
    finest = paint.levels + hues
    if np.count_nonzero(np.diff(finest)) <= _FREE_STROKES:
        return finest
    forms = [finest, *(-(-paint.levels // step) * step + hues for step in _LEVEL_STEPS)]
    strokes = [np.count_nonzero(np.diff(keys)) for keys in forms]
    limit = max(_FREE_STROKES, _TOLERANCE * strokes[-1])
    return next(keys for keys, count in zip(forms, strokes, strict=True) if count <= limit)


def _runs(paint: CellShades) -> list[tuple[str, str]]:
    """One path per shade, with a stroke for each horizontal run of equal cells: far fewer bytes than rectangles."""
    size = len(paint.levels)
    keys = _keys(paint)
    is_start = np.ones((size, size), dtype=bool)
    is_start[:, 1:] = keys[:, 1:] != keys[:, :-1]
    starts = np.flatnonzero(is_start)
    lengths = np.diff(starts, append=size * size)
    strokes: dict[int, list[str]] = defaultdict(list)
    for start, length, key in zip(starts.tolist(), lengths.tolist(), keys.ravel()[starts].tolist(), strict=True):
        if key % _IN_BLUE:
            row, column = divmod(start, size)
            strokes[key].append(f"M{column} {row}h{length}")
    return [(shade_class(key % _IN_BLUE, is_correct=key >= _IN_BLUE), "".join(strokes[key])) for key in sorted(strokes)]
