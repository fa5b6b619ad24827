"""The class that a column of scores of two classes is of, by the words of its name."""

import re
from collections.abc import Sequence
from enum import Enum, auto

from shared.predictions.scores.single_score import positive_class
from shared.predictions.tables.names import join_words, says_no_class
from shared.predictions.values import usual_number

# A minus is that of a number only where no word stands before it.
_PIECE = re.compile(r"(?<![^\W_])-\d+(?:\.\d+)?|\d+(?:\.\d+)?|[^\W\d_]+")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_COMPLEMENT = re.compile(r"\s*1\s*[-−–]|.*[(=]\s*1\s*[-−–]\s*[^\W\d]")
_CLOSING = re.compile(r"[\"')\]}]*$")
_NEGATIONS = frozenset({"not", "no", "non", "without", "minus", "inverse", "inverted", "complement", "other", "rest"})
# Words for the two classes that are negative and positive by convention; a single letter may mean anything.
_CONVENTIONAL = (frozenset({"0", "false", "no", "neg", "negative"}), frozenset({"1", "true", "yes", "pos", "positive"}))
_GLUED = ("p", "pr", "prob", "proba")


class UnnamedClass(Enum):
    """Why a name gives neither class: no word in it refers to a class, or a word may."""

    NOTHING = auto()
    UNCLEAR = auto()


def scored_class(name: str, classes: Sequence[str], truth: str) -> int | UnnamedClass:
    """The position of the one class of two that the words of a column's name name, in any order, without case.

    Words of the name of the column of labels, `truth`, name a class only where no other word does.
    """
    if not all(map(_pieces, classes)):
        return _at_the_end(name, classes)
    if _COMPLEMENT.match(name):
        return UnnamedClass.UNCLEAR
    words = _pieces(name)
    matches = _longest({*_exact(words, classes), *_glued(words, classes)}) or _conventional(words, classes)
    about = {*_pieces(truth), join_words(truth)}
    own = {match for match in matches if not {*words[match[1] : match[2]]} <= about | {"y"}}
    if len({position for position, _, _ in matches}) > 1:
        matches = own
    covered = {i for _, start, end in matches for i in range(start, end)}
    other_words = {word for i, word in enumerate(words) if i not in covered}
    unknown_words = {word for word in other_words - about if not says_no_class(word)}
    named = {position for position, _, _ in matches}
    is_number = all(words[start].lstrip("-")[0].isdigit() for _, start, _ in matches)
    # The 0 of `model_0` is no class.
    if len(named) > 1 or other_words & _NEGATIONS or (is_number and unknown_words):
        return UnnamedClass.UNCLEAR
    return named.pop() if named else UnnamedClass.NOTHING


def says_complement(name: str) -> bool:
    """Return True if a name says that a column holds what is left of the scores of a class, as `1 - p` does."""
    return bool(_COMPLEMENT.match(name)) or bool(_NEGATIONS & {*_pieces(name)})


def _pieces(text: str) -> list[str]:
    words = [piece.casefold() for piece in _PIECE.findall(_CAMEL.sub("_", text))]
    numbers = [usual_number(word) for word in words]
    return [word if number is None else f"{number:g}" for word, number in zip(words, numbers, strict=True)]


def _exact(words: Sequence[str], classes: Sequence[str]) -> set[tuple[int, int, int]]:
    label_words = [_pieces(label) for label in classes]
    return {
        (position, start, start + len(pieces))
        for position, pieces in enumerate(label_words)
        for start in range(len(words) - len(pieces) + 1)
        if list(words[start : start + len(pieces)]) == pieces
    }


def _glued(words: Sequence[str], classes: Sequence[str]) -> set[tuple[int, int, int]]:
    return {
        (position, i, i + 1)
        for position, label in enumerate(classes)
        for i, word in enumerate(words)
        if len(label) > 1 and word in {prefix + label.casefold() for prefix in _GLUED}
    }


def _conventional(words: Sequence[str], classes: Sequence[str]) -> set[tuple[int, int, int]]:
    if positive_class(classes) is None:
        return set()
    return {
        (position, i, i + 1)
        for position, words_of_class in enumerate(_CONVENTIONAL)
        for i, word in enumerate(words)
        if word in words_of_class
    }


def _longest(matches: set[tuple[int, int, int]]) -> set[tuple[int, int, int]]:
    """Leave out what lies within another: of `not spam` the class `spam`."""
    return {
        (position, start, end)
        for position, start, end in matches
        if not any(low <= start and end <= high and (low, high) != (start, end) for _, low, high in matches)
    }


def _at_the_end(name: str, classes: Sequence[str]) -> int | UnnamedClass:
    """The class of which the name's end is the label, where one of them has neither letters nor digits."""
    plain = _CLOSING.sub("", name)
    positions = [position for position, label in enumerate(classes) if label and plain.endswith(label)]
    return max(positions, key=lambda position: len(classes[position]), default=UnnamedClass.NOTHING)
