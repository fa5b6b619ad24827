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

# Checking so few samples, in rows so short, takes less time than handing them to a thread.
INLINE_SAMPLES, INLINE_CLASSES = 500, 5


class ProbabilitiesIn(Struct):
    """n samples: their labels, a row of k probabilities each, and perhaps the class of each column and weights."""

    actual_vector: list[Label]
    probability_vector: list[list[float]]
    classes: list[Label] | None = None
    sample_weight: list[float] | None = None


class CurveOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is made of the curves, and how they look."""

    # The cost of a false positive divided by that of a false negative, for the best threshold by cost.
    cost_ratio: Annotated[float, Meta(gt=0, le=1e9)] | None = None
    max_points: Annotated[int, Meta(ge=8, le=10_000)] = 1000
    plot: bool = True
    full: bool = True
    title: Annotated[Name, Meta(max_length=200)] | None = None
    dpi: Annotated[int, Meta(ge=50, le=300)] = 100


class Curve(Arguments, frozen=True, kw_only=True, tag="curve"):
    """Curves: makes `curve.json`, with `plot` also `curve.png` and `curve.svg`, with `full` also `points.json`.

    `actual_vector`, `probability_vector`, `classes` and `sample_weight` stand beside these fields in a request; they
    are the inputs of the job.
    """

    body = ProbabilitiesIn

    type: CurveType = "ROC"
    options: CurveOptions = CurveOptions()

    async def prepare(self, platform: Platform, _caller: Caller, body: ProbabilitiesIn, /) -> bytes:
        """The samples, checked; raises a subclass of InvalidLabels."""
        if _is_small(body):
            return _pack(body, platform.settings)
        return await asyncio.to_thread(_pack, body, platform.settings)


def _is_small(body: ProbabilitiesIn) -> bool:
    labels, rows = body.actual_vector, body.probability_vector
    return len(labels) <= INLINE_SAMPLES >= len(rows) and all(len(row) <= INLINE_CLASSES for row in rows)


def _pack(body: ProbabilitiesIn, settings: Settings) -> bytes:
    sent = LabelledProbabilities(body.actual_vector, body.probability_vector, body.classes, body.sample_weight)
    return pack(check(sent, max_classes=settings.max_classes, max_label_length=settings.max_label_length))
