"""The definition of a metric."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

Direction = Literal["higher", "lower", "none"]
"""The direction of better values; "none" where there is none, as for a count."""

Averaging = Literal["none", "class", "binary", "macro", "weighted", "micro", "samples"]
"""The average over the classes: "class" has one value for each, "binary" is of the positive class alone."""

Needs = Literal["labels", "scores", "label sets", "objects", "rates"]
"""The input beside the true labels: predicted labels, scores, sets of labels, objects in images
(boxes or masks with a class), or the rates of a diagnostic test."""

IntervalMethod = Literal[
    "wilson",
    "clopper-pearson",
    "score",
    "mover",
    "delta",
    "moderated-delong",
    "influence",
    "weighted-wilson",
    "weighted-score",
    "weighted-mover",
    "weighted-delta",
    "weighted-delong",
    "weighted-influence",
]
"""The method of a confidence interval: of a proportion Wilson's score interval or the exact one of Clopper and Pearson,
of a sum of independent proportions the score test of the sum, of what two of them make together otherwise Wilson's
intervals combined (MOVER), of another smooth function of multinomial counts Wilson's interval of as many samples as
vary as much by the delta method, of an area under a ROC curve of scores DeLong's variance, moderated, with Student's
deviate and half a lost sample below, on the logit scale, of an average precision the influence of single samples; of
weighted samples the same, with the variance that the weights leave."""

INF = math.inf
SHARE = (0.0, 1.0)
CORRELATION = (-1.0, 1.0)
ABOVE_ZERO = (0.0, INF)
ANY = (-INF, INF)


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One metric, described once for tables, pages, exports, calculators and documentation.

    `undefined` are the circumstances in which it has no value, any one of which is enough; "{}" stands for the class.
    `range` are the lowest and highest value; None for words. `read` takes it from the result of its family, one value,
    or a tuple with one for each class. `mean_of` is the id of the class metric of which it is the plain mean.
    """

    id: str
    title: str
    definition: str
    formula: str
    undefined: tuple[str, ...]
    read: Callable[[Any], Any]
    direction: Direction = "higher"
    range: tuple[float, float] | None = SHARE
    averaging: Averaging = "none"
    needs: Needs = "labels"
    source: str | None = None
    pycm: str | None = None
    """PyCM's name, in `class_stat` if `averaging` is "class" and in `overall_stat` otherwise."""
    sklearn: str | None = None
    """The call of scikit-learn that gives the same, without the data."""
    field: str | None = None
    """Its name in answers that use neither PyCM's names nor `plain_name`: of a matrix, of a calculator, of COCO."""
    mean_of: str | None = None
    pair: str = "{} to {}"
    """The format of a value that has two halves."""
    interval: IntervalMethod | None = None
    """The method of its confidence interval on all pages and in all answers; None where none is offered."""
    without_interval: str | None = None
    """Why a metric of a matrix has no interval, whatever the counts."""
    inherited: bool = False
    """True if the figure is PyCM's, kept under PyCM's name alone, and another is right; pages leave it out."""
    of_labels: bool = False
    """True if PyCM's name for it could be mistaken for that of a metric of scores."""

    @property
    def lower_is_better(self) -> bool:
        """True if a lower value is better."""
        return self.direction == "lower"

    @property
    def code(self) -> str:
        """PyCM's name, with "of labels" where it would be taken for a metric of scores; else the id."""
        return f"{self.pycm or self.id} of labels" if self.of_labels else self.pycm or self.id

    @property
    def plain_name(self) -> str:
        """The id in letters, digits and underscores: a name for MLflow and other trackers, columns and fields."""
        return self.id.replace(".", "_")

    def undefined_when(self, subject: str | None = None) -> str:
        """The circumstances in which it has no value, with a name for the class; empty if it always has one."""
        name = subject or ("the class" if self.averaging == "class" else "one class")
        return " or ".join(circumstance.format(name) for circumstance in self.undefined)


class Group(NamedTuple):
    """Metrics that answer one kind of question."""

    title: str
    metrics: tuple[Metric, ...]


# Circumstances that several metrics share.
NO_SAMPLES = "there are no samples"
NEVER_OCCURS = "{} never occurs"
NEVER_PREDICTED = "{} is never predicted"
ALL_OCCUR = "all samples are of {}"
ALL_PREDICTED = "all samples are predicted as {}"
ABSENT = "{} neither occurs nor is predicted"
ONE_CLASS = "there is only one class"
ONE_CLASS_SEEN = "no second class occurs or is predicted"
