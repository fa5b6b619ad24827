"""Request and response bodies of confusion matrices."""

from collections.abc import Mapping, Sequence
from typing import Annotated, ClassVar, cast
from uuid import UUID

import msgspec
from msgspec import Meta

from api.http.bodies import compact, json_bodies
from api.http.bodies.json_bodies import Fields
from shared.evaluation.inputs.labels import Vector
from shared.evaluation.inputs.probabilities import read_weights
from shared.evaluation.types import Label
from shared.matrices.counting import Vectors
from shared.matrices.records import MatrixMetrics

# Most vectors decode as one of these; a mix of numbers and text does not.
HOMOGENEOUS: tuple[type, ...] = (list[int], list[str])

NAMES = ("actual_vector", "predicted_vector")

_Classes = Annotated[list[Label], Meta(min_length=1)]


class VectorsIn(msgspec.Struct):
    """The labels of n samples, actual and predicted.

    A sample counts as much as its `sample_weight`, or once. `classes` says which classes there are and in which order.
    """

    # Of the fields that other clients send, these would change every metric.
    refused: ClassVar[Mapping[str, str]] = {
        **dict.fromkeys(("sample_weights", "weights", "weight"), "send one weight for every sample as sample_weight"),
        "labels": "send the classes in their order as classes",
        "threshold": "send labels, to which a threshold has been applied",
        "transpose": "send actual labels as actual_vector and predicted ones as predicted_vector",
    }

    actual_vector: Annotated[
        list[Label], Meta(description="Ground truth label of each of n samples: integers, floats or text.")
    ]
    predicted_vector: Annotated[
        list[Label], Meta(description="Predicted label of each of the n samples, in the same order.")
    ]
    sample_weight: Annotated[
        list[float] | None, Meta(description="Weight of each sample, 0 or more; null weighs all alike.")
    ] = None
    classes: Annotated[
        _Classes | None,
        Meta(description="Classes in their order; every label must be among them. Null: those that occur."),
    ] = None


class MatrixCreated(msgspec.Struct):
    """The id of a confusion matrix."""

    uid: Annotated[UUID, Meta(description="Id of the matrix.")]


class MatrixDeleted(msgspec.Struct):
    """The confirmation of a deletion."""

    message: Annotated[str, Meta(description="Always `Confusion matrix deleted`.")] = "Confusion matrix deleted"


class MatrixOut(msgspec.Struct):
    """A confusion matrix with its main metrics."""

    uid: Annotated[UUID, Meta(description="Id of the matrix.")]
    accuracy: Annotated[float | None, Meta(description="Share of samples on the diagonal, 0 to 1; null if undefined.")]
    precision: Annotated[
        float | None, Meta(description="Macro-averaged precision (PPV), 0 to 1; null if undefined for a class.")
    ]
    recall: Annotated[
        float | None, Meta(description="Macro-averaged recall (TPR), 0 to 1; null if undefined for a class.")
    ]
    f1: Annotated[float | None, Meta(description="Macro-averaged F1, 0 to 1; null if undefined for a class.")]
    confusion_matrix: Annotated[
        msgspec.Raw,
        Meta(description="Counts: a row for each actual class, a column for each predicted one, both sorted."),
    ]

    @classmethod
    def of(cls, metrics: MatrixMetrics) -> "MatrixOut":
        """The matrix as the PyCM REST API returns it; the averages are macro means."""
        return cls(
            uid=metrics.uid,
            accuracy=metrics.accuracy,
            precision=metrics.precision,
            recall=metrics.recall,
            f1=metrics.f1,
            confusion_matrix=msgspec.Raw(metrics.counts.encode()),
        )


async def receive_vectors(members: Fields) -> Vectors:
    """The two vectors of a body, read in a thread if they are long; raises InvalidInput with the label at fault."""
    return await json_bodies.by_size(json_bodies.size(members), read_vectors, members)


def read_vectors(members: Fields) -> Vectors:
    """The two vectors of a body, their weights and classes; raises InvalidInput or InvalidLabels with the position."""
    return complete(members, read_labels(members, NAMES[0]), read_labels(members, NAMES[1]), NAMES)


def complete(members: Fields, actual: Vector, predicted: Vector, names: tuple[str, str]) -> Vectors:
    """The two vectors, which have these names, with the weights and classes of a body; raises as `read_vectors`."""
    weights = _weights(members, len(actual))
    classes = json_bodies.pick(members, "classes", _Classes) if _is_present(members, "classes") else None
    return Vectors(actual, predicted, weights, classes, names)


def _weights(members: Fields, count: int) -> Sequence[float] | None:
    if not _is_present(members, "sample_weight"):
        return None
    if pieces := json_bodies.large(members).get("sample_weight"):
        return cast("Sequence[float]", read_weights(compact.numbers(pieces, "sample_weight"), count))
    sent = json_bodies.pick(members, "sample_weight", list[float])
    # Counting takes an array as it is.
    return cast("Sequence[float]", read_weights(sent, count))


def _is_present(members: Fields, name: str) -> bool:
    return name in members and (bytes(members[name]) != b"null" or name in json_bodies.large(members))


def read_labels(members: Fields, name: str) -> Vector:
    """Read a vector of labels; raises InvalidInput with the position."""
    if pieces := json_bodies.large(members).get(name):
        return compact.labels(pieces, name)
    for kind in HOMOGENEOUS if name in members else ():
        try:
            labels: list[Label] = msgspec.json.decode(members[name], type=kind)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            continue
        return labels
    return json_bodies.pick(members, name, list[Label])
