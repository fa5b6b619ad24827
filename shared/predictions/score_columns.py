"""The assignment of columns of scores to classes, by the common part of their names and the labels."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from shared.predictions.names import says_no_score, tokens
from shared.predictions.values import usual_number

_TWO = 2
# Of a label in thousands of names only the shortest texts around it matter.
_MAX_TRIED = 100


class ClassColumns(NamedTuple):
    """The column that holds the labels, the columns of scores, and the class of each of these as its name has it.

    `says_scores` is 2 if the names say that they hold probabilities, 1 if other scores, else 0. `rivals` are columns
    that may be the scores as well. `before` and `after` are the text around the class in all names.
    """

    labels: int
    columns: list[int]
    names: list[str]
    says_scores: int = 0
    rivals: tuple[int, ...] = ()
    before: str = ""
    after: str = ""
    label_count: int = 0


def class_columns(
    labels_at: int, labels: Collection[str], names: Sequence[str], candidates: Sequence[int], plain: Collection[int]
) -> list[ClassColumns]:
    """Find text before and after the class that all names of score columns share: `prob_cat`, `P (y=cat)`, `cat`.

    Every label must have its column, and there have to be two columns. A column with the same text around another
    name is that of a class that does not occur; without text around it, only the `plain` columns count,
    whose names have no other meaning. Each set of columns has a text of its own around the names.
    """
    if not labels:
        return []
    sets: list[ClassColumns] = []
    excluded: set[int] = set()
    label_set = {_same(label) for label in labels}
    name_set = {*names}
    for before, after in _around(labels, names, candidates)[:_MAX_TRIED]:
        if not all(any(f"{before}{text}{after}" in name_set for text in _spellings(label)) for label in labels):
            continue
        inner = {
            column: name[len(before) : len(name) - len(after)]
            for column in candidates
            if (name := names[column]).startswith(before)
            and name.endswith(after)
            and len(name) > len(before) + len(after)
        }
        if before[-1:].isalpha() and not any(label[0].isalpha() for label in labels):
            # Of `p0`, `p1` and `predict` the last is a word.
            inner = {column: text for column, text in inner.items() if not text[0].isalpha()}
        if not before and not after:
            inner = {column: name for column, name in inner.items() if column in plain or _same(name) in label_set}
        class_set = {_same(text) for text in inner.values()}
        own = {column for column, text in inner.items() if _same(text) in label_set}
        is_new = not own & excluded
        if len(inner) >= _TWO and len(class_set) == len(inner) and label_set <= class_set and is_new:
            excluded |= own
            said = says_scores(before, after)
            sets.append(ClassColumns(labels_at, [*inner], [*inner.values()], said, (), before, after, len(label_set)))
    return sets


def is_among(name: str, labels: Collection[str]) -> bool:
    """Return True if a class's name is one of the labels; 1 equals 1.0."""
    return _same(name) in {_same(label) for label in labels}


def says_scores(before: str, after: str = "") -> int:
    """Return 2 if the text around classes says that columns hold probabilities, 1 for other scores, else 0."""
    words = {*tokens(before), *tokens(after)}
    if says_no_score(words):
        return 0
    if any(word == "p" or word.startswith("prob") for word in words):
        return _TWO
    return int(any(word.startswith(("score", "conf")) for word in words))


def _around(labels: Collection[str], names: Sequence[str], candidates: Sequence[int]) -> list[tuple[str, str]]:
    # The longest label fits into the fewest names by accident.
    label = max(labels, key=lambda text: (len(text), text))
    spellings = _spellings(label)
    surroundings = []
    for column in candidates:
        for spelling in sorted(spellings, key=len, reverse=True):
            start = names[column].find(spelling)
            while start >= 0:
                surroundings.append((names[column][:start], names[column][start + len(spelling) :]))
                start = names[column].find(spelling, start + 1)
    # Least around it first: the class's name itself is its column.
    return sorted(set(surroundings), key=lambda pair: (len(pair[0]) + len(pair[1]), pair))


def _spellings(label: str) -> set[str]:
    number = usual_number(label)
    if number is None or number != int(number):
        return {label}
    return {label, str(int(number)), f"{number:.1f}"}


def _same(text: str) -> int | float | str:
    number = usual_number(text)
    return text if number is None else number
