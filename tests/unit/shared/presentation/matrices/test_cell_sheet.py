import re
from collections.abc import Sequence
from itertools import pairwise
from math import dist
from pathlib import Path

import numpy as np
import pytest

from shared.presentation.matrices.cell_colours import LEVELS
from shared.presentation.matrices.cell_sheet import cell_sheet
from shared.presentation.standalone import REPORT_SHEET

_PAGES = Path(__file__).parents[5] / "api/static/web"
_LIGHT, _DARK = cell_sheet().split("@media screen and (prefers-color-scheme: dark)")
_THEMES = pytest.mark.parametrize("sheet", [_LIGHT, _DARK], ids=["light", "dark"])


def _cells(sheet: str, hue: str) -> list[tuple[str, str]]:
    """Colour and text of each level, in order."""
    rules = re.findall(rf"\.{hue}(\d+)\{{--c:#([0-9a-f]{{6}});--t:#([0-9a-f]{{3}})\}}", sheet)
    assert [int(level) for level, _, _ in rules] == list(range(1, LEVELS + 1))
    return [(colour, 2 * ink) for _, colour, ink in rules]


def _linear(colour: str) -> list[float]:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    return [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]


def _luminance(colour: str) -> float:
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), _linear(colour), strict=True))


def _contrast(one: str, other: str) -> float:
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _cielab(colour: str) -> Sequence[float]:
    """CIELAB under D65, another measure than the one that the scale is made by."""
    xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]) @ _linear(colour)
    x, y, z = np.cbrt(xyz / [0.9505, 1.0, 1.089]).tolist()
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


@_THEMES
@pytest.mark.parametrize("hue", ["d", "e"])
def test_every_text_contrasts_with_its_cell(sheet: str, hue: str) -> None:
    ratios = {colour: _contrast(colour, ink) for colour, ink in _cells(sheet, hue)}
    assert {colour: ratio for colour, ratio in ratios.items() if ratio < 4.5} == {}


@pytest.mark.parametrize(("sheet", "falls"), [(_LIGHT, True), (_DARK, False)], ids=["light", "dark"])
@pytest.mark.parametrize("hue", ["d", "e"])
def test_shades_grow_steadily_away_from_the_page(sheet: str, hue: str, *, falls: bool) -> None:
    steps = [_luminance(colour) for colour, _ in _cells(sheet, hue)]
    assert steps == sorted(set(steps), reverse=falls)


@_THEMES
@pytest.mark.parametrize("hue", ["d", "e"])
def test_no_step_of_the_scale_jumps(sheet: str, hue: str) -> None:
    places = [_cielab(colour) for colour, _ in _cells(sheet, hue)]
    steps = [dist(one, other) for one, other in pairwise(places)]
    # 2.3 is a difference that is just noticed.
    assert max(steps) < 2.5 * np.mean(steps)
    assert np.mean(steps) < 2.3


@_THEMES
def test_the_legend_goes_through_the_colours_of_the_cells(sheet: str) -> None:
    for hue in "de":
        stops = re.findall(r"#([0-9a-f]{6})", re.findall(rf"\.ramp-{hue}\{{(.*)\}}", sheet)[0])
        colours = [colour for colour, _ in _cells(sheet, hue)]
        assert (stops[0], stops[-1]) == (colours[0], colours[-1])
        assert [colours.index(stop) for stop in stops] == np.linspace(0, LEVELS - 1, 16).round().astype(int).tolist()


def test_ticks_stand_where_their_shares_do() -> None:
    (columns,) = re.findall(r"grid-template-columns: ([\d. fr]+);", cell_sheet())
    widths = [float(width) for width in re.findall(r"([\d.]+)fr", columns)]
    assert np.cumsum(widths).round(1).tolist() == [10.0, 22.4, 31.6, 50.0, 70.7, 100.0]


@pytest.mark.parametrize("sheet", [REPORT_SHEET, _PAGES / "pages.css"], ids=["reports", "pages"])
def test_charts_have_the_colours_of_the_cells(sheet: Path) -> None:
    ramps = re.findall(r"--([bo])([19]): #([0-9a-f]{6})", sheet.read_text(encoding="utf-8"))
    expected = [
        (name, end, _cells(theme, hue)[place][0])
        for theme in (_LIGHT, _DARK)
        for name, hue in (("b", "d"), ("o", "e"))
        for end, place in (("1", 0), ("9", -1))
    ]
    assert ramps == expected


def test_the_sheet_of_the_pages_is_made_anew() -> None:
    assert (_PAGES / "cells.css").read_text(encoding="utf-8") == cell_sheet()
