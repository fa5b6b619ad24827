"""The ROC or precision-recall curves of a classifier's probabilities."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from shared.jobs.work import Work
from shared.kit.names import Name

CurveType = Literal["ROC", "PR"]


class CurveOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is made of the curves, and how they look."""

    # The cost of a false positive divided by that of a false negative, for the best threshold by cost.
    cost_ratio: Annotated[float, Meta(gt=0, le=1e9)] | None = None
    max_points: Annotated[int, Meta(ge=8, le=10_000)] = 1000
    plot: bool = True
    full: bool = True
    title: Annotated[Name, Meta(max_length=200)] | None = None
    dpi: Annotated[int, Meta(ge=50, le=300)] = 100


class Curve(Work, frozen=True, kw_only=True, tag="curve"):
    """Curves: makes `curve.json`, with `plot` also `curve.png` and `curve.svg`, with `full` also `points.json`.

    `actual_vector`, `probability_vector`, `classes` and `sample_weight` stand beside these fields in a request; they
    are the inputs of the job.
    """

    type: CurveType = "ROC"
    options: CurveOptions = CurveOptions()
