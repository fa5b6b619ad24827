"""What the ground truth says of whole images, which the profiles `lvis` and `openimages` need; pure."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

import msgspec
import numpy as np

from shared.analyses.agreement.pairs import Pairing
from shared.analyses.image_labels import TruthLabels
from shared.detection_runs.errors import ImageLabelsUnreadable
from shared.evaluation.detection.matching.image_labels import NO_LABELS, ImageLabels
from shared.evaluation.detection.rules.class_hierarchy import ClassHierarchy

NOTHING_VERIFIED = (
    "No image names the classes that were looked for (verified_classes), so candidates count only where their image "
    "has an object of their class."
)


def labels_of(
    pairing: Pairing, parameters: Mapping[UUID, dict[str, Any]], codes: Mapping[str, int], hierarchy: ClassHierarchy
) -> ImageLabels:
    """Return the labels of all images, of the classes that have codes; raises ImageLabelsUnreadable.

    Where a class is, those above it are; where it is not, none of those below it is.
    """
    if not parameters:
        return NO_LABELS
    verified, partial = list[tuple[int, int]](), list[tuple[int, int]]()
    for image, pair in enumerate(pairing.pairs):
        try:
            labels = msgspec.convert(parameters.get(pair.reference, {}), TruthLabels)
        except msgspec.ValidationError as error:
            raise ImageLabelsUnreadable(f"Image {pair.image_id}: {ImageLabelsUnreadable().detail} {error}.") from error
        searched = _with(labels.verified_classes, hierarchy.ancestors) | _with(
            labels.absent_classes, hierarchy.descendants
        )
        verified += [(image, codes[name]) for name in sorted(searched & codes.keys())]
        partial += [(image, codes[name]) for name in labels.not_exhaustive_classes if name in codes]
    return ImageLabels(*(np.array(pairs, np.int64).reshape(-1, 2) for pairs in (verified, partial)))


def _with(names: Iterable[str], others: Mapping[str, frozenset[str]]) -> set[str]:
    return {each for name in names for each in (name, *others.get(name, ()))}
