"""What is sent and answered about confusion matrices."""

from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from api.http import bodies
from api.http.bodies import Fields
from shared.evaluation.types import Label
from shared.matrices.counting import Vectors
from shared.matrices.records import Figures

# The edge sends most vectors through the first two; a mix of numbers and text needs the last.
HOMOGENEOUS: tuple[type, ...] = (list[int], list[str])


class VectorsIn(msgspec.Struct):
    """The labels of n samples, actual and predicted."""

    actual_vector: Annotated[
        list[Label], Meta(description="Ground truth label of each of n samples: integers, floats or text.")
    ]
    predicted_vector: Annotated[
        list[Label], Meta(description="Predicted label of each of the n samples, in the same order.")
    ]


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
    def of(cls, figures: Figures) -> "MatrixOut":
        """The matrix as contract A shows it; the averages are macro means."""
        return cls(
            uid=figures.uid,
            accuracy=figures.accuracy,
            precision=figures.precision,
            recall=figures.recall,
            f1=figures.f1,
            confusion_matrix=msgspec.Raw(figures.counts.encode()),
        )


async def receive_vectors(members: Fields) -> Vectors:
    """The two vectors of a body, read in a thread if they are long; raises InvalidInput with the label at fault."""
    return await bodies.by_size(bodies.size(members), read_vectors, members)


def read_vectors(members: Fields) -> Vectors:
    """The two vectors of a body; raises InvalidInput with the label at fault."""
    return Vectors(_labels(members, "actual_vector"), _labels(members, "predicted_vector"))


def _labels(members: Fields, name: str) -> list[Label]:
    for kind in HOMOGENEOUS if name in members else ():
        try:
            labels: list[Label] = msgspec.json.decode(members[name], type=kind)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            continue
        return labels
    return bodies.pick(members, name, list[Label])
