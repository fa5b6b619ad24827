"""Which samples of two runs a gate compares, and whether the golden ones are right."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from shared.comparisons.sides import ComparedSide
from shared.evaluation.paired.gate_rule import Outcome
from shared.evaluation.types import Integers
from shared.gates.policy import GatePolicy
from shared.gates.results import GateReason
from shared.kit.plurals import counted, form
from shared.kit.quotes import listed

# More of them say nothing more.
MAX_EXAMPLES = 20


class CommonSamples(NamedTuple):
    """Both sides without the samples that only one has, the numbers of those, and what the gate says of them."""

    baseline: ComparedSide
    candidate: ComparedSide
    new: int
    removed: int
    reasons: list[GateReason]


def common(baseline: ComparedSide, candidate: ComparedSide, policy: GatePolicy) -> CommonSamples:
    """The samples that both sides have; sides without ids stay as they are, as they are paired by position."""
    if baseline.ids is None or candidate.ids is None:
        return CommonSamples(baseline, candidate, 0, 0, [])
    kept, also = pc.is_in(baseline.ids, value_set=candidate.ids), pc.is_in(candidate.ids, value_set=baseline.ids)
    removed, new = baseline.ids.filter(pc.invert(kept)), candidate.ids.filter(pc.invert(also))
    reasons = [
        *_unpaired("only in the candidate", policy.new_samples, new),
        *_unpaired("only in the baseline", policy.removed_samples, removed),
    ]
    if not reasons:
        return CommonSamples(baseline, candidate, 0, 0, [])
    return CommonSamples(
        _at(baseline, np.flatnonzero(kept.to_numpy(zero_copy_only=False))),
        _at(candidate, np.flatnonzero(also.to_numpy(zero_copy_only=False))),
        len(new),
        len(removed),
        reasons,
    )


def private_part(found: CommonSamples) -> str | None:
    """Why the samples that both have are not compared; None where they may be.

    A run of a single sample with a guessed label would tell whether that is the actual one.
    """
    is_private = found.baseline.is_private or found.candidate.is_private
    if not is_private or not found.new + found.removed:
        return None
    return "The dataset of a run is private, so that the two are compared only where both have all of its samples."


def golden(candidate: ComparedSide, golden_ids: Sequence[str]) -> list[GateReason]:
    """Whether the candidate has all golden samples right; nothing without golden samples."""
    if not golden_ids:
        return []
    if candidate.is_private:
        # Which of the named samples are right would tell their actual labels one by one.
        return [_golden("fail", "The dataset of the candidate is private, so that no sample of it can be golden.")]
    if candidate.ids is None:
        return [_golden("fail", "The candidate has no sample ids, so the golden samples cannot be found.")]
    positions = pc.index_in(pa.array(golden_ids, pa.string()), value_set=candidate.ids.cast(pa.string()))
    unknown = [sample_id for sample_id, row in zip(golden_ids, positions.to_pylist(), strict=True) if row is None]
    if unknown:
        text = f"{len(unknown):,} of {len(golden_ids):,} golden samples are not in the candidate: {listed(unknown)}."
        return [_golden("fail", text)]
    rows = positions.to_numpy()
    wrong = [
        sample_id
        for sample_id, is_right in zip(golden_ids, candidate.truth[rows] == candidate.predicted[rows], strict=True)
        if not is_right
    ]
    if wrong:
        text = f"The candidate has {len(wrong):,} of {len(golden_ids):,} golden samples wrong: {listed(wrong)}."
        return [_golden("fail", text)]
    which = "the golden sample" if len(golden_ids) == 1 else f"all {len(golden_ids):,} golden samples"
    return [_golden("pass", f"The candidate has {which} right.")]


def _golden(outcome: Outcome, text: str) -> GateReason:
    return GateReason(outcome=outcome, requirement="golden_samples", subject="golden samples", text=text)


def _unpaired(where: str, outcome: Outcome, ids: Any) -> list[GateReason]:
    if not len(ids):
        return []
    named = listed(ids.slice(0, MAX_EXAMPLES).to_pylist(), len(ids))
    text = f"{counted(len(ids), 'sample')} {form(len(ids), 'is', 'are')} {where}: {named}."
    return [GateReason(outcome=outcome, requirement="samples", subject=f"samples {where}", text=text)]


def _at(side: ComparedSide, rows: Integers) -> ComparedSide:
    taken = pa.array(rows)

    def scores_of(position: int) -> NDArray[Any] | None:
        scores = side.scores_of(position)
        return None if scores is None else scores[rows]

    return side._replace(
        truth=side.truth[rows],
        predicted=side.predicted[rows],
        ids=None if side.ids is None else side.ids.take(taken),
        confidence=None if side.confidence is None else side.confidence[rows],
        weights=None if side.weights is None else side.weights[rows],
        scores_of=scores_of,
        slices={name: values.take(taken) for name, values in side.slices.items()},
        groups=None if side.groups is None else side.groups.take(taken),
    )
