"""COCO's object keypoint similarity: how far the points of two objects are the same, by the size of the object."""

from typing import NamedTuple

import numpy as np

from shared.evaluation.detection.geometry.object_table import ObjectTable
from shared.evaluation.detection.geometry.overlaps import Overlaps
from shared.evaluation.types import Flags, Floats, Integers

# How far people differ in where they place the 17 points of COCO's persons, by the size of the person.
COCO_SIGMAS = (
    0.026, 0.025, 0.025, 0.035, 0.035, 0.079, 0.079, 0.072, 0.072, 0.062, 0.062, 0.107, 0.107, 0.087, 0.087, 0.089,
    0.089,
)  # fmt: skip

# COCO has no small persons, and looks at twenty of them in an image.
SIZES = {"all": (0, 1e5**2), "medium": (32**2, 96**2), "large": (96**2, 1e5**2)}
MAX_DETECTIONS = (20,)

# Pairs of objects that are measured together: their points stay in the processor's cache.
_AT_ONCE = 2_000


class Points(NamedTuple):
    """The k points (n, k, 2) of n objects in pixels, and which of them (n, k) are labelled."""

    places: Floats
    is_labelled: Flags


def uncounted(points: Points) -> Flags:
    """Which objects (n,) have no labelled point, and so cannot be found."""
    return np.asarray(~points.is_labelled.any(axis=1))


def areas(points: Points) -> Floats:
    """The areas (n,) of the boxes around all points of each object: that of a detection, as COCO measures it."""
    if not points.places.size:
        return np.zeros(len(points.places))
    sizes = points.places.max(axis=1) - points.places.min(axis=1)
    area: Floats = sizes[:, 0] * sizes[:, 1]
    return area


def similarities(
    references: ObjectTable, candidates: ObjectTable, points: tuple[Points, Points], sigmas: Floats, least: float
) -> Overlaps:
    """The pairs of one image and any class whose similarity is `least` (above 0) or more.

    `points` are those of the references and of the candidates. Where a reference has no labelled point, what counts is
    how far a candidate's points lie outside of twice its box.
    """
    rows, columns = _same_image(references.images, candidates.images)
    parts = [slice(start, start + _AT_ONCE) for start in range(0, len(rows), _AT_ONCE)]
    values = [_values(references, points, sigmas, rows[some], columns[some]) for some in parts]
    similarity = np.concatenate([np.zeros(0), *values])
    return Overlaps(rows, columns, similarity).where(similarity >= least)


def _values(
    references: ObjectTable, points: tuple[Points, Points], sigmas: Floats, rows: Integers, columns: Integers
) -> Floats:
    truth, found = points
    squares = _distances(truth.places[columns], found.places[rows])
    is_labelled = truth.is_labelled[columns]
    has_none = np.asarray(~is_labelled.any(axis=1))
    squares[has_none] = _distances_outside(references.xywh[columns[has_none]], found.places[rows[has_none]])
    # In the order of operations of pycocotools.
    errors = squares / (sigmas * 2) ** 2 / (references.areas[columns, None] + np.spacing(1)) / 2
    terms = np.exp(-errors) * (is_labelled | has_none[:, None])
    counts = np.where(has_none, is_labelled.shape[1], is_labelled.sum(axis=1))
    values: Floats = terms.sum(axis=1) / np.maximum(counts, 1)
    return values


def _same_image(reference_images: Integers, candidate_images: Integers) -> tuple[Integers, Integers]:
    first = np.searchsorted(reference_images, candidate_images, "left")
    counts = np.searchsorted(reference_images, candidate_images, "right") - first
    rows = np.repeat(np.arange(len(candidate_images)), counts)
    within = np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts)
    return rows, np.repeat(first, counts) + within


def _distances(left: Floats, right: Floats) -> Floats:
    # A sum over an axis of two takes three times as long.
    squares: Floats = (left[..., 0] - right[..., 0]) ** 2 + (left[..., 1] - right[..., 1]) ** 2
    return squares


def _distances_outside(xywh: Floats, places: Floats) -> Floats:
    low, high = (xywh[:, None, :2] - xywh[:, None, 2:]), (xywh[:, None, :2] + 2 * xywh[:, None, 2:])
    outside = np.maximum(low - places, 0) + np.maximum(places - high, 0)
    squares: Floats = (outside**2).sum(axis=2)
    return squares
