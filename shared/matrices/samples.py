"""The samples in a cell of a matrix."""

from collections.abc import Sequence
from typing import Annotated

import msgspec
import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from shared.evaluation.inputs.label_codes import Codes, decode
from shared.evaluation.types import Label
from shared.kit.errors import Fault, InvalidInput
from shared.kit.quotes import listed
from shared.matrices.errors import MatrixWithoutSamples
from shared.matrices.records import Samples


class Sample(msgspec.Struct, frozen=True):
    """A sample by its position, from 0, in the vectors that were sent."""

    index: Annotated[int, Meta(description="Position in the vectors that were sent, from 0.")]
    actual: Annotated[Label, Meta(description="Ground truth label.")]
    predicted: Annotated[Label, Meta(description="Predicted label.")]


class CellSelection(msgspec.Struct, frozen=True):
    """A cell of a matrix by its labels as text; None stands for every class."""

    actual: str | None = None
    predicted: str | None = None


def find_samples(samples: Samples, cell: CellSelection, *, after: int | None, limit: int) -> list[Sample]:
    """The first samples of the cell behind index `after`, at most `limit`.

    Raises MatrixWithoutSamples, or InvalidInput for a class that the matrix lacks. Takes time by the number of samples.
    """
    if samples.actual_codes is None or samples.predicted_codes is None:
        raise MatrixWithoutSamples
    class_codes = [
        None if text is None else class_position(samples.classes, text, name)
        for name, text in (("actual", cell.actual), ("predicted", cell.predicted))
    ]
    actual, predicted = (
        decode(codes, samples.sample_count) for codes in (samples.actual_codes, samples.predicted_codes)
    )
    start = 0 if after is None else after + 1
    positions = _matching((actual[start:], predicted[start:]), class_codes, limit) + start
    return [
        Sample(index, samples.classes[actual[index]], samples.classes[predicted[index]]) for index in positions.tolist()
    ]


def _matching(vectors: Sequence[Codes], class_codes: Sequence[int | None], limit: int) -> NDArray[np.int64]:
    matches = [codes == code for codes, code in zip(vectors, class_codes, strict=True) if code is not None]
    if not matches:
        return np.arange(min(limit, len(vectors[0])))
    return np.flatnonzero(np.logical_and.reduce(matches))[:limit]


def class_position(classes: Sequence[Label], text: str, name: str) -> int:
    """The position of a class by its label as text; raises InvalidInput, which names the parameter."""
    label = text if isinstance(classes[0], str) else _number(text)
    for code, candidate in enumerate(classes):
        if candidate == label:
            return code
    raise InvalidInput(Fault(f"/{name}", f"{name}: not a class of the matrix; its classes are {listed(classes)}."))


def _number(text: str) -> float | None:
    try:
        return msgspec.json.decode(text, type=int | float)
    except (msgspec.DecodeError, UnicodeEncodeError):
        return None
