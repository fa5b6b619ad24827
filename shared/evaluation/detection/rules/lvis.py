"""LVIS' rules (Gupta et al. 2019): each image was searched for some of the classes only.

Candidates of other classes do not count, nor more than 300 of an image. Where an image does not mark every object of a
class, a candidate of it that finds nothing is no error. Matching and averaging are COCO's.
"""

from collections.abc import Sequence
from typing import Literal

import numpy as np

from shared.evaluation.detection.matching import ranked_outcomes
from shared.evaluation.detection.matching.image_labels import is_partial, is_verified
from shared.evaluation.detection.matching.ranked_matching import ranks
from shared.evaluation.detection.matching.ranked_outcomes import Outcomes, Scene
from shared.evaluation.detection.precision.coco_figures import SIZES, Figures, figures, mean_of_defined
from shared.evaluation.types import Flags

# Of an image, whatever their classes.
MAX_DETECTIONS = 300

# In how many images of the training set a class occurs: less than 10, less than 100, or more.
Frequency = Literal["rare", "common", "frequent"]

_ALL, _SMALL, _MEDIUM, _LARGE = range(len(SIZES))
_AT_50, _AT_75 = 0, 5


def outcomes_at(scene: Scene, thresholds: Sequence[float]) -> list[Outcomes]:
    """Judge every candidate at each threshold, at all sizes together."""
    is_excused = is_partial(scene.candidates, scene.labels)
    found = ranked_outcomes.outcomes_without(scene, thresholds, _is_left_out(scene))
    return [one._replace(is_wrong=one.is_wrong & ~is_excused) for one in found]


def figures_of(scene: Scene) -> Figures:
    """Precision and recall of every class, size and threshold."""
    kept = np.flatnonzero(~_is_left_out(scene))
    candidates = scene.candidates.take(kept)
    return figures(
        scene.references,
        candidates,
        scene.overlaps.among(kept, len(scene.candidates)),
        scene.class_count,
        max_detections=(MAX_DETECTIONS,),
        is_excused=is_partial(candidates, scene.labels),
    )


def summary(found: Figures, frequencies: Sequence[Frequency | None]) -> dict[str, float | None]:
    """The thirteen figures in LVIS' order; `frequencies` (k,) are those of the classes, None where unknown."""
    precision, recall = found.precision, found.recall[..., -1]
    values = {
        "map": precision[..., _ALL],
        "map_50": precision[_AT_50, ..., _ALL],
        "map_75": precision[_AT_75, ..., _ALL],
        "map_small": precision[..., _SMALL],
        "map_medium": precision[..., _MEDIUM],
        "map_large": precision[..., _LARGE],
    }
    for frequency in ("rare", "common", "frequent"):
        codes = [code for code, known in enumerate(frequencies) if known == frequency]
        values[f"map_{frequency}"] = precision[:, :, codes, _ALL]
    values["mar_300"] = recall[..., _ALL]
    values |= {f"mar_{name}": recall[..., size] for size, name in enumerate(SIZES) if size != _ALL}
    return {name: mean_of_defined(value) for name, value in values.items()}


def _is_left_out(scene: Scene) -> Flags:
    candidates = scene.candidates
    is_beyond: Flags = ranks(candidates.images, candidates.confidences, scene.by_confidence) >= MAX_DETECTIONS
    return is_beyond | ~is_verified(scene.references, candidates, scene.labels)
