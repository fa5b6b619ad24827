"""A document of JSON as records: an array, pandas' forms, columns of lists, and any of them in an object around it."""

import mmap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec
from msgspec import Raw

from shared.predictions.tables.names import kind_of, tokens
from shared.runs.errors import FileUnreadable
from shared.runs.reading.json_files.faults import (
    refuse_annotations,
    refuse_batch,
    refuse_list,
    refuse_matrix,
    refuse_several,
    refuse_unnamed,
)
from shared.runs.reading.json_files.frames import OF_A_ROLE, ROW_NAMES, records_of_frame
from shared.runs.reading.json_files.members import Record, decoded, members_of, values_of
from shared.runs.reading.tables import NO_CLASS_NAMES, check_names, names_classes

# A document is decoded as a whole, at some 100 bytes for each value; lines are not.
_MAX_DOCUMENT_BYTES = 256 * 2**20
_NAMES = msgspec.json.Decoder(list[str])
# What programs call the names of columns and the rows beside them.
_HEADERS = frozenset({"columns", "header", "headers", "fields", "column_names"})
_ROWS = frozenset({"data", "rows", "values", "records"})
# What pandas calls the names of rows, and what Weights & Biases says of a table beside its rows.
_INDEX = "index"
_OF_TABLE = frozenset({"_type", "column_types", "ncols", "nrows"})
# An object around a table has few members; one of rows by their ids has as many as there are samples.
_MOST_AROUND = 20
# Programs put results into few objects.
_MOST_DEEP = 6
_MOST_NAMED = 5


class JsonDocument(NamedTuple):
    """The records of a document, what is said of it, and the classes that it names beside its records."""

    records: Iterable[Record]
    notices: list[str]
    class_names: Mapping[str, Sequence[str]] = NO_CLASS_NAMES


class _Members:
    """The members of an object by what they are; the values of its lists are decoded once."""

    def __init__(self, members: Record, where: str) -> None:
        self.all, self.where = members, where
        begins = {name: bytes(raw)[:1] for name, raw in members.items()}
        self.lists = {name: values_of(members[name], f"“{name}”") for name, begin in begins.items() if begin == b"["}
        self.objects = [name for name, begin in begins.items() if begin == b"{"]
        # Lists of records alone.
        self.tables = [name for name, values in self.lists.items() if values and all(map(_is_object, values))]

    @property
    def is_of_lists(self) -> bool:
        """Whether there is nothing else."""
        return bool(self.all) and len(self.lists) == len(self.all)

    def split(self) -> tuple[str, str] | None:
        """The keys of the names of columns and of the rows; None where there are none."""
        keys = self.all.keys()
        if {"columns", "data"} <= keys:
            return "columns", "data"
        headers, rows = sorted(keys & _HEADERS), sorted(keys & _ROWS)
        if len(headers) != 1 or len(rows) != 1 or not {*headers, *rows} <= self.lists.keys():
            return None
        are_texts = all(bytes(name).startswith(b'"') for name in self.lists[headers[0]])
        are_rows = all(bytes(row).startswith(b"[") for row in self.lists[rows[0]])
        return (headers[0], rows[0]) if are_texts and are_rows else None

    def names_rows(self) -> bool:
        """Whether a list beside columns and rows names the latter, each by one value."""
        return _INDEX in self.lists and not any(bytes(name)[:1] in {b"[", b"{"} for name in self.lists[_INDEX])

    def columns(self) -> list[str]:
        """The lists that are columns: those of both sides, and what is as long; none where the object is a record."""
        kinds = {name: kind_of(name) for name in self.lists}
        truths = [name for name, kind in kinds.items() if kind == "truth"]
        truths = truths or [name for name, kind in kinds.items() if kind == "label"]
        others = [name for name, kind in kinds.items() if kind in {"prediction", "score"}]
        if not truths or not others or self.names_a_sample():
            return []
        lengths = {len(self.lists[name]) for name in (*truths, *others)}
        return [name for name, values in self.lists.items() if len(values) in lengths]

    def names_a_sample(self) -> bool:
        """Whether a member that is neither a list nor an object is the id or a label of one sample."""
        plain = [name for name in self.all if name not in self.lists and name not in self.objects]
        return any(kind_of(name) in {"id", "truth", "prediction", "label"} for name in plain)

    def class_names(self) -> Mapping[str, Sequence[str]]:
        """The lists of texts that are named as those of the classes."""
        lists = {name: values for name, values in self.lists.items() if names_classes(name) and values}
        return {
            name: decoded(_NAMES, self.all[name], name)
            for name, values in lists.items()
            if all(bytes(value).startswith(b'"') for value in values)
        }

    def is_table(self) -> bool:
        """Whether the object holds rows in a form that needs no other one around it."""
        if self.split() is not None or {"schema", "data"} <= self.all.keys() or self.tables or self.columns():
            return True
        if not self.objects or len(self.objects) < len(self.all):
            return False
        rows = [members_of(self.all[name], f"“{name}”") for name in self.objects]
        return all(row.keys() == rows[0].keys() for row in rows) and any(kind_of(name) in OF_A_ROLE for name in rows[0])

    def holds_table(self, depth: int) -> bool:
        """Whether an object in this one, or in one of its objects so deep down, is a table."""
        if not depth or len(self.all) > _MOST_AROUND or self.names_a_sample():
            return False
        parts = [_Members(members_of(self.all[name], f"“{name}”"), "") for name in self.objects]
        return any(part.is_table() or part.holds_table(depth - 1) for part in parts)


def read_document(path: Path) -> JsonDocument:
    """Read a document of JSON; raises FileUnreadable."""
    if path.stat().st_size > _MAX_DOCUMENT_BYTES:
        detail = f"A JSON document of more than {_MAX_DOCUMENT_BYTES:,} bytes is not read; write JSON Lines."
        raise FileUnreadable(detail)
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        text = bytes(data).removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith(b"["):
        return JsonDocument(_of_array(values_of(text, "The document"), "Record"), [])
    return _of_object(_Members(members_of(text, "The document"), "The document"))


def _of_object(members: _Members) -> JsonDocument:
    refuse_annotations(members.all)
    if (keys := members.split()) is not None:
        read = [*keys, *_OF_TABLE, *([_INDEX] if members.names_rows() else [])]
        return JsonDocument(_split(members, *keys), _unread(members, read))
    if {"schema", "data"} <= members.all.keys():
        records = _of_array(values_of(members.all["data"], "data"), "Record")
        return JsonDocument(records, _unread(members, ["schema", "data"]))
    document = _of_tables(members) if members.tables else _of_lists(members)
    if document is None and members.objects and not members.names_a_sample():
        document = _of_objects(members)
    # One record alone is a file of one line.
    return document or JsonDocument([members.all], [])


def _of_tables(members: _Members) -> JsonDocument | None:
    """The records of the only list of them; columns of lists where others are as long."""
    tables, lists = members.tables, members.lists
    length = len(lists[tables[0]])
    equal = [name for name, values in lists.items() if len(values) == length]
    sides = [name for name in lists if name not in equal and kind_of(name) in {"truth", "prediction", "score"}]
    if len(equal) == 1 and len(tables) == 1 and not any(lists[name] for name in sides):
        return _read(members, tables, _of_array(lists[tables[0]], f"Record of “{tables[0]}”"))
    keys = [key for name in tables for key in members_of(lists[name][0], f"Record 1 of “{name}”")]
    if len(tables) > 1 and (not {*tables} <= {*equal} or len({*keys}) < len(keys)):
        refuse_several(tables)
    columns = [*equal, *sides]
    return _read(members, columns, _of_columns({name: lists[name] for name in columns}))


def _of_lists(members: _Members) -> JsonDocument | None:
    columns = members.columns()
    if not columns:
        refuse_matrix([name for name, values in members.lists.items() if _is_matrix(name, values)])
        columns = [*members.lists] if members.is_of_lists else []
    if len(columns) == 1:
        refuse_unnamed(columns[0], members.lists[columns[0]])
    if not columns:
        return None
    return _read(members, columns, _of_columns({name: members.lists[name] for name in columns}))


def _of_objects(members: _Members) -> JsonDocument | None:
    """The records of the only object that holds some, or of a frame, whose columns or rows are objects."""
    parts = {name: members_of(members.all[name], f"“{name}”") for name in members.objects}
    if len(parts) <= _MOST_AROUND:
        inner = {name: _Members(part, f"“{name}”") for name, part in parts.items()}
        holders = [name for name, part in inner.items() if part.is_table()]
        holders = holders or [name for name, part in inner.items() if part.holds_table(_MOST_DEEP)]
        if len(holders) == 1:
            document = _of_object(inner[holders[0]])
            around = _read(members, holders, document.records)
            class_names = {**around.class_names, **document.class_names}
            return JsonDocument(document.records, [*around.notices, *document.notices], class_names)
    if len(parts) < len(members.all):
        return None
    records = records_of_frame(parts)
    return JsonDocument(records, []) if records else None


def _is_matrix(name: str, values: Sequence[Raw]) -> bool:
    return bool({"confusion", "matrix", "cm"} & {*tokens(name)}) and all(bytes(one).startswith(b"[") for one in values)


def _is_object(value: Raw) -> bool:
    return bytes(value).startswith(b"{")


def _read(members: _Members, read: Sequence[str], records: Iterable[Record]) -> JsonDocument:
    """The records, which some members hold, and what the others say."""
    class_names = {name: names for name, names in members.class_names().items() if name not in read}
    return JsonDocument(records, _unread(members, [*read, *class_names]), class_names)


def _unread(members: _Members, read: Sequence[str]) -> list[str]:
    """What is said of members that are no part of the records."""
    others = [name for name in members.all if name not in read]
    if not others:
        return []
    names = ", ".join(f"“{name[:40]}”" for name in others[:_MOST_NAMED]) + (" …" if len(others) > _MOST_NAMED else "")
    return [f"{members.where} holds {names} beside its records; this was not read."]


def _of_array(values: Sequence[Raw], where: str) -> Iterator[Record]:
    for number, raw in enumerate(values, 1):
        refuse_list(bytes(raw), f"{where} {number:,}")
        members = members_of(raw, f"{where} {number:,}")
        if number == 1:
            refuse_batch(members, f"{where} 1")
        yield members


def _split(members: _Members, header: str, rows: str) -> Iterator[Record]:
    names = decoded(_NAMES, members.all[header], header)
    check_names(names)
    lines = values_of(members.all[rows], rows)
    ids = members.lists[_INDEX] if members.names_rows() else []
    if ids and len(ids) != len(lines):
        raise FileUnreadable(f"“{_INDEX}” names {len(ids):,} rows, and {rows} has {len(lines):,}.")
    is_named = any(bytes(name) != str(number).encode() for number, name in enumerate(ids))
    for number, raw in enumerate(lines, 1):
        cells = values_of(raw, f"Row {number:,} of {rows}")
        if len(cells) != len(names):
            detail = f"Row {number:,} of {rows} has {len(cells)} values, and there are {len(names)} columns."
            raise FileUnreadable(detail)
        named = {ROW_NAMES: ids[number - 1]} if is_named else {}
        yield named | dict(zip(names, cells, strict=True))


def _of_columns(columns: Mapping[str, Sequence[Raw]]) -> Iterator[Record]:
    lengths = {name: len(cells) for name, cells in columns.items()}
    if len({*lengths.values()}) > 1:
        (one, length), (other, second) = min(lengths.items(), key=_size), max(lengths.items(), key=_size)
        raise FileUnreadable(f"The column “{one}” has {length:,} values, and “{other}” has {second:,}.")
    for cells in zip(*columns.values(), strict=True):
        yield dict(zip(columns, cells, strict=True))


def _size(item: tuple[str, int]) -> int:
    return item[1]
