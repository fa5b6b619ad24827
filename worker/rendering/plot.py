"""The confusion matrix as a picture: PNG for anywhere, SVG for any script and size."""

import io
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import RendererSVG
from numpy.typing import NDArray
from PIL import Image

from shared.evaluation.confusion.matrix import ConfusionMatrix
from shared.kit.storage.files import File
from shared.matrices.kinds.plot import FORMATS, ColourMap, PlotFormat
from worker.rendering.drawing import Drawing, draw
from worker.rendering.fonts import FONT

_SVG_DPI = 72
# A sixth more bytes than at the usual level, for two thirds of its time.
_PNG_LEVEL = 1
SETTINGS: Any = {
    "font.family": [FONT, "sans-serif"],
    "svg.fonttype": "none",
    "svg.hashsalt": "evalserve",
    "axes.unicode_minus": True,
    "text.usetex": False,
}


# The same drawing, as the bytes of each format.
Plot = dict[PlotFormat, bytes]

MEDIA_TYPES: dict[PlotFormat, str] = {"png": "image/png", "svg": "image/svg+xml"}


def render_plot(
    matrix: ConfusionMatrix,
    *,
    normalised: bool = False,
    colour_map: ColourMap = "evalserve",
    title: str | None = None,
    numbers: bool = True,
    dpi: int = 100,
    formats: Sequence[PlotFormat] = FORMATS,
) -> Plot:
    """Draw the matrix in the given formats; the same values give the same bytes.

    Draws under matplotlib's global settings, so one thread of a process at a time.
    """
    with mpl.rc_context(SETTINGS):
        drawing = draw(matrix, normalised=normalised, colour_map=colour_map, title=title, numbers=numbers, dpi=dpi)
        return as_plot(drawing, formats)


def as_plot(drawing: Drawing, formats: Sequence[PlotFormat] = FORMATS) -> Plot:
    """The drawing in the formats; under SETTINGS."""
    return {name: _WRITERS[name](drawing) for name in FORMATS if name in formats}


def pictures(stem: str, plot: Plot) -> list[File]:
    """The drawing as files of one name."""
    return [File(f"{stem}.{name}", MEDIA_TYPES[name], body) for name, body in plot.items()]


def _png(drawing: Drawing) -> bytes:
    target = io.BytesIO()
    canvas: Any = FigureCanvasAgg(drawing.figure)
    canvas.draw()
    pixels = Image.frombuffer("RGBA", canvas.get_width_height(physical=True), canvas.buffer_rgba())
    # Its paper hides whatever lies behind it. matplotlib's own file would name its version, which changes the bytes.
    pixels.convert("RGB").save(target, "png", dpi=(drawing.figure.dpi,) * 2, compress_level=_PNG_LEVEL)
    return target.getvalue()


def _svg(drawing: Drawing) -> bytes:
    drawing.figure.dpi = _SVG_DPI
    width, height = drawing.figure.get_size_inches() * _SVG_DPI
    target = io.StringIO()
    renderer = _SvgRenderer(width, height, target, drawing)
    drawing.figure.draw(renderer)
    renderer.finalize()  # type: ignore[no-untyped-call]  # matplotlib's backends have no types
    return target.getvalue().encode()


class _SvgRenderer(RendererSVG):
    """Writes users' texts in their own script: the reader's fonts draw them, matplotlib's only measured them.

    The cells of a mesh, such as the 256 steps of a colour bar, are written together: one by one they took two fifths of
    the time of a small SVG.
    """

    def __init__(self, width: float, height: float, target: io.StringIO, drawing: Drawing) -> None:
        metadata = {"Title": drawing.title, "Creator": None, "Date": None}
        super().__init__(width, height, target, metadata=metadata)  # type: ignore[no-untyped-call]  # as above
        self._originals = drawing.originals

    def draw_text(self, gc, x, y, s, prop, angle, ismath=False, mtext=None):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202, FBT002 - matplotlib's
        text = s if mtext is None else self._originals.get(mtext, s)
        super().draw_text(gc, x, y, text, prop, angle, ismath, mtext)  # type: ignore[no-untyped-call]  # as above

    def draw_quad_mesh(self, gc, master_transform, *mesh):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN002, ANN202 - matplotlib's
        """Draw opaque cells that are not moved, row by row."""
        _, _, coordinates, _, _, facecolors, _, edgecolors = mesh
        placed: Any = self._make_flip_transform(master_transform)  # type: ignore[no-untyped-call]  # as above
        corners = placed.transform(coordinates.reshape(-1, 2))
        outlines = _outlines(corners.reshape(coordinates.shape))
        fills, strokes = (np.broadcast_to(_hex_colours(some), len(outlines)) for some in (facecolors, edgecolors))
        clip = self._get_clip_attrs(gc)  # type: ignore[no-untyped-call]  # as above
        width = "" if gc.get_linewidth() == 1 else f"; stroke-width: {_number(gc.get_linewidth())}"
        for outline, fill, stroke in zip(outlines, fills, strokes, strict=True):
            style = f"fill: {fill}; stroke: {stroke}{width}"
            self.writer.element("path", d=outline, **clip, style=style)  # type: ignore[no-untyped-call]  # as above


def _outlines(corners: NDArray[np.float64]) -> list[str]:
    """The paths around the cells of a mesh with these corners, of rows and columns."""
    places = [[f"{_number(x)} {_number(y)}" for x, y in row] for row in corners.tolist()]
    return [
        f"M {a} \nL {b} \nL {c} \nL {d} \nL {a} \n"
        for above, below in pairwise(places)
        for (a, b), (d, c) in zip(pairwise(above), pairwise(below), strict=True)
    ]


def _hex_colours(colours: NDArray[np.float64]) -> list[str]:
    return [f"#{row.tobytes().hex()}" for row in np.rint(colours[:, :3] * 255).astype(np.uint8)]


def _number(value: float) -> str:
    return f"{value:f}".rstrip("0").rstrip(".")


# The PNG comes first: writing the SVG changes the resolution of the figure.
_WRITERS: dict[PlotFormat, Callable[[Drawing], bytes]] = {"png": _png, "svg": _svg}
