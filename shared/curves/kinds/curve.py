"""The ROC or precision-recall curves of a classifier's probabilities."""

import asyncio
from typing import Annotated, Literal

from msgspec import Meta, Struct

from shared.accounts import Caller
from shared.curves.inputs import LabelledProbabilities, check, pack
from shared.evaluation.types import Label
from shared.jobs import Arguments
from shared.kit.names import Name
from shared.kit.platform import Platform
from shared.kit.settings import Settings

CurveType = Literal["ROC", "PR"]

# Checking so few samples, in rows so short, takes less time than a change to a thread.
INLINE_SAMPLES, INLINE_CLASSES = 500, 5


class ProbabilitiesIn(Struct):
    """n samples: their labels and the predicted probabilities of k classes."""

    actual_vector: Annotated[list[Label], Meta(description="Ground truth label of each of the n samples.")]
    probability_vector: Annotated[
        list[list[float]], Meta(description="n rows of k probabilities, 0 to 1, that sum to 1 within 0.001.")
    ]
    classes: Annotated[
        list[Label] | None, Meta(description="Class of each of the k columns; null for the sorted labels.")
    ] = None
    sample_weight: Annotated[
        list[float] | None, Meta(description="Weight of each sample, 0 or more; null weighs all alike.")
    ] = None


class CurveOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is made of the curves, and how they look."""

    # The cost of a false positive divided by that of a false negative, for the best threshold by cost.
    cost_ratio: Annotated[
        Annotated[float, Meta(gt=0, le=1e9)] | None,
        Meta(description="Cost of a false positive over that of a false negative, for the best threshold by cost."),
    ] = None
    max_points: Annotated[
        int, Meta(ge=8, le=10_000, description="Most points of a curve, 8 to 10,000; longer curves are thinned.")
    ] = 1000
    plot: Annotated[bool, Meta(description="Draw `curve.png` and `curve.svg`.")] = True
    full: Annotated[bool, Meta(description="Write all points to `points.json`.")] = True
    title: Annotated[
        Annotated[Name, Meta(max_length=200)] | None,
        Meta(description="Title of the plot, 1 to 200 characters; null for none."),
    ] = None
    dpi: Annotated[int, Meta(ge=50, le=300, description="Resolution of the PNG in dots per inch, 50 to 300.")] = 100


class Curve(Arguments, frozen=True, kw_only=True, tag="curve"):
    """Curves: makes `curve.json`, with `plot` also `curve.png` and `curve.svg`, with `full` also `points.json`.

    `actual_vector`, `probability_vector`, `classes` and `sample_weight` stand beside these fields in a request; they
    are the inputs of the job.
    """

    body = ProbabilitiesIn

    type: Annotated[CurveType, Meta(description="ROC curves, or precision-recall (PR) curves.")] = "ROC"
    options: Annotated[CurveOptions, Meta(description="What is made of the curves, and how they look.")] = (
        CurveOptions()
    )

    async def prepare(self, platform: Platform, _caller: Caller, body: ProbabilitiesIn, /) -> bytes:
        """The samples, checked; raises a subclass of InvalidLabels."""
        if _is_small(body):
            return _pack(body, platform.settings)
        return await asyncio.to_thread(_pack, body, platform.settings)


def _is_small(body: ProbabilitiesIn) -> bool:
    labels, rows = body.actual_vector, body.probability_vector
    return len(labels) <= INLINE_SAMPLES >= len(rows) and all(len(row) <= INLINE_CLASSES for row in rows)


def _pack(body: ProbabilitiesIn, settings: Settings) -> bytes:
    sample = LabelledProbabilities(body.actual_vector, body.probability_vector, body.classes, body.sample_weight)
    return pack(check(sample, max_classes=settings.max_classes, max_label_length=settings.max_label_length))
