"""The groups of paired samples, such as the patients of images: each sample has one, and the same on both sides."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from shared.comparisons.errors import RunsNotComparable
from shared.comparisons.sides import ComparedSide
from shared.evaluation.types import Integers
from shared.kit.errors import Fault
from shared.kit.plurals import counted, form

# More of them say nothing more.
MAX_EXAMPLES = 20
ID_LENGTH = 100

PRIVATE = "Samples of a private dataset are not compared by groups, as small groups would tell their actual labels."


def codes_of_groups(column: str, baseline: ComparedSide, candidate: ComparedSide, order: NDArray[np.int64]) -> Integers:
    """The code of the group of each sample (n,), in the order of the baseline; `order` are the candidate's rows.

    Raises RunsNotComparable where a side has no such column, a sample has no group or has two, and of samples of
    private datasets, where two samples alone in a group would tell whether both are right.
    """
    if baseline.is_private or candidate.is_private:
        raise RunsNotComparable(PRIVATE)
    first = _groups(column, "baseline", baseline)
    second = _groups(column, "candidate", candidate).take(pa.array(order))
    differing = np.flatnonzero(pc.not_equal(first, second).to_numpy(zero_copy_only=False))
    if len(differing):
        have = form(len(differing), "has", "have")
        raise RunsNotComparable(
            f"{counted(len(differing), 'sample')} {have} another value of “{column[:ID_LENGTH]}” in the candidate, so "
            "that their group is not known.",
            [
                Fault("/candidate", f"{named(baseline, row)}: {_both(first, second, row)}.")
                for row in differing[:MAX_EXAMPLES].tolist()
            ],
        )
    codes: Integers = first.dictionary_encode().indices.to_numpy(zero_copy_only=False).astype(np.int64)
    return codes


def named(side: ComparedSide, row: int) -> str:
    """A sample as messages name it: by its id, or by its position."""
    if side.ids is None:
        return f"Sample {row:,}"
    return f"Sample “{side.ids[row].as_py()[:ID_LENGTH]}”"


def _groups(column: str, name: str, side: ComparedSide) -> "pa.Array[Any]":
    if side.groups is None:
        raise RunsNotComparable(f"The {name} has no column “{column[:ID_LENGTH]}” of metadata to group its samples by.")
    texts = pc.utf8_trim_whitespace(side.groups.cast(pa.string()))
    without = np.flatnonzero(pc.equal(texts.fill_null(""), "").to_numpy(zero_copy_only=False))
    if len(without):
        have = form(len(without), "has", "have")
        raise RunsNotComparable(
            f"{counted(len(without), 'sample')} of the {name} {have} no value of “{column[:ID_LENGTH]}”, so that their "
            "group is not known.",
            [*_examples(name, side, without[:MAX_EXAMPLES].tolist())],
        )
    return texts


def _examples(name: str, side: ComparedSide, rows: list[int]) -> Iterator[Fault]:
    for row in rows:
        yield Fault(f"/{name}", f"{named(side, row)} has no group.")


def _both(first: "pa.Array[Any]", second: "pa.Array[Any]", row: int) -> str:
    return " and ".join(f"“{groups[row].as_py()[:ID_LENGTH]}”" for groups in (first, second))
