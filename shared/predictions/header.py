"""Whether the first row of a table names the columns or is a sample."""

from collections import Counter
from collections.abc import Sequence
from typing import Literal, NamedTuple

from shared.predictions.names import is_bare, kind_of, paired
from shared.predictions.values import score, usual_number

Header = Literal["auto", "yes", "no"]

# What stands where a value is missing; no name.
_MISSING = frozenset({"", "na", "n/a", "nan", "null", "none", "nil", "-", "?", "inf", "-inf", "missing"})
_NAMING = frozenset({"truth", "prediction", "label", "score", "id", "weight", "count", "fold", "time", "derived"})
_PAIR = 2
# Fewer rows say nothing of how often a label occurs.
_SEVERAL = 3


class FirstRow(NamedTuple):
    """What the first row is, by which rule, and whether something decides it."""

    is_header: bool
    rule: str
    evidence: str
    is_certain: bool = True


def judge_first_row(first: Sequence[str], below: Sequence[Sequence[str]]) -> FirstRow:
    """Judge the first cells of columns by their names and by the cells `below` them, of each column."""
    kinds = [kind_of(cell) for cell in first]
    seen = [frozenset(column) for column in below]
    rules = (_same_names, _both_named, _names_classes, _repeated, _values, _words, _unlike)
    decided = (rule(first, kinds, below, seen) for rule in rules)
    found = next((one for one in decided if one is not None), None)
    if found is not None:
        return found
    is_open = bool(below and below[0]) and not any(usual_number(cell) is not None for cell in first)
    return FirstRow(is_header=False, rule="D3", evidence="no cell is a known name", is_certain=not is_open)


def _same_names(
    first: Sequence[str], kinds: Sequence[str], below: Sequence[Sequence[str]], seen: Sequence[frozenset[str]]
) -> FirstRow | None:
    """The same name above two columns, as `label` and `label`: it is a class only if it may be one."""
    if len(first) != _PAIR or first[0] != first[1] or first[0] in frozenset().union(*seen) or _is_number(first[0]):
        return None
    is_name = kinds[0] in {"truth", "prediction", "label"} and (kinds[0] == "label" or not is_bare(first[0]))
    # A single letter beside digits is a class as often: the X of an ISBN.
    is_word = kinds[0] != "other" or len(first[0]) > 1
    if is_name or (is_word and len(_words_above_numbers(first, below)) == _PAIR):
        evidence = f"“{first[0]}” stands above both columns"
        return FirstRow(is_header=True, rule="N", evidence=evidence, is_certain=kinds[0] != "other")
    counted = Counter(cell for column in below for cell in column)
    if below and len(below[0]) >= _SEVERAL and min(counted.values()) >= _PAIR:
        evidence = f"“{first[0]}” stands above both columns and never below"
        return FirstRow(is_header=True, rule="D3", evidence=evidence, is_certain=False)
    return None


def _both_named(
    first: Sequence[str], kinds: Sequence[str], below: Sequence[Sequence[str]], seen: Sequence[frozenset[str]]
) -> FirstRow | None:
    truths = [i for i, kind in enumerate(kinds) if kind in {"truth", "label"}]
    predictions = [i for i, kind in enumerate(kinds) if kind == "prediction"]
    for truth, prediction in paired(first):
        truths.append(truth)
        predictions.append(prediction)
    everything = frozenset().union(*seen)
    rows = [*zip(*below, strict=True)]
    is_again = tuple(first) in rows and not all(is_bare(cell) for cell in first)
    if truths and predictions and (is_again or any(first[i] not in everything for i in predictions)):
        evidence = f"“{first[truths[0]]}” and “{first[predictions[0]]}” name the two sides"
        return FirstRow(is_header=True, rule="N", evidence=evidence)
    return None


def _names_classes(
    first: Sequence[str], _kinds: Sequence[str], below: Sequence[Sequence[str]], seen: Sequence[frozenset[str]]
) -> FirstRow | None:
    """`y,0,1` above rows of a label and two scores: the cells beside are the labels that occur below."""
    if len(first) <= _PAIR or not below or not below[0]:
        return None
    names = [_same(cell) for cell in first]
    numeric = [i for i, cells in enumerate(seen) if all(map(_is_number, cells))]
    for place, labels in enumerate(seen):
        beside = [i for i in numeric if i != place]
        classes = {names[i] for i in beside}
        found = {_same(cell) for cell in labels}
        if len(classes) < _PAIR or names[place] in classes | found or not found <= classes:
            continue
        return FirstRow(is_header=True, rule="C3", evidence="the cells beside the labels are their classes")
    return None


def _repeated(
    first: Sequence[str], _kinds: Sequence[str], _below: Sequence[Sequence[str]], seen: Sequence[frozenset[str]]
) -> FirstRow | None:
    filled = [cell for cell in first if cell]
    everything = frozenset().union(*seen)
    again = next((cell for cell in filled if filled.count(cell) > 1), None)
    if again is not None and (len(first) == _PAIR or again in everything):
        return FirstRow(is_header=False, rule="D3", evidence=f"“{again}” stands twice in the first row")
    known = [everything] * len(first) if len(first) == _PAIR else seen
    for cell, column in zip(first, known, strict=bool(seen)):
        if cell and cell in column:
            return FirstRow(is_header=False, rule="D3", evidence=f"“{cell}” occurs below the first row, too")
    return None


def _values(
    first: Sequence[str], _kinds: Sequence[str], below: Sequence[Sequence[str]], seen: Sequence[frozenset[str]]
) -> FirstRow | None:
    if first and all(map(_is_number, first)):
        # pandas names columns 0 and 1.
        is_certain = [*first] != ["0", "1"] or bool({*first} & frozenset().union(*seen)) or not (below and below[0])
        return FirstRow(is_header=False, rule="D3", evidence="the first row holds numbers only", is_certain=is_certain)
    for cell, column in zip(first, below, strict=bool(below)):
        if _is_number(cell) and all(map(_is_number, column)):
            return FirstRow(is_header=False, rule="D3", evidence=f"{cell} is a number like those below it")
    return None


def _words(
    first: Sequence[str], kinds: Sequence[str], below: Sequence[Sequence[str]], _seen: Sequence[frozenset[str]]
) -> FirstRow | None:
    strong = [cell for cell, kind in zip(first, kinds, strict=True) if kind in _NAMING and not is_bare(cell)]
    if strong:
        return FirstRow(is_header=True, rule="N", evidence=f"“{strong[0]}” is the name of a column")
    weak = [cell for cell, kind in zip(first, kinds, strict=True) if kind in _NAMING]
    if [*kinds] == ["truth", "truth"]:
        # True and true, which say nothing of a prediction.
        return None
    above = _words_above_numbers(first, below)
    if weak:
        named = {"truth", "prediction", "label", "score"} & {*kinds}
        is_certain = bool(named) and (bool(above) or len(weak) == len(first) or "" in first)
        return FirstRow(is_header=True, rule="N", evidence=f"“{weak[0]}” names a column", is_certain=is_certain)
    if above:
        is_certain = any("." in cell or "," in cell for i in above for cell in below[i])
        evidence = f"“{first[above[0]]}” stands above numbers"
        return FirstRow(is_header=True, rule="D3", evidence=evidence, is_certain=is_certain)
    return None


def _unlike(
    first: Sequence[str], _kinds: Sequence[str], below: Sequence[Sequence[str]], _seen: Sequence[frozenset[str]]
) -> FirstRow | None:
    """Of labels each of which occurs again, two that never do are hardly a sample."""
    counted = Counter(cell for column in below for cell in column)
    if len(first) != _PAIR or not below or len(below[0]) < _SEVERAL or min(counted.values()) < _PAIR:
        return None
    if any(cell in counted or _is_number(cell) or cell.casefold() in _MISSING for cell in first):
        return None
    return FirstRow(
        is_header=True, rule="D3", evidence="every label below occurs again, and these two never", is_certain=False
    )


def _words_above_numbers(first: Sequence[str], below: Sequence[Sequence[str]]) -> list[int]:
    if not below or not below[0]:
        return []
    found = [
        i
        for i, (cell, column) in enumerate(zip(first, below, strict=True))
        if cell.casefold() not in _MISSING and not _is_number(cell) and all(map(_is_number, column))
    ]
    # Of two columns of labels both have to say so: one may be numbers by accident.
    return found if len(first) != _PAIR or len(found) == _PAIR or _is_fractional(found, below) else []


def _is_fractional(found: Sequence[int], below: Sequence[Sequence[str]]) -> bool:
    return any("." in cell or "," in cell for i in found for cell in below[i])


def _same(cell: str) -> int | float | str:
    number = usual_number(cell)
    return cell if number is None else number


def _is_number(cell: str) -> bool:
    return score(cell.replace(",", ".")) is not None
