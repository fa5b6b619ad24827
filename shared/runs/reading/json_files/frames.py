"""Objects of objects in JSON, as pandas writes a frame: one for each column (its default), or one for each row."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec
from msgspec import Raw

from shared.predictions.tables.names import kind_of
from shared.runs.errors import FileUnreadable

OF_A_ROLE = {"truth", "prediction", "label", "score"}
# The name that pandas gives in a CSV file to the column of the row names.
ROW_NAMES = ""

Record = dict[str, Raw]


def records_of_frame(parts: Mapping[str, Record]) -> list[Record]:
    """Return a record for each row; none where the objects have different keys, and so are no frame.

    Raises FileUnreadable where nothing says which keys are the names of columns.
    """
    outer, inner = [*parts], [*next(iter(parts.values()))]
    if any(part.keys() != {*inner} for part in parts.values()):
        return []
    if _are_columns(outer, inner):
        rows = [(name, {column: part[name] for column, part in parts.items()}) for name in inner]
    elif _are_columns(inner, outer):
        rows = [*parts.items()]
    else:
        detail = "The document is an object of objects, and nothing says whether they are its columns or its rows; "
        raise FileUnreadable(detail + 'write an array of records, such as by to_json(orient="records").')
    if _are_numbers([name for name, _ in rows]):
        return [row for _, row in rows]
    return [{ROW_NAMES: Raw(msgspec.json.encode(name)), **row} for name, row in rows]


def _are_columns(names: Sequence[str], others: Sequence[str]) -> bool:
    """Return True if these names are those of columns, and the others those of rows."""
    has_role, have_role = _has_role(names), _has_role(others)
    if has_role != have_role:
        return has_role
    return _are_numbers(others) and not _are_numbers(names)


def _has_role(names: Iterable[str]) -> bool:
    return any(kind_of(name) in OF_A_ROLE for name in names)


def _are_numbers(names: Sequence[str]) -> bool:
    return all(name == str(number) for number, name in enumerate(names))
