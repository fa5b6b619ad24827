"""The metrics of two sides' agreement, from their annotations; pure, so that it may run in any thread."""

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

# The annotation types that each subject of a comparison includes.
TYPES = {
    "boxes": ["bounding_box", "segmentation"],
    "masks": ["segmentation"],
    "labels": ["classification"],
}


# Several arrays of their overlaps are in memory together: half a gigabyte.
MAX_PAIRS = 16_000_000


class PairedAnnotations(NamedTuple):
    """The pairs to compare, and the annotations of each analysis in their order."""

    pairing: Pairing
    annotations: dict[UUID, list[AnnotationRecord]]


class _Image(NamedTuple):
    """The size of an image, and the compared annotations of both sides."""

    size: Size
    reference: list[AnnotationRecord]
    candidate: list[AnnotationRecord]


def compare(inputs: PairedAnnotations, options: AgreementOptions) -> dict[str, Any]:
    """Compare all pairs and return the result as JSON values.

    Raises ImageTooCrowded, MasksNotComparable, or OutlineNotDrawn.
    """
    images = [
        _Image(
            Size(pair.height, pair.width),
            inputs.annotations.get(pair.reference, []),
            inputs.annotations.get(pair.candidate, []),
        )
        for pair in inputs.pairing.pairs
    ]
    classes = sorted({annotation.class_name for image in images for annotation in (*image.reference, *image.candidate)})
    if options.subject == "labels":
        result = _labels(images, classes, options)
    else:
        result = _objects(inputs, images, classes, options)
    return {
        "images": len(images),
        "only_reference": inputs.pairing.only_reference,
        "only_candidate": inputs.pairing.only_candidate,
        "reference_is_truth": inputs.pairing.reference_is_truth,
        "options": msgspec.to_builtins(options),
        **result,
    }


def _labels(images: Sequence[_Image], classes: Sequence[str], options: AgreementOptions) -> dict[str, Any]:
    codes = {name: code for code, name in enumerate(classes)}

    def label(annotations: list[AnnotationRecord], min_confidence: float) -> int:
        confident = [annotation for annotation in annotations if _confidence(annotation) >= min_confidence]
        return codes[max(confident, key=_confidence).class_name] if confident else -1

    pairs = [(label(image.reference, 0), label(image.candidate, options.min_confidence)) for image in images]
    return _metrics(agreement_of_labels(pairs, classes)) | {"average_precision": None, "matches": None}


def _objects(
    inputs: PairedAnnotations, images: Sequence[_Image], classes: Sequence[str], options: AgreementOptions
) -> dict[str, Any]:
    geometry: Geometry = "masks" if options.subject == "masks" else "boxes"
    codes = {name: code for code, name in enumerate(classes)}
    sides = [
        (_side(image.reference, codes, geometry, image.size), _side(image.candidate, codes, geometry, image.size))
        for image in images
    ]
    confident_sides = [(reference, _confident(candidate, options.min_confidence)) for reference, candidate in sides]
    if any(len(reference) * len(candidate) > MAX_PAIRS for reference, candidate in confident_sides):
        raise ImageTooCrowded
    has_truth = inputs.pairing.reference_is_truth
    try:
        counts = agreement(confident_sides, classes, threshold=options.iou_threshold, geometry=geometry)
        precision = average_precision(sides, classes, geometry=geometry) if has_truth else None
        matches = _matches(images[0], confident_sides[0], options, geometry) if len(images) == 1 else None
    except MaskSizesDiffer as error:
        raise MasksNotComparable from error
    return _metrics(counts) | {"average_precision": _precision_fields(precision), "matches": matches}


def _metrics(counts: MatchCounts) -> dict[str, Any]:
    matrix = counts.matrix
    return {
        "overall": msgspec.to_builtins(overall(counts)),
        "per_class": msgspec.to_builtins(per_class(counts)),
        "matrix": {"classes": list(matrix.classes), "counts": matrix.counts.tolist()},
    }


def _precision_fields(precision: AveragePrecision | None) -> dict[str, Any] | None:
    if precision is None:
        return None
    return precision.summary | {"per_class": precision.per_class, "per_class_50": precision.per_class_50}


def _side(annotations: Sequence[AnnotationRecord], codes: dict[str, int], geometry: Geometry, image: Size) -> Objects:
    masks, corners = [], []
    for annotation in annotations:
        data = msgspec.json.decode(annotation.data)
        if annotation.annotation_type == "bounding_box":
            corners.append(box_of(data))
            continue
        mask = mask_of(data, image)
        corners.append(mask.box)
        masks.append(mask)
    return Objects(
        np.array([codes[annotation.class_name] for annotation in annotations], dtype=np.int64),
        np.array([_confidence(annotation) for annotation in annotations], dtype=np.float64),
        np.array(corners, dtype=np.float64).reshape(-1, 4),
        masks if geometry == "masks" else (),
    )


def _confident(side: Objects, min_confidence: float) -> Objects:
    is_kept = side.confidences >= min_confidence
    masks = [mask for mask, keep in zip(side.masks, is_kept, strict=False) if keep]
    return Objects(side.classes[is_kept], side.confidences[is_kept], side.boxes[is_kept], masks)


def _matches(image: _Image, pair: Pair, options: AgreementOptions, geometry: Geometry) -> dict[str, Any]:
    """Return matched and unmatched annotations by their ids, for drawing them."""
    reference, candidate = pair
    matching = match(reference, candidate, threshold=options.iou_threshold, geometry=geometry)
    overlaps = iou(reference, candidate, geometry)
    candidates = [annotation for annotation in image.candidate if _confidence(annotation) >= options.min_confidence]
    return {
        "matched": [
            {
                "reference": image.reference[row].id,
                "candidate": candidates[column].id,
                "iou": float(overlaps[row, column]),
            }
            for row, column in enumerate(matching.of_reference)
            if column >= 0
        ],
        "only_reference": [image.reference[row].id for row in np.flatnonzero(matching.of_reference < 0)],
        "only_candidate": [candidates[column].id for column in np.flatnonzero(matching.of_candidate < 0)],
    }


def _confidence(annotation: AnnotationRecord) -> float:
    # An annotation without a confidence counts as certain.
    return 1.0 if annotation.confidence is None else annotation.confidence
