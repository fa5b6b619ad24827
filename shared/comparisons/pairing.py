"""Two sides as one: samples paired by id, classes aligned over the union."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from shared.comparisons.errors import RunsNotComparable
from shared.comparisons.grouping import ID_LENGTH, MAX_EXAMPLES, codes_of_groups, named
from shared.comparisons.sides import ComparedSide
from shared.comparisons.tasks import difference
from shared.evaluation.types import Integers, Label
from shared.kit.errors import Fault
from shared.kit.plurals import counted, form
from shared.runs.summary import Task, json_text

OTHER_WEIGHTS = (
    "The samples of one of the two have weights, and those of the other have none; read both with the same weights, or "
    "set `columns.weight` to null in both."
)


class PairedSamples(NamedTuple):
    """Samples in the order of the baseline: codes of what both say together, all of shape (n,).

    Codes are positions of classes, or of `sets` of positions of labels where samples have any number of these.
    `scores_of` returns the scores (2, n) of baseline and candidate for a class, or None where one has none.
    """

    classes: list[Label]
    truth: Integers
    baseline: Integers
    candidate: Integers
    ids: "pa.Array[Any] | None"
    baseline_confidence: NDArray[Any] | None
    candidate_confidence: NDArray[Any] | None
    scores_of: Callable[[int], NDArray[Any] | None]
    slices: Mapping[str, "pa.Array[Any]"]
    task: Task = "classification"
    sets: Sequence[Sequence[int]] = ()
    # Of each sample, the same in both; None where each counts once.
    weights: NDArray[Any] | None = None
    weighted_by: str | None = None
    # Columns of metadata by which the samples of either come in groups.
    grouped_by: Sequence[str] = ()
    # Codes of the groups of the samples (n,), where tests are of these.
    groups: Integers | None = None

    @property
    def k(self) -> int:
        """The number of codes."""
        return len(self.sets or self.classes)


class _Union(NamedTuple):
    """What both sides say together, and the code of each position of either side."""

    classes: list[Label]
    baseline: Integers
    candidate: Integers
    sets: Sequence[Sequence[int]] = ()

    @property
    def texts(self) -> list[Label]:
        """What each code stands for: a class, or the text of a set."""
        return [json_text([self.classes[at] for at in one]) for one in self.sets] or self.classes


def pair(baseline: ComparedSide, candidate: ComparedSide, *, group: str | None = None) -> PairedSamples:
    """Pair the samples, and their groups by a column.

    Raises RunsNotComparable where tasks, ids, truths, weights or groups differ, and says how many and which.
    """
    if baseline.task != candidate.task:
        raise RunsNotComparable(difference(baseline.task, candidate.task))
    order = _order(baseline, candidate)
    both = _union(baseline, candidate)
    classes, baseline_codes, candidate_codes, sets = both
    truth = baseline_codes[baseline.truth]
    shown = [] if baseline.is_private or candidate.is_private else both.texts
    _check_truths(baseline, truth, candidate_codes[candidate.truth][order], shown)
    _check_weights(baseline, candidate, order)

    def scores_of(code: int) -> NDArray[Any] | None:
        found = []
        for side, codes, rows in ((baseline, baseline_codes, slice(None)), (candidate, candidate_codes, order)):
            positions = np.flatnonzero(codes == code)
            scores = side.scores_of(int(positions[0])) if len(positions) else None
            if scores is None:
                return None
            found.append(scores[rows])
        # Of both sides with 32 bits a score keeps these: it takes half of the memory, and ranks as before.
        return np.array(found)

    return PairedSamples(
        classes,
        truth,
        baseline_codes[baseline.predicted],
        candidate_codes[candidate.predicted][order],
        baseline.ids,
        baseline.confidence,
        None if candidate.confidence is None else candidate.confidence[order],
        scores_of,
        baseline.slices,
        baseline.task,
        sets,
        baseline.weights,
        baseline.weighted_by,
        list(dict.fromkeys([*baseline.grouped_by, *candidate.grouped_by])),
        None if group is None else codes_of_groups(group, baseline, candidate, order),
    )


def _order(baseline: ComparedSide, candidate: ComparedSide) -> NDArray[np.int64]:
    """The candidate's row of each sample of the baseline."""
    n = len(baseline.truth)
    if baseline.ids is None and candidate.ids is None:
        if n != len(candidate.truth):
            raise RunsNotComparable(
                f"The baseline has {counted(n, 'sample')} and the candidate {len(candidate.truth):,}; without ids they "
                "are paired by position."
            )
        return np.arange(n)
    if baseline.ids is None or candidate.ids is None:
        side = "baseline" if baseline.ids is None else "candidate"
        raise RunsNotComparable(f"The {side} has no sample ids, by which the samples of the other could be found.")
    for name, side in (("baseline", baseline.ids), ("candidate", candidate.ids)):
        if repeated := len(side) - pc.count_distinct(side).as_py():
            detail = f"{repeated:,} sample ids of the {name} occur more than once, so they cannot be paired."
            raise RunsNotComparable(detail)
    return _matched(baseline.ids, candidate.ids)


def _matched(baseline: "pa.Array[Any]", candidate: "pa.Array[Any]") -> NDArray[np.int64]:
    found = pc.index_in(baseline, value_set=candidate)
    missing = pc.index_in(candidate, value_set=baseline)
    if found.null_count or missing.null_count:
        only = [("baseline", baseline.filter(found.is_null())), ("candidate", candidate.filter(missing.is_null()))]
        both = len(baseline) - found.null_count
        raise RunsNotComparable(
            f"{both:,} sample ids are in both, {found.null_count:,} only in the baseline and {missing.null_count:,} "
            "only in the candidate.",
            [
                Fault(f"/{name}", f"Only in the {name}: “{sample_id[:ID_LENGTH]}”.")
                for name, ids in only
                for sample_id in ids.slice(0, MAX_EXAMPLES).to_pylist()
            ],
        )
    rows: NDArray[np.int64] = found.to_numpy(zero_copy_only=False).astype(np.int64)
    return rows


def _check_truths(baseline: ComparedSide, truth: Integers, other: Integers, shown: Sequence[Label]) -> None:
    """Raise RunsNotComparable where truths differ; without the labels that may be shown it names no sample."""
    differing = np.flatnonzero(truth != other)
    if len(differing):
        examples = [
            Fault("/candidate", f"{named(baseline, row)}: “{shown[truth[row]]}” and “{shown[other[row]]}”.")
            for row in (differing[:MAX_EXAMPLES].tolist() if shown else ())
        ]
        have = form(len(differing), "has", "have")
        raise RunsNotComparable(f"{counted(len(differing), 'sample')} {have} another truth in the candidate.", examples)


def _check_weights(baseline: ComparedSide, candidate: ComparedSide, order: NDArray[np.int64]) -> None:
    """Raise RunsNotComparable where weights differ: two metrics of different weights differ for that alone."""
    if baseline.weights is None and candidate.weights is None:
        return
    if baseline.weights is None or candidate.weights is None:
        raise RunsNotComparable(OTHER_WEIGHTS)
    other = candidate.weights[order]
    differing = np.flatnonzero(baseline.weights != other)
    if len(differing):
        examples = [
            Fault("/candidate", f"{named(baseline, row)}: {baseline.weights[row]:.10g} and {other[row]:.10g}.")
            for row in differing[:MAX_EXAMPLES].tolist()
        ]
        raise RunsNotComparable(f"{len(differing):,} samples have another weight in the candidate.", examples)


def _union(baseline: ComparedSide, candidate: ComparedSide) -> _Union:
    """The classes of both, those of the baseline first, and likewise the sets of labels."""
    codes: dict[str, int] = {}
    classes: list[Label] = []
    for label in (*baseline.classes, *candidate.classes):
        if text_of(label) not in codes:
            codes[text_of(label)] = len(classes)
            classes.append(label)
    first, second = ([codes[text_of(label)] for label in side.classes] for side in (baseline, candidate))
    if baseline.task != "multilabel":
        return _Union(classes, np.array(first, np.int64), np.array(second, np.int64))
    said, also = (
        [tuple(sorted(own[at] for at in one)) for one in side.sets]
        for side, own in ((baseline, first), (candidate, second))
    )
    sets = {one: at for at, one in enumerate(dict.fromkeys([*said, *also]))}
    codes_of = [np.array([sets[one] for one in side], np.int64) for side in (said, also)]
    return _Union(classes, codes_of[0], codes_of[1], [*sets])


def text_of(label: Label) -> str:
    """The text by which the label of one side is that of the other: `1` of the number 1.0."""
    # Labels are numbers only where all of a side are: the other side may have them as texts.
    return str(int(label)) if isinstance(label, float) and label.is_integer() else str(label)
