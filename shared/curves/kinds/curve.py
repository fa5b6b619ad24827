"""The ROC or precision-recall curves of a classifier's probabilities."""

import asyncio
from collections.abc import Sequence
from typing import Annotated, Any, Literal

import numpy as np
from msgspec import Meta, Struct

from shared.accounts import Caller
from shared.curves.inputs import LabelledProbabilities, check, pack
from shared.evaluation.inputs.flags import flags_as_texts
from shared.evaluation.inputs.probabilities import Scores
from shared.evaluation.inputs.probability_errors import InvalidProbability
from shared.evaluation.types import Label
from shared.jobs import Arguments
from shared.kit.names import Name
from shared.kit.platform import Platform
from shared.kit.settings import Settings

CurveType = Literal["ROC", "PR"]

# Checking so few samples, in rows so short, takes less time than a change to a thread.
INLINE_SAMPLES, INLINE_CLASSES = 500, 5

# The position of the class that plain numbers are the probabilities of, as in scikit-learn.
_SECOND = 1


class ProbabilitiesIn(Struct):
    """n samples: their labels and the predicted probabilities of k classes."""

    actual_vector: Annotated[
        list[Label | bool],
        Meta(description="Ground truth label of each of the n samples: numbers, text, or all true or false."),
    ]
    probability_vector: Annotated[
        list[list[float] | float],
        Meta(
            description="n rows of k probabilities, 0 to 1, that sum to 1 within 0.001; of two classes also n numbers, "
            "the probabilities of the second one."
        ),
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
    return len(labels) <= INLINE_SAMPLES >= len(rows) and all(
        isinstance(row, float) or len(row) <= INLINE_CLASSES for row in rows
    )


def _pack(body: ProbabilitiesIn, settings: Settings) -> bytes:
    labels: Any = body.actual_vector
    if isinstance(labels, list):
        labels = flags_as_texts(labels, "actual_vector")
    # Rows or numbers, and arrays of either where they came in pieces.
    probabilities: Any = body.probability_vector
    scored = _SECOND if _are_numbers(probabilities) else None
    sample = LabelledProbabilities(labels, probabilities, body.classes, body.sample_weight, scored)
    return pack(check(sample, max_classes=settings.max_classes, max_label_length=settings.max_label_length))


def _are_numbers(rows: Sequence[list[float] | float] | Scores) -> bool:
    """Return True for numbers, False for rows of them; raises InvalidProbability for a mix."""
    if isinstance(rows, np.ndarray):
        return rows.ndim == 1
    are_numbers = [isinstance(row, float) for row in rows[:1]] == [True]
    other = next((index for index, row in enumerate(rows) if isinstance(row, float) != are_numbers), None)
    if other is not None:
        detail = f"probability_vector[{other}] is {'a row among numbers' if are_numbers else 'a number among rows'}."
        raise InvalidProbability(detail, vector="probability_vector", index=other)
    return are_numbers
