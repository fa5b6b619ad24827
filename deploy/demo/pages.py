"""Pages with handwritten digits, and a detector that finds them: connected ink, read by a model of digits."""

import io
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image
from scipy import ndimage
from sklearn.datasets import load_digits

PAGE_COUNT = 6
_COLUMNS, _ROWS, _CELL, _GLYPH = 5, 4, 128, 80

# Ink from which a pixel belongs to a digit, of 0 to 255, and the size from which ink is a digit.
_THRESHOLD, _SMALLEST = 70, 150


@dataclass(frozen=True, slots=True)
class Box:
    """A digit on a page: its rectangle as left, top, width, height in pixels, and the confidence of a model."""

    label: str
    rectangle: tuple[int, int, int, int]
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """A page as a PNG file, its ink (height x width, 0 to 255), and the digits that were written on it."""

    name: str
    picture: bytes
    ink: np.ndarray
    truth: list[Box]


def write_pages() -> list[Page]:
    """Write digits on pages, some of them faint; the same pages every time."""
    random = np.random.default_rng(0)
    glyphs, labels = load_digits(return_X_y=True)
    return [_page(number, random, glyphs.reshape(-1, 8, 8), labels) for number in range(1, PAGE_COUNT + 1)]


def detect(page: Page, model: Any) -> list[Box]:
    """Return what a model of 8 x 8 digits reads on a page."""
    components, _ = ndimage.label(ndimage.binary_closing(page.ink > _THRESHOLD, iterations=3))
    boxes = []
    for rows, columns in ndimage.find_objects(components):
        width, height = columns.stop - columns.start, rows.stop - rows.start
        if width * height < _SMALLEST:
            continue
        read = model.predict_proba(_glyph(page.ink, rows, columns))[0]
        rectangle = (columns.start, rows.start, width, height)
        boxes.append(Box(str(model.classes_[read.argmax()]), rectangle, round(float(read.max()), 4)))
    return boxes


def _page(number: int, random: np.random.Generator, glyphs: np.ndarray, labels: np.ndarray) -> Page:
    ink = np.zeros((_ROWS * _CELL, _COLUMNS * _CELL))
    truth = []
    for row in range(_ROWS):
        for column in range(_COLUMNS):
            chosen = random.integers(len(labels))
            left, top = np.array([_CELL * column, _CELL * row]) + random.integers(0, _CELL - _GLYPH, 2)
            drawn = _enlarged(glyphs[chosen]) * random.uniform(0.3, 1.0)
            ink[top : top + _GLYPH, left : left + _GLYPH] = drawn
            rows, columns = (np.flatnonzero((drawn > drawn.max() / 4).any(axis=axis)) for axis in (1, 0))
            rectangle = (left + columns[0], top + rows[0], np.ptp(columns) + 1, np.ptp(rows) + 1)
            truth.append(Box(str(labels[chosen]), tuple(map(int, rectangle))))  # type: ignore[arg-type]
    return Page(f"page-{number}.png", _picture(ink, random), ink, truth)


def _enlarged(glyph: np.ndarray) -> np.ndarray:
    small = Image.fromarray((glyph / 16 * 255).astype(np.uint8))
    return np.asarray(small.resize((_GLYPH, _GLYPH), Image.Resampling.BICUBIC), dtype=float)


def _glyph(ink: np.ndarray, rows: slice, columns: slice) -> np.ndarray:
    """Cut a square of the size of a digit out of a page, as the models have learned them: 8 x 8, from 0 to 1."""
    middle, centre = (rows.start + rows.stop) // 2, (columns.start + columns.stop) // 2
    padded = np.pad(ink, _GLYPH)
    cut = padded[middle + _GLYPH // 2 : middle + _GLYPH * 3 // 2, centre + _GLYPH // 2 : centre + _GLYPH * 3 // 2]
    mean = cut.reshape(8, _GLYPH // 8, 8, _GLYPH // 8).mean(axis=(1, 3))
    shades: np.ndarray = (mean / max(1, mean.max())).reshape(1, 64)
    return shades


def _picture(ink: np.ndarray, random: np.random.Generator) -> bytes:
    """Blue ink on paper."""
    paper = np.array([248.0, 244.0, 232.0]) + random.normal(0, 2, (*ink.shape, 1))
    share = ink[..., None] / 255
    file = io.BytesIO()
    pixels = paper * (1 - share) + np.array([28, 52, 120]) * share
    Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(file, "PNG")
    return file.getvalue()
