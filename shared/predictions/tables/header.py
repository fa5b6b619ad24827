"""The judgement whether the first row of a table is a header or a sample."""

from collections import Counter
from collections.abc import Sequence
from typing import Literal, NamedTuple

from shared.predictions.matrices.count_matrices import Likeness, likeness
from shared.predictions.tables.names import is_bare, kind_of, truth_prediction_pairs
from shared.predictions.values import score, usual_number

Header = Literal["auto", "yes", "no"]

# Marks of a missing value; none of them is a name.
_MISSING = frozenset({"", "na", "n/a", "nan", "null", "none", "nil", "-", "?", "inf", "-inf", "missing"})
_NAMING = frozenset({"truth", "prediction", "label", "score", "id", "weight", "count", "fold", "time", "derived"})
_PAIR = 2
# How pandas names two columns without names, and how a sample may look.
_UNNAMED = ["0", "1"]
# In fewer rows the frequency of a label has no meaning.
_SEVERAL = 3


class FirstRow(NamedTuple):
    """The judgement of the first row, the rule that decides it, its evidence, and whether it is certain."""

    is_header: bool
    rule: str
    evidence: str
    is_certain: bool = True


def judge_first_row(first: Sequence[str], columns_below: Sequence[Sequence[str]]) -> FirstRow:
    """Judge the first cells of columns by their names and by the cells below them, in `columns_below`."""
    kinds = [kind_of(cell) for cell in first]
    distinct = [frozenset(column) for column in columns_below]
    rules = (
        _repeats_one_name,
        _names_both_sides,
        _names_those_of_a_matrix,
        _names_classes,
        _repeats_values,
        _holds_values,
        _names_columns,
        _differs_from_labels,
    )
    verdicts = (rule(first, kinds, columns_below, distinct) for rule in rules)
    verdict = next((result for result in verdicts if result is not None), None)
    if verdict is not None:
        return verdict
    is_uncertain = bool(columns_below and columns_below[0]) and not any(
        usual_number(cell) is not None for cell in first
    )
    return FirstRow(is_header=False, rule="D3", evidence="no cell is a known name", is_certain=not is_uncertain)


def _repeats_one_name(
    first: Sequence[str],
    kinds: Sequence[str],
    columns_below: Sequence[Sequence[str]],
    distinct: Sequence[frozenset[str]],
) -> FirstRow | None:
    """The same name above two columns, as `label` and `label`: it is a class only if it may be one."""
    if len(first) != _PAIR or first[0] != first[1] or first[0] in frozenset().union(*distinct) or _is_number(first[0]):
        return None
    is_name = kinds[0] in {"truth", "prediction", "label"} and (kinds[0] == "label" or not is_bare(first[0]))
    # A single letter beside digits is a class as often: the X of an ISBN.
    is_word = kinds[0] != "other" or len(first[0]) > 1
    if is_name or (is_word and len(_words_above_numbers(first, columns_below)) == _PAIR):
        evidence = f"“{first[0]}” stands above both columns"
        return FirstRow(is_header=True, rule="N", evidence=evidence, is_certain=kinds[0] != "other")
    counts = Counter(cell for column in columns_below for cell in column)
    if columns_below and len(columns_below[0]) >= _SEVERAL and min(counts.values()) >= _PAIR:
        evidence = f"“{first[0]}” stands above both columns and never below"
        return FirstRow(is_header=True, rule="D3", evidence=evidence, is_certain=False)
    return None


def _names_both_sides(
    first: Sequence[str],
    kinds: Sequence[str],
    columns_below: Sequence[Sequence[str]],
    distinct: Sequence[frozenset[str]],
) -> FirstRow | None:
    truths = [i for i, kind in enumerate(kinds) if kind in {"truth", "label"}]
    predictions = [i for i, kind in enumerate(kinds) if kind == "prediction"]
    for truth, prediction in truth_prediction_pairs(first):
        truths.append(truth)
        predictions.append(prediction)
    all_cells = frozenset().union(*distinct)
    rows = [*zip(*columns_below, strict=True)]
    is_repeated = tuple(first) in rows and not all(is_bare(cell) for cell in first)
    if truths and predictions and (is_repeated or any(first[i] not in all_cells for i in predictions)):
        evidence = f"“{first[truths[0]]}” and “{first[predictions[0]]}” name the two sides"
        return FirstRow(is_header=True, rule="N", evidence=evidence)
    return None


def _names_those_of_a_matrix(
    first: Sequence[str],
    _kinds: Sequence[str],
    columns_below: Sequence[Sequence[str]],
    _distinct: Sequence[frozenset[str]],
) -> FirstRow | None:
    if likeness(first, columns_below) is not Likeness.MATRIX:
        return None
    return FirstRow(is_header=True, rule="C3", evidence="the cells are the classes in the rows below")


def _names_classes(
    first: Sequence[str],
    _kinds: Sequence[str],
    columns_below: Sequence[Sequence[str]],
    distinct: Sequence[frozenset[str]],
) -> FirstRow | None:
    """Recognise `y,0,1` above rows of a label and two scores: the other cells are the labels that occur below."""
    if len(first) <= _PAIR or not columns_below or not columns_below[0]:
        return None
    names = [_number_or_text(cell) for cell in first]
    numeric = [i for i, cells in enumerate(distinct) if all(map(_is_number, cells))]
    for column, labels in enumerate(distinct):
        score_columns = [i for i in numeric if i != column]
        classes = {names[i] for i in score_columns}
        label_set = {_number_or_text(cell) for cell in labels}
        if len(classes) < _PAIR or names[column] in classes | label_set or not label_set <= classes:
            continue
        return FirstRow(is_header=True, rule="C3", evidence="the cells beside the labels are their classes")
    return None


def _repeats_values(
    first: Sequence[str],
    _kinds: Sequence[str],
    _columns_below: Sequence[Sequence[str]],
    distinct: Sequence[frozenset[str]],
) -> FirstRow | None:
    filled = [cell for cell in first if cell]
    all_cells = frozenset().union(*distinct)
    duplicate = next((cell for cell in filled if filled.count(cell) > 1), None)
    if duplicate is not None and (len(first) == _PAIR or duplicate in all_cells):
        return FirstRow(is_header=False, rule="D3", evidence=f"“{duplicate}” stands twice in the first row")
    labels_below = [all_cells] * len(first) if len(first) == _PAIR else distinct
    for cell, column in zip(first, labels_below, strict=bool(distinct)):
        if cell and cell in column:
            evidence = f"“{cell}” occurs below the first row, too"
            return FirstRow(is_header=False, rule="D3", evidence=evidence, is_certain=[*first] != _UNNAMED)
    return None


def _holds_values(
    first: Sequence[str],
    _kinds: Sequence[str],
    columns_below: Sequence[Sequence[str]],
    _distinct: Sequence[frozenset[str]],
) -> FirstRow | None:
    if first and all(map(_is_number, first)):
        is_certain = [*first] != _UNNAMED or not (columns_below and columns_below[0])
        return FirstRow(is_header=False, rule="D3", evidence="the first row holds numbers only", is_certain=is_certain)
    for cell, column in zip(first, columns_below, strict=bool(columns_below)):
        if _is_number(cell) and all(map(_is_number, column)):
            return FirstRow(is_header=False, rule="D3", evidence=f"{cell} is a number like those below it")
    return None


def _names_columns(
    first: Sequence[str],
    kinds: Sequence[str],
    columns_below: Sequence[Sequence[str]],
    _distinct: Sequence[frozenset[str]],
) -> FirstRow | None:
    strong = [cell for cell, kind in zip(first, kinds, strict=True) if kind in _NAMING and not is_bare(cell)]
    if strong:
        return FirstRow(is_header=True, rule="N", evidence=f"“{strong[0]}” is the name of a column")
    weak = [cell for cell, kind in zip(first, kinds, strict=True) if kind in _NAMING]
    if [*kinds] == ["truth", "truth"]:
        # True and true: neither of them names a prediction.
        return None
    word_columns = _words_above_numbers(first, columns_below)
    if weak:
        roles = {"truth", "prediction", "label", "score"} & {*kinds}
        is_certain = bool(roles) and (bool(word_columns) or len(weak) == len(first) or "" in first)
        return FirstRow(is_header=True, rule="N", evidence=f"“{weak[0]}” names a column", is_certain=is_certain)
    if word_columns:
        is_certain = any("." in cell or "," in cell for i in word_columns for cell in columns_below[i])
        evidence = f"“{first[word_columns[0]]}” stands above numbers"
        return FirstRow(is_header=True, rule="D3", evidence=evidence, is_certain=is_certain)
    return None


def _differs_from_labels(
    first: Sequence[str],
    _kinds: Sequence[str],
    columns_below: Sequence[Sequence[str]],
    _distinct: Sequence[frozenset[str]],
) -> FirstRow | None:
    """Recognise a first row whose two cells never occur again, although every label below does."""
    counts = Counter(cell for column in columns_below for cell in column)
    if len(first) != _PAIR or not columns_below or len(columns_below[0]) < _SEVERAL or min(counts.values()) < _PAIR:
        return None
    if any(cell in counts or _is_number(cell) or cell.casefold() in _MISSING for cell in first):
        return None
    return FirstRow(
        is_header=True, rule="D3", evidence="every label below occurs again, and these two never", is_certain=False
    )


def _words_above_numbers(first: Sequence[str], columns_below: Sequence[Sequence[str]]) -> list[int]:
    if not columns_below or not columns_below[0]:
        return []
    columns = [
        i
        for i, (cell, column) in enumerate(zip(first, columns_below, strict=True))
        if cell.casefold() not in _MISSING and not _is_number(cell) and all(map(_is_number, column))
    ]
    # Of two columns of labels both must be numbers: one may be so by accident.
    return columns if len(first) != _PAIR or len(columns) == _PAIR or _is_fractional(columns, columns_below) else []


def _is_fractional(columns: Sequence[int], columns_below: Sequence[Sequence[str]]) -> bool:
    return any("." in cell or "," in cell for i in columns for cell in columns_below[i])


def _number_or_text(cell: str) -> int | float | str:
    number = usual_number(cell)
    return cell if number is None else number


def _is_number(cell: str) -> bool:
    return score(cell.replace(",", ".")) is not None
