"""The catalogue of metrics: each is described once, for everything that shows, exports or documents metrics."""

from typing import NamedTuple

from shared.evaluation.metrics.curves import BEST_THRESHOLDS, CURVES
from shared.evaluation.metrics.definition import Group, Metric
from shared.evaluation.metrics.detection import COCO, MATCHES
from shared.evaluation.metrics.multilabel import AVERAGES, BY_CLASS, WHOLE
from shared.evaluation.metrics.overall import FURTHER, OVERALL_GROUPS
from shared.evaluation.metrics.per_class import CLASS_GROUPS
from shared.evaluation.metrics.screening import F_BETA, SCREENING


class Family(NamedTuple):
    """Metrics that are read from the same result."""

    title: str
    about: str
    groups: tuple[Group, ...]

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """All of them, in order."""
        return tuple(metric for group in self.groups for metric in group.metrics)


OVERALL = Family(
    "Confusion matrix, overall",
    "Metrics of predicted labels, of all classes together. TP, FP, FN, TN, P, N, TOP and TON are counts of one class, "
    "POP all samples, k the number of classes; Σ and means run over the classes.",
    (*OVERALL_GROUPS, FURTHER),
)
PER_CLASS = Family(
    "Confusion matrix, by class",
    "Metrics of predicted labels, of one class against all others together.",
    CLASS_GROUPS,
)
CURVE = Family("Scores", "Metrics of a classifier that gives every class a score.", (CURVES, BEST_THRESHOLDS))
MULTILABEL = Family(
    "Label sets", "Metrics of a classifier that gives each sample any number of labels.", (AVERAGES, WHOLE, BY_CLASS)
)
DETECTION = Family(
    "Objects in images",
    "Metrics of boxes or masks with a class, matched by their intersection over union (IoU).",
    (COCO, MATCHES),
)
CALCULATOR = Family(
    "Rates", "Metrics of rates that are known already, as the calculators take them.", (SCREENING, F_BETA)
)

FAMILIES = (OVERALL, PER_CLASS, CURVE, MULTILABEL, DETECTION, CALCULATOR)

CATALOGUE: dict[str, Metric] = {metric.id: metric for family in FAMILIES for metric in family.metrics}
"""Every metric by its id."""

WITHOUT_INTERVAL = {name: metric.without_interval for name, metric in CATALOGUE.items() if metric.without_interval}
"""Why metrics of a matrix have no interval, by their ids."""

HEADLINES = tuple(CATALOGUE[metric_id] for metric_id in ("accuracy", "precision.macro", "recall.macro", "f1.macro"))
"""The headline metrics; their fields are those of a matrix's `Summary`."""

__all__ = [
    "CALCULATOR",
    "CATALOGUE",
    "CURVE",
    "DETECTION",
    "FAMILIES",
    "HEADLINES",
    "MULTILABEL",
    "OVERALL",
    "PER_CLASS",
    "WITHOUT_INTERVAL",
    "Family",
    "Group",
    "Metric",
]
