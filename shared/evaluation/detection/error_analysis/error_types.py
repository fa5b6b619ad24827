"""What is wrong with a detector's errors, and what each type costs (TIDE; Bolya et al. 2020)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

from shared.evaluation.detection.geometry.overlaps import Overlaps
from shared.evaluation.detection.matching.ranked_outcomes import Outcomes, Scene, missed
from shared.evaluation.detection.precision.class_precision import Ranking, by_class
from shared.evaluation.types import Floats, Integers

# From the first on a place is right, below the second it is background.
FOREGROUND, BACKGROUND = 0.5, 0.1

ErrorType = Literal["class", "location", "both", "duplicate", "background", "missed"]
ERROR_TYPES: tuple[ErrorType, ...] = get_args(ErrorType)
_CLASS, _LOCATION, _BOTH, _DUPLICATE, _BACKGROUND, _MISSED = range(len(ERROR_TYPES))


@dataclass(frozen=True)
class ErrorCost:
    """How many errors of a type there are, and by how much the AP at IoU 0.50 would rise without them, 0 to 1."""

    type: ErrorType
    count: int
    cost: float


class Errors(NamedTuple):
    """The type of each wrong candidate (n,), as position in ERROR_TYPES or -1, and its reference, or -1.

    `used` are the references that are found, `missed` those of which not even an error tells.
    """

    types: Integers
    references: Integers
    used: NDArray[np.intp]
    missed: NDArray[np.intp]


def classify(scene: Scene, found: Outcomes) -> Errors:
    """Tell the type of every error; outcomes are those at FOREGROUND, overlaps those from BACKGROUND on."""
    pairs = scene.overlaps
    pairs = pairs.where(found.is_wrong[pairs.candidates] & ~scene.references.is_uncounted[pairs.references])
    is_same = scene.references.classes[pairs.references] == scene.candidates.classes[pairs.candidates]
    is_used = np.zeros(len(scene.references), bool)
    is_used[found.partners[found.is_right]] = True
    count = len(scene.candidates)
    same, same_reference = _best(pairs.where(is_same), count)
    other, other_reference = _best(pairs.where(~is_same), count)
    used, _ = _best(pairs.where(is_same & is_used[pairs.references]), count)
    conditions = [
        (same >= BACKGROUND) & (same <= FOREGROUND),
        other >= FOREGROUND,
        used >= FOREGROUND,
        np.maximum(same, other) <= BACKGROUND,
    ]
    types = np.select(conditions, [_LOCATION, _CLASS, _DUPLICATE, _BACKGROUND], _BOTH)
    types = np.where(found.is_wrong, types, -1)
    references = np.select([types == _LOCATION, types == _CLASS], [same_reference, other_reference], -1)
    open_references = missed(scene, found, np.ones(count, bool))
    is_told = np.zeros(len(scene.references) + 1, bool)
    is_told[references] = True
    return Errors(types, references, np.flatnonzero(is_used), open_references[~is_told[open_references]])


def costs(scene: Scene, found: Outcomes, errors: Errors) -> list[ErrorCost]:
    """Mend the errors of one type at a time; the mean is over the classes that then occur, as in TIDE."""
    # What is in order is sorted in no time, once for each type.
    rows = scene.by_confidence[(found.is_right | found.is_wrong)[scene.by_confidence]]
    sought = scene.references.classes[~scene.references.is_uncounted]
    totals = np.bincount(sought, minlength=scene.class_count)
    ranking = Ranking(scene.candidates.classes[rows], scene.candidates.confidences[rows], found.is_right[rows], totals)
    base = _mean(ranking)
    counts = [*np.bincount(errors.types[errors.types >= 0], minlength=_MISSED).tolist(), len(errors.missed)]
    mended = _mended(scene, errors, ranking, rows)
    return [
        ErrorCost(name, int(count), max(_mean(one) - base, 0.0))
        for name, count, one in zip(ERROR_TYPES, counts, mended, strict=True)
    ]


def _mended(scene: Scene, errors: Errors, ranking: Ranking, rows: NDArray[np.intp]) -> Iterator[Ranking]:
    is_mended = np.zeros(len(scene.candidates), bool)
    is_mended[_surest(scene, errors)] = True
    for number in range(_MISSED):
        is_of_type = errors.types[rows] == number
        turned = is_of_type & is_mended[rows]
        true_classes = np.append(scene.references.classes, -1)[errors.references[rows]]
        classes = np.where(turned, true_classes, ranking.classes)
        kept = ~is_of_type | turned
        yield Ranking(classes[kept], ranking.confidences[kept], (ranking.is_right | turned)[kept], ranking.totals)
    gone = np.bincount(scene.references.classes[errors.missed], minlength=scene.class_count)
    yield ranking._replace(totals=ranking.totals - gone)


def _surest(scene: Scene, errors: Errors) -> NDArray[np.intp]:
    """Of the errors that an open reference could mend, the surest one of each reference."""
    is_open = np.ones(len(scene.references) + 1, bool)
    is_open[-1] = False
    is_open[errors.used] = False
    rows = np.flatnonzero(is_open[errors.references])
    rows = rows[np.argsort(-scene.candidates.confidences[rows], kind="stable")]
    _, firsts = np.unique(errors.references[rows], return_index=True)
    return rows[firsts]


def _best(pairs: Overlaps, count: int) -> tuple[Floats, Integers]:
    """The largest overlap of each candidate and its reference, of equals the first; 0 and -1 without any."""
    shares, references = np.zeros(count), np.full(count, -1, np.int64)
    # Pairs are in the order of candidate and reference.
    np.maximum.at(shares, pairs.candidates, pairs.iou)
    first = pairs.where(np.flatnonzero(pairs.iou == shares[pairs.candidates])[::-1])
    references[first.candidates] = first.references
    return shares, references


def _mean(ranking: Ranking) -> float:
    occurs = (ranking.totals > 0) | (np.bincount(ranking.classes, minlength=len(ranking.totals)) > 0)
    return float(by_class(ranking, "101-point")[occurs].mean()) if occurs.any() else 0.0
