"""Columns of a file by their names, as texts: read without the service, and without any library that is not there."""

import csv
import gzip
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from evalserve.errors import InputRefused

_GZIP, _ZSTD, _PARQUET, _ARROW, _ZIP = b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"PAR1", b"ARROW1", b"PK"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_SEPARATORS = (",", ";", "\t", "|")
_SPACE = " \t\r\n\u00a0"

Table = Mapping[str, Sequence[str]]


def read(path: Path, names: Sequence[str]) -> Table:
    """Return the columns of a file, of which some are known by name; raises InputRefused and OSError."""
    with path.open("rb") as file:
        begin = file.read(8)
    if begin.startswith((_PARQUET, _ARROW)):
        return _from_arrow(path, is_parquet=begin.startswith(_PARQUET))
    if begin.startswith((_ZSTD, _ZIP)):
        raise InputRefused(f"{path.name} cannot be read here: unpack it, or send it as CSV, JSON or Parquet.")
    try:
        content = gzip.decompress(path.read_bytes()) if begin.startswith(_GZIP) else path.read_bytes()
        text = content.decode("utf-16" if content.startswith(_UTF16) else "utf-8-sig")
    except (UnicodeDecodeError, gzip.BadGzipFile, EOFError) as error:
        raise InputRefused(f"{path.name} is no text that can be read here.") from error
    if text.lstrip()[:1] in {"{", "["}:
        return _from_json(text, path.name)
    return _from_text(text, names, path.name)


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
    return {name: [row[at].strip(_SPACE) for row in kept] for at, name in enumerate(header)}


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
    if isinstance(value, dict) and isinstance(value.get("data"), list):
        names = [str(name) for name in value["columns"]]
        value = [dict(zip(names, row, strict=True)) for row in value["data"]]
    if isinstance(value, dict):
        return {str(name): [_text(cell) for cell in cells] for name, cells in value.items() if isinstance(cells, list)}
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
        raise InputRefused(f"{filename} is no table of JSON that can be read here.")
    flat = [_flat(row) for row in value]
    return {name: [_text(row.get(name)) for row in flat] for name in dict.fromkeys(key for row in flat for key in row)}


def _flat(row: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in row.items():
        found |= _flat(value, f"{before}{name}.") if isinstance(value, dict) else {before + name: value}
    return found


def _from_arrow(path: Path, *, is_parquet: bool) -> Table:
    if not find_spec("pyarrow"):
        raise InputRefused(f"{path.name} cannot be read without pyarrow: install it.")
    from pyarrow import feather, parquet  # noqa: PLC0415 -- optional, and slow to load

    table = parquet.read_table(path) if is_parquet else feather.read_table(path)
    return {name: [_text(cell) for cell in table.column(name).to_pylist()] for name in table.column_names}


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.strip(_SPACE) if isinstance(value, str) else repr(value)


def _stripped(cells: Sequence[str]) -> list[str]:
    return [cell.strip(_SPACE) for cell in cells]
