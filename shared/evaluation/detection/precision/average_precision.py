"""Average precision as COCO defines it."""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.evaluation.detection.geometry import mask_overlaps, object_table, overlaps
from shared.evaluation.detection.geometry.objects import Geometry
from shared.evaluation.detection.matching.agreement import Pair
from shared.evaluation.detection.precision.coco_figures import SIZES, THRESHOLDS, Figures, figures, mean_of_defined

# COCO's twelve metrics, in its order; the sizes are areas of up to 32², of 32² to 96², and from 96² pixels on, so that
# an area of exactly 32² or 96² belongs to two of them.
NAMES = (
    "map", "map_50", "map_75", "map_small", "map_medium", "map_large",
    "mar_1", "mar_10", "mar_100", "mar_small", "mar_medium", "mar_large",
)  # fmt: skip

# The name of the rules by which the metrics are computed.
PROFILE = "coco"

_ALL, _SMALL, _MEDIUM, _LARGE = range(len(SIZES))
_AT_50, _AT_75 = 0, 5


@dataclass(frozen=True, slots=True)
class AveragePrecision:
    """COCO's metrics: `summary` by NAMES, `per_class` over the thresholds .50:.05:.95, `per_class_50` at .50.

    None where the reference holds no such object. At most 100 candidates of each class and image count, as in COCO.
    """

    summary: dict[str, float | None]
    per_class: dict[str, float | None]
    per_class_50: dict[str, float | None]


def average_precision(
    pairs: Sequence[Pair], classes: Sequence[str], *, geometry: Geometry = "boxes"
) -> AveragePrecision:
    """Evaluate pairs of (reference, candidate), one for each image; the reference is the truth.

    The k `classes` are named in the order of their codes in the pairs. Raises MasksNotMeasured.
    """
    truth, found = [reference for reference, _ in pairs], [candidate for _, candidate in pairs]
    least = float(THRESHOLDS[0])
    if geometry == "boxes":
        references, candidates = object_table.of_references(truth), object_table.of_candidates(found)
        common = overlaps.of_boxes(references, candidates, least, within_class=True)
    else:
        common, *areas = mask_overlaps.of_masks(pairs, least, within_class=True)
        references = object_table.of_references(truth, areas[0])
        candidates = object_table.of_candidates(found, areas[1])
    return of_figures(figures(references, candidates, common, len(classes)), classes)


def of_figures(found: Figures, classes: Sequence[str]) -> AveragePrecision:
    """Summarise precision and recall as COCO does."""
    precision, recall = found
    values = [
        *(precision[level] for level in (slice(None), _AT_50, _AT_75)),
        *(precision[..., size] for size in (_SMALL, _MEDIUM, _LARGE)),
    ]
    means = [mean_of_defined(value[..., _ALL]) for value in values[:3]] + [*map(mean_of_defined, values[3:])]
    means += [mean_of_defined(recall[:, :, _ALL, number]) for number in range(3)]
    means += [mean_of_defined(recall[:, :, size, -1]) for size in (_SMALL, _MEDIUM, _LARGE)]
    return AveragePrecision(
        summary=dict(zip(NAMES, means, strict=True)),
        per_class={name: mean_of_defined(precision[:, :, code, _ALL]) for code, name in enumerate(classes)},
        per_class_50={name: mean_of_defined(precision[_AT_50, :, code, _ALL]) for code, name in enumerate(classes)},
    )
