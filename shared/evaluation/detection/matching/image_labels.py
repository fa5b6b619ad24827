"""What is known of whole images: in which of them a class was looked for, and where not every object is marked."""

from typing import NamedTuple

import numpy as np

from shared.evaluation.detection.geometry.object_table import ObjectTable
from shared.evaluation.types import Flags, Integers


class ImageLabels(NamedTuple):
    """Pairs (n, 2) of the position of an image and the code of a class.

    `verified` are classes that were looked for, beside those of the image's objects; of `partial` ones not every object
    is marked.
    """

    verified: Integers
    partial: Integers


_NO_PAIRS: Integers = np.zeros((0, 2), np.int64)

NO_LABELS = ImageLabels(_NO_PAIRS, _NO_PAIRS)


def is_verified(references: ObjectTable, candidates: ObjectTable, labels: ImageLabels) -> Flags:
    """Whether the class of each candidate (n,) was looked for in its image: it has an object there, or a label."""
    own = np.column_stack([references.images, references.classes])
    return _is_among(candidates, np.concatenate([own, labels.verified]))


def is_partial(candidates: ObjectTable, labels: ImageLabels) -> Flags:
    """Whether each candidate (n,) is of a class of which its image does not mark every object."""
    return _is_among(candidates, labels.partial)


def _is_among(candidates: ObjectTable, pairs: Integers) -> Flags:
    width = 1 + int(max(candidates.classes.max(initial=0), pairs[:, 1].max(initial=0)))
    found: Flags = np.isin(candidates.images * width + candidates.classes, pairs[:, 0] * width + pairs[:, 1])
    return found
