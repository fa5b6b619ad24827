"""Results of a detection run."""

import zlib
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from shared.detection_runs.figures.difference_reasons import DifferenceReason
from shared.evaluation.detection.error_analysis.error_types import ErrorType
from shared.evaluation.detection.error_analysis.foreign_matrices import MatrixProfile
from shared.evaluation.detection.rules.profiles import DetectionSubject, ProfileName
from shared.evaluation.paired.verdicts import Verdict


class ImageInterval(msgspec.Struct, frozen=True):
    """The interval of a figure over images that were drawn again."""

    low: Annotated[float, Meta(description="Lower bound.")]
    high: Annotated[float, Meta(description="Upper bound.")]
    level: Annotated[float, Meta(description="Confidence level.")]
    resamples: Annotated[int, Meta(description="Number of samples of images that were drawn.")]


class ConfidenceChoice(msgspec.Struct, frozen=True):
    """The confidence from which on F1 is largest, at IoU 0.50, with what holds there."""

    confidence: Annotated[float, Meta(description="Least confidence of a candidate.")]
    precision: Annotated[float, Meta(description="Precision there.")]
    recall: Annotated[float, Meta(description="Recall there.")]
    f1: Annotated[float, Meta(description="F1 there.")]


class DetectedClass(msgspec.Struct, frozen=True, kw_only=True):
    """The figures of one class; null where the ground truth has no such object."""

    name: Annotated[str, Meta(description="Name of the class.")]
    objects: Annotated[int, Meta(description="Number of objects to find.")]
    candidates: Annotated[int, Meta(description="Number of objects that the model found.")]
    ap: Annotated[float | None, Meta(description="Average precision of the profile.")]
    ap_50: Annotated[float | None, Meta(description="Average precision at IoU 0.50.")]
    ap_75: Annotated[float | None, Meta(description="Average precision at IoU 0.75; null for VOC.")]
    sizes: Annotated[
        dict[str, float | None], Meta(description="Average precision by size of the objects; empty for VOC.")
    ]
    best: Annotated[ConfidenceChoice | None, Meta(description="Confidence with the largest F1; null without a find.")]
    interval: Annotated[
        ImageInterval | None, Meta(description="95 % interval of the average precision; null where there is none.")
    ] = None


class DetectionErrorCost(msgspec.Struct, frozen=True):
    """The errors of one type (TIDE), at IoU 0.50 and any confidence."""

    type: Annotated[ErrorType, Meta(description="Type of error.")]
    count: Annotated[int, Meta(description="Number of errors.")]
    cost: Annotated[float, Meta(description="Rise of the average precision at IoU 0.50 without them.")]


class ImageDifference(msgspec.Struct, frozen=True):
    """An image on which two models differ."""

    image_id: Annotated[UUID, Meta(description="Id of the image.")]
    difference: Annotated[float, Meta(description="F1 on this image, candidate minus baseline.")]


class DetectionComparison(msgspec.Struct, frozen=True, kw_only=True):
    """The model against a baseline on the same images, candidate minus baseline."""

    baseline_id: Annotated[UUID, Meta(description="Id of the baseline's detection run.")]
    verdict: Annotated[Verdict, Meta(description="What the difference shows at a level of 95 %.")]
    baseline: Annotated[float | None, Meta(description="Average precision of the baseline.")]
    difference: Annotated[float | None, Meta(description="Difference of the average precisions; null where undefined.")]
    interval: Annotated[ImageInterval | None, Meta(description="Interval of the difference, paired by image.")]
    better: Annotated[int, Meta(description="Number of images with a larger F1, each at its own best confidence.")]
    worse: Annotated[int, Meta(description="Number of images with a smaller F1.")]
    equal: Annotated[int, Meta(description="Number of images with the same F1.")]
    worst: Annotated[list[ImageDifference], Meta(description="Images that lost most, up to 20.")]


class RuleCounts(msgspec.Struct, frozen=True):
    """What one set of rules counts at the IoU and the confidence."""

    profile: Annotated[ProfileName | MatrixProfile, Meta(description="Name of the rules.")]
    ap: Annotated[
        float | None, Meta(description="Their average precision; null where undefined, and of rules of a matrix.")
    ]
    true_positives: Annotated[int, Meta(description="Number of candidates that find an object.")]
    false_positives: Annotated[int, Meta(description="Number of candidates that find none.")]
    false_negatives: Annotated[int, Meta(description="Number of objects that no candidate finds.")]


class RuleSummary(RuleCounts, frozen=True, kw_only=True):
    """What further rules count, and how many boxes they judge otherwise than those of the run."""

    iou: Annotated[float, Meta(description="Intersection over union from which two objects match.")]
    confidence: Annotated[float, Meta(description="Least confidence of a candidate, with the largest F1 of the run.")]
    differing: Annotated[int, Meta(description="Number of candidates and objects that they judge otherwise.")]
    reasons: Annotated[
        dict[DifferenceReason, int],
        Meta(description="How many of them for each reason; those without any are left out."),
    ]


class DetectionFigures(msgspec.Struct, frozen=True, kw_only=True):
    """The figures of a detection run."""

    profile: Annotated[ProfileName, Meta(description="Rules by which all of these figures are computed.")]
    subject: Annotated[DetectionSubject, Meta(description="What is compared.")]
    images: Annotated[int, Meta(description="Number of images: those with ground truth that the model analysed.")]
    images_not_analysed: Annotated[
        int, Meta(description="Number of images with ground truth that the model did not analyse; they do not count.")
    ]
    images_without_truth: Annotated[
        int, Meta(description="Number of images that the model analysed and that have no ground truth.")
    ]
    objects: Annotated[int, Meta(description="Number of objects to find.")]
    ignored_objects: Annotated[int, Meta(description="Number of groups and ignored objects, which need not be found.")]
    candidates: Annotated[int, Meta(description="Number of objects that the model found.")]
    left_out: Annotated[
        int, Meta(description="Number of candidates beyond the most of an image and class, which nothing counts.")
    ]
    metrics: Annotated[dict[str, float | None], Meta(description="All figures of the profile, by name.")]
    ap: Annotated[float | None, Meta(description="The first of them: mean average precision of the profile.")]
    interval: Annotated[
        ImageInterval | None, Meta(description="Its 95 % interval; null where `intervals` or a notice says so.")
    ]
    best: Annotated[ConfidenceChoice | None, Meta(description="Confidence with the largest F1 of all classes.")]
    classes: Annotated[list[DetectedClass], Meta(description="The figures of each class, by name.")]
    errors: Annotated[list[DetectionErrorCost], Meta(description="The types of errors and what they cost (TIDE).")]
    comparison: Annotated[
        DetectionComparison | None, Meta(description="The baseline; null without one, or where `intervals` says so.")
    ]
    differences: Annotated[
        list[RuleSummary], Meta(description="What each of the further `profiles` judges otherwise, in their order.")
    ] = []
    notices: Annotated[list[str], Meta(description="What had to be assumed, and why a figure is null.")]


def packed(figures: DetectionFigures) -> bytes:
    """Figures as they are stored."""
    return zlib.compress(msgspec.json.encode(figures), level=1)


def unpacked(data: bytes) -> DetectionFigures:
    """What `packed` made."""
    return msgspec.json.decode(zlib.decompress(data), type=DetectionFigures)
