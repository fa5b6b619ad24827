"""What users hold their predictions in, as a file that the service reads and the columns in it."""

import csv
import difflib
import gzip
import math
import struct
import tempfile
from array import array
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from importlib.util import find_spec
from os import PathLike
from pathlib import Path
from typing import Any

from evalserve.errors import InputRefused
from evalserve.inputs.downloads import download, is_address
from evalserve.inputs.roles import Roles
from evalserve.inputs.values import check_lengths, check_order, vector
from evalserve.inputs.vectors import from_vectors


@dataclass(frozen=True)
class TableFile:
    """A file with a table, and the columns of it as the service takes them."""

    path: Path
    filename: str
    columns: dict[str, Any] = field(default_factory=dict)


@contextmanager
def as_file(data: Any, roles: Roles) -> Iterator[TableFile]:
    """Yield the table as a file, which is deleted afterwards unless it was one before; raises InputRefused."""
    if is_address(data):
        with tempfile.TemporaryDirectory(prefix="evalserve-") as folder:
            file = download(data, Path(folder))
            yield TableFile(file.path, file.filename, columns_of(roles, None))
        return
    if isinstance(data, str | PathLike):
        path = Path(data)
        if not path.is_file():
            raise InputRefused(f"There is no file {path}.")
        yield TableFile(path, path.name, columns_of(roles, None))
        return
    if data is None:
        data, roles = from_vectors(roles)
    if hasattr(data, "collect"):
        # A LazyFrame of polars has no rows yet.
        data = data.collect()
    with tempfile.TemporaryDirectory(prefix="evalserve-") as folder:
        # Unknown columns are named before anything is written.
        columns = columns_of(roles, _names(data))
        try:
            path = _write(data, Path(folder))
        except UnicodeEncodeError as error:
            raise InputRefused("A text has half of a character (a surrogate), which no file can hold.") from error
        yield TableFile(path, path.name, columns)


def columns_of(roles: Roles, names: Sequence[str] | None) -> dict[str, Any]:
    """Return the columns as the service takes them; names are checked where they are known."""
    columns: dict[str, Any] = {}
    named = {"truth": roles.y_true, "prediction": roles.y_pred, "id": roles.id, "weight": roles.weight}
    for role, name in named.items():
        if name is not None:
            columns[role] = _known(name, names)
    if roles.slices is not None:
        wanted = [roles.slices] if isinstance(roles.slices, str) else roles.slices
        columns["slices"] = [_known(name, names) for name in wanted]
    if roles.indicators:
        columns["indicators"] = dict(roles.indicators)
    scores = _scores(roles)
    if scores:
        columns["scores"] = {label: _known(name, names) for label, name in scores.items()}
    elif isinstance(roles.y_score, str):
        _known(roles.y_score, names)
    return columns


def _scores(roles: Roles) -> dict[str, str]:
    """The column of the scores of each class, where that is said; a single column without a class says nothing."""
    score = roles.y_score
    if isinstance(score, Mapping):
        return {str(label): name for label, name in score.items()}
    if isinstance(score, str):
        return {roles.positive: score} if roles.positive is not None else {}
    if isinstance(score, list | tuple):
        labels = roles.classes if roles.classes is not None else score
        if len(labels) != len(score):
            raise InputRefused(f"y_score names {len(score)} columns, but there are {len(labels)} classes.")
        return {str(label): name for label, name in zip(labels, score, strict=True)}
    return {}


def _known(name: Any, names: Sequence[str] | None) -> str:
    if not isinstance(name, str):
        raise InputRefused(f"Beside a table, columns are given by name, not as {type(name).__name__}.")
    if names is not None and name not in names:
        near = difflib.get_close_matches(name, names, n=1)
        hint = f" Did you mean {near[0]!r}?" if near else f" It has {', '.join(map(repr, names[:20]))}."
        raise InputRefused(f"The table has no column {name!r}.{hint}")
    return name


def _names(data: Any) -> list[str]:
    named = data if isinstance(data, Mapping) else getattr(data, "column_names", None) or getattr(data, "columns", None)
    if named is None:
        raise _no_table(data)
    names = [str(name) for name in named]
    if again := next((name for at, name in enumerate(names) if name in names[:at]), None):
        raise InputRefused(f"Two columns of the table are called {again!r}: rename one.")
    return names


def _write(data: Any, folder: Path) -> Path:
    """Write a table as Parquet where pyarrow is there, otherwise as CSV."""
    if isinstance(data, Mapping):
        check_order({f"the column {name}": values for name, values in data.items()})
        columns = {str(name): vector(values, str(name)) for name, values in data.items()}
        check_lengths(columns)
        return _write_columns(columns, folder)
    kind = type(data).__module__.partition(".")[0]
    path = folder / "table.parquet"
    if kind == "polars":
        data.write_parquet(path)
        return path
    if kind == "pandas":
        return _write_pandas(data, folder)
    if kind == "pyarrow":
        from pyarrow import parquet  # noqa: PLC0415 -- it is there if the user's table is of it, and slow to load

        parquet.write_table(data, path)
        return path
    raise _no_table(data)


def _no_table(data: Any) -> InputRefused:
    return InputRefused(
        f"A {type(data).__name__} cannot be evaluated: send a DataFrame of pandas or polars, an Arrow table, "
        "a dictionary of columns, or the path or address of a file."
    )


def _write_pandas(data: Any, folder: Path) -> Path:
    if find_spec("pyarrow"):
        import pyarrow as pa  # noqa: PLC0415 -- optional, and slow to load

        path = folder / "table.parquet"
        # Values of several types in a column are left to the text.
        with suppress(pa.ArrowException):
            _without_private_types(data).to_parquet(path, index=False)
            return path
    return _write_text({str(name): vector(data[name], str(name)) for name in data.columns}, folder)


def _without_private_types(frame: Any) -> Any:
    """A frame of pandas with texts and numbers in place of the types that no other program reads from Parquet."""
    kinds = {name: type(kind).__name__ for name, kind in frame.dtypes.items()}
    sparse = {name: frame.dtypes[name].subtype for name, kind in kinds.items() if kind == "SparseDtype"}
    shown = [name for name, kind in kinds.items() if kind in {"PeriodDtype", "IntervalDtype"}]
    return frame.astype(sparse).assign(**{name: frame[name].map(str, na_action="ignore") for name in shown})


def _write_columns(columns: Mapping[str, Sequence[Any]], folder: Path) -> Path:
    if find_spec("pyarrow"):
        import pyarrow as pa  # noqa: PLC0415 -- optional, and slow to load
        from pyarrow import parquet  # noqa: PLC0415 -- the same

        path = folder / "table.parquet"
        # As above; so are whole numbers of more than 64 bits.
        with suppress(pa.ArrowException, OverflowError):
            kinds = {name: pa.float32() if isinstance(one, array) else None for name, one in columns.items()}
            parquet.write_table(pa.table({name: pa.array(one, kinds[name]) for name, one in columns.items()}), path)
            return path
    return _write_text(columns, folder)


def _write_text(columns: Mapping[str, Sequence[Any]], folder: Path) -> Path:
    path = folder / "table.csv.gz"
    with gzip.open(path, "wt", newline="", encoding="utf-8", compresslevel=1) as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        cells = [map(_single if isinstance(one, array) else _cell, one) for one in columns.values()]
        writer.writerows(zip(*cells, strict=True))
    return path


def _cell(value: Any) -> Any:
    """A value as a cell of a text: what is missing is empty, and no class called nan."""
    is_nan = isinstance(value, float) and math.isnan(value)
    return "" if value is None or is_nan or type(value).__name__ in {"NAType", "NaTType"} else value


def _single(value: float) -> str:
    """The shortest text of a number of 32 bits."""
    bits = struct.pack("f", value)
    return next(text for digits in range(6, 10) if struct.pack("f", float(text := f"{value:.{digits}g}")) == bits)
