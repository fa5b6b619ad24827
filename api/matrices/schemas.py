"""What is sent and answered about confusion matrices under /v1/."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from api.compat.pycm_rest.matrices.schemas import read_vectors
from api.http import bodies
from api.http.bodies import Fields
from shared.evaluation.inputs.labels import read_classes
from shared.evaluation.inputs.probabilities import read_weights
from shared.evaluation.types import Label
from shared.kit.errors import Fault, InvalidInput
from shared.kit.names import Name
from shared.kit.settings import Settings
from shared.matrices.counting import CountedSamples, Vectors, take_counts
from shared.matrices.records import CountedMatrix, Description, Listed

# The largest whole number that JSON's readers all understand; the total fits into the database's integers, too.
MAX_TOTAL = 2**53

Text = Annotated[Name, Meta(max_length=200)]
Tag = Annotated[Name, Meta(max_length=50)]
Tags = Annotated[list[Tag], Meta(max_length=20)]
Count = Annotated[int, Meta(ge=0, le=2**53)]


class DescriptionIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What its owner says of a matrix."""

    name: Text | None = None
    tags: Tags = []
    model_name: Text | None = None
    model_version: Text | None = None
    data_set: Text | None = None


class MatrixIn(DescriptionIn, frozen=True, kw_only=True):
    """A matrix: either two vectors of labels, perhaps with a weight for each sample, or classes and their counts."""

    actual_vector: list[Label] = []
    predicted_vector: list[Label] = []
    sample_weight: list[float] = []
    classes: list[Label] = []
    counts: list[list[Count]] = []


class MatrixPatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Changes to what is said of a matrix."""

    name: Text | UnsetType | None = UNSET
    tags: Tags | UnsetType = UNSET
    model_name: Text | UnsetType | None = UNSET
    model_version: Text | UnsetType | None = UNSET
    data_set: Text | UnsetType | None = UNSET

    def applied_to(self, present: Description) -> Description:
        """The description with the changes."""
        changes = {name: value for name, value in msgspec.structs.asdict(self).items() if value is not UNSET}
        return msgspec.structs.replace(present, **changes)


class MatrixSummary(msgspec.Struct):
    """A matrix as a list shows it."""

    uid: UUID
    version: int
    name: str | None
    tags: list[str]
    model_name: str | None
    model_version: str | None
    data_set: str | None
    sample_count: int
    class_count: int
    accuracy: float | None
    precision: float | None
    recall: float | None
    f1: float | None
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, matrix: Listed) -> "MatrixSummary":
        """The matrix without its counts."""
        return cls(
            uid=matrix.uid,
            version=matrix.version,
            sample_count=matrix.sample_count,
            class_count=matrix.class_count,
            created_at=matrix.created_at,
            updated_at=matrix.updated_at,
            **_figures(matrix),
        )


class MatrixDetail(msgspec.Struct):
    """A matrix: rows are actual classes, columns predicted ones, both in the order of `classes`."""

    uid: UUID
    version: int
    name: str | None
    tags: list[str]
    model_name: str | None
    model_version: str | None
    data_set: str | None
    sample_count: int
    accuracy: float | None
    precision: float | None
    recall: float | None
    f1: float | None
    created_at: datetime
    updated_at: datetime
    classes: list[Label]
    confusion_matrix: list[list[float]]

    @classmethod
    def of(cls, matrix: CountedMatrix) -> "MatrixDetail":
        """The matrix with its counts."""
        return cls(
            uid=matrix.uid,
            version=matrix.version,
            sample_count=matrix.sample_count,
            created_at=matrix.created_at,
            updated_at=matrix.updated_at,
            classes=list(matrix.matrix.classes),
            confusion_matrix=matrix.matrix.counts.tolist(),
            **_figures(matrix),
        )


class MatrixPage(msgspec.Struct):
    """Some matrices, newest first; `next` is the cursor of the page after."""

    items: list[MatrixSummary]
    next: str | None


def read_source(members: Fields, settings: Settings) -> tuple[Vectors | CountedSamples, Description]:
    """What a new matrix is made of, and what is said of it; raises InvalidInput with the place at fault."""
    described = bodies.pick_known(members, DescriptionIn)
    description = Description(**msgspec.structs.asdict(described))
    if "counts" in members:
        return _read_counts(members, settings), description
    return _read_labels(members), description


def _read_labels(members: Fields) -> Vectors:
    vectors = read_vectors(members)
    if "sample_weight" not in members:
        return vectors
    weights = read_weights(bodies.pick(members, "sample_weight", list[float]), len(vectors.actual))
    return vectors._replace(weights=weights)  # type: ignore[arg-type] # counting takes an array as it is


def _read_counts(members: Fields, settings: Settings) -> CountedSamples:
    for name in ("actual_vector", "predicted_vector", "sample_weight"):
        if name in members:
            raise InvalidInput(Fault(f"/{name}", f"{name}: send either labels or counts, not both."))
    classes = bodies.pick(members, "classes", list[Label])
    counts = bodies.pick(members, "counts", list[list[Count]])
    checked = read_classes(classes, max_classes=settings.max_classes, max_label_length=settings.max_label_length)
    if len(counts) != len(checked) or any(len(row) != len(checked) for row in counts):
        detail = f"counts: send as many rows as there are classes ({len(checked)}), each with as many numbers."
        raise InvalidInput(Fault("/counts", detail))
    if sum(map(sum, counts)) > MAX_TOTAL:
        raise InvalidInput(Fault("/counts", "counts: all counts together may not be more than 2**53."))
    return take_counts(checked, counts)


def _figures(matrix: Listed | CountedMatrix) -> dict[str, Any]:
    summary = {name: getattr(matrix.summary, name) for name in ("accuracy", "precision", "recall", "f1")}
    return summary | msgspec.structs.asdict(matrix.description)
