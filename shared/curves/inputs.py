"""The inputs of curves: checked, and as bytes that a job can carry."""

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import msgspec
import numpy as np

from shared.evaluation.inputs.class_columns import read_actual
from shared.evaluation.inputs.label_codes import Codes, decode, encode
from shared.evaluation.inputs.probabilities import (
    Scores,
    Weights,
    read_probabilities,
    read_weights,
    with_complement,
)
from shared.evaluation.inputs.probability_errors import OneClassOnly
from shared.evaluation.types import Label


class LabelledProbabilities(NamedTuple):
    """A labelled sample of probabilities, not yet checked.

    Rows, or plain numbers, hold the probability of one class alone where there are two of them and `scored` is its
    position.
    """

    actual_vector: Sequence[Label]
    probability_vector: Sequence[Sequence[float]] | Sequence[float] | Scores
    classes: Sequence[Label] | None = None
    sample_weight: Sequence[float] | None = None
    scored: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class CurveInputs:
    """n samples of k classes: probabilities (n, k), the column (n,) of each sample's actual class, weights (n,).

    Where only one of two columns was sent, `scored` is its position, and the other one holds 1 minus it.
    """

    classes: tuple[Label, ...]
    codes: Codes
    probabilities: Scores
    weights: Weights | None
    scored: int | None = None


# MessagePack's first bytes of an array of six, and of up to 4 GiB of bytes with their number.
_ARRAY_OF_SIX, _BINARY = b"\x96", b"\xc6"
_ROWS_AT_ONCE = 4096


class _Packed(msgspec.Struct, array_like=True):
    classes: list[Label]
    sample_count: int
    codes: bytes
    probabilities: bytes
    weights: bytes | None
    scored: int | None = None


def check(sample: LabelledProbabilities, *, max_classes: int, max_label_length: int) -> CurveInputs:
    """Check a labelled sample; raises a subclass of InvalidLabels."""
    rows: Any = sample.probability_vector
    if sample.scored is not None:
        rows = with_complement(rows, sample.scored)
    probabilities = read_probabilities(rows, len(sample.actual_vector))
    actual = read_actual(
        sample.actual_vector,
        probabilities.shape[1],
        sample.classes,
        max_classes=max_classes,
        max_label_length=max_label_length,
    )
    weights = None if sample.sample_weight is None else read_weights(sample.sample_weight, len(sample.actual_vector))
    if np.count_nonzero(np.bincount(actual.codes, weights)) <= 1:
        raise OneClassOnly(vector="actual_vector")
    return CurveInputs(actual.classes, actual.codes, probabilities, weights, sample.scored)


def pack(inputs: CurveInputs) -> bytes:
    """The inputs as bytes; equal inputs have equal bytes."""
    packer = zlib.compressobj(level=1)
    return b"".join(map(packer.compress, _parts(inputs))) + packer.flush()


def _parts(inputs: CurveInputs) -> Iterator[bytes]:
    """Yield what a _Packed is in MessagePack; in one piece it would take as much memory as the arrays again."""
    encoded = msgspec.msgpack.encode
    yield _ARRAY_OF_SIX + encoded(list(inputs.classes)) + encoded(len(inputs.codes)) + encoded(encode(inputs.codes))
    yield from _floats(inputs.probabilities)
    yield from [encoded(None)] if inputs.weights is None else _floats(inputs.weights)
    yield encoded(inputs.scored)


def _floats(values: Scores) -> Iterator[bytes]:
    yield _BINARY + (values.size * 8).to_bytes(4, "big")
    for start in range(0, len(values), _ROWS_AT_ONCE):
        yield np.ascontiguousarray(values[start : start + _ROWS_AT_ONCE], "<f8").tobytes()


def unpack(data: bytes) -> CurveInputs:
    """Restore the inputs from the bytes of `pack`."""
    packed = msgspec.msgpack.decode(zlib.decompress(data), type=_Packed)
    return CurveInputs(
        tuple(packed.classes),
        decode(packed.codes, packed.sample_count),
        np.frombuffer(packed.probabilities, "<f8").reshape(packed.sample_count, len(packed.classes)),
        None if packed.weights is None else np.frombuffer(packed.weights, "<f8"),
        packed.scored,
    )
