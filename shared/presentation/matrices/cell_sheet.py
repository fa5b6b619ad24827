"""The stylesheet of the shades of cells, for pages and reports.

`python -m shared.presentation.matrices.cell_sheet > api/static/web/cells.css` writes that of the pages.
"""

import sys
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from shared.presentation.matrices.cell_colours import LEVELS, TICKS

# Björn Ottosson, "A perceptual color space for image processing": linear sRGB to cone responses, and those to OKLab.
_TO_CONES = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)
_LUMINANCE = np.array([0.2126, 0.7152, 0.0722])
# Where black and white contrast alike, 4.58 to 1, which is enough for text (WCAG 2.2).
_MIDDLE_LUMINANCE = 0.179
_STOPS = 16
_RAMPS = ("ramp-d", "ramp-e")


class _Theme(NamedTuple):
    """The colours through which the scales of correct and of wrong cells go, from faint to full."""

    correct: Sequence[str]
    wrong: Sequence[str]


_LIGHT = _Theme(
    ("eaf2fb", "d6e6f7", "bdd7f1", "9cc4e9", "76abdd", "4f8fcd", "3273b5", "1f5896", "123f73"),
    ("fdf0e3", "fbe0c6", "f9cb9f", "f5b173", "ee9248", "de7424", "b85510", "95430b", "6d2f06"),
)
_DARK = _Theme(
    ("16263a", "1a3250", "1e406a", "245288", "2d67a8", "4a8bd0", "6ba4e0", "93bdec", "bfd9f6"),
    ("2b2016", "3d2a17", "543516", "704315", "935513", "c5761e", "de9040", "efb273", "f8d6ae"),
)


def cell_sheet(shades: Collection[str] | None = None) -> str:
    """A class for each shade with its colour --c and that of its text --t, the ramps of the legend, and its ticks.

    `shades` are the classes that a page uses, of which alone it needs the rules: all of them are half of its styles.
    """
    places = 100 * np.sqrt(TICKS)
    columns = " ".join(f"{width:.2f}fr" for width in np.diff(places))
    light, dark = (
        "".join(rule for name, rule in _rules(theme).items() if shades is None or name in shades or name in _RAMPS)
        for theme in (_LIGHT, _DARK)
    )
    return (
        f"{light}@media screen and (prefers-color-scheme: dark) {{\n{dark}}}\n"
        f".ramp-d, .ramp-e {{ background: linear-gradient(90deg, var(--ramp)); }}\n"
        f".d0, .e0 {{ --c: transparent; --t: var(--soft); }}\n"
        f".legend ol {{ grid-template-columns: {columns} 0; }}\n"
    )


def correct_shades() -> NDArray[np.float64]:
    """The light shades of correct cells from faint to full, in sRGB from 0 to 1, shape (LEVELS, 3)."""
    return _ramp(_LIGHT.correct)


@cache
def _rules(theme: _Theme) -> Mapping[str, str]:
    """The rule of each class."""
    rules: dict[str, str] = {}
    for name, anchors in (("d", theme.correct), ("e", theme.wrong)):
        colours = _ramp(anchors)
        rules |= {f"{name}{i}": f"--c:{_hex(one)};--t:{_ink(one)}" for i, one in enumerate(colours, start=1)}
        stops = ",".join(_hex(colours[i]) for i in np.linspace(0, LEVELS - 1, _STOPS).round().astype(int))
        rules[f"ramp-{name}"] = f"--ramp:{stops}"
    return {name: f".{name}{{{rule}}}\n" for name, rule in rules.items()}


def _ramp(anchors: Sequence[str]) -> NDArray[np.float64]:
    """LEVELS colours through the anchors in steps that look alike, of one length in OKLab, in sRGB from 0 to 1."""
    encoded = np.array([[int(anchor[i : i + 2], 16) / 255 for i in (0, 2, 4)] for anchor in anchors])
    lab = np.cbrt(_linear(encoded) @ _TO_CONES.T) @ _TO_LAB.T
    lengths = np.r_[0, np.cumsum(np.linalg.norm(np.diff(lab, axis=0), axis=1))]
    places = np.linspace(0, lengths[-1], LEVELS)
    path = np.stack([np.interp(places, lengths, part) for part in lab.T], axis=1)
    linear = (path @ np.linalg.inv(_TO_LAB).T) ** 3 @ np.linalg.inv(_TO_CONES).T
    curved = 1.055 * linear.clip(0) ** (1 / 2.4) - 0.055
    ramp: NDArray[np.float64] = np.where(linear <= 0.0031308, 12.92 * linear, curved)  # noqa: PLR2004 - sRGB
    return ramp.clip(0, 1)


def _linear(encoded: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)  # noqa: PLR2004 - sRGB


def _hex(colour: NDArray[np.float64]) -> str:
    return "#" + "".join(f"{round(255 * part):02x}" for part in colour.tolist())


def _ink(colour: NDArray[np.float64]) -> str:
    return "#000" if _linear(colour) @ _LUMINANCE > _MIDDLE_LUMINANCE else "#fff"


if __name__ == "__main__":
    sys.stdout.write(cell_sheet())
