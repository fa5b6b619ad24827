"""Which columns hold the scores of which class, by what their names have in common with the labels."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from shared.predictions.names import tokens
from shared.predictions.values import usual_number

_TWO = 2
# Of a label in thousands of names only the shortest texts around it matter.
_MAX_TRIED = 100


class ClassColumns(NamedTuple):
    """The column that holds the labels, the columns of scores, and the class of each of these as its name has it.

    `says_scores` is 2 if the names say that they hold probabilities, 1 if other scores, else 0. `rivals` are columns
    that may be the scores as well.
    """

    labels: int
    columns: list[int]
    names: list[str]
    says_scores: int = 0
    rivals: tuple[int, ...] = ()


def class_columns(
    labels_at: int, labels: Collection[str], names: Sequence[str], candidates: Sequence[int], plain: Collection[int]
) -> list[ClassColumns]:
    """Find text before and after the class that all names of score columns share: `prob_cat`, `P (y=cat)`, `cat`.

    Every label must have its column, and there have to be two columns. A column with the same text around another
    name is that of a class that does not occur; without text around, only those are whose names say nothing else,
    which are `plain`. Each set of columns has a text of its own around the names.
    """
    if not labels:
        return []
    sets: list[ClassColumns] = []
    taken: set[int] = set()
    known = {_same(label) for label in labels}
    there = {*names}
    for before, after in _around(labels, names, candidates)[:_MAX_TRIED]:
        if not all(any(f"{before}{text}{after}" in there for text in _spellings(label)) for label in labels):
            continue
        inner = {
            place: name[len(before) : len(name) - len(after)]
            for place in candidates
            if (name := names[place]).startswith(before)
            and name.endswith(after)
            and len(name) > len(before) + len(after)
        }
        if before[-1:].isalpha() and not any(label[0].isalpha() for label in labels):
            # Of `p0`, `p1` and `predict` the last is a word.
            inner = {place: text for place, text in inner.items() if not text[0].isalpha()}
        if not before and not after:
            inner = {place: name for place, name in inner.items() if place in plain or _same(name) in known}
        found = {_same(text) for text in inner.values()}
        own = {place for place, text in inner.items() if _same(text) in known}
        is_new = not own & taken
        if len(inner) >= _TWO and len(found) == len(inner) and known <= found and is_new:
            taken |= own
            sets.append(ClassColumns(labels_at, list(inner), list(inner.values()), _says_scores(before, after)))
    return sets


def is_among(name: str, labels: Collection[str]) -> bool:
    """Whether a class's name is one of the labels; 1 is 1.0."""
    return _same(name) in {_same(label) for label in labels}


def _says_scores(before: str, after: str) -> int:
    words = {*tokens(before), *tokens(after)}
    if any(word == "p" or word.startswith("prob") for word in words):
        return _TWO
    return int(any(word.startswith(("score", "conf")) for word in words))


def _around(labels: Collection[str], names: Sequence[str], candidates: Sequence[int]) -> list[tuple[str, str]]:
    # The longest label fits into the fewest names by accident.
    label = max(labels, key=lambda text: (len(text), text))
    spellings = _spellings(label)
    found = []
    for place in candidates:
        for spelling in sorted(spellings, key=len, reverse=True):
            start = names[place].find(spelling)
            while start >= 0:
                found.append((names[place][:start], names[place][start + len(spelling) :]))
                start = names[place].find(spelling, start + 1)
    # Least around it first: the class's name itself is its column.
    return sorted(set(found), key=lambda pair: (len(pair[0]) + len(pair[1]), pair))


def _spellings(label: str) -> set[str]:
    number = usual_number(label)
    if number is None or number != int(number):
        return {label}
    return {label, str(int(number)), f"{number:.1f}"}


def _same(text: str) -> int | float | str:
    number = usual_number(text)
    return text if number is None else number
