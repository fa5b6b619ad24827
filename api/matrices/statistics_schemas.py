"""What is answered about a matrix's statistics and samples."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

import msgspec

from shared.evaluation.confusion.intervals import ALPHAS, BinomMethod, intervals
from shared.evaluation.confusion.statistics import Value, statistics
from shared.evaluation.types import Label
from shared.kit.errors import Fault, InvalidInput
from shared.matrices.records import CountedMatrix
from shared.matrices.samples import Sample


class Level(NamedTuple):
    """How sure confidence intervals are to be, and how they are computed."""

    alpha: float
    one_sided: bool
    binom_method: BinomMethod

    def check(self) -> None:
        """Raise InvalidInput for an alpha that there is no table of."""
        known = ALPHAS[self.one_sided]
        if self.alpha not in known:
            sides = "one-sided" if self.one_sided else "two-sided"
            choices = ", ".join(f"{alpha:g}" for alpha in known)
            raise InvalidInput(Fault("/alpha", f"alpha: {sides} intervals are there for {choices}; choose one."))


class ConfidenceIntervals(msgspec.Struct):
    """Confidence intervals as PyCM gives them, each [low, high] or null; bounds can lie outside a figure's range."""

    alpha: float
    one_sided: bool
    binom_method: str
    overall: dict[str, Value]
    per_class: dict[str, list[Value]]


class MatrixStatistics(msgspec.Struct):
    """Every statistic under PyCM's name; undefined ones are null, and those with two values are lists of two.

    The lists in `per_class` are columns, one value for each of the `classes`, in their order: a data frame takes them
    as they are, and a name stands once however many classes there are.
    """

    uid: UUID
    version: int
    classes: list[Label]
    overall: dict[str, Value]
    per_class: dict[str, list[Value]]
    intervals: ConfidenceIntervals

    @classmethod
    def of(cls, matrix: CountedMatrix, level: Level) -> "MatrixStatistics":
        """Compute all of it; takes up to a second for hundreds of classes."""
        found = statistics(matrix.matrix)
        bounds = intervals(found, **level._asdict())
        return cls(
            uid=matrix.uid,
            version=matrix.version,
            classes=list(matrix.matrix.classes),
            overall=found.overall,
            per_class={name: list(values) for name, values in found.per_class.items()},
            intervals=ConfidenceIntervals(
                **level._asdict(),
                overall=bounds.overall,
                per_class={name: list(values) for name, values in bounds.per_class.items()},
            ),
        )


class SamplePage(msgspec.Struct):
    """Some samples in the order in which they were sent; `next` is the cursor of the page after."""

    items: Sequence[Sample]
    next: int | None
