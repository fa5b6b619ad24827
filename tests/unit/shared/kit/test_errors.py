"""Every error is one problem, for every client."""

import msgspec
import pytest

from shared.evaluation.inputs.errors import InvalidLabel, InvalidLabels, UnequalLengths
from shared.evaluation.inputs.label_set_errors import FaultyLabel
from shared.kit.errors import Fault, InvalidInput, Problem, problem_of
from shared.matrices.errors import MatrixChanged
from shared.plans.errors import RateLimitReached


def test_an_error_is_the_problem_that_its_class_describes() -> None:
    assert problem_of(MatrixChanged()) == Problem(
        type="/problems/matrix-changed",
        title="Matrix changed",
        status=409,
        detail="The confusion matrix has changed since the request was made; request it again.",
        code="matrix-changed",
    )


def test_a_problem_without_invalid_places_has_no_list_of_them() -> None:
    assert "errors" not in msgspec.to_builtins(problem_of(MatrixChanged()))


def test_an_invalid_input_lists_its_places() -> None:
    one, other = Fault("/a", "a: expected text."), Fault("/b/0", "b.0: expected a number.")

    assert problem_of(InvalidInput(one)).detail == "a: expected text."
    assert problem_of(InvalidInput(one, other)).errors == [one, other]
    assert problem_of(InvalidInput(one, other)).detail == "The request has invalid fields."


@pytest.mark.parametrize(
    ("error", "pointer"),
    [
        (UnequalLengths("Make them equally long.", vector="predicted_vector"), "/predicted_vector"),
        (InvalidLabel("is empty", vector="actual_vector", index=3), "/actual_vector/3"),
        (FaultyLabel("repeats a label", vector="classes", index=2), "/classes/2"),
        (FaultyLabel("repeats a label", vector="actual_vector", index=2, position=1), "/actual_vector/2/1"),
    ],
)
def test_an_error_of_the_maths_is_an_invalid_input_at_its_place(error: InvalidLabels, pointer: str) -> None:
    assert problem_of(error) == InvalidInput(Fault(pointer, error.detail)).problem()


def test_a_limit_that_is_reached_names_its_policy() -> None:
    body = msgspec.to_builtins(problem_of(RateLimitReached()))

    assert (body["code"], body["violated-policies"]) == ("rate-limit-reached", ["second"])
