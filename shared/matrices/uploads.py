"""Labels as people bring them: two columns of a file, or two lists that they paste."""

import re
from collections.abc import Sequence
from typing import Literal, NamedTuple

from shared.evaluation.types import Label
from shared.kit.errors import Fault, InvalidInput
from shared.kit.spreadsheets import read_rows
from shared.matrices.counting import Vectors

Header = Literal["auto", "yes", "no"]

ACTUAL_NAMES = frozenset({"actual", "actual_vector", "actual_label", "truth", "true", "y_true", "ground_truth",
                          "target", "label", "gold", "reference", "expected"})  # fmt: skip
PREDICTED_NAMES = frozenset({"predicted", "predicted_vector", "predicted_label", "prediction", "pred", "y_pred",
                             "predict", "output", "guess", "estimate"})  # fmt: skip

_COLUMNS = 2
# A list, a tuple or an array.
_PRINTED = re.compile(r"(?:\w+\()?[\[(](?P<items>[^\[\]()]*)[\])](?:, *\w+=[^(),]*)*\)?", re.DOTALL)
_WHOLE = re.compile(r"[+-]?\d{1,15}")
_NUMBER = re.compile(r"[+-]?(\d{1,15}(\.\d{0,15})?|\.\d{1,15})([eE][+-]?\d{1,2})?")


class Pasted(NamedTuple):
    """Two lists of labels as texts: one label a line, all in one line, or a list as a program prints it."""

    actual: str
    predicted: str


def read_pasted(pasted: Pasted) -> Vectors:
    """The labels of two lists; raises InvalidInput where one is empty."""
    lists = {"actual": _listed(pasted.actual), "predicted": _listed(pasted.predicted)}
    faults = [Fault(f"/{name}", f"{name}: paste at least one label.") for name, labels in lists.items() if not labels]
    if faults:
        raise InvalidInput(*faults)
    return _vectors(lists["actual"], lists["predicted"])


def read_file(data: bytes, header: Header = "auto") -> Vectors:
    """The labels of a file's two columns, actual first unless the header row says otherwise.

    In a file of more columns the header has to name the two. Raises InvalidInput with the line at fault.
    """
    rows = read_rows(data, "/file")
    if not rows:
        raise InvalidInput(Fault("/file", "file: the file is empty; it needs one row for each sample."))
    names = [cell.lower().replace(" ", "_").replace("-", "_") for cell in rows[0]]
    has_header = header == "yes" or (header == "auto" and _is_header(rows, names))
    first, second = _places(names, has_header=has_header)
    body = rows[1:] if has_header else rows
    if not body:
        raise InvalidInput(Fault("/file", "file: the file has a header row but no samples."))
    for number, row in enumerate(body, start=2 if has_header else 1):
        if len(row) <= max(first, second) or not (row[first] and row[second]):
            detail = f"file: row {number} needs two labels, the actual and the predicted one."
            raise InvalidInput(Fault("/file", detail))
    return _vectors([row[first] for row in body], [row[second] for row in body])


def _is_header(rows: Sequence[Sequence[str]], names: Sequence[str]) -> bool:
    if {*names} & ACTUAL_NAMES and {*names} & PREDICTED_NAMES:
        return True
    # A word above numbers only.
    columns = list(zip(*(row[:_COLUMNS] for row in rows[1:] if len(row) >= _COLUMNS), strict=True))
    return bool(columns) and all(
        not _NUMBER.fullmatch(name) and all(map(_NUMBER.fullmatch, column))
        for name, column in zip(rows[0], columns, strict=False)
    )


def _places(names: Sequence[str], *, has_header: bool) -> tuple[int, int]:
    if has_header:
        actual = [i for i, name in enumerate(names) if name in ACTUAL_NAMES]
        predicted = [i for i, name in enumerate(names) if name in PREDICTED_NAMES]
        if len(actual) == len(predicted) == 1:
            return actual[0], predicted[0]
    if len(names) == _COLUMNS:
        return 0, 1
    columns = "1 column" if len(names) == 1 else f"{len(names)} columns"
    detail = (
        f"file: the first row has {columns}; keep the two with the actual and the predicted label, or "
        "name these two “actual” and “predicted” in a header row."
    )
    raise InvalidInput(Fault("/file", detail))


def _listed(text: str) -> list[str]:
    if printed := _PRINTED.fullmatch(text.strip()):
        return [part.strip("\"'") for part in _in_one_line(" ".join(printed["items"].split()).rstrip(", "))]
    lines = [line.strip() for line in text.strip().splitlines()]
    if len(lines) == 1:
        lines = _in_one_line(lines[0])
    return [line.strip('"') for line in lines] if any(lines) else []


def _in_one_line(text: str) -> list[str]:
    parts = re.split(r"[,;\t]", text)
    return [part.strip() for part in parts] if len(parts) > 1 else text.split()


def _vectors(actual: list[str], predicted: list[str]) -> Vectors:
    # As numbers where all of both are, so that 1 is 1.0 and ten comes after nine.
    if all(map(_WHOLE.fullmatch, actual)) and all(map(_WHOLE.fullmatch, predicted)):
        return Vectors([*map(int, actual)], [*map(int, predicted)])
    if all(map(_NUMBER.fullmatch, actual)) and all(map(_NUMBER.fullmatch, predicted)):
        return Vectors([*map(float, actual)], [*map(float, predicted)])
    texts: tuple[Sequence[Label], Sequence[Label]] = actual, predicted
    return Vectors(*texts)
