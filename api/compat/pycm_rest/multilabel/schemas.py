"""What is sent and answered about multi-label evaluation."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from shared.evaluation.inputs.label_sets import Multihot
from shared.evaluation.multilabel.statistics import Average, BinaryRecord, MultiLabelFigures
from shared.evaluation.types import Label
from shared.kit.errors import Fault, InvalidInput

LabelSet = list[Label]

# A sample's own matrix and figures take as much memory as this many of its cells.
CELLS_OF_A_SAMPLE = 10


class LabelSetsIn(msgspec.Struct):
    """The labels of n samples, any number for each; `classes` says which columns there are and in which order."""

    actual_vector: list[LabelSet]
    predicted_vector: list[LabelSet]
    classes: Annotated[list[Label], Meta(min_length=1)] | None = None


def check_size(samples: int, classes: int, max_cells: int) -> None:
    """Raise InvalidInput for more samples than can be answered at once with so many classes."""
    most = max_cells // (classes + CELLS_OF_A_SAMPLE)
    if samples > most:
        detail = f"{samples} samples are more than {most}, the most where the number of classes is {classes}"
        raise InvalidInput(Fault("/actual_vector", f"actual_vector: {detail}; send fewer."))


class ClassFigures(msgspec.Struct):
    """One class: how well its presence was told; undefined figures are null."""

    precision: float | None
    recall: float | None
    f1: float | None
    jaccard: float | None
    support: int


class MultiLabelOut(msgspec.Struct):
    """All that is known of the label sets. Matrices are [[TN, FP], [FN, TP]] with their macro figures."""

    multihot_actual: list[list[int]]
    multihot_predicted: list[list[int]]
    classes: list[Label]
    cm_by_classes: dict[str, BinaryRecord]
    cm_by_samples: dict[str, BinaryRecord]
    by_class: dict[str, ClassFigures]
    averages: dict[str, Any]

    @classmethod
    def of(cls, sets: Multihot, figures: MultiLabelFigures) -> "MultiLabelOut":
        """The figures as contract A shows them, and the averages that people quote."""
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


def _class_figures(figures: MultiLabelFigures) -> list[ClassFigures]:
    shares = figures.class_shares
    columns = [
        [None if value != value else value for value in column.tolist()]  # noqa: PLR0124 -- NaN is not itself
        for column in (shares.precision, shares.recall, shares.f1, shares.jaccard)
    ]
    return [ClassFigures(*row) for row in zip(*columns, figures.support.tolist(), strict=True)]


def _averages(figures: MultiLabelFigures) -> dict[str, Any]:
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
