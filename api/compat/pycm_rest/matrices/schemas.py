"""What is sent and answered about confusion matrices."""

from uuid import UUID

import msgspec

from api.http import bodies
from api.http.bodies import Fields
from shared.evaluation.types import Label
from shared.matrices.counting import Vectors
from shared.matrices.records import Figures

# The edge sends most vectors through the first two; a mix of numbers and text needs the last.
HOMOGENEOUS: tuple[type, ...] = (list[int], list[str])


class VectorsIn(msgspec.Struct):
    """The labels of n samples, actual and predicted."""

    actual_vector: list[Label]
    predicted_vector: list[Label]


class MatrixCreated(msgspec.Struct):
    """The id of a new matrix."""

    uid: UUID


class MatrixDeleted(msgspec.Struct):
    """What contract A says to a deletion."""

    message: str = "Confusion matrix deleted"


class MatrixOut(msgspec.Struct):
    """A confusion matrix: rows are actual classes, columns predicted ones, both sorted."""

    uid: UUID
    accuracy: float | None
    precision: float | None
    recall: float | None
    f1: float | None
    confusion_matrix: msgspec.Raw

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
