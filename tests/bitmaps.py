"""Masks from and to arrays of pixels, for the tests."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from shared.evaluation.detection.geometry.masks import Mask


def mask_of(bitmap: NDArray[Any]) -> Mask:
    """Make the mask of an array (height, width) whose object's pixels are not 0."""
    height, width = bitmap.shape
    flat = np.concatenate([[0], (bitmap != 0).ravel(order="F").astype(np.int8), [0]])
    changes = np.diff(flat)
    return Mask(height, width, np.flatnonzero(changes == 1), np.flatnonzero(changes == -1))


def bitmap_of(mask: Mask) -> NDArray[np.uint8]:
    """Make an array (height, width): 1 for the pixels of the object, 0 for all others."""
    changes = np.zeros(mask.height * mask.width + 1, dtype=np.int8)
    changes[mask.starts] = 1
    changes[mask.stops] -= 1
    flat = np.cumsum(changes[:-1], dtype=np.int8).astype(np.uint8)
    return flat.reshape((mask.height, mask.width), order="F")
