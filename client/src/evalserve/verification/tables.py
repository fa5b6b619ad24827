"""Columns of a file by their names, as texts: read without the service, and without any library that is not there."""

import csv
import gzip
import io
import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from evalserve.errors import InputRefused
from evalserve.verification import arrays
from evalserve.verification.cells import SPACE, text_of

_GZIP, _PARQUET, _ARROW, _ZIP = b"\x1f\x8b", b"PAR1", b"ARROW1", b"PK"
# The second one is what pzstd writes before each frame.
_ZSTD = (b"\x28\xb5\x2f\xfd", b"\x50\x2a\x4d\x18")
_STREAM = b"\xff\xff\xff\xff"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_SEPARATORS = (",", ";", "\t", "|")

Table = Mapping[str, Sequence[str]]


def read(path: Path, names: Sequence[str]) -> Table:
    """Return the columns of a file, of which some are known by name; raises InputRefused and OSError."""
    content = _unpacked(path)
    if content.startswith((_PARQUET, _ARROW, _STREAM)):
        return arrays.from_arrow(content, path.name)
    if content.startswith(_ZIP):
        return arrays.from_npz(content, path.name)
    try:
        text = content.decode("utf-16" if content.startswith(_UTF16) else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputRefused(f"{path.name} is no text that can be read here.") from error
    if text.lstrip()[:1] in {"{", "["}:
        return _from_json(text, path.name)
    return _from_text(text, names, path.name)


def _unpacked(path: Path) -> bytes:
    content = path.read_bytes()
    try:
        if content.startswith(_GZIP):
            return gzip.decompress(content)
        return arrays.unpack_zstd(content, path.name) if content.startswith(_ZSTD) else content
    except (OSError, EOFError, zlib.error) as error:
        raise InputRefused(f"{path.name} is packed, and cut off or damaged.") from error


def _from_text(text: str, names: Sequence[str], filename: str) -> Table:
    """The separator is the one by which the header has the most of the known names."""
    lines = io.StringIO(text, newline="")
    at = 0
    while (line := lines.readline()).lstrip(" \t").startswith("#") or line.lower().startswith("sep="):
        at = lines.tell()

    def cells(separator: str) -> Iterator[list[str]]:
        lines.seek(at)
        return csv.reader(lines, delimiter=separator)

    headers = {separator: _stripped(next(cells(separator), [])) for separator in _SEPARATORS}
    separator = max(headers, key=lambda one: len({*headers[one]} & {*names}))
    header = headers[separator]
    rows = (row for row in cells(separator) if any(map(str.strip, row)))
    if not {*header} & {*names}:
        # Without a header, columns are known by their positions.
        separator = max(headers, key=lambda one: len(headers[one]))
        header = [f"c{position}" for position in range(len(headers[separator]))]
        rows = (row for row in cells(separator) if any(map(str.strip, row)))
    else:
        next(rows, None)
    kept = list(rows)
    if any(len(row) < len(header) for row in kept):
        raise InputRefused(f"{filename} has rows of different lengths.")
    return {name: [row[at].strip(SPACE) for row in kept] for at, name in enumerate(header)}


def _from_json(text: str, filename: str) -> Table:
    try:
        value = json.loads(text)
    except ValueError:
        try:
            value = [json.loads(line) for line in text.splitlines() if line.strip()]
        except ValueError as error:
            raise InputRefused(f"{filename} is not JSON.") from error
    if isinstance(value, dict):
        value = value.get("records", value.get("data", value) if "columns" not in value else value)
    if isinstance(value, dict) and isinstance(value.get("data"), list) and isinstance(value.get("columns"), list):
        names = [str(name) for name in value["columns"]]
        value = [dict(zip(names, row, strict=True)) for row in value["data"]]
    if isinstance(value, dict):
        return _from_columns(value, filename)
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
        raise InputRefused(f"{filename} is no table of JSON that can be read here.")
    flat = [_flat(row) for row in value]
    return {
        name: [text_of(row.get(name)) for row in flat] for name in dict.fromkeys(key for row in flat for key in row)
    }


def _from_columns(columns: Mapping[str, Any], filename: str) -> Table:
    """A list for each column, or as pandas writes by itself an object: the values by the names of their rows."""
    table: dict[str, Sequence[str]] = {}
    rows: list[str] | None = None
    for name, cells in columns.items():
        if isinstance(cells, dict):
            rows = [*cells] if rows is None else rows
            if cells.keys() != set(rows):
                raise InputRefused(f"{filename} has other rows in the column {name!r} than in the first.")
            table[name] = [text_of(cells[row]) for row in rows]
        elif isinstance(cells, list):
            table[name] = [text_of(cell) for cell in cells]
    return table


def _flat(row: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in row.items():
        found |= _flat(value, f"{before}{name}.") if isinstance(value, dict) else {before + name: value}
    return found


def _stripped(cells: Sequence[str]) -> list[str]:
    return [cell.strip(SPACE) for cell in cells]
