"""Two models on the same images, image by image; pure."""

import numpy as np

from shared.detection_runs.errors import BaselineNotComparable
from shared.detection_runs.figures.judging import (
    CHOSEN_AT,
    FEW_IMAGES,
    SEED,
    interval_of,
    judged,
    max_detections,
    resamples_for,
)
from shared.detection_runs.options import DetectionOptions
from shared.detection_runs.records import DetectionRunRecord
from shared.detection_runs.results import DetectionComparison, ImageDifference, ImageInterval
from shared.detection_runs.scenes.scene_file import StoredScene, id_at
from shared.evaluation.detection.matching.ranked_outcomes import Scene, best_confidence, ranked_counts
from shared.evaluation.detection.precision import image_bootstrap
from shared.evaluation.detection.rules.profiles import PROFILES, judge
from shared.evaluation.paired.verdicts import Verdict
from shared.evaluation.types import Floats

MAX_WORST = 20

_RULES = ("subject", "profile", "sigmas", "class_hierarchy", "expand_candidates")


def check_comparable(options: DetectionOptions, baseline: DetectionOptions) -> None:
    """Refuse a baseline that was judged by other rules; raises BaselineNotComparable."""
    if any(getattr(options, name) != getattr(baseline, name) for name in _RULES):
        raise BaselineNotComparable(f"The baseline was judged by other rules; send its {', '.join(_RULES)}.")


def check_same_objects(baseline: StoredScene, candidate: StoredScene) -> None:
    """Refuse a baseline of other images or another ground truth; raises BaselineNotComparable."""
    if not np.array_equal(baseline.images, candidate.images) or not np.array_equal(
        baseline.references, candidate.references
    ):
        raise BaselineNotComparable


def compare(
    baseline_run: DetectionRunRecord, baseline: StoredScene, candidate: StoredScene, ap: float | None
) -> DetectionComparison:
    """Compare a candidate's scene with a baseline's; raises BaselineNotComparable."""
    check_same_objects(baseline, candidate)
    options = baseline_run.asked
    interval = _interval(baseline.scene, candidate.scene, options, len(candidate.images))
    differences = _of_images(candidate.scene, options, len(candidate.images)) - _of_images(
        baseline.scene, options, len(candidate.images)
    )
    order = [int(row) for row in np.argsort(differences, kind="stable")[:MAX_WORST] if differences[row] < 0]
    return DetectionComparison(
        baseline_id=baseline_run.id,
        verdict=_verdict(interval, len(candidate.images)),
        baseline=baseline_run.ap,
        difference=None if ap is None or baseline_run.ap is None else ap - baseline_run.ap,
        interval=interval,
        better=int((differences > 0).sum()),
        worse=int((differences < 0).sum()),
        equal=int((differences == 0).sum()),
        worst=[ImageDifference(id_at(candidate.images, row), float(differences[row])) for row in order],
    )


def _interval(baseline: Scene, candidate: Scene, options: DetectionOptions, image_count: int) -> ImageInterval | None:
    if PROFILES[options.profile].at_one_iou:
        return None
    resamples = resamples_for(max(len(baseline.candidates), len(candidate.candidates)))
    sides = [judged(scene, options) for scene in (baseline, candidate)]
    times = image_bootstrap.draws(image_count, resamples, SEED)
    before, after = (image_bootstrap.means(side, times) for side in sides)
    found = interval_of(after - before)
    if found is None or 2 * 2.0 ** -image_bootstrap.differing_images(*sides) <= 1 - image_bootstrap.LEVEL:
        return found
    # Of so few images that differ no difference is shown, however few samples of them have none.
    return ImageInterval(min(found.low, 0.0), max(found.high, 0.0), found.level, found.resamples)


def _verdict(interval: ImageInterval | None, images: int) -> Verdict:
    if interval is None or images < FEW_IMAGES:
        return "inconclusive"
    if interval.low > 0:
        return "better"
    return "worse" if interval.high < 0 else "no_difference_shown"


def _of_images(scene: Scene, options: DetectionOptions, image_count: int) -> Floats:
    """F1 of each image at the confidence that is best over all; an image without any object on either side has 1."""
    found = judge(PROFILES[options.profile], scene, CHOSEN_AT, max_detections(options))
    best = best_confidence(ranked_counts(scene, found, None))
    is_sure = scene.candidates.confidences >= (best.confidence if best else 0)
    right, wrong = (
        np.bincount(scene.candidates.images[flags & is_sure], minlength=image_count)
        for flags in (found.is_right, found.is_wrong)
    )
    sought = np.bincount(scene.references.images[~scene.references.is_uncounted], minlength=image_count)
    whole = right + wrong + sought
    values: Floats = np.divide(2.0 * right, whole, out=np.ones(image_count), where=whole > 0)
    return values
