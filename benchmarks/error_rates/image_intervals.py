"""How often the intervals of average precisions over images hold what a detector reaches on 60,000 images."""

import argparse
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from shared.detection_runs.figures.judging import FEW_OBJECTS
from shared.evaluation.detection.precision import image_bootstrap
from shared.evaluation.detection.precision.coco_figures import THRESHOLDS
from shared.evaluation.detection.precision.image_bootstrap import JudgedCandidates

_MANY = 60_000
_RESAMPLES = 400
_SEED = 20


class Detector(NamedTuple):
    """Images of classes, the k-th of which is 1/k times as frequent as the first, and how well they are found."""

    classes: int
    objects_of_image: float
    skill: float


DETECTORS = [
    Detector(classes, objects, skill) for classes, objects in ((1, 3), (10, 5), (80, 7)) for skill in (0.3, 1.2)
]


def drawn(detector: Detector, images: int, seed: int) -> JudgedCandidates:
    """Judged candidates of so many images; half of an image's objects are of one class, and images differ."""
    random = np.random.default_rng(seed)
    shares = 1 / np.arange(1, detector.classes + 1)
    shares /= shares.sum()
    image_of = np.repeat(np.arange(images), random.poisson(detector.objects_of_image, images))
    count = len(image_of)
    main_class = random.choice(detector.classes, images, p=shares)[image_of]
    classes = np.where(random.random(count) < 0.5, main_class, random.choice(detector.classes, count, p=shares))
    ease = detector.skill - 0.7 * random.normal(0, 1, images)[image_of] + random.normal(0, 1, count)
    ease += np.linspace(0.3, -0.3, detector.classes)[classes]
    is_found = ease > 0
    overlaps = 0.4 + 0.6 * _logistic(0.8 * ease[is_found] + 0.2)
    confidences = _logistic(ease[is_found] + random.normal(0, 1, int(is_found.sum())) - 1)
    false = np.repeat(np.arange(images), random.poisson(detector.objects_of_image / 2, images))
    is_right = np.hstack([overlaps >= THRESHOLDS[:, None], np.zeros((len(THRESHOLDS), len(false)), bool)])
    return JudgedCandidates(
        np.concatenate([image_of[is_found], false]),
        np.concatenate([classes[is_found], random.choice(detector.classes, len(false), p=shares)]),
        np.concatenate([confidences, _logistic(random.normal(-1, 1, len(false)))]),
        is_right,
        np.ones_like(is_right),
        image_of,
        classes,
        detector.classes,
    )


def _logistic(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return 1 / (1 + np.exp(-values))


def held(detector: Detector, images: int, sets: int) -> list[str]:
    """A row: the shares of sets whose interval of the mean holds it, by halves and by the bootstrap; of classes."""
    once = np.ones((_MANY, 1), np.uint8)
    truths = image_bootstrap.by_class(drawn(detector, _MANY, 1), once)[:, 0]
    truth = float(truths.mean())
    times, again = image_bootstrap.halves(images, _RESAMPLES, _SEED), image_bootstrap.draws(images, _RESAMPLES, _SEED)
    by_halves = by_draws = classes = classes_held = 0
    for seed in range(sets):
        judged = drawn(detector, images, 1000 + seed)
        values = image_bootstrap.by_class(judged, times)
        by_halves += _holds(image_bootstrap.interval_of_halves(image_bootstrap.mean_of_classes(values), images), truth)
        by_draws += _holds(image_bootstrap.interval(image_bootstrap.means(judged, again)), truth)
        objects = np.bincount(judged.sought_classes, minlength=detector.classes)
        for code in np.flatnonzero(objects >= FEW_OBJECTS).tolist():
            classes += 1
            classes_held += _holds(image_bootstrap.interval_of_halves(values[code], images), float(truths[code]))
    shares = (by_halves / sets, by_draws / sets, classes_held / max(classes, 1))
    return [str(detector.classes), f"{truth:.2f}", f"{images:,}", *(f"{100 * share:.1f} %" for share in shares)]


def _holds(bounds: tuple[float, float] | None, value: float) -> bool:
    return bounds is not None and bounds[0] <= value <= bounds[1]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", type=int, nargs="?", default=500)
    sets = parser.parse_args().sets
    heads = ["classes", "mean AP", "images", "halves", "bootstrap", f"a class of {FEW_OBJECTS} objects and more"]
    print(" | ".join(heads))
    for detector in DETECTORS:
        for images in (50, 200, 1000):
            print(" | ".join(held(detector, images, sets)), flush=True)


if __name__ == "__main__":
    main()
