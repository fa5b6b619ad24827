"""Request and response bodies of multi-label evaluation."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, cast

import msgspec
import numpy as np
from msgspec import Meta, Raw

from shared.evaluation.inputs.label_sets import Hot, Multihot
from shared.evaluation.multilabel.statistics import Average, BinaryRecord, MultiLabelResult
from shared.evaluation.types import Label
from shared.kit.errors import Fault, InvalidInput

LabelSet = list[Label]

_RECORDS_AT_ONCE = 10_000

# A sample's own matrix and metrics take as much memory as this many of its cells.
CELLS_OF_A_SAMPLE = 10


class LabelSetsIn(msgspec.Struct):
    """The labels of n samples, any number of labels for each."""

    # Of the fields that other clients send, these would change every metric.
    refused: ClassVar[Mapping[str, str]] = {
        **dict.fromkeys(
            ("sample_weight", "sample_weights", "weights", "weight"), "samples of label sets have no weights; omit it"
        ),
        "labels": "send the classes in their order as classes",
    }

    actual_vector: Annotated[list[LabelSet], Meta(description="Ground truth labels of each of the n samples.")]
    predicted_vector: Annotated[
        list[LabelSet], Meta(description="Predicted labels of each of the n samples, in the same order.")
    ]
    classes: Annotated[
        Annotated[list[Label], Meta(min_length=1)] | None,
        Meta(description="Classes and their order; null for the sorted labels that occur."),
    ] = None


def check_size(samples: int, classes: int, max_cells: int) -> None:
    """Raise InvalidInput for more samples than can be answered at once with so many classes."""
    max_samples = max_cells // (classes + CELLS_OF_A_SAMPLE)
    if samples > max_samples:
        detail = f"{samples} samples exceed the maximum of {max_samples} for this number of classes ({classes})"
        raise InvalidInput(Fault("/actual_vector", f"actual_vector: {detail}; send fewer."))


class ClassFigures(msgspec.Struct):
    """The metrics of one class; null where undefined."""

    precision: Annotated[
        float | None, Meta(description="Precision (PPV) of the class, 0 to 1; null if it is never predicted.")
    ]
    recall: Annotated[float | None, Meta(description="Recall (TPR) of the class, 0 to 1; null if it never occurs.")]
    f1: Annotated[float | None, Meta(description="F1 of the class, 0 to 1; null if undefined.")]
    jaccard: Annotated[
        float | None,
        Meta(description="Jaccard index of the class, 0 to 1; null if it neither occurs nor is predicted."),
    ]
    support: Annotated[int, Meta(description="Number of samples that have the class.")]


class MultiLabelOut(msgspec.Struct):
    """The evaluation of multi-label predictions."""

    multihot_actual: Annotated[
        list[list[int]], Meta(description="Ground truth as n rows of 0 and 1, a column for each class.")
    ]
    multihot_predicted: Annotated[
        list[list[int]], Meta(description="Predictions as n rows of 0 and 1, a column for each class.")
    ]
    classes: Annotated[list[Label], Meta(description="Classes, in the order of the columns.")]
    cm_by_classes: Annotated[
        dict[str, BinaryRecord], Meta(description="Binary confusion matrix of each class, by its name.")
    ]
    cm_by_samples: Annotated[
        dict[str, BinaryRecord], Meta(description="Binary confusion matrix of each sample, by its position from 0.")
    ]
    by_class: Annotated[dict[str, ClassFigures], Meta(description="Metrics of each class, by its name.")]
    averages: Annotated[
        dict[str, Any],
        Meta(description="Micro, macro, weighted and samples averages, subset accuracy and Hamming loss."),
    ]

    @classmethod
    def of(cls, sets: Multihot, result: MultiLabelResult) -> "MultiLabelOut":
        """The metrics of the PyCM REST API, and the averages that people quote; what each sample has, as JSON."""
        names = [str(label) for label in sets.classes]
        return cls(
            multihot_actual=cast("list[list[int]]", _rows_of_digits(sets.actual)),
            multihot_predicted=cast("list[list[int]]", _rows_of_digits(sets.predicted)),
            classes=list(sets.classes),
            cm_by_classes=dict(zip(names, result.by_class.records(), strict=True)),
            cm_by_samples=cast("dict[str, BinaryRecord]", _by_position(result.by_sample.records())),
            by_class=dict(zip(names, _metrics_by_class(result), strict=True)),
            averages=_averages(result),
        )


def _rows_of_digits(hot: Hot) -> Raw:
    """Write an array of 0 and 1 as JSON; as lists of numbers it would take 16 times as much memory."""
    samples, classes = hot.shape
    text = np.full((samples, 2 * classes + 2), ord(","), np.uint8)
    text[:, 0], text[:, -2] = ord("["), ord("]")
    text[:, 1:-2:2] = hot + np.uint8(ord("0"))
    return Raw(b"[" + text.tobytes()[:-1] + b"]")


def _by_position(records: list[BinaryRecord]) -> Raw:
    """Write an object by positions as JSON, some at a time: the encoder holds the interpreter while it encodes."""
    starts = range(0, len(records), _RECORDS_AT_ONCE)
    numbered = [enumerate(records[start : start + _RECORDS_AT_ONCE], start) for start in starts]
    parts = [msgspec.json.encode({str(index): record for index, record in part})[1:-1] for part in numbered]
    return Raw(b"{" + b",".join(parts) + b"}")


def _metrics_by_class(result: MultiLabelResult) -> list[ClassFigures]:
    shares = result.class_shares
    columns = [
        [None if value != value else value for value in column.tolist()]  # noqa: PLR0124 -- NaN is not itself
        for column in (shares.precision, shares.recall, shares.f1, shares.jaccard)
    ]
    return [ClassFigures(*row) for row in zip(*columns, result.support.tolist(), strict=True)]


def _averages(result: MultiLabelResult) -> dict[str, Any]:
    averages = result.averages
    means: dict[str, Average] = {
        "precision": averages.precision,
        "recall": averages.recall,
        "f1": averages.f1,
        "jaccard": averages.jaccard,
    }
    plain = {
        name: {"micro": mean.micro, "macro": mean.macro, "weighted": mean.weighted, "samples": mean.samples}
        for name, mean in means.items()
    }
    return {**plain, "subset_accuracy": averages.subset_accuracy, "hamming_loss": averages.hamming_loss}
