"""What users hold their predictions in, as a file that the service reads and the columns in it."""

import csv
import difflib
import gzip
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from os import PathLike
from pathlib import Path
from typing import Any

from evalserve.downloads import download, is_address
from evalserve.errors import InputRefused

# Names of the columns that are made of vectors.
_TRUTH, _PREDICTION, _ID = "y_true", "y_pred", "id"

_TWO = 2


@dataclass(frozen=True)
class Roles:
    """What the columns are: names of columns, or the vectors themselves where there is no table."""

    y_true: Any = None
    y_pred: Any = None
    y_score: Any = None
    id: Any = None
    slices: Any = None
    positive: str | None = None
    classes: Sequence[Any] | None = None


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
        data, roles = _from_vectors(roles)
    if hasattr(data, "collect"):
        # A LazyFrame of polars has no rows yet.
        data = data.collect()
    with tempfile.TemporaryDirectory(prefix="evalserve-") as folder:
        path = _write(data, Path(folder))
        yield TableFile(path, path.name, columns_of(roles, _names(data)))


def columns_of(roles: Roles, names: Sequence[str] | None) -> dict[str, Any]:
    """Return the columns as the service takes them; names are checked where they are known."""
    columns: dict[str, Any] = {}
    for role, name in (("truth", roles.y_true), ("prediction", roles.y_pred), ("id", roles.id)):
        if name is not None:
            columns[role] = _known(name, names)
    if roles.slices is not None:
        wanted = [roles.slices] if isinstance(roles.slices, str) else roles.slices
        columns["slices"] = [_known(name, names) for name in wanted]
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


def _from_vectors(roles: Roles) -> tuple[dict[str, list[Any]], Roles]:
    """Make a table of vectors, and the roles of its columns."""
    if roles.y_true is None or (roles.y_pred is None and roles.y_score is None):
        raise InputRefused("y_true is needed, and y_pred or y_score beside it.")
    table: dict[str, list[Any]] = {_TRUTH: _vector(roles.y_true)}
    named: dict[str, Any] = {"y_true": _TRUTH, "positive": roles.positive}
    if roles.y_pred is not None:
        table[_PREDICTION], named["y_pred"] = _vector(roles.y_pred), _PREDICTION
    if roles.id is not None:
        table[_ID], named["id"] = _vector(roles.id), _ID
    if roles.y_score is not None:
        columns = _score_columns(roles)
        table |= columns
        named["y_score"] = {label.removeprefix("score_"): label for label in columns}
    if roles.slices is not None:
        if not isinstance(roles.slices, Mapping):
            raise InputRefused("Without a table, slices are a dictionary: the name of each, and its values.")
        table |= {str(name): _vector(values) for name, values in roles.slices.items()}
        named["slices"] = [str(name) for name in roles.slices]
    _check_lengths(table)
    return table, Roles(**named)


def _score_columns(roles: Roles) -> dict[str, list[Any]]:
    values = _vector(roles.y_score)
    if values and isinstance(values[0], list | tuple):
        if roles.classes is None:
            raise InputRefused("y_score has a column for each class: say which with classes=[...], in their order.")
        if any(len(row) != len(roles.classes) for row in values):
            raise InputRefused(f"Each row of y_score needs {len(roles.classes)} scores, one for each class.")
        return {f"score_{label}": [row[at] for row in values] for at, label in enumerate(roles.classes)}
    positive = roles.positive if roles.positive is not None else _usual_positive(_vector(roles.y_true))
    if positive is None:
        raise InputRefused("y_score is of the positive class: say which with positive='...'.")
    return {f"score_{positive}": values}


def _usual_positive(labels: Iterable[Any]) -> str | None:
    distinct = {str(label) for label in labels}
    return next((name for name in ("1", "True", "true") if name in distinct and len(distinct) <= _TWO), None)


def _vector(values: Any) -> list[Any]:
    """A list of Python's own values, of whatever a library's vector is."""
    if hasattr(values, "detach"):
        values = values.detach().cpu()
    if hasattr(values, "to_pylist"):
        values = values.to_pylist()
    elif hasattr(values, "tolist"):
        values = values.tolist()
    elif hasattr(values, "to_list"):
        values = values.to_list()
    return list(values)


def _check_lengths(table: Mapping[str, Sequence[Any]]) -> None:
    lengths = {name: len(values) for name, values in table.items()}
    if len(set(lengths.values())) > 1:
        said = ", ".join(f"{name} has {length:,}" for name, length in lengths.items())
        raise InputRefused(f"All columns need a value for each sample: {said}.")


def _names(data: Any) -> list[str]:
    if isinstance(data, Mapping):
        return [str(name) for name in data]
    return [str(name) for name in getattr(data, "column_names", None) or data.columns]


def _write(data: Any, folder: Path) -> Path:
    """Write a table as Parquet where pyarrow is there, otherwise as CSV."""
    if isinstance(data, Mapping):
        columns = {str(name): _vector(values) for name, values in data.items()}
        _check_lengths(columns)
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
    raise InputRefused(
        f"A {type(data).__name__} cannot be evaluated: send a DataFrame of pandas or polars, an Arrow table, "
        "a dictionary of columns, or the path of a file."
    )


def _write_pandas(data: Any, folder: Path) -> Path:
    if find_spec("pyarrow"):
        path = folder / "table.parquet"
        data.to_parquet(path, index=False)
        return path
    return _write_columns({str(name): data[name].tolist() for name in data.columns}, folder)


def _write_columns(columns: Mapping[str, list[Any]], folder: Path) -> Path:
    if find_spec("pyarrow"):
        import pyarrow as pa  # noqa: PLC0415 -- optional, and slow to load
        from pyarrow import parquet  # noqa: PLC0415 -- the same

        path = folder / "table.parquet"
        parquet.write_table(pa.table(dict(columns)), path)
        return path
    path = folder / "table.csv.gz"
    with gzip.open(path, "wt", newline="", encoding="utf-8", compresslevel=1) as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))
    return path
