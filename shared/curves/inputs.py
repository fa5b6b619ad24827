"""What curves are measured on: checked, and as bytes that a job can carry."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

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
    """A labelled sample of probabilities, as it was sent.

    Rows hold the probability of one class alone where there are two `classes` and `scored` is its place among them.
    """

    actual_vector: Sequence[Label]
    probability_vector: Sequence[Sequence[float]]
    classes: Sequence[Label] | None = None
    sample_weight: Sequence[float] | None = None
    scored: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class CurveInputs:
    """n samples of k classes: probabilities (n, k), the column (n,) of each sample's actual class, weights (n,).

    Where only one of two columns was sent, `scored` is its place, and the other one holds 1 minus it.
    """

    classes: tuple[Label, ...]
    codes: Codes
    probabilities: Scores
    weights: Weights | None
    scored: int | None = None


class _Packed(msgspec.Struct, array_like=True):
    classes: list[Label]
    sample_count: int
    codes: bytes
    probabilities: bytes
    weights: bytes | None
    scored: int | None = None


def check(sent: LabelledProbabilities, *, max_classes: int, max_label_length: int) -> CurveInputs:
    """Check what was sent; raises a subclass of InvalidLabels."""
    rows = sent.probability_vector if sent.scored is None else with_complement(sent.probability_vector, sent.scored)
    probabilities = read_probabilities(rows, len(sent.actual_vector))
    actual = read_actual(
        sent.actual_vector,
        probabilities.shape[1],
        sent.classes,
        max_classes=max_classes,
        max_label_length=max_label_length,
    )
    weights = None if sent.sample_weight is None else read_weights(sent.sample_weight, len(sent.actual_vector))
    if np.count_nonzero(np.bincount(actual.codes, weights)) <= 1:
        raise OneClassOnly(vector="actual_vector")
    return CurveInputs(actual.classes, actual.codes, probabilities, weights, sent.scored)


def pack(inputs: CurveInputs) -> bytes:
    """The inputs as bytes; equal inputs have equal bytes."""
    packed = _Packed(
        list(inputs.classes),
        len(inputs.codes),
        encode(inputs.codes),
        np.ascontiguousarray(inputs.probabilities, "<f8").tobytes(),
        None if inputs.weights is None else np.ascontiguousarray(inputs.weights, "<f8").tobytes(),
        inputs.scored,
    )
    return zlib.compress(msgspec.msgpack.encode(packed), level=1)


def unpack(data: bytes) -> CurveInputs:
    """What `pack` packed."""
    packed = msgspec.msgpack.decode(zlib.decompress(data), type=_Packed)
    return CurveInputs(
        tuple(packed.classes),
        decode(packed.codes, packed.sample_count),
        np.frombuffer(packed.probabilities, "<f8").reshape(packed.sample_count, len(packed.classes)),
        None if packed.weights is None else np.frombuffer(packed.weights, "<f8"),
        packed.scored,
    )
