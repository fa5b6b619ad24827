"""The source of a new confusion matrix: two vectors of labels, or counts."""

import math
from collections.abc import Sequence

import msgspec

from api.compat.pycm_rest.matrices.schemas import NAMES, complete, read_labels
from api.http.bodies import compact, json_bodies
from api.http.bodies.json_bodies import Fields
from api.matrices.schemas import Count, DescriptionIn
from shared.evaluation.inputs.coded_labels import CodedLabels
from shared.evaluation.inputs.flags import flags_as_texts
from shared.evaluation.inputs.labels import Vector, read_classes
from shared.evaluation.types import Label
from shared.kit.errors import Fault, InvalidInput
from shared.kit.settings import Settings
from shared.matrices.counting import CountedSamples, Vectors, take_counts
from shared.matrices.records import Description

# The largest whole number that JSON's readers all understand; the total fits into the database's integers, too.
MAX_TOTAL = 2**53

# The names of the two vectors in scikit-learn.
_OTHER_NAMES = ("y_true", "y_pred")


def read_source(members: Fields, settings: Settings) -> tuple[Vectors | CountedSamples, Description]:
    """The source of a new matrix and its description; raises InvalidInput with the position at fault."""
    fields = json_bodies.pick_known(members, DescriptionIn)
    description = Description(**msgspec.structs.asdict(fields))
    if "counts" in members:
        return _read_counts(members, settings), description
    return _read_vectors(members), description


def _read_vectors(members: Fields) -> Vectors:
    names = _OTHER_NAMES if any(name in members for name in _OTHER_NAMES) else NAMES
    if names is _OTHER_NAMES and (both := next((name for name in NAMES if name in members), None)):
        raise InvalidInput(Fault(f"/{both}", f"{both}: send y_true and y_pred, or actual_vector and predicted_vector."))
    are_flags = [_are_flags(members, name) for name in names]
    if are_flags[0] != are_flags[1]:
        name, other = names if are_flags[0] else names[::-1]
        detail = f"{other}: {name} holds true and false; send labels of the same kind in both."
        raise InvalidInput(Fault(f"/{other}", detail))
    actual, predicted = (_read_flags(members, name) if all(are_flags) else read_labels(members, name) for name in names)
    vectors = complete(members, actual, predicted, names)
    if vectors.classes is None:
        _refuse_scores(vectors)
    return vectors


def _are_flags(members: Fields, name: str) -> bool:
    """Return True if the first label of a vector is true or false."""
    pieces = json_bodies.large(members).get(name)
    return compact.are_flags(pieces.piece(0) if pieces else bytes(members.get(name, b"")))


def _read_flags(members: Fields, name: str) -> Vector:
    """Read a vector of true and false as the labels "True" and "False", which files have for them."""
    if pieces := json_bodies.large(members).get(name):
        return compact.flags(pieces, name)
    return flags_as_texts(json_bodies.pick(members, name, list[bool]), name)


def _refuse_scores(vectors: Vectors) -> None:
    # Each score would be a class of its own, and every prediction wrong.
    if _has_fractions(vectors.predicted) and not _has_fractions(vectors.actual):
        name = vectors.names[1]
        detail = f"{name}: these are fractions, and no actual label is one; send labels, or scores as a run (/v1/runs)."
        raise InvalidInput(Fault(f"/{name}", detail))


def _has_fractions(vector: Vector) -> bool:
    labels: Sequence[Label] = vector.distinct if isinstance(vector, CodedLabels) else vector  # type: ignore[assignment] # JSON gives no arrays
    return any(isinstance(label, float) and math.isfinite(label) and not label.is_integer() for label in labels)


def _read_counts(members: Fields, settings: Settings) -> CountedSamples:
    for name in (*NAMES, *_OTHER_NAMES, "sample_weight"):
        if name in members:
            raise InvalidInput(Fault(f"/{name}", f"{name}: send either labels or counts, not both."))
    classes = json_bodies.pick(members, "classes", list[Label])
    counts = _whole_counts(members)
    if len(classes) > settings.max_classes:
        detail = f"classes: counts are taken of up to {settings.max_classes} classes; send labels of more."
        raise InvalidInput(Fault("/classes", detail))
    class_list = read_classes(classes, max_classes=settings.max_classes, max_label_length=settings.max_label_length)
    if len(counts) != len(class_list) or any(len(row) != len(class_list) for row in counts):
        detail = f"counts: send one row for each of the {len(class_list)} classes, each with {len(class_list)} numbers."
        raise InvalidInput(Fault("/counts", detail))
    if sum(map(sum, counts)) > MAX_TOTAL:
        raise InvalidInput(Fault("/counts", "counts: the sum of all counts must be at most 2**53."))
    return take_counts(class_list, counts)


def _whole_counts(members: Fields) -> list[list[int]]:
    try:
        return json_bodies.pick(members, "counts", list[list[Count]])
    except InvalidInput:
        # Of programs that know only floats, 5.0 is a whole number.
        rows = _floats(members)
        if not all(0 <= count <= MAX_TOTAL and count.is_integer() for row in rows for count in row) or not rows:
            raise
        return [[int(count) for count in row] for row in rows]


def _floats(members: Fields) -> list[list[float]]:
    try:
        return json_bodies.pick(members, "counts", list[list[float]])
    except InvalidInput:
        return []
