"""Samples with any number of labels: cells that hold lists, and columns of 0 and 1 for each label."""

import re
from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa

from shared.predictions.errors import UnreadablePredictions
from shared.predictions.lists.literals import read_literal
from shared.predictions.tables.names import says_no_class, tokens
from shared.runs.mapping import Indicator

_SET = re.compile(r"frozenset\((?P<items>\{.*\})\)", re.DOTALL)
# Quotes tell labels in a set from a word in brackets, and from an object of JSON.
_ENCLOSED = re.compile(
    r"[{(](?P<items>\s*+(?:'[^']*+'|\"[^\"]*+\")(?:\s*+,\s*+(?:'[^']*+'|\"[^\"]*+\"))*+\s*+,?\s*+)[})]"
)
_YES, _NO = frozenset({"1", "1.0", "true"}), frozenset({"0", "0.0", "false"})
_OF_TRUTH = frozenset({"true", "truth", "actual", "gt", "target", "y"})
_OF_PREDICTIONS = frozenset({"pred", "prediction", "predicted", "yhat"})
_OF_SCORES = frozenset({"p", "pr", "prob", "proba", "probability", "score", "logit"})
# One label by itself is a column of labels.
_FEWEST = 2


def read_set(cell: str, separator: str | None) -> str | None:
    """A cell as a JSON list of its labels in their order, equal for equal sets; None where it is no set of labels."""
    text = cell.strip()
    if separator is None:
        text = _as_list(text)
    if separator is not None:
        labels = [label.strip() for label in text.split(separator) if label.strip()]
    elif not text.startswith("["):
        return None
    elif not text[1:-1].strip():
        labels = [] if text.endswith("]") else [text]
    else:
        try:
            found = read_literal(text)
        except UnreadablePredictions:
            return None
        if found is None:
            return None
        labels = found
    labels = [label.strip() for label in labels]
    return None if len({*labels}) < len(labels) or "" in labels else written(labels)


def _as_list(text: str) -> str:
    """A set or a tuple as Python prints it, as a list; any other text as it is."""
    plain = _SET.sub(r"\g<items>", text)
    if plain in {"set()", "frozenset()", "()"}:
        return "[]"
    match = _ENCLOSED.fullmatch(plain)
    return f"[{match['items'].removesuffix(',')}]" if match else text


def written(labels: Sequence[str]) -> str:
    """A set of labels as its text."""
    return msgspec.json.encode(sorted(labels)).decode()


def labels_of(text: str) -> list[str]:
    """The labels of the text of a set."""
    return msgspec.json.decode(text, type=list[str])


def are_lists(cells: Sequence[str]) -> bool:
    """Whether all cells hold lists of labels."""
    distinct = {*cells}
    return bool(cells) and all(read_set(cell, None) is not None for cell in distinct) and not are_vectors(cells)


def fault_of_lists(cells: Sequence[str]) -> str | None:
    """What is wrong with cells that look like lists and are no sets of labels; None for any others."""
    if are_vectors(cells):
        return "a vector of 0 and 1 for each sample; write its class, or a column of 0 and 1 for each label and side."
    distinct = dict.fromkeys(cells)
    others = [cell for cell in distinct if read_set(cell, None) is None]
    if not others or _FEWEST * len(others) > len(distinct):
        return None
    return f"lists, and “{others[0][:40]}”, which is no list of different labels; write every cell alike."


def are_vectors(cells: Sequence[str]) -> bool:
    """Whether all cells hold as many numbers, each 0 or 1, as programs write the class or the labels of a sample."""
    found = [_items(cell) for cell in {*cells}]
    lengths = {len(items) for items in found}
    marks = {item for items in found for item in items}
    return len(lengths) == 1 and min(lengths) >= _FEWEST and marks <= _YES | _NO


def _items(cell: str) -> list[str]:
    """The items of a printed list, none of any other cell."""
    try:
        return [item.casefold() for item in read_literal(cell.strip()) or ()] if cell.lstrip().startswith("[") else []
    except UnreadablePredictions:
        return []


def is_marked(cell: str) -> bool | None:
    """What a cell of 0 or 1 says; None for any other text."""
    text = cell.strip().casefold()
    return text in _YES if text in _YES | _NO else None


def find_indicators(names: Sequence[str], columns: Sequence[Sequence[str]]) -> list[Indicator]:
    """The columns that are named as both sides of the same label, `true_cat` and `pred_cat`; none of fewer than two."""
    sides: dict[tuple[str, ...], dict[str, int]] = {}
    for at, name in enumerate(names):
        words = tokens(name)
        rest = tuple(word for word in words if word not in _OF_TRUTH | _OF_PREDICTIONS)
        side = {"truth" for word in words if word in _OF_TRUTH} | {
            "prediction" for word in words if word in _OF_PREDICTIONS
        }
        side = {"prediction"} if "prediction" in side else side
        if side and not all(map(says_no_class, rest)) and all(is_marked(cell) is not None for cell in {*columns[at]}):
            sides.setdefault(rest, {})[side.pop()] = at
    pairs = [(rest, found) for rest, found in sides.items() if len(found) == _FEWEST]
    indicators = [Indicator(_label(names[found["truth"]]), found["truth"], found["prediction"]) for _, found in pairs]
    return indicators if len(indicators) >= _FEWEST else []


def find_label_scores(names: Sequence[str], labels: Sequence[str]) -> dict[int, str]:
    """The columns that are named as the score of a label, `prob_cat`, by their positions.

    None of a label that several columns are named after, or that another label is spelled as.
    """
    spelled: dict[tuple[str, ...], list[str]] = {}
    for label in labels:
        spelled.setdefault(tokens(label), []).append(label)
    found: dict[str, list[int]] = {}
    for at, name in enumerate(names):
        words = tokens(name)
        for word, rest in ((words[:1], words[1:]), (words[-1:], words[:-1])):
            if {*word} & _OF_SCORES and len(spelled.get(rest, ())) == 1:
                found.setdefault(spelled[rest][0], []).append(at)
    return {positions[0]: label for label, positions in found.items() if len({*positions}) == 1}


def _label(name: str) -> str:
    """The label in the name of its column: what stands behind the words for the side."""
    rest = name
    for separator in ("_", " ", ".", "-", ":"):
        words = name.split(separator)
        while len(words) > 1 and words[0].casefold() in _OF_TRUTH | _OF_PREDICTIONS:
            words = words[1:]
        if len(separator.join(words)) < len(rest):
            rest = separator.join(words)
    return rest


def marked_sets(labels: Sequence[str], columns: Sequence[Any]) -> Any:
    """The sets that columns of 0 and 1 say, one for each label, as a dictionary array of their texts."""
    marks = np.column_stack([_marks(column) for column in columns])
    packed = np.packbits(marks, axis=1)
    distinct, codes = np.unique(packed, axis=0, return_inverse=True)
    hot = np.unpackbits(distinct, axis=1, count=len(labels)).astype(bool)
    texts = [written([label for label, is_in in zip(labels, row, strict=True) if is_in]) for row in hot.tolist()]
    return pa.DictionaryArray.from_arrays(pa.array(codes.reshape(-1).astype(np.int32)), pa.array(texts, pa.string()))


def _marks(column: Any) -> Any:
    said = np.array([bool(is_marked(text)) for text in column.dictionary.to_pylist()], bool)
    return said[column.indices.to_numpy()]
