"""Whose scores a single column holds, by its name and by all predictions of the file."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from shared.predictions.scores.scored_class import UnnamedClass, scored_class
from shared.predictions.scores.single_score import positive_class
from shared.predictions.tables.names import tokens
from shared.runs.ingest.score_ranges import ScoreRange
from shared.runs.mapping import MappingQuestion, NeedsMapping

# Of so many predictions one may be off by rounding at the threshold.
_AGREEMENT = 0.999
_TWO = 2
_HALF = 0.5

# By the text of the prediction.
Ranges = Mapping[str, ScoreRange]


class ScoreMeaning(NamedTuple):
    """The class that the scores are of, None where they are those of the predicted class; and why.

    `notice` is what has to be said of it.
    """

    class_name: str | None
    evidence: str
    threshold: float | None = None
    notice: str | None = None


def of_named(name: str, classes: Sequence[str], truth_name: str) -> ScoreMeaning:
    """Whose scores a column without predictions holds, by its name; raises NeedsMapping."""
    if len(classes) != _TWO:
        detail = f"“{name}” is one column of scores, and the labels are of {len(classes)} classes; name a column of "
        raise NeedsMapping([MappingQuestion("scores", f"{detail}scores for each class, or predicted labels.")])
    said = scored_class(name, classes, truth_name)
    if isinstance(said, int):
        return ScoreMeaning(classes[said], f"“{name}” names the class “{classes[said]}”", _HALF)
    usual = positive_class(classes)
    if said is UnnamedClass.NOTHING and usual is not None:
        evidence = f"“{classes[usual]}” is the positive one of “{classes[0]}” and “{classes[1]}”"
        return ScoreMeaning(classes[usual], evidence, _HALF)
    detail = f"Nothing says which class the scores in “{name}” are of; send `scores` with that class and the column."
    raise NeedsMapping([MappingQuestion("scores", detail, [*classes])])


def of_predicted(name: str, classes: Sequence[str], truth_name: str, ranges: Ranges) -> ScoreMeaning:
    """Whose scores a column beside predictions holds: by its name, or else by them. Raises NeedsMapping."""
    found = _binary(name, ranges, classes) if len(classes) == _TWO else None
    if found is None and len(classes) > _TWO:
        found = _of_several(name, ranges, classes)
    said = scored_class(name, classes, truth_name) if len(classes) == _TWO else UnnamedClass.NOTHING
    named = classes[said] if isinstance(said, int) else None
    if named is not None and (found is None or found.class_name not in {None, named}):
        return _by_name(name, named, found)
    if found is None:
        detail = (
            f"The predictions do not tell whose scores “{name}” holds; send `scores` with their class, `confidence` "
        )
        raise NeedsMapping(
            [
                MappingQuestion(
                    "scores", f"{detail}if they are those of the predicted class, or `scores: null`.", [*classes]
                )
            ]
        )
    return found


def _of_several(name: str, ranges: Ranges, classes: Sequence[str]) -> ScoreMeaning | None:
    lowest, highest = min(part.lowest for part in ranges.values()), max(part.highest for part in ranges.values())
    if lowest >= 1 / len(classes):
        return ScoreMeaning(None, f"no score is below 1/{len(classes)}, whatever is predicted")
    # In a few rows not every class occurs.
    if _says_confidence(name) and lowest >= 0 and highest <= 1:
        return ScoreMeaning(None, f"“{name}” is a name of the confidence of predictions")
    return None


def _says_confidence(name: str) -> bool:
    words = tokens(name)
    # As PyCaret calls it.
    return any(word.startswith("conf") or word == "max" for word in words) or words == ("prediction", "score")


def _by_name(name: str, named: str, found: ScoreMeaning | None) -> ScoreMeaning:
    """The meaning that a name gives to scores which the predictions do not follow."""
    so = f"“{name}” names the class “{named}”"
    if found is None:
        return ScoreMeaning(named, so, None, f"{so}, and the predictions of the file do not follow from its scores.")
    told = f"{so}, and its scores are high where “{found.class_name}” is predicted: they are those of “{named}” here."
    return ScoreMeaning(named, so, None, told)


def _binary(column: str, ranges: Ranges, classes: Sequence[str]) -> ScoreMeaning | None:
    rows = sum(part.rows for part in ranges.values())
    for name in reversed(classes):
        agreeing = sum(part.high if text == name else part.rows - part.high for text, part in ranges.items())
        if agreeing >= _AGREEMENT * rows:
            return ScoreMeaning(
                name, f"scores from 0.5 are predicted as “{name}” in {agreeing:,} of {rows:,} rows", _HALF
            )
    separated = next(filter(None, (_separated(ranges, name) for name in reversed(classes))), None)
    if min(part.lowest for part in ranges.values()) < _HALF:
        return separated
    # Of a few rows either may be so by accident: they are asked about.
    if separated is None or _says_confidence(column):
        return ScoreMeaning(None, "no score is below 0.5, whatever is predicted")
    return None


def _separated(ranges: Ranges, name: str) -> ScoreMeaning | None:
    rest = [part.highest for text, part in ranges.items() if text != name]
    if name not in ranges or not rest or max(rest) >= ranges[name].lowest:
        return None
    threshold = ranges[name].lowest
    return ScoreMeaning(name, f"scores from {threshold:g} are predicted as “{name}”, all lower ones not", threshold)
