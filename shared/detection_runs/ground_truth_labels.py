"""What the ground truth says of whole images, which the profiles `lvis` and `openimages` need; pure."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec
import numpy as np

from shared.analyses.agreement.pairs import Pairing
from shared.detection_runs.errors import ImageLabelsUnreadable
from shared.evaluation.detection.image_labels import ImageLabels

NOTHING_VERIFIED = (
    "No image names the classes that were looked for (verified_classes), so candidates count only where their image "
    "has an object of their class."
)


class TruthLabels(msgspec.Struct, frozen=True):
    """The members of an analysis' parameters that name classes: looked for, and not marked exhaustively."""

    verified_classes: list[str] = []
    not_exhaustive_classes: list[str] = []


def labels_of(pairing: Pairing, parameters: Mapping[UUID, dict[str, Any]], codes: Mapping[str, int]) -> ImageLabels:
    """Return the labels of all images, of the classes that have codes; raises ImageLabelsUnreadable."""
    verified, partial = list[tuple[int, int]](), list[tuple[int, int]]()
    for image, pair in enumerate(pairing.pairs):
        try:
            labels = msgspec.convert(parameters.get(pair.reference, {}), TruthLabels)
        except msgspec.ValidationError as error:
            raise ImageLabelsUnreadable(f"Image {pair.image_id}: {ImageLabelsUnreadable().detail} {error}.") from error
        verified += [(image, codes[name]) for name in labels.verified_classes if name in codes]
        partial += [(image, codes[name]) for name in labels.not_exhaustive_classes if name in codes]
    return ImageLabels(*(np.array(pairs, np.int64).reshape(-1, 2) for pairs in (verified, partial)))
