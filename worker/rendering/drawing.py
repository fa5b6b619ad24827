"""The matplotlib figure of a confusion matrix."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Colormap, Normalize
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.ticker import FuncFormatter, MaxNLocator
from numpy.typing import NDArray

from shared.evaluation.confusion.cell_list import in_blocks
from shared.evaluation.confusion.matrix import ConfusionMatrix
from shared.evaluation.rates import row_shares
from shared.kit.number_format import compact_count_text, count_text
from shared.matrices.kinds.plot import ColourMap
from shared.presentation.labels import label_text, plain_text
from worker.rendering.colour_map import colour_map_named
from worker.rendering.fonts import drawable, fit_text
from worker.rendering.layout import EDGE, LABEL_POINTS, Layout, layout

NUMBERED_CLASSES = 30
# Cells drawn as shapes stay sharp in the SVG at any size; more than this would make it slow, so it holds a bitmap.
_VECTOR_CLASSES = 40
_ZEROS_SHOWN = 12
# A block is a pixel and a half at the usual resolution.
_BLOCKS = 500
_AXIS_POINTS, _TITLE_POINTS = 10.5, 13
_MAX_POINTS, _MIN_POINTS = 12.0, 5.0
_DIGIT_WIDTH = 0.64
# Steps between ticks are decimal, but multiples of them are not exact.
_TICK_DIGITS = 12
_INK, _PAPER, _NO_SAMPLES = "#000000", "#ffffff", "#d4d4d4"


@dataclass(frozen=True, slots=True)
class Drawing:
    """A figure whose texts are limited to what the font can draw; `originals` are the users' texts behind them."""

    figure: Figure
    originals: dict[Text, str]
    title: str


class _Colours(NamedTuple):
    map: Colormap
    scale: Normalize


def draw(
    matrix: ConfusionMatrix, *, normalised: bool, colour_map: ColourMap, title: str | None, numbers: bool, dpi: int
) -> Drawing:
    """The matrix as a heat map with a colour bar; beyond 30 classes without numbers, of thousands in blocks of them."""
    note = ""
    if matrix.is_sparse:
        matrix, size = in_blocks(matrix, _BLOCKS)
        note = f", in blocks of {size} × {size} classes"
    figure_layout = layout([label_text(label) for label in matrix.classes])
    figure = Figure(figsize=(figure_layout.width, figure_layout.height), dpi=dpi, facecolor=_PAPER)
    values = row_shares(matrix.counts) if normalised else matrix.counts.astype(np.float64)
    scale = Normalize(0, 1 if normalised else float(matrix.counts.max()) or 1)
    colours = _Colours(colour_map_named(colour_map).with_extremes(bad=_NO_SAMPLES), scale)
    axes = figure.add_axes(figure_layout.square())
    _cells(axes, values, colours)
    if numbers and len(matrix.classes) <= NUMBERED_CLASSES:
        _numbers(axes, values, colours, cell=figure_layout.cell, normalised=normalised)
    whole = matrix.counts.dtype == np.int64
    _colour_bar(figure, figure.add_axes(figure_layout.bar()), colours, normalised=normalised, whole=whole)
    originals = _tick_labels(axes, figure_layout)
    _axis_titles(figure, figure_layout)
    for axis in (axis for part in figure.axes for axis in (part.xaxis, part.yaxis)):
        # They are labelled by the titles above; matplotlib would measure all ticks to place an empty label.
        axis.set_label_coords(0, 0)
    full_title = (plain_text(title) if title and title.strip() else _default_title(normalised=normalised)) + note
    heading = _title(figure, figure_layout, full_title)
    return Drawing(figure, {**originals, **heading}, full_title)


def _cells(axes: Axes, values: NDArray[np.float64], colours: _Colours) -> None:
    size = len(values)
    # Before there are cells: matplotlib would look for limits of its own.
    axes.set(xlim=(-0.5, size - 0.5), ylim=(size - 0.5, -0.5))
    if size <= _VECTOR_CLASSES:
        edges = np.arange(size + 1) - 0.5
        axes.pcolormesh(
            edges, edges, values, cmap=colours.map, norm=colours.scale, edgecolors=_PAPER, linewidth=0.6, snap=True
        )
    else:
        axes.imshow(values, cmap=colours.map, norm=colours.scale, interpolation="none", aspect="auto")
    axes.spines[:].set(color=_INK, linewidth=0.6)


def _numbers(axes: Axes, values: NDArray[np.float64], colours: _Colours, *, cell: float, normalised: bool) -> None:
    texts = _number_texts(values, normalised=normalised)
    points = _points(texts, cell)
    if points < _MIN_POINTS:
        texts = {cell_position: compact_count_text(float(values[cell_position])) for cell_position in texts}
        points = _points(texts, cell)
    for (row, column), text in texts.items():
        ink = _ink_on(*colours.map(float(colours.scale(values[row, column])))[:3])
        axes.text(column, row, text, ha="center", va="center_baseline", size=points, color=ink, parse_math=False)


def _number_texts(values: NDArray[np.float64], *, normalised: bool) -> dict[tuple[int, int], str]:
    texts = {}
    for row, column in np.ndindex(values.shape):
        value = float(values[row, column])
        if np.isnan(value):
            texts[row, column] = "–"
        elif value or len(values) <= _ZEROS_SHOWN:
            texts[row, column] = f"{value:.2f}" if normalised and value else count_text(value)
    return texts


def _points(texts: dict[tuple[int, int], str], cell: float) -> float:
    longest = max(map(len, texts.values()), default=1)
    return min(_MAX_POINTS, 72 * cell * 0.9 / (longest * _DIGIT_WIDTH))


def _ink_on(*colour: float) -> str:
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour)  # noqa: PLR2004 - sRGB
    luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue  # WCAG 2.2, relative luminance
    return _INK if luminance > 0.179 else _PAPER  # noqa: PLR2004 - where both inks contrast alike


def _colour_bar(figure: Figure, axes: Axes, colours: _Colours, *, normalised: bool, whole: bool) -> None:
    figure.colorbar(ScalarMappable(colours.scale, colours.map), cax=axes)
    for steps in axes.collections:
        # Without edges of their own, viewers of the SVG show seams between the steps of the bar.
        steps.set_edgecolor("face")
    axes.spines[:].set(color=_INK, linewidth=0.6)
    if normalised:
        ticks = FuncFormatter(lambda share, _: f"{share:.0%}")
    else:
        axes.yaxis.set_major_locator(MaxNLocator(nbins=6, integer=whole))
        text = compact_count_text if whole else count_text
        ticks = FuncFormatter(lambda count, _: text(float(f"{count:.{_TICK_DIGITS}g}")))
    axes.yaxis.set_major_formatter(ticks)
    axes.tick_params(labelsize=LABEL_POINTS, width=0.6, length=3)


def _tick_labels(axes: Axes, figure_layout: Layout) -> dict[Text, str]:
    axis = figure_layout.axis
    axes.tick_params(
        length=0 if len(axis.positions) == len(axes.get_xticks()) else 3, width=0.6, labelsize=LABEL_POINTS
    )
    axes.set_yticks(axis.positions, axis.drawable_labels, parse_math=False)
    if axis.tilted:
        axes.set_xticks(
            axis.positions,
            axis.drawable_labels,
            rotation=45,
            ha="right",
            va="center",
            rotation_mode="anchor",
            parse_math=False,
        )
    else:
        axes.set_xticks(axis.positions, axis.drawable_labels, parse_math=False)
    return {
        text: label
        for texts in (axes.get_xticklabels(), axes.get_yticklabels())
        for text, label in zip(texts, axis.labels, strict=True)
    }


def _axis_titles(figure: Figure, figure_layout: Layout) -> None:
    middle_x = (figure_layout.left + figure_layout.side / 2) / figure_layout.width
    middle_y = (figure_layout.bottom + figure_layout.side / 2) / figure_layout.height
    figure.text(middle_x, EDGE / figure_layout.height, "Predicted class", ha="center", va="bottom", size=_AXIS_POINTS)
    figure.text(
        EDGE / figure_layout.width, middle_y, "Actual class", ha="left", va="center", rotation=90, size=_AXIS_POINTS
    )


def _default_title(*, normalised: bool) -> str:
    return "Confusion matrix (row shares)" if normalised else "Confusion matrix"


def _title(figure: Figure, figure_layout: Layout, text: str) -> dict[Text, str]:
    title = fit_text(text, _TITLE_POINTS, figure_layout.width - 2 * EDGE)
    heading = figure.text(
        0.5,
        1 - 0.27 / figure_layout.height,
        drawable(title),
        ha="center",
        va="center",
        size=_TITLE_POINTS,
        parse_math=False,
    )
    return {heading: title}
