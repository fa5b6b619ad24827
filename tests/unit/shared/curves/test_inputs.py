import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import curves
from shared.curves import CurveInputs, LabelledProbabilities
from shared.evaluation.inputs.probability_errors import OneClassOnly


def _check(sent: LabelledProbabilities) -> CurveInputs:
    return curves.check(sent, max_classes=10, max_label_length=20)


def _same(one: CurveInputs, other: CurveInputs) -> bool:
    weights = (one.weights is None) == (other.weights is None)
    if one.weights is not None and other.weights is not None:
        weights = np.array_equal(one.weights, other.weights)
    return (
        one.classes == other.classes
        and np.array_equal(one.codes, other.codes)
        and np.array_equal(one.probabilities, other.probabilities)
        and weights
    )


@given(
    probabilities=st.lists(st.floats(0, 1), min_size=2, max_size=50),
    weighted=st.booleans(),
)
def test_what_was_packed_is_unpacked_to_the_last_bit(probabilities: list[float], weighted: bool) -> None:
    labels = ["yes" if number % 2 else "no" for number in range(len(probabilities))]
    weights = [number + 0.1 for number in range(len(probabilities))] if weighted else None
    inputs = _check(LabelledProbabilities(labels, [[1 - p, p] for p in probabilities], None, weights))

    assert _same(curves.unpack(curves.pack(inputs)), inputs)


def test_equal_inputs_have_equal_bytes() -> None:
    sent = LabelledProbabilities([0, 1], [[0.2, 0.8], [0.6, 0.4]])

    assert curves.pack(_check(sent)) == curves.pack(_check(sent))


@pytest.mark.parametrize("weights", [None, [1.0, 1.0, 0.0]])
def test_samples_of_one_class_only_are_refused(weights: list[float] | None) -> None:
    labels = [0, 0, 1 if weights else 0]

    with pytest.raises(OneClassOnly):
        _check(LabelledProbabilities(labels, [[0.5, 0.5]] * 3, ["a", "b"], weights))
