"""Each paired sample has one group, which is the same on both sides."""

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from shared.comparisons.errors import RunsNotComparable
from shared.comparisons.grouping import PRIVATE, codes_of_groups
from shared.comparisons.sides import ComparedSide


def side(groups: Any, **changes: Any) -> ComparedSide:
    codes = np.zeros(3, np.int64)
    return ComparedSide(["a"], codes, codes, pa.array(["x", "y", "z"]), groups=pa.array(groups), **changes)


def test_groups_are_those_of_the_baseline_in_its_order_without_the_space_around_them() -> None:
    codes = codes_of_groups("patient", side(["p", "q", " p"]), side(["q", "p", "p "]), np.array([1, 0, 2]))

    assert codes.tolist() == [0, 1, 0]


def test_the_samples_whose_groups_differ_are_named() -> None:
    with pytest.raises(RunsNotComparable) as raised:
        codes_of_groups("patient", side(["p", "q", "p"]), side(["p", "p", "q"]), np.arange(3))

    assert raised.value.detail.startswith("2 samples have another value of “patient” in the candidate")
    assert [one.detail for one in raised.value.examples] == ["Sample “y”: “q” and “p”.", "Sample “z”: “p” and “q”."]


def test_samples_of_a_private_dataset_have_no_groups() -> None:
    with pytest.raises(RunsNotComparable) as raised:
        codes_of_groups("patient", side(["p"] * 3), side(["p"] * 3, is_private=True), np.arange(3))

    assert raised.value.detail == PRIVATE
