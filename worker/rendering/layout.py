"""The positions of the parts of the plot, chosen so that its cells and labels can be read; all in inches."""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.presentation.labels import short_labels
from worker.rendering.fonts import drawable, width_in_inches

LABEL_POINTS = 9
_LABEL_COLUMNS = 20
# With at most 20 columns of label the largest figure is 12 x 12, so 300 dpi stay below 16 megapixels.
_CELL, _MIN_SIDE, _MAX_SIDE = 0.48, 2.4, 8.0
_LABEL_SPACING = 0.21
_TITLE, _AXIS_TITLE, _TICK, _BAR_GAP, _BAR, _BAR_LABELS, EDGE = 0.55, 0.28, 0.08, 0.18, 0.2, 0.9, 0.12
_STEPS = (1, 2, 5, 10, 20, 25, 50, 100)


@dataclass(frozen=True, slots=True)
class ClassAxis:
    """The labelled classes of both axes: their positions, their labels as the font can draw them, and in full."""

    positions: range
    drawable_labels: tuple[str, ...]
    labels: tuple[str, ...]
    width: float
    tilted: bool


@dataclass(frozen=True, slots=True)
class Layout:
    """The figure's size, and the corner and side of the square that holds the cells."""

    axis: ClassAxis
    cell: float
    side: float
    left: float
    bottom: float
    width: float
    height: float

    def square(self) -> tuple[float, float, float, float]:
        """The cells' rectangle in fractions of the figure: left, bottom, width, height."""
        return self._fractions(self.left, self.side)

    def bar(self) -> tuple[float, float, float, float]:
        """The colour bar's rectangle in fractions of the figure."""
        return self._fractions(self.left + self.side + _BAR_GAP, _BAR)

    def _fractions(self, left: float, width: float) -> tuple[float, float, float, float]:
        return left / self.width, self.bottom / self.height, width / self.width, self.side / self.height


def layout(texts: Sequence[str]) -> Layout:
    """The layout for classes with these labels."""
    side = min(_MAX_SIDE, max(_MIN_SIDE, _CELL * len(texts)))
    cell = side / len(texts)
    axis = _axis(texts, cell)
    # A tilted label is the diagonal of a square; the first ones reach left, but not beyond the row labels.
    below = axis.width * 0.72 + 0.15 if axis.tilted else 0.13
    left = EDGE + _AXIS_TITLE + axis.width + _TICK
    bottom = EDGE + _AXIS_TITLE + below + _TICK
    width, height = left + side + _BAR_GAP + _BAR + _BAR_LABELS, bottom + side + _TITLE
    return Layout(axis, cell, side, left, bottom, width, height)


def _axis(texts: Sequence[str], cell: float) -> ClassAxis:
    step = next((step for step in _STEPS if step * cell >= _LABEL_SPACING), _STEPS[-1])
    positions = range(0, len(texts), step)
    drawable_labels = short_labels(texts, _LABEL_COLUMNS, drawable)
    labels = short_labels(texts, _LABEL_COLUMNS)
    width = max(width_in_inches(drawable_labels[i], LABEL_POINTS) for i in positions)
    return ClassAxis(
        positions,
        tuple(drawable_labels[i] for i in positions),
        tuple(labels[i] for i in positions),
        width,
        tilted=width > 0.9 * step * cell,
    )
