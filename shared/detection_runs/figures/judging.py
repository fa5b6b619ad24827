"""The figures of a detection run, from its scene; pure."""

from collections.abc import Iterator, Sequence

import msgspec
import numpy as np

from shared.analyses.agreement.pairs import Pairing
from shared.detection_runs.figures.averages import ClassAverages, averages_of
from shared.detection_runs.options import DetectionOptions
from shared.detection_runs.results import (
    ConfidenceChoice,
    DetectedClass,
    DetectionErrorCost,
    DetectionFigures,
    ImageInterval,
)
from shared.detection_runs.scenes.scene_file import StoredScene
from shared.evaluation.detection.error_analysis import error_types
from shared.evaluation.detection.geometry import keypoints
from shared.evaluation.detection.matching.ranked_outcomes import (
    Outcomes,
    RankedCounts,
    Scene,
    best_confidence,
    ranked_counts,
    ranked_counts_by_class,
)
from shared.evaluation.detection.precision import image_bootstrap
from shared.evaluation.detection.precision.coco_figures import THRESHOLDS
from shared.evaluation.detection.precision.image_bootstrap import JudgedCandidates
from shared.evaluation.detection.rules import voc
from shared.evaluation.detection.rules.lvis import Frequency
from shared.evaluation.detection.rules.profiles import PROFILES, judge, judge_at
from shared.evaluation.types import Floats
from shared.kit.plurals import counted, form

# Candidates times samples that are drawn for an interval: half a minute's work.
_MAX_DRAWN = 200_000_000
_FEWEST_RESAMPLES = 100

# Whatever is drawn, the same scene has the same interval, and two scenes are drawn alike.
SEED = 20

# At IoU 0.50 the matches are those of the first of COCO's thresholds, and those of VOC.
CHOSEN_AT = voc.THRESHOLD


def max_detections(options: DetectionOptions) -> int:
    """The most candidates of an image and class that count under COCO's rules."""
    return keypoints.MAX_DETECTIONS[-1] if options.subject == "keypoints" else 100


def classified(stored: StoredScene, options: DetectionOptions) -> StoredScene:
    """Return a scene with the types of its errors."""
    found = judge(PROFILES[options.profile], stored.scene, CHOSEN_AT, max_detections(options))
    return stored._replace(errors=error_types.classify(stored.scene, found))


def figures_of(
    stored: StoredScene,
    pairing: Pairing,
    options: DetectionOptions,
    classes: Sequence[str],
    frequencies: Sequence[Frequency | None],
    *,
    notices: list[str],
) -> DetectionFigures:
    """Compute every figure of a scene but its intervals and a comparison.

    `frequencies` are those of the classes, for LVIS.
    """
    scene, profile = stored.scene, PROFILES[options.profile]
    found = judge(profile, scene, CHOSEN_AT, max_detections(options))
    averages = averages_of(scene, found, options, classes, frequencies)
    ap = next(iter(averages.metrics.values()))
    is_sought = ~scene.references.is_uncounted
    return DetectionFigures(
        profile=profile.name,
        subject=options.subject,
        images=len(pairing.pairs),
        images_not_analysed=pairing.only_reference,
        images_without_truth=pairing.only_candidate,
        objects=int(is_sought.sum()),
        ignored_objects=int((~is_sought).sum()),
        candidates=len(scene.candidates),
        left_out=int(found.is_left_out.sum()),
        metrics=averages.metrics,
        ap=ap,
        interval=None,
        best=_choice(ranked_counts(scene, found, None)),
        classes=_classes(scene, found, classes, averages.classes),
        errors=_errors(stored, found),
        comparison=None,
        notices=[*notices, *([_NO_INTERVAL] if profile.at_one_iou else [])],
    )


def with_intervals(figures: DetectionFigures, stored: StoredScene, options: DetectionOptions) -> DetectionFigures:
    """Return the figures of a scene with the intervals of the average precisions, where the profile has any."""
    if PROFILES[options.profile].at_one_iou:
        return figures
    images = len(stored.images)
    times = image_bootstrap.halves(images, resamples_for(len(stored.candidates)), SEED)
    drawn = image_bootstrap.by_class(judged(stored.scene, options), times)
    classes = [
        msgspec.structs.replace(one, interval=_of_halves(values, images) if one.objects >= FEW_OBJECTS else None)
        for one, values in zip(figures.classes, drawn, strict=True)
    ]
    interval = _of_halves(image_bootstrap.mean_of_classes(drawn), images)
    notices = [] if figures.ap is None else _doubts(images, [one.objects for one in classes])
    return msgspec.structs.replace(figures, interval=interval, classes=classes, notices=[*figures.notices, *notices])


# Of fewer images, samples that are drawn again are too much alike.
FEW_IMAGES = 20

# An interval of 95 % for a class of fewer objects holds its average precision in 10 to 90 % of cases.
FEW_OBJECTS = 10


def _of_halves(values: Floats, images: int) -> ImageInterval | None:
    # The first value is that of all images.
    return _interval(image_bootstrap.interval_of_halves(values, images), len(values) - 1)


def _doubts(images: int, objects: Sequence[int]) -> Iterator[str]:
    """Say what is too little for the interval of a mean average precision over classes with so many objects each."""
    if images == 1:
        yield "One image alone has no interval."
    elif images < FEW_IMAGES:
        yield f"The interval rests on {counted(images, 'image')}; of fewer than {FEW_IMAGES} it is too narrow."
    if few := sum(0 < count < FEW_OBJECTS for count in objects):
        classes = f"{counted(few, 'class', 'classes')} {form(few, 'has', 'have')}"
        yield (
            f"{classes} fewer than {FEW_OBJECTS} objects, and so no interval; the average precision of so few is too "
            "high on average, and so is the mean with it."
        )


_NO_INTERVAL = "Figures at IoU 0.50 alone have no interval; the profile coco has one."


def judged(scene: Scene, options: DetectionOptions) -> JudgedCandidates:
    """The matches of a scene at COCO's ten thresholds, for drawing images again."""
    profile = PROFILES[options.profile]
    found = judge_at(profile, scene, THRESHOLDS.tolist(), max_detections(options))
    is_sought = ~scene.references.is_uncounted
    return JudgedCandidates(
        scene.candidates.images,
        scene.candidates.classes,
        scene.candidates.confidences,
        np.stack([one.is_right for one in found]),
        np.stack([one.is_right | one.is_wrong for one in found]),
        scene.references.images[is_sought],
        scene.references.classes[is_sought],
        scene.class_count,
    )


def resamples_for(candidates: int) -> int:
    """How many samples of images are drawn for so many candidates."""
    return int(np.clip(_MAX_DRAWN // max(candidates, 1), _FEWEST_RESAMPLES, image_bootstrap.RESAMPLES))


def interval_of(values: Floats) -> ImageInterval | None:
    """The interval of what was drawn (b,); None without a value."""
    return _interval(image_bootstrap.interval(values), len(values))


def _interval(bounds: tuple[float, float] | None, resamples: int) -> ImageInterval | None:
    return None if bounds is None else ImageInterval(*bounds, image_bootstrap.LEVEL, resamples)


def _classes(
    scene: Scene, found: Outcomes, classes: Sequence[str], averages: Sequence[ClassAverages]
) -> list[DetectedClass]:
    sought = np.bincount(scene.references.classes[~scene.references.is_uncounted], minlength=len(classes))
    candidates = np.bincount(scene.candidates.classes, minlength=len(classes))
    ranked = ranked_counts_by_class(scene, found)
    return [
        DetectedClass(
            name=name,
            objects=int(sought[code]),
            candidates=int(candidates[code]),
            ap=values.ap,
            ap_50=values.ap_50,
            ap_75=values.ap_75,
            sizes=values.sizes,
            best=_choice(counts),
        )
        for code, (name, values, counts) in enumerate(zip(classes, averages, ranked, strict=True))
    ]


def _choice(counts: RankedCounts) -> ConfidenceChoice | None:
    best = best_confidence(counts)
    return None if best is None else ConfidenceChoice(*best)


def _errors(stored: StoredScene, found: Outcomes) -> list[DetectionErrorCost]:
    errors = stored.errors or error_types.classify(stored.scene, found)
    costs = error_types.costs(stored.scene, found, errors)
    return [DetectionErrorCost(cost.type, cost.count, cost.cost) for cost in costs]
