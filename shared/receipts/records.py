"""Records of a receipt: enough to compute its figures once more from the files."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from shared.comparisons.options import ComparisonOptions
from shared.comparisons.records import Compared
from shared.comparisons.results import ComparisonResult
from shared.evaluation.metrics.definition import IntervalMethod
from shared.evaluation.types import Label
from shared.gates.policy import GatePolicy
from shared.gates.results import CheckResult
from shared.kit.computation import Computation
from shared.runs.mapping import ColumnRole
from shared.runs.records import InputFile
from shared.runs.summary import PredictionSource, ScoreKind, ShownTask

SideRole = Literal["run", "baseline", "candidate"]


class ReceiptDataset(msgspec.Struct, frozen=True):
    """The dataset that has the actual labels of a run."""

    id: Annotated[UUID, Meta(description="Id of the dataset.")]
    name: Annotated[str, Meta(description="Name of the dataset.")]
    version: Annotated[int, Meta(description="Version of the dataset.")]
    content_sha256: Annotated[str | None, Meta(description="SHA-256 of its ids, labels and metadata.")]


class ReceiptColumn(msgspec.Struct, frozen=True):
    """A column of a file, and what it was taken for."""

    column: Annotated[str, Meta(description="Name of the column.")]
    role: Annotated[ColumnRole, Meta(description="What the column was taken for.")]
    rule: Annotated[str, Meta(description="Rule that decided: `given` if the request said so.")]


class ReceiptScore(msgspec.Struct, frozen=True):
    """A column of scores, and the class that they are of."""

    column: Annotated[str, Meta(description="Name of the column.")]
    label: Annotated[Label | None, Meta(description="Class that the scores are of; null for the predicted one.")]


class ReadSide(msgspec.Struct, frozen=True, kw_only=True):
    """How the files of a run were read."""

    format: Annotated[str | None, Meta(description="Format of the file.")]
    rows: Annotated[int, Meta(description="Number of samples.")]
    task: Annotated[ShownTask, Meta(description="What is predicted of each sample.")]
    classes: Annotated[
        list[Label], Meta(description="Classes, in the order of the matrix, or labels; none of a file of flags.")
    ]
    positive: Annotated[Label | None, Meta(description="Positive class; null if there is none.")]
    predicted_by: Annotated[PredictionSource, Meta(description="What says which class is predicted.")]
    score_kind: Annotated[ScoreKind | None, Meta(description="What the scores are; null without scores.")]
    threshold: Annotated[
        float | None, Meta(description="Score from which the positive side is predicted; null if none separates them.")
    ]
    has_ids: Annotated[bool, Meta(description="Whether the samples have ids, by which they are paired.")]
    columns: Annotated[list[ReceiptColumn], Meta(description="The columns of the files, in their order.")]
    scores: Annotated[list[ReceiptScore], Meta(description="The columns of scores that were read.")]
    weighted_by: Annotated[
        str | None, Meta(description="Column of the weights of the samples; null where each sample counts once.")
    ] = None
    normalised: Annotated[bool, Meta(description="Whether the scores of each row were divided by their sum.")] = False


class ReceiptSide(msgspec.Struct, frozen=True, kw_only=True):
    """A run, a detection run or a matrix whose samples were counted, in the version that was."""

    role: Annotated[SideRole, Meta(description="What it is in the receipt.")]
    kind: Annotated[
        Compared | Literal["detection_run"], Meta(description="Whether it is a run, a detection run or a matrix.")
    ]
    id: Annotated[UUID, Meta(description="Id of the run, detection run or matrix.")]
    version: Annotated[int, Meta(description="Version of the run or matrix; 1 of a detection run.")]
    name: Annotated[str | None, Meta(description="Name of the run; null if it has none.")] = None
    model_name: Annotated[str | None, Meta(description="Name of the model; null if not stated.")] = None
    model_version: Annotated[str | None, Meta(description="Version of the model; null if not stated.")] = None
    dataset: Annotated[ReceiptDataset | None, Meta(description="Dataset of the run; null without one.")] = None
    inputs: Annotated[list[InputFile], Meta(description="The files that were sent, by their content.")] = []
    read: Annotated[ReadSide | None, Meta(description="How the files were read; null where there are none.")] = None
    reason: Annotated[str | None, Meta(description="Why `read` is null.")] = None


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """A metric with its interval."""

    metric: Annotated[str, Meta(description="Id of the metric, in the catalogue of metrics.")]
    label: Annotated[Label | None, Meta(description="Class that the metric is of; null of all classes.")]
    value: Annotated[float | None, Meta(description="Value; null if undefined.")]
    low: Annotated[float | None, Meta(description="Lower bound of the interval; null where there is none.")]
    high: Annotated[float | None, Meta(description="Upper bound of the interval; null where there is none.")]
    method: Annotated[IntervalMethod | None, Meta(description="Method of the interval; null where there is none.")]
    reason: Annotated[str | None, Meta(description="Why there is no value or no interval; null otherwise.")]


class RunProtocol(msgspec.Struct, frozen=True):
    """How the figures of a run were computed."""

    alpha: Annotated[float, Meta(description="1 minus the confidence of the intervals, each by itself.")]


class RunFigures(msgspec.Struct, frozen=True):
    """What was counted, and every figure that follows from it."""

    confusion_matrix: Annotated[
        list[list[int | float]],
        Meta(
            description="Counts, or exact sums of weights rounded once: a row for each actual class, a column for "
            "each predicted one."
        ),
    ]
    figures: Annotated[
        list[Figure], Meta(description="The metrics of all classes, then those of each; weighted where samples are.")
    ]
    sample_counts: Annotated[
        list[list[int]] | None, Meta(description="Numbers of samples, where the matrix has sums of weights; else null.")
    ] = None


class GateProtocol(GatePolicy, frozen=True, kw_only=True):
    """The gate, and the rules of the version that the candidate was checked by."""

    gate_id: Annotated[UUID, Meta(description="Id of the gate.")]
    gate_name: Annotated[str, Meta(description="Name of the gate.")]
    gate_version: Annotated[int, Meta(description="Version of the gate's policy.")]


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """What a receipt of any result has."""

    format: Annotated[Literal["evalserve-receipt-1"], Meta(description="Format of the receipt.")] = (
        "evalserve-receipt-1"
    )
    id: Annotated[UUID, Meta(description="Id of the run, comparison or check.")]
    created_at: Annotated[datetime, Meta(description="When it was created, in UTC.")]
    sides: Annotated[list[ReceiptSide], Meta(description="What was counted.")]
    computed_by: Annotated[
        Computation | None, Meta(description="What computed the figures; null of results that did not keep it.")
    ]
    sha256: Annotated[
        str,
        Meta(
            description="SHA-256 of all else: as JSON in UTF-8 with sorted keys, without blanks, in Python's notation."
        ),
    ] = ""


class RunReceipt(Receipt, frozen=True, kw_only=True):
    """The receipt of a run."""

    kind: Annotated[Literal["run"], Meta(description="What the receipt is of.")] = "run"
    protocol: Annotated[RunProtocol, Meta(description="How the figures were computed.")]
    result: Annotated[RunFigures, Meta(description="The figures.")]


class ComparisonReceipt(Receipt, frozen=True, kw_only=True):
    """The receipt of a comparison."""

    kind: Annotated[Literal["comparison"], Meta(description="What the receipt is of.")] = "comparison"
    protocol: Annotated[ComparisonOptions, Meta(description="What was compared, and at which level.")]
    result: Annotated[ComparisonResult, Meta(description="What was found.")]


class CheckReceipt(Receipt, frozen=True, kw_only=True):
    """The receipt of a check."""

    kind: Annotated[Literal["check"], Meta(description="What the receipt is of.")] = "check"
    protocol: Annotated[GateProtocol, Meta(description="The rules of the gate.")]
    result: Annotated[CheckResult, Meta(description="What was found.")]
