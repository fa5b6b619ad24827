"""From the annotations of two sides to the figures of their agreement; pure, so that it may run in any thread."""

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
import numpy as np

from shared.analyses.agreement.pairs import Pairing
from shared.analyses.annotations.formats import Size, box_of, mask_of
from shared.analyses.errors import ImageTooCrowded, MasksNotComparable
from shared.analyses.kinds.agreement import AgreementOptions
from shared.analyses.records import AnnotationRecord
from shared.evaluation.detection.agreement import (
    MatchCounts,
    Pair,
    agreement,
    agreement_of_labels,
    overall,
    per_class,
)
from shared.evaluation.detection.average_precision import AveragePrecision, average_precision
from shared.evaluation.detection.masks import MaskSizesDiffer
from shared.evaluation.detection.matching import match
from shared.evaluation.detection.objects import Geometry, Objects, iou

# What of an analysis is compared, by what is compared.
TYPES = {
    "boxes": ["bounding_box", "segmentation"],
    "masks": ["segmentation"],
    "labels": ["classification"],
}


# Their overlaps lie in memory together, several times over: half a gigabyte.
MAX_PAIRS = 16_000_000


class PairedAnnotations(NamedTuple):
    """Annotations of each analysis, in their order."""

    pairing: Pairing
    annotations: dict[UUID, list[AnnotationRecord]]


class _Image(NamedTuple):
    """The annotations of both sides of one image that count."""

    size: Size
    reference: list[AnnotationRecord]
    candidate: list[AnnotationRecord]


def compare(compared: PairedAnnotations, options: AgreementOptions) -> dict[str, Any]:
    """The result as JSON values; raises ImageTooCrowded, MasksNotComparable, or OutlineNotDrawn."""
    images = [
        _Image(
            Size(pair.height, pair.width),
            compared.annotations.get(pair.reference, []),
            compared.annotations.get(pair.candidate, []),
        )
        for pair in compared.pairing.pairs
    ]
    classes = sorted({found.class_name for image in images for found in (*image.reference, *image.candidate)})
    if options.subject == "labels":
        result = _labels(images, classes, options)
    else:
        result = _objects(compared, images, classes, options)
    return {
        "images": len(images),
        "only_reference": compared.pairing.only_reference,
        "only_candidate": compared.pairing.only_candidate,
        "reference_is_truth": compared.pairing.reference_is_truth,
        "options": msgspec.to_builtins(options),
        **result,
    }


def _labels(images: Sequence[_Image], classes: Sequence[str], options: AgreementOptions) -> dict[str, Any]:
    codes = {name: code for code, name in enumerate(classes)}

    def label(annotations: list[AnnotationRecord], least: float) -> int:
        sure = [found for found in annotations if _confidence(found) >= least]
        return codes[max(sure, key=_confidence).class_name] if sure else -1

    pairs = [(label(image.reference, 0), label(image.candidate, options.min_confidence)) for image in images]
    return _figures(agreement_of_labels(pairs, classes)) | {"average_precision": None, "matches": None}


def _objects(
    compared: PairedAnnotations, images: Sequence[_Image], classes: Sequence[str], options: AgreementOptions
) -> dict[str, Any]:
    geometry: Geometry = "masks" if options.subject == "masks" else "boxes"
    codes = {name: code for code, name in enumerate(classes)}
    every = [
        (_side(image.reference, codes, geometry, image.size), _side(image.candidate, codes, geometry, image.size))
        for image in images
    ]
    sure = [(reference, _surer(candidate, options.min_confidence)) for reference, candidate in every]
    if any(len(reference) * len(candidate) > MAX_PAIRS for reference, candidate in sure):
        raise ImageTooCrowded
    evaluates = compared.pairing.reference_is_truth
    try:
        found = agreement(sure, classes, threshold=options.iou_threshold, geometry=geometry)
        precision = average_precision(every, classes, geometry=geometry) if evaluates else None
        matches = _matches(images[0], sure[0], options, geometry) if len(images) == 1 else None
    except MaskSizesDiffer as error:
        raise MasksNotComparable from error
    return _figures(found) | {"average_precision": _named(precision), "matches": matches}


def _figures(found: MatchCounts) -> dict[str, Any]:
    matrix = found.matrix
    return {
        "overall": msgspec.to_builtins(overall(found)),
        "per_class": msgspec.to_builtins(per_class(found)),
        "matrix": {"classes": list(matrix.classes), "counts": matrix.counts.tolist()},
    }


def _named(precision: AveragePrecision | None) -> dict[str, Any] | None:
    if precision is None:
        return None
    return precision.summary | {"per_class": precision.per_class, "per_class_50": precision.per_class_50}


def _side(annotations: Sequence[AnnotationRecord], codes: dict[str, int], geometry: Geometry, image: Size) -> Objects:
    masks, corners = [], []
    for found in annotations:
        data = msgspec.json.decode(found.data)
        if found.annotation_type == "bounding_box":
            corners.append(box_of(data))
            continue
        mask = mask_of(data, image)
        corners.append(mask.box)
        masks.append(mask)
    return Objects(
        np.array([codes[found.class_name] for found in annotations], dtype=np.int64),
        np.array([_confidence(found) for found in annotations], dtype=np.float64),
        np.array(corners, dtype=np.float64).reshape(-1, 4),
        masks if geometry == "masks" else (),
    )


def _surer(side: Objects, least: float) -> Objects:
    kept = side.confidences >= least
    masks = [mask for mask, keep in zip(side.masks, kept, strict=False) if keep]
    return Objects(side.classes[kept], side.confidences[kept], side.boxes[kept], masks)


def _matches(image: _Image, pair: Pair, options: AgreementOptions, geometry: Geometry) -> dict[str, Any]:
    """Which annotation is which, by their ids: of use to who draws them."""
    reference, candidate = pair
    found = match(reference, candidate, threshold=options.iou_threshold, geometry=geometry)
    overlaps = iou(reference, candidate, geometry)
    sure = [one for one in image.candidate if _confidence(one) >= options.min_confidence]
    return {
        "matched": [
            {"reference": image.reference[row].id, "candidate": sure[column].id, "iou": float(overlaps[row, column])}
            for row, column in enumerate(found.of_reference)
            if column >= 0
        ],
        "only_reference": [image.reference[row].id for row in np.flatnonzero(found.of_reference < 0)],
        "only_candidate": [sure[column].id for column in np.flatnonzero(found.of_candidate < 0)],
    }


def _confidence(found: AnnotationRecord) -> float:
    # Who says nothing of it is sure.
    return 1.0 if found.confidence is None else found.confidence
