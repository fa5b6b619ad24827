"""The characters that matplotlib's own font can draw, and their widths."""

from functools import cache

from matplotlib import font_manager
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextToPath

from shared.presentation.labels import cut, display_width

FONT = "DejaVu Sans"
_MISSING = "□"
_POINTS_PER_INCH = 72


def drawable(text: str) -> str:
    """The text with a box of about the same width for each character that the font has no glyph for."""
    glyphs = _glyphs()
    return "".join(c if ord(c) in glyphs else _MISSING * min(1, display_width(c)) for c in text)


def width_in_inches(text: str, points: float) -> float:
    """The width of the drawable text set at `points`."""
    width, _, _ = TextToPath().get_text_width_height_descent(
        text, FontProperties(family=FONT, size=points), ismath=False
    )
    return float(width) / _POINTS_PER_INCH


def fit_text(text: str, points: float, inches: float) -> str:
    """The text, cut as far as it must be for its drawable form to fit into `inches`."""
    limit = display_width(text)
    while limit > 1 and width_in_inches(drawable(cut(text, limit)), points) > inches:
        limit = min(limit - 1, int(limit * inches / width_in_inches(drawable(cut(text, limit)), points)) + 1)
    return cut(text, limit)


@cache
def _glyphs() -> frozenset[int]:
    return frozenset(font_manager.get_font(font_manager.findfont(FONT)).get_charmap())
