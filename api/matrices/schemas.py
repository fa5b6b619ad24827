"""Request and response bodies of confusion matrices under /v1/."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from shared.evaluation.metrics.undefined import UndefinedMetric, undefined_headlines
from shared.evaluation.types import Label
from shared.kit.names import Name
from shared.matrices.records import CountedMatrix, Description, ListedMatrix

Text = Annotated[Name, Meta(max_length=200)]
Tag = Annotated[Name, Meta(max_length=50)]
Tags = Annotated[list[Tag], Meta(max_length=20)]
Count = Annotated[int, Meta(ge=0, le=2**53)]
Labels = list[Label | bool]

Accuracy = Annotated[float | None, Meta(description="Share of samples on the diagonal, 0 to 1; null if undefined.")]
MacroPrecision = Annotated[
    float | None, Meta(description="Macro-averaged precision (PPV), 0 to 1; null if undefined for a class.")
]
MacroRecall = Annotated[
    float | None, Meta(description="Macro-averaged recall (TPR), 0 to 1; null if undefined for a class.")
]
MacroF1 = Annotated[float | None, Meta(description="Macro-averaged F1, 0 to 1; null if undefined for a class.")]
CreatedAt = Annotated[datetime, Meta(description="When the matrix was created, in UTC.")]
UpdatedAt = Annotated[datetime, Meta(description="When the matrix or its description last changed, in UTC.")]


class DescriptionIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The description of a confusion matrix."""

    name: Annotated[
        Text | None, Meta(description="Name of the matrix; 1 to 200 characters, at least one of them visible.")
    ] = None
    tags: Annotated[
        Tags, Meta(description="Tags by which matrices are found; up to 20, each of 1 to 50 characters.")
    ] = []
    model_name: Annotated[
        Text | None, Meta(description="Name of the model that made the predictions; 1 to 200 characters.")
    ] = None
    model_version: Annotated[Text | None, Meta(description="Version of that model; 1 to 200 characters.")] = None
    data_set: Annotated[
        Text | None, Meta(description="Name of the data set that was predicted; 1 to 200 characters.")
    ] = None


class MatrixIn(DescriptionIn, frozen=True, kw_only=True):
    """A confusion matrix to create: from two vectors of labels, or from counts.

    With vectors, `classes` says which classes there are and in which order; labels outside are refused.
    """

    actual_vector: Annotated[
        Labels,
        Meta(description="Ground truth label of each of n samples: integers, floats, text, or all true or false."),
    ] = []
    predicted_vector: Annotated[
        Labels, Meta(description="Predicted label of each of the n samples, in the same order.")
    ] = []
    y_true: Annotated[Labels, Meta(description="`actual_vector` by its name in scikit-learn, with `y_pred`.")] = []
    y_pred: Annotated[Labels, Meta(description="`predicted_vector` by its name in scikit-learn, with `y_true`.")] = []
    sample_weight: Annotated[
        list[float], Meta(description="Weight of each of the n samples, 0 or more; all weigh 1 if omitted.")
    ] = []
    classes: Annotated[list[Label], Meta(description="With `counts`: the class of each row and column.")] = []
    counts: Annotated[
        list[list[Count]],
        Meta(description="Rows of counts, actual classes by predicted ones, instead of labels; at most 2**53 in all."),
    ] = []


class MatrixPatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Changes to the description of a matrix; fields that are not sent stay, null clears."""

    name: Annotated[
        Text | UnsetType | None,
        Meta(description="Name of the matrix; 1 to 200 characters, at least one of them visible."),
    ] = UNSET
    tags: Annotated[
        Tags | UnsetType, Meta(description="Tags by which matrices are found; up to 20, each of 1 to 50 characters.")
    ] = UNSET
    model_name: Annotated[
        Text | UnsetType | None, Meta(description="Name of the model that made the predictions; 1 to 200 characters.")
    ] = UNSET
    model_version: Annotated[
        Text | UnsetType | None, Meta(description="Version of that model; 1 to 200 characters.")
    ] = UNSET
    data_set: Annotated[
        Text | UnsetType | None, Meta(description="Name of the data set that was predicted; 1 to 200 characters.")
    ] = UNSET

    def applied_to(self, present: Description) -> Description:
        """The description with the changes."""
        changes = {name: value for name, value in msgspec.structs.asdict(self).items() if value is not UNSET}
        return msgspec.structs.replace(present, **changes)


class MatrixFields(msgspec.Struct):
    """Fields of a confusion matrix, in lists and by itself: its identity, description and size."""

    uid: Annotated[UUID, Meta(description="Id of the matrix.")]
    version: Annotated[
        int, Meta(description="Version of the matrix: 1 at first, one more after every replacement of its labels.")
    ]
    name: Annotated[str | None, Meta(description="Name of the matrix; null if it has none.")]
    tags: Annotated[list[str], Meta(description="Tags of the matrix.")]
    model_name: Annotated[
        str | None, Meta(description="Name of the model that made the predictions; null if not stated.")
    ]
    model_version: Annotated[str | None, Meta(description="Version of that model; null if not stated.")]
    data_set: Annotated[str | None, Meta(description="Name of the data set that was predicted; null if not stated.")]
    sample_count: Annotated[
        int, Meta(description="Number of samples; for a weighted matrix, of samples that were sent.")
    ]


class MatrixSummary(MatrixFields):
    """A confusion matrix without its counts; reading the matrix itself says why a metric is null."""

    class_count: Annotated[int, Meta(description="Number of classes.")]
    accuracy: Accuracy
    precision: MacroPrecision
    recall: MacroRecall
    f1: MacroF1
    created_at: CreatedAt
    updated_at: UpdatedAt

    @classmethod
    def of(cls, matrix: ListedMatrix) -> "MatrixSummary":
        """Make the summary of a listed matrix."""
        return cls(class_count=matrix.class_count, **_common_fields(matrix))


class MatrixDetail(MatrixFields):
    """A confusion matrix with its counts."""

    accuracy: Accuracy
    precision: MacroPrecision
    recall: MacroRecall
    f1: MacroF1
    created_at: CreatedAt
    updated_at: UpdatedAt
    classes: Annotated[list[Label], Meta(description="Classes of the rows and columns, in their order.")]
    confusion_matrix: Annotated[
        list[list[float]] | None,
        Meta(
            description="Counts or, with weights, sums of weights: rows are actual classes, columns predicted ones. "
            "Null for more than 1,000 classes, whose counts are at `/cells`."
        ),
    ]
    undefined: Annotated[
        dict[str, UndefinedMetric],
        Meta(description="Why a metric above is null, and its value with 0 counted instead."),
    ]

    @classmethod
    def of(cls, matrix: CountedMatrix) -> "MatrixDetail":
        """Make the detail of a matrix."""
        return cls(
            classes=list(matrix.matrix.classes),
            confusion_matrix=None if matrix.matrix.is_sparse else matrix.matrix.counts.tolist(),
            undefined=undefined_headlines(matrix.matrix, matrix.summary),
            **_common_fields(matrix),
        )


class MatrixPage(msgspec.Struct):
    """A page of confusion matrices, newest first."""

    items: Annotated[list[MatrixSummary], Meta(description="The matrices of this page.")]
    next: Annotated[str | None, Meta(description="Cursor of the next page; null on the last one.")]


def _common_fields(matrix: ListedMatrix | CountedMatrix) -> dict[str, Any]:
    metrics = {name: getattr(matrix.summary, name) for name in ("accuracy", "precision", "recall", "f1")}
    record = {name: getattr(matrix, name) for name in ("uid", "version", "sample_count", "created_at", "updated_at")}
    return record | metrics | msgspec.structs.asdict(matrix.description)
