"""Counts as the row of a matrix keeps them: all cells as lists, or of many classes those that are not zero, packed."""

import base64
import zlib
from typing import Any

import numpy as np

from shared.evaluation.confusion.matrix import ConfusionMatrix, FilledCells
from shared.evaluation.types import Label

_KEY = "cells"
_PLACES = np.dtype("<u2")


def packed(matrix: ConfusionMatrix) -> Any:
    """The counts for a column of JSON; the positions of cells are of two bytes."""
    if not isinstance(cells := matrix.source, FilledCells):
        return matrix.counts.tolist()
    parts = (cells.rows.astype(_PLACES), cells.columns.astype(_PLACES), cells.counts)
    data = zlib.compress(b"".join(part.tobytes() for part in parts), 1)
    return {_KEY: base64.b64encode(data).decode(), "dtype": cells.counts.dtype.str}


def unpacked(classes: tuple[Label, ...], counts: Any) -> ConfusionMatrix:
    """What `packed` made."""
    if not isinstance(counts, dict):
        return ConfusionMatrix(classes, np.array(counts).reshape(len(classes), len(classes)))
    data, dtype = zlib.decompress(base64.b64decode(counts[_KEY])), np.dtype(counts["dtype"])
    size = len(data) // (2 * _PLACES.itemsize + dtype.itemsize)
    places = np.frombuffer(data, _PLACES, 2 * size).astype(np.int64)
    numbers = np.frombuffer(data, dtype, size, 2 * size * _PLACES.itemsize)
    return ConfusionMatrix(classes, FilledCells(places[:size], places[size:], numbers))


def is_packed(counts_json: str) -> bool:
    """Whether the counts, as JSON, are those of many classes."""
    return counts_json.startswith("{")
