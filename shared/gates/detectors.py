"""Whether a detector may take the place of its baseline: the rule of gates, from images that are drawn again; pure."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from shared.detection_runs.errors import BaselineNotComparable
from shared.detection_runs.figures.comparing import check_comparable, check_same_objects
from shared.detection_runs.figures.judging import FEW_IMAGES, SEED, judged, resamples_for
from shared.detection_runs.options import DetectionOptions
from shared.detection_runs.scenes.scene_file import StoredScene
from shared.evaluation.detection.precision import image_bootstrap
from shared.evaluation.detection.precision.image_bootstrap import JudgedCandidates
from shared.evaluation.detection.rules.profiles import PROFILES
from shared.evaluation.paired.gate_rule import DropEvidence, DropFinding, judge, outcome_of
from shared.evaluation.paired.testing import MIN_SAMPLES
from shared.evaluation.types import Floats
from shared.gates.concluding import concluded
from shared.gates.detection_figures import FIGURES
from shared.gates.policy import GateMetric, GatePolicy
from shared.gates.results import CheckResult, GateReason, GateTest
from shared.gates.words import sentence, subject_of
from shared.kit.plurals import counted

# Of images times samples, so that a gate of many classes draws often enough and its draws still fit into memory.
_MAX_DRAWS = 20_000_000
# Beyond the draws of an interval, a gate takes this many times as long at most.
_MOST_TIMES = 4


class DetectorSide(NamedTuple):
    """The scene of a detection run, the names of its classes in the order of their codes, and its rules."""

    stored: StoredScene
    classes: Sequence[str]
    options: DetectionOptions


class _Drawn(NamedTuple):
    """One figure of both sides: of the images themselves first, then of each sample of them."""

    entry: GateMetric
    baseline: Floats
    candidate: Floats
    images: int
    differing: int

    @property
    def least(self) -> float:
        """The least one-sided P-value of a loss: all that differ against the candidate, of as many exchanges."""
        return 2.0**-self.differing

    @property
    def differences(self) -> Floats:
        """Candidate minus baseline, in the samples that have both."""
        values: Floats = (self.candidate - self.baseline)[1:]
        return values[~np.isnan(values)]


def evaluate(baseline: DetectorSide, candidate: DetectorSide, policy: GatePolicy) -> CheckResult:
    """Judge the candidate by the policy; both are drawn alike, so that every difference is paired by image."""
    images = len(candidate.stored.images)
    if (reason := _incomparable(baseline, candidate)) is not None:
        return concluded([_unpaired(reason)], seed=SEED)
    entries = [one for entry in policy.metrics for one in _of_classes(entry, baseline)]
    tested = sum(_images_of(one, baseline) >= MIN_SAMPLES for one in entries)
    resamples = _resamples(baseline, candidate, tested, policy.alpha)
    if tested > policy.alpha * (1 + resamples):
        text = (
            f"At alpha {policy.alpha:.4g}, {resamples:,} samples of the images cannot tell {counted(tested, 'figure')} "
            "from chance; name fewer classes, or raise alpha."
        )
        return concluded([_unpaired(text)], samples=images, seed=SEED)
    drawn = list(_drawn(baseline, candidate, entries, resamples))
    said = judge([_evidence(one) for one in drawn], policy.alpha)
    reasons = [_reason(one, found, policy) for one, found in zip(drawn, said, strict=True)]
    return concluded(reasons, samples=images, seed=SEED)


def _incomparable(baseline: DetectorSide, candidate: DetectorSide) -> str | None:
    """Why nothing is tested; None where it can be."""
    try:
        check_comparable(candidate.options, baseline.options)
        check_same_objects(baseline.stored, candidate.stored)
    except BaselineNotComparable as error:
        return error.detail
    if (profile := PROFILES[candidate.options.profile]).at_one_iou:
        return (
            f"The profile {profile.name} judges at IoU 0.50 alone, and such figures are not tested; judge both by the "
            "profile coco or lvis."
        )
    if (images := len(candidate.stored.images)) < FEW_IMAGES:
        return f"Both runs have {counted(images, 'image')}, and fewer than {FEW_IMAGES} show nothing."
    return None


def _unpaired(text: str) -> GateReason:
    return GateReason(outcome="fail", requirement="samples", subject="images of both runs", text=text)


def _of_classes(entry: GateMetric, side: DetectorSide) -> Iterator[GateMetric]:
    """An entry, or one for each class with an object to find where it names none."""
    if not FIGURES[entry.metric].is_of_class or entry.label is not None:
        yield entry
        return
    references = side.stored.scene.references
    for code in np.unique(references.classes[~references.is_uncounted]).tolist():
        yield GateMetric(metric=entry.metric, label=side.classes[code], margin=entry.margin)


def _images_of(entry: GateMetric, side: DetectorSide) -> int:
    """The number of images of a figure: all, or those with an object of its class to find."""
    references, code = side.stored.scene.references, _code(entry, side)
    if code is None:
        return len(side.stored.images)
    return len(np.unique(references.images[~references.is_uncounted & (references.classes == code)]))


def _resamples(baseline: DetectorSide, candidate: DetectorSide, tested: int, alpha: float) -> int:
    """As many as an interval has, and more where the smallest P-value of one would not count beside so many others."""
    usual = resamples_for(max(len(side.stored.scene.candidates) for side in (baseline, candidate)))
    most = max(usual, min(_MOST_TIMES * usual, _MAX_DRAWS // len(candidate.stored.images)))
    return int(np.clip(np.ceil(4 * tested / alpha), usual, most))


def _drawn(
    baseline: DetectorSide, candidate: DetectorSide, entries: Sequence[GateMetric], resamples: int
) -> Iterator[_Drawn]:
    image_count = len(candidate.stored.images)
    once = np.ones((image_count, 1), np.uint8)
    times = np.hstack([once, image_bootstrap.draws(image_count, resamples, SEED)])
    before, after = (judged(side.stored.scene, side.options) for side in (baseline, candidate))
    codes = [list(baseline.classes).index(name) if name in baseline.classes else -1 for name in candidate.classes]
    for entry in entries:
        own = _of_figure(before, entry, _code(entry, baseline))
        other = _of_figure(after, entry, _code(entry, candidate))
        yield _Drawn(
            entry,
            image_bootstrap.means(own, times, is_exact=True),
            image_bootstrap.means(other, times, is_exact=True),
            _images_of(entry, baseline),
            _differing(own, other, codes),
        )


def _code(entry: GateMetric, side: DetectorSide) -> int | None:
    """The code of the class, None of all classes, and -1 of one that the run does not have."""
    if entry.label is None:
        return None
    return list(side.classes).index(entry.label) if entry.label in side.classes else -1


def _of_figure(found: JudgedCandidates, entry: GateMetric, code: int | None) -> JudgedCandidates:
    """The candidates that a figure counts, and what is sought of it."""
    thresholds = FIGURES[entry.metric].thresholds
    is_sought = np.ones(len(found.sought_classes), bool) if code is None else found.sought_classes == code
    own = np.ones(len(found.classes), bool) if code is None else found.classes == code
    return JudgedCandidates(
        found.images[own],
        found.classes[own],
        found.confidences[own],
        found.is_right[thresholds][:, own],
        found.is_counted[thresholds][:, own],
        found.sought_images[is_sought],
        found.sought_classes[is_sought],
        found.class_count,
    )


def _differing(before: JudgedCandidates, after: JudgedCandidates, codes: Sequence[int]) -> int:
    """The images that both answer otherwise; `codes` are those of the candidate's classes in the baseline."""
    of_baseline = np.array([*codes, -1], np.int64)[after.classes]
    return image_bootstrap.differing_images(before, after._replace(classes=of_baseline))


def _evidence(one: _Drawn) -> DropEvidence:
    difference, margin = one.candidate[0] - one.baseline[0], one.entry.margin
    if np.isnan(difference):
        return DropEvidence(None, margin)
    if one.images < MIN_SAMPLES:
        return DropEvidence(float(difference), margin)
    allowed = margin or 0.0
    # A loss of the whole margin may be of images of which none was drawn, and what was drawn shows nothing of it.
    hidden = max(1 - max(allowed + float(difference), 0.0), 0.0) ** one.images
    return DropEvidence(
        float(difference),
        margin,
        max(_share(one.differences >= 0), one.least),
        None if margin is None else max(_share(one.differences >= -allowed), one.least),
        None if margin is None else max(_share(one.differences < -allowed), hidden),
        1 / (1 + one.differences.size),
    )


def _share(is_so: NDArray[np.bool_]) -> float:
    # The images as they are count as one sample, so that no P-value is 0.
    return float((1 + is_so.sum()) / (1 + is_so.size))


def _reason(one: _Drawn, said: DropFinding, policy: GatePolicy) -> GateReason:
    evidence = _evidence(one)
    low, high = None, None
    if evidence.p_drop is not None:
        low, high = (float(bound) for bound in np.quantile(one.differences, [policy.alpha, 1 - policy.alpha]))
    test = GateTest(
        metric=one.entry.metric,
        label=one.entry.label,
        finding=said.finding,
        margin=one.entry.margin,
        samples=one.images,
        baseline=_defined(one.baseline[0]),
        candidate=_defined(one.candidate[0]),
        difference=evidence.difference,
        low=low,
        high=high,
        method=None if low is None else "bootstrap",
        p_fail=said.p_fail,
        p_within=said.p_within,
    )
    return GateReason(
        outcome=outcome_of(said.finding, allow_inconclusive=policy.allow_inconclusive),
        requirement="metric",
        subject=subject_of(test),
        text=sentence(test, _why_untested(one), unit="image"),
        test=test,
    )


def _why_untested(one: _Drawn) -> str | None:
    if not one.images:
        return "no image has such an object to find"
    return f"fewer than {MIN_SAMPLES} images have such an object" if one.images < MIN_SAMPLES else None


def _defined(value: np.float64) -> float | None:
    return None if np.isnan(value) else float(value)
