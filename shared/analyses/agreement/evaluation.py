"""The metrics of two sides' agreement, from their annotations; pure, so that it may run in any thread."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
import numpy as np

from shared.analyses.agreement.pairs import Pairing
from shared.analyses.agreement.sides import confidence_of, confident, objects_of
from shared.analyses.annotations.formats import Size
from shared.analyses.errors import ImageTooCrowded, MasksNotComparable, OutlineNotDrawn
from shared.analyses.kinds.agreement import AgreementOptions
from shared.analyses.records import AnnotationRecord
from shared.evaluation.detection.geometry.mask_overlaps import MasksNotMeasured
from shared.evaluation.detection.geometry.masks import MaskSizesDiffer, TooManyRuns
from shared.evaluation.detection.geometry.objects import Geometry, iou
from shared.evaluation.detection.matching.agreement import (
    MatchCounts,
    Pair,
    agreement,
    agreement_of_labels,
    overall,
    per_class,
)
from shared.evaluation.detection.matching.pairs import match
from shared.evaluation.detection.precision.average_precision import PROFILE, AveragePrecision, average_precision
from shared.kit.errors import DomainError

# The annotation types that each subject of a comparison includes.
TYPES = {
    "boxes": ["bounding_box", "segmentation"],
    "masks": ["segmentation"],
    "labels": ["classification"],
}


# Several arrays of their overlaps are in memory together: half a gigabyte.
MAX_PAIRS = 16_000_000


_TOO_MANY_RUNS = (
    "The masks of an image overlap so much that comparing them takes too long; raise min_confidence or compare boxes."
)
# Which ranks candidates of any confidence.
_TOO_MANY_RUNS_RANKED = (
    "The masks of an image, of any confidence, overlap so much that their average precision takes too long; "
    "compare boxes."
)


class PairedAnnotations(NamedTuple):
    """The pairs to compare, and the annotations of each analysis in their order."""

    pairing: Pairing
    annotations: dict[UUID, list[AnnotationRecord]]


class _Image(NamedTuple):
    """An image with its size, and the compared annotations of both sides."""

    id: UUID
    size: Size
    reference: list[AnnotationRecord]
    candidate: list[AnnotationRecord]


def compare(inputs: PairedAnnotations, options: AgreementOptions) -> dict[str, Any]:
    """Compare all pairs and return the result as JSON values.

    Raises ImageTooCrowded, MasksNotComparable, or OutlineNotDrawn.
    """
    images = [
        _Image(
            pair.image_id,
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
        confident = [annotation for annotation in annotations if confidence_of(annotation) >= min_confidence]
        return codes[max(confident, key=confidence_of).class_name] if confident else -1

    pairs = [(label(image.reference, 0), label(image.candidate, options.min_confidence)) for image in images]
    return _metrics(agreement_of_labels(pairs, classes)) | {"average_precision": None, "matches": None}


def _objects(
    inputs: PairedAnnotations, images: Sequence[_Image], classes: Sequence[str], options: AgreementOptions
) -> dict[str, Any]:
    geometry: Geometry = "masks" if options.subject == "masks" else "boxes"
    codes = {name: code for code, name in enumerate(classes)}
    sides = [_pair(image, codes, geometry) for image in images]
    confident_sides = [(reference, confident(candidate, options.min_confidence)) for reference, candidate in sides]
    named_sides = zip([image.id for image in images], confident_sides, strict=True)
    counts = _counts(named_sides, classes, options, geometry)
    precision = _precision(images, sides, classes, geometry) if inputs.pairing.reference_is_truth else None
    matches = _matches(images[0], confident_sides[0], options, geometry) if len(images) == 1 else None
    return _metrics(counts) | {"average_precision": _precision_fields(precision), "matches": matches}


def _counts(
    named_sides: Iterable[tuple[UUID, Pair]], classes: Sequence[str], options: AgreementOptions, geometry: Geometry
) -> MatchCounts:
    current = None

    def pairs() -> Iterator[Pair]:
        nonlocal current
        for image_id, (reference, candidate) in named_sides:
            current = image_id
            if len(reference) * len(candidate) > MAX_PAIRS:
                raise ImageTooCrowded
            yield reference, candidate

    try:
        return agreement(pairs(), classes, threshold=options.iou_threshold, geometry=geometry)
    except (ImageTooCrowded, MaskSizesDiffer, TooManyRuns) as error:
        raise _named(current, error) from error


def _precision(
    images: Sequence[_Image], sides: Sequence[Pair], classes: Sequence[str], geometry: Geometry
) -> AveragePrecision:
    try:
        return average_precision(sides, classes, geometry=geometry)
    except MasksNotMeasured as error:
        image_id = images[error.position].id
        if isinstance(error.reason, TooManyRuns):
            raise ImageTooCrowded(f"Image {image_id}: {_TOO_MANY_RUNS_RANKED}") from error
        raise _named(image_id, error.reason) from error


def _pair(image: _Image, codes: dict[str, int], geometry: Geometry) -> Pair:
    try:
        return (
            objects_of(image.reference, codes, geometry, image.size),
            objects_of(image.candidate, codes, geometry, image.size),
        )
    except OutlineNotDrawn as error:
        raise _named(image.id, error) from error


def _named(image_id: UUID | None, error: Exception) -> DomainError:
    """Return what to tell of an image that cannot be compared: in a project, only its id leads to it."""
    match error:
        case MaskSizesDiffer():
            return MasksNotComparable(f"Image {image_id}: {MasksNotComparable().detail}")
        case TooManyRuns():
            return ImageTooCrowded(f"Image {image_id}: {_TOO_MANY_RUNS}")
        case _:
            kind = OutlineNotDrawn if isinstance(error, OutlineNotDrawn) else ImageTooCrowded
            return kind(f"Image {image_id}: {kind().detail}")


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
    return (
        {"profile": PROFILE}
        | precision.summary
        | {"per_class": precision.per_class, "per_class_50": precision.per_class_50}
    )


def _matches(image: _Image, pair: Pair, options: AgreementOptions, geometry: Geometry) -> dict[str, Any]:
    """Return matched and unmatched annotations by their ids, for drawing them."""
    reference, candidate = pair
    matching = match(reference, candidate, threshold=options.iou_threshold, geometry=geometry)
    overlaps = iou(reference, candidate, geometry)
    candidates = [annotation for annotation in image.candidate if confidence_of(annotation) >= options.min_confidence]
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
        "only_reference": [image.reference[row].id for row in matching.only_reference],
        "only_candidate": [candidates[column].id for column in matching.only_candidate],
        "ignored": [candidates[column].id for column in np.flatnonzero(matching.is_ignored)],
    }
