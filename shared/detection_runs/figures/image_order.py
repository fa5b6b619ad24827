"""The images of a detection run, the most wrong first, and what was found in each; pure."""

from typing import Annotated, NamedTuple
from uuid import UUID

import msgspec
import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from shared.detection_runs.figures.matches import MatchFilter, MatchKind, SceneMatches
from shared.detection_runs.scenes.scene_file import StoredScene, id_at, ids_of
from shared.evaluation.detection.geometry.object_table import ObjectTable

# More boxes of one image cannot be told apart.
MAX_BOXES = 500

KINDS: tuple[MatchKind, ...] = ("TP", "FP", "FN")


class OrderedImages(NamedTuple):
    """Positions of images, the most wrong first, with the numbers of TP, FP and FN of every image (n, 3)."""

    positions: NDArray[np.intp]
    counts: NDArray[np.int64]


class ImageBox(msgspec.Struct, frozen=True, kw_only=True):
    """An object of one image.

    A candidate counts as it does at every confidence that lets it count; an object of the ground truth is missed from
    the confidence `found_at` on, or always where that is null. By the rules of a matrix both hold at its confidence.
    """

    annotation_id: Annotated[UUID, Meta(description="Id of the annotation.")]
    is_truth: Annotated[bool, Meta(description="Whether it is an object of the ground truth.")]
    is_counted: Annotated[
        bool, Meta(description="False: a group, an ignored object, or a candidate that counts as neither.")
    ]
    is_true_positive: Annotated[bool, Meta(description="Whether it is a candidate that finds an object.")]
    class_name: Annotated[str, Meta(description="Its class.")]
    confidence: Annotated[float | None, Meta(description="Its confidence; null for ground truth.")]
    found_at: Annotated[
        float | None, Meta(description="Confidence of the candidate that finds it; null of a candidate, or if none.")
    ]
    box: Annotated[list[float], Meta(description="Left, top, width and height in pixels.")]


class JudgedImage(msgspec.Struct, frozen=True, kw_only=True):
    """An image of a detection run with its counts and its boxes."""

    image_id: Annotated[UUID, Meta(description="Id of the image.")]
    reference_analysis_id: Annotated[UUID, Meta(description="Id of the analysis that is its ground truth.")]
    candidate_analysis_id: Annotated[UUID, Meta(description="Id of the model's analysis of it.")]
    true_positives: Annotated[int, Meta(description="Number of candidates that find an object.")]
    false_positives: Annotated[int, Meta(description="Number of candidates that find none.")]
    false_negatives: Annotated[int, Meta(description="Number of objects that no candidate finds.")]
    boxes: Annotated[
        list[ImageBox], Meta(description="Its objects: the candidates, the surest first, then the ground truth; 500.")
    ]


def ordered(
    matches: SceneMatches, image_count: int, wanted: MatchFilter | None, among: NDArray[np.intp] | None
) -> OrderedImages:
    """Order images by the number of errors, then by the number of right candidates, then as they are.

    Only those with an object that is asked for, if any is, and only those `among` these positions, if any are named.
    """
    counts = np.stack(
        [np.bincount(matches.images_of(MatchFilter(kind)), minlength=image_count) for kind in KINDS], axis=1
    )
    is_kept = np.ones(image_count, bool)
    if wanted is not None:
        is_kept = np.bincount(matches.images_of(wanted), minlength=image_count) > 0
    if among is not None:
        is_kept &= np.isin(np.arange(image_count), among)
    order = np.lexsort([counts[:, 0], -counts[:, 1] - counts[:, 2]])
    return OrderedImages(order[is_kept[order]], counts)


def positions_of(stored: StoredScene, image_ids: list[UUID]) -> NDArray[np.intp]:
    """The positions of those images that the scene has."""
    known = {row.tobytes(): position for position, row in enumerate(stored.images)}
    found = [known[row.tobytes()] for row in ids_of(image_ids) if row.tobytes() in known]
    return np.array(found, np.intp)


def judged_images(matches: SceneMatches, some: OrderedImages) -> list[JudgedImage]:
    """Images with their boxes, in their order; `some` are those of a page."""
    boxes, stored = _Boxes(matches), matches.stored
    return [
        JudgedImage(
            image_id=id_at(stored.images, place),
            reference_analysis_id=id_at(stored.reference_analyses, place),
            candidate_analysis_id=id_at(stored.candidate_analyses, place),
            true_positives=int(some.counts[place, 0]),
            false_positives=int(some.counts[place, 1]),
            false_negatives=int(some.counts[place, 2]),
            boxes=boxes.of(place),
        )
        for place in some.positions.tolist()
    ]


class _Boxes:
    """The boxes of images as they are matched at one overlap."""

    def __init__(self, matches: SceneMatches) -> None:
        scene = matches.stored.scene
        self._stored, self._classes, self._found = matches.stored, matches.classes, matches.found
        self._found_at = np.full(len(scene.references), np.nan)
        right = np.flatnonzero(self._found.is_right)
        self._found_at[self._found.partners[right]] = scene.candidates.confidences[right]

    def of(self, place: int) -> list[ImageBox]:
        """The boxes of the image at a position."""
        candidates, references = self._stored.scene.candidates, self._stored.scene.references
        rows = np.flatnonzero(candidates.images == place)
        rows = rows[np.argsort(-candidates.confidences[rows], kind="stable")]
        boxes = [self._candidate(int(row)) for row in rows[:MAX_BOXES]]
        truths = np.flatnonzero(references.images == place)[: MAX_BOXES - len(boxes)]
        return boxes + [self._reference(int(row)) for row in truths]

    def _candidate(self, row: int) -> ImageBox:
        scene, is_right = self._stored.scene, bool(self._found.is_right[row])
        return ImageBox(
            annotation_id=id_at(self._stored.candidates, row),
            is_truth=False,
            is_counted=is_right or bool(self._found.is_wrong[row]),
            is_true_positive=is_right,
            class_name=self._class(scene.candidates, row),
            confidence=float(scene.candidates.confidences[row]),
            found_at=None,
            box=scene.candidates.xywh[row].tolist(),
        )

    def _reference(self, row: int) -> ImageBox:
        scene, found_at = self._stored.scene, self._found_at[row]
        return ImageBox(
            annotation_id=id_at(self._stored.references, row),
            is_truth=True,
            is_counted=not scene.references.is_uncounted[row],
            is_true_positive=False,
            class_name=self._class(scene.references, row),
            confidence=None,
            found_at=None if np.isnan(found_at) else float(found_at),
            box=scene.references.xywh[row].tolist(),
        )

    def _class(self, table: ObjectTable, row: int) -> str:
        return self._classes[int(table.classes[row])]
