"""The assignment of columns of scores to classes, by the common part of their names and the labels."""

from collections.abc import Collection, Iterable, Sequence
from itertools import accumulate, takewhile
from typing import NamedTuple

from shared.predictions.tables.names import says_no_score, tokens
from shared.predictions.values import number_or_text, score, usual_number

_TWO = 2
# Of a label in thousands of names only the shortest texts around it matter.
_MAX_TRIED = 100
# So many rows tell shares from other numbers, and so many ways to choose columns side by side are tried.
_ROWS = 200
_MAX_SPANS = 10_000
SUM_TOLERANCE = 0.01


class ClassColumns(NamedTuple):
    """The column that holds the labels, the columns of scores, and the class of each of these as its name has it.

    `says_scores` is 2 if the names say that they hold probabilities, 1 if other scores, else 0. `rivals` are columns
    that may be the scores as well, and `label_rivals` those that may be the labels. `before` and `after` are the text
    around the class in all names.
    """

    labels: int
    columns: list[int]
    names: list[str]
    says_scores: int = 0
    rivals: tuple[int, ...] = ()
    before: str = ""
    after: str = ""
    label_count: int = 0
    label_rivals: tuple[int, ...] = ()


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
    label_set = {number_or_text(label) for label in labels}
    name_set = {*names}
    for before, after in _around(labels, names, candidates)[:_MAX_TRIED]:
        if not all(any(f"{before}{text}{after}" in name_set for text in _spellings(label)) for label in labels):
            continue
        inner = _inner_texts(before, after, names, candidates)
        if before[-1:].isalpha() and not any(label[0].isalpha() for label in labels):
            # Of `p0`, `p1` and `predict` the last is a word.
            inner = {column: text for column, text in inner.items() if not text[0].isalpha()}
        if not before and not after:
            # Beside labels 0 and 1 a column called loss is none of a class.
            are_numbers = not any(isinstance(label, str) for label in label_set)
            others = {column for column in plain if not are_numbers or usual_number(names[column]) is not None}
            inner = {
                column: name for column, name in inner.items() if column in others or number_or_text(name) in label_set
            }
        class_set = {number_or_text(text) for text in inner.values()}
        own = {column for column, text in inner.items() if number_or_text(text) in label_set}
        is_new = not own & excluded
        if len(inner) >= _TWO and len(class_set) == len(inner) and label_set <= class_set and is_new:
            excluded |= own
            said = says_scores(before, after)
            sets.append(ClassColumns(labels_at, [*inner], [*inner.values()], said, (), before, after, len(label_set)))
    return sets


def _inner_texts(before: str, after: str, names: Sequence[str], candidates: Sequence[int]) -> dict[int, str]:
    """The text between `before` and `after` in each of the candidates' names that has any there, by column."""
    return {
        column: name[len(before) : len(name) - len(after)]
        for column in candidates
        if (name := names[column]).startswith(before) and name.endswith(after) and len(name) > len(before) + len(after)
    }


def of_one_truth(
    names: Sequence[str], columns: Sequence[Sequence[str]], found: Sequence[ClassColumns]
) -> ClassColumns | None:
    """The first of some sets of columns, with the other columns of labels that these may be the scores of.

    Such is a column of the sex of each person beside that of the outcome, both of 0 and 1. A constant is none, and the
    words before the classes may name the only one, unless it holds the class with the highest score of each row, as the
    predictions of a model do of which the scores have the name.
    """
    varied = [one for one in found if len({*columns[one.labels]}) > 1] or found
    words = [(one, {*tokens(names[one.labels])}) for one in varied]
    named = [one for one, own in words if own and own <= {*tokens(one.before)}]
    if not varied:
        return None
    if len(named) == 1 and (len(varied) == 1 or not _are_the_highest(named[0], columns)):
        return named[0]
    return varied[0]._replace(label_rivals=tuple(one.labels for one in varied[1:]))


def _are_the_highest(found: ClassColumns, columns: Sequence[Sequence[str]]) -> bool:
    """Return True if the label of each row is a class with the highest score in it."""
    names = [number_or_text(name) for name in found.names]
    rows = zip(*([number_in(cell) for cell in columns[at]] for at in found.columns), strict=True)
    return all(
        number_or_text(label) in {name for name, number in zip(names, row, strict=True) if number == max(row)}
        for label, row in zip(columns[found.labels], rows, strict=True)
    )


def without_others(found: ClassColumns, columns: Sequence[Sequence[str]], labels: Collection[str]) -> ClassColumns:
    """Leave out columns that are no scores of classes, such as an age, if the others sum to 1 in all rows.

    Those others are the columns of the labels that occur, or columns side by side that have these among them. Where
    the scores of the labels are shares and do not sum to 1, a column with other numbers is left out.
    """
    own = places_of(labels, found.names)
    if len(own) == len(found.names):
        return found
    if _sum_to_1(zip(*(columns[found.columns[place]] for place in own), strict=True)):
        return _part(found, own)
    by_column = [[number_in(cell) for cell in columns[at][:_ROWS]] for at in found.columns]
    low, high = -SUM_TOLERANCE, 1 + SUM_TOLERANCE
    are_shares = [all(low <= number <= high for number in numbers) for numbers in by_column]
    span = _span_of_shares(by_column, are_shares, range(own[0], own[-1] + 1))
    if span is None and all(are_shares[place] for place in own):
        return _part(found, [place for place, is_share in enumerate(are_shares) if is_share])
    return found if span is None else _part(found, span)


def _part(found: ClassColumns, places: Sequence[int]) -> ClassColumns:
    return found._replace(
        columns=[found.columns[place] for place in places], names=[found.names[place] for place in places]
    )


def _sum_to_1(rows: Iterable[Sequence[str]]) -> bool:
    return all(abs(sum(map(number_in, row)) - 1) <= SUM_TOLERANCE for row in rows)


def _span_of_shares(by_column: Sequence[Sequence[float]], are_shares: Sequence[bool], own: range) -> range | None:
    """The most columns side by side, these among them, that hold shares which sum to 1 in every row."""
    if not all(are_shares[own.start : own.stop]):
        return None
    before = sum(1 for _ in takewhile(bool, reversed(are_shares[: own.start])))
    behind = sum(1 for _ in takewhile(bool, are_shares[own.stop :]))
    if (1 + before) * (1 + behind) > _MAX_SPANS:
        return None
    rows = [[0.0, *accumulate(row)] for row in zip(*by_column, strict=True)]
    spans = [
        range(start, stop)
        for start in range(own.start - before, own.start + 1)
        for stop in range(own.stop, own.stop + behind + 1)
        if all(abs(row[stop] - row[start] - 1) <= SUM_TOLERANCE for row in rows)
    ]
    return max(spans, key=len, default=None)


def number_in(cell: str) -> float:
    """The number in a cell of scores, of which the highest may be marked by asterisks; 0 for any other text."""
    return score(cell.lstrip("*")) or 0.0


def places_of(labels: Collection[str], names: Sequence[str]) -> list[int]:
    """The places of the names of classes that are among the labels; 1 equals 1.0."""
    label_set = {number_or_text(label) for label in labels}
    return [place for place, name in enumerate(names) if number_or_text(name) in label_set]


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
