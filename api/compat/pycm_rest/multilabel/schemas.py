"""What is sent and answered about multi-label evaluation."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

import msgspec
from msgspec import Meta

from shared.evaluation.inputs.label_sets import Multihot
from shared.evaluation.multilabel.statistics import Average, BinaryRecord, MultiLabelResult
from shared.evaluation.types import Label
from shared.kit.errors import Fault, InvalidInput

LabelSet = list[Label]

# A sample's own matrix and figures take as much memory as this many of its cells.
CELLS_OF_A_SAMPLE = 10


class LabelSetsIn(msgspec.Struct):
    """The labels of n samples, any number of labels for each."""

    # Of the fields that other clients send, these would change every figure.
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
    most = max_cells // (classes + CELLS_OF_A_SAMPLE)
    if samples > most:
        detail = f"{samples} samples exceed the maximum of {most} for this number of classes ({classes})"
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
    def of(cls, sets: Multihot, figures: MultiLabelResult) -> "MultiLabelOut":
        """The metrics of the PyCM REST API, and the averages that people quote."""
        names = [str(label) for label in sets.classes]
        return cls(
            multihot_actual=sets.actual.tolist(),
            multihot_predicted=sets.predicted.tolist(),
            classes=list(sets.classes),
            cm_by_classes=dict(zip(names, figures.by_class.records(), strict=True)),
            cm_by_samples={str(index): record for index, record in enumerate(figures.by_sample.records())},
            by_class=dict(zip(names, _class_figures(figures), strict=True)),
            averages=_averages(figures),
        )


def _class_figures(figures: MultiLabelResult) -> list[ClassFigures]:
    shares = figures.class_shares
    columns = [
        [None if value != value else value for value in column.tolist()]  # noqa: PLR0124 -- NaN is not itself
        for column in (shares.precision, shares.recall, shares.f1, shares.jaccard)
    ]
    return [ClassFigures(*row) for row in zip(*columns, figures.support.tolist(), strict=True)]


def _averages(figures: MultiLabelResult) -> dict[str, Any]:
    known = figures.averages
    means: dict[str, Average] = {
        "precision": known.precision,
        "recall": known.recall,
        "f1": known.f1,
        "jaccard": known.jaccard,
    }
    plain = {
        name: {"micro": mean.micro, "macro": mean.macro, "weighted": mean.weighted, "samples": mean.samples}
        for name, mean in means.items()
    }
    return {**plain, "subset_accuracy": known.subset_accuracy, "hamming_loss": known.hamming_loss}
