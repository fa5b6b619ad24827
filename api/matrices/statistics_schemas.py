"""Response bodies of a matrix's statistics and samples."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, NamedTuple
from uuid import UUID

import msgspec
from msgspec import Meta

from api.matrices.estimate_schemas import Estimates
from shared.evaluation.confusion.cell_list import most_errors
from shared.evaluation.confusion.intervals import ALPHAS, BinomMethod, intervals_of
from shared.evaluation.confusion.statistics import Value
from shared.evaluation.intervals.of_matrix import Confidence, ProportionMethod
from shared.evaluation.metrics.matrix_result import MatrixResult
from shared.evaluation.metrics.undefined import UndefinedMetric, undefined_statistics
from shared.evaluation.types import Label
from shared.kit.errors import Fault, InvalidInput
from shared.matrices.kept_statistics import statistics_of
from shared.matrices.records import CountedMatrix
from shared.matrices.samples import Sample, class_position

# With every statistic and its interval a class takes a kilobyte and a half.
MAX_SHOWN = 100


class Level(NamedTuple):
    """The confidence level of intervals, and the methods of computing them: PyCM's, and ours of a proportion."""

    alpha: float
    one_sided: bool
    binom_method: BinomMethod
    proportion_method: ProportionMethod

    @property
    def of_pycm(self) -> dict[str, Any]:
        """What PyCM's intervals take."""
        return {"alpha": self.alpha, "one_sided": self.one_sided, "binom_method": self.binom_method}

    def check(self) -> None:
        """Raise InvalidInput for an alpha that there is no table of."""
        alphas = ALPHAS[self.one_sided]
        if self.alpha not in alphas:
            sides = "one-sided" if self.one_sided else "two-sided"
            choices = ", ".join(f"{alpha:g}" for alpha in alphas)
            raise InvalidInput(Fault("/alpha", f"alpha: {sides} intervals are available for {choices}."))


class ConfidenceIntervals(msgspec.Struct):
    """Confidence intervals as PyCM has them; bounds can lie outside a metric's range.

    They are kept for programs that read PyCM's. `estimates` has one interval for each metric, named by its method.
    """

    alpha: Annotated[float, Meta(description="Significance level: 0.05 for intervals of 95 %.")]
    one_sided: Annotated[bool, Meta(description="Whether the intervals are bounded on one side only.")]
    binom_method: Annotated[str, Meta(description="PyCM's method for the intervals of shares.")]
    overall: Annotated[
        dict[str, Value], Meta(description="Interval [low, high] of each overall statistic, by PyCM's name.")
    ]
    per_class: Annotated[
        dict[str, list[Value]],
        Meta(description="Intervals [low, high] of each per-class statistic, one for each class, or null."),
    ]


class MatrixStatistics(msgspec.Struct):
    """Every statistic under PyCM's name; undefined ones are null, and those with two values are lists of two.

    `undefined` says why each overall statistic that is null is so, and what a mean over the classes would be if those
    without a value counted as 0. PyCM's AUC, AUNU, AUNP and AUPR are of labels, not of a curve of scores.

    The lists in `per_class` are columns, one value for each of the `classes`, in their order: a data frame takes them
    as they are, and a name stands once however many classes there are.
    """

    uid: Annotated[UUID, Meta(description="Id of the matrix.")]
    version: Annotated[int, Meta(description="Version of the matrix that the statistics are of.")]
    class_count: Annotated[int, Meta(description="Number of classes of the matrix.")]
    classes: Annotated[
        list[Label],
        Meta(
            description="Classes, in the order of the values in `per_class`: those asked for, else all; of more "
            "than 1,000 the 100 with the most errors."
        ),
    ]
    overall: Annotated[
        dict[str, Value], Meta(description="Value of each overall statistic, by PyCM's name; null if undefined.")
    ]
    per_class: Annotated[
        dict[str, list[Value]],
        Meta(description="Values of each per-class statistic, one for each class; null where undefined."),
    ]
    intervals: Annotated[
        ConfidenceIntervals, Meta(description="PyCM's confidence intervals; all null for a weighted matrix.")
    ]
    estimates: Annotated[
        Estimates, Meta(description="Metrics by their id, each with the one interval that all pages and answers have.")
    ]
    undefined: Annotated[
        dict[str, UndefinedMetric],
        Meta(description="Why an overall statistic is null, and its value with 0 counted instead."),
    ]

    @classmethod
    def of(cls, matrix: CountedMatrix, level: Level, classes: Sequence[str] | None = None) -> "MatrixStatistics":
        """Compute all of it, of some classes only where they are named; takes up to two seconds for thousands.

        Raises InvalidInput for a class that the matrix lacks.
        """
        every = matrix.matrix.classes
        if classes is not None:
            shown = [class_position(every, text, "class") for text in classes]
        elif matrix.matrix.is_sparse:
            shown = sorted(most_errors(matrix.matrix, MAX_SHOWN))
        else:
            shown = list(range(len(every)))
        computed = statistics_of(matrix.matrix)
        bounds = intervals_of(matrix.matrix, computed, **level.of_pycm)
        confidence = Confidence(level.alpha, level.one_sided, level.proportion_method)
        return cls(
            uid=matrix.uid,
            version=matrix.version,
            class_count=len(every),
            classes=[every[at] for at in shown],
            overall=computed.overall,
            per_class=_of_classes(computed.per_class, shown),
            intervals=ConfidenceIntervals(
                **level.of_pycm,
                overall=bounds.overall,
                per_class=_of_classes(bounds.per_class, shown),
            ),
            estimates=Estimates.of(MatrixResult(matrix.matrix, computed), confidence, shown),
            undefined=undefined_statistics(matrix.matrix, computed),
        )


def _of_classes(values: Mapping[str, Sequence[Value]], shown: Sequence[int]) -> dict[str, list[Value]]:
    return {name: [column[at] for at in shown] for name, column in values.items()}


class SamplePage(msgspec.Struct):
    """A page of samples, in the order in which they were sent."""

    items: Annotated[Sequence[Sample], Meta(description="The samples of this page.")]
    next: Annotated[int | None, Meta(description="Cursor of the next page; null on the last one.")]
