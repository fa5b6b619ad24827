"""Whose scores one column of scores of two classes holds, by the words of its name."""

import re
from collections.abc import Sequence
from enum import Enum, auto

from shared.predictions.names import joined, says_no_class
from shared.predictions.single_score import positive_class
from shared.predictions.values import usual_number

# A minus is that of a number only where no word stands before it.
_PIECE = re.compile(r"(?<![^\W_])-\d+(?:\.\d+)?|\d+(?:\.\d+)?|[^\W\d_]+")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_COMPLEMENT = re.compile(r"\s*1\s*[-−–]|.*[(=]\s*1\s*[-−–]\s*[^\W\d]")
_CLOSING = re.compile(r"[\"')\]}]*$")
_NEGATIONS = frozenset({"not", "no", "non", "without", "minus", "inverse", "inverted", "complement", "other", "rest"})
# In words for the two classes that everybody takes for a negative and a positive one; a letter says too little.
_CONVENTIONAL = (frozenset({"0", "false", "no", "neg", "negative"}), frozenset({"1", "true", "yes", "pos", "positive"}))
_GLUED = ("p", "pr", "prob", "proba")


class Said(Enum):
    """What a name says that names neither class: nothing at all, or something that may be a class."""

    NOTHING = auto()
    UNCLEAR = auto()


def scored_class(name: str, classes: Sequence[str], truth: str) -> int | Said:
    """The place of the one class of two that the words of a column's name name, wherever they stand, without case.

    Words of the name of the column of labels, `truth`, name a class only where no other word does.
    """
    if not all(map(_pieces, classes)):
        return _at_the_end(name, classes)
    if _COMPLEMENT.match(name):
        return Said.UNCLEAR
    words = _pieces(name)
    matches = _longest({*_exact(words, classes), *_glued(words, classes)}) or _conventional(words, classes)
    about = {*_pieces(truth), joined(truth)}
    own = {match for match in matches if not {*words[match[1] : match[2]]} <= about | {"y"}}
    if len({place for place, _, _ in matches}) > 1:
        matches = own
    covered = {at for _, start, end in matches for at in range(start, end)}
    left = {word for at, word in enumerate(words) if at not in covered}
    open_words = {word for word in left - about if not says_no_class(word)}
    found = {place for place, _, _ in matches}
    is_number = all(words[start].lstrip("-")[0].isdigit() for _, start, _ in matches)
    # The 0 of `model_0` is no class.
    if len(found) > 1 or left & _NEGATIONS or (is_number and open_words):
        return Said.UNCLEAR
    return found.pop() if found else Said.NOTHING


def _pieces(text: str) -> list[str]:
    words = [piece.casefold() for piece in _PIECE.findall(_CAMEL.sub("_", text))]
    numbers = [usual_number(word) for word in words]
    return [word if number is None else f"{number:g}" for word, number in zip(words, numbers, strict=True)]


def _exact(words: Sequence[str], classes: Sequence[str]) -> set[tuple[int, int, int]]:
    wanted = [_pieces(label) for label in classes]
    return {
        (place, start, start + len(pieces))
        for place, pieces in enumerate(wanted)
        for start in range(len(words) - len(pieces) + 1)
        if list(words[start : start + len(pieces)]) == pieces
    }


def _glued(words: Sequence[str], classes: Sequence[str]) -> set[tuple[int, int, int]]:
    return {
        (place, at, at + 1)
        for place, label in enumerate(classes)
        for at, word in enumerate(words)
        if len(label) > 1 and word in {before + label.casefold() for before in _GLUED}
    }


def _conventional(words: Sequence[str], classes: Sequence[str]) -> set[tuple[int, int, int]]:
    if positive_class(classes) is None:
        return set()
    return {
        (place, at, at + 1)
        for place, usual in enumerate(_CONVENTIONAL)
        for at, word in enumerate(words)
        if word in usual
    }


def _longest(matches: set[tuple[int, int, int]]) -> set[tuple[int, int, int]]:
    """Leave out what lies within another: of `not spam` the class `spam`."""
    return {
        (place, start, end)
        for place, start, end in matches
        if not any(low <= start and end <= high and (low, high) != (start, end) for _, low, high in matches)
    }


def _at_the_end(name: str, classes: Sequence[str]) -> int | Said:
    """The class of which the name's end is the label, where one of them has neither letters nor digits."""
    plain = _CLOSING.sub("", name)
    places = [place for place, label in enumerate(classes) if label and plain.endswith(label)]
    return max(places, key=lambda place: len(classes[place]), default=Said.NOTHING)
