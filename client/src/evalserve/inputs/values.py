"""The values of a vector of whatever library, one for each sample, in the order of the samples."""

from array import array
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from typing import Any

from evalserve.errors import InputRefused

_TWO = 2
# What a single sample may have: text, and the containers of several labels or of the scores of several classes.
_OF_A_SAMPLE = (str, bytes, list, tuple, set, frozenset, Mapping)
_SINGLES = frozenset({"float16", "float32"})


def vector(values: Any, name: str) -> Sequence[Any]:
    """Return a vector as Python's own values; numbers of 32 bits as an array of them, which keeps their precision.

    Raises InputRefused for what is none, or holds what is no value.
    """
    values = _column_of(values, name)
    is_column, has_singles = _is_column(values), is_single(values)
    if hasattr(values, "detach"):
        values = values.detach().cpu()
    for convert in ("to_pylist", "tolist", "to_list"):
        if hasattr(values, convert):
            values = getattr(values, convert)()
            break
    if isinstance(values, str | bytes | Mapping | set | frozenset) or not isinstance(values, Iterable):
        raise InputRefused(f"{name} needs a value for each sample, and is a single {type(values).__name__}.")
    values = [row[0] for row in values] if is_column else list(values)
    kinds = set(map(type, values))
    has_singles |= bool(kinds) and all(map(_is_single_kind, kinds))
    values = _plain(values, kinds, name)
    return array("f", values) if has_singles and set(map(type, values)) == {float} else values


def _column_of(values: Any, name: str) -> Any:
    """The column of a table of one, and a sparse matrix with its zeros; anything else as it is."""
    if hasattr(values, "toarray"):
        return values.toarray()
    names = (
        getattr(values, "column_names", None) if hasattr(values, "column_names") else getattr(values, "columns", None)
    )
    if names is None or isinstance(values, Mapping):
        return values
    if len(names) != 1:
        raise InputRefused(
            f"{name} is a table of {len(names):,} columns, and not a value for each sample: take one of them, or send "
            "its rows by .to_numpy(), with classes=[...] in the order of its columns."
        )
    return values[names[0]]


def _is_column(values: Any) -> bool:
    """Return whether an array has one value in each row, as many models return them; lists are sets of labels."""
    shape: Any = getattr(values, "shape", ())
    return hasattr(values, "tolist") and len(shape) == _TWO and shape[1] == 1


def is_single(values: Any) -> bool:
    """Return whether an array has numbers of 32 bits, or of 16."""
    return (isinstance(values, array) and values.typecode == "f") or _is_single_kind(getattr(values, "dtype", None))


def _is_single_kind(kind: Any) -> bool:
    """Whether a type of NumPy, pandas, polars or PyTorch is of such numbers."""
    return str(getattr(kind, "__name__", kind)).rpartition(".")[2].lower() in _SINGLES


def _plain(values: list[Any], kinds: set[type], name: str) -> list[Any]:
    if any(hasattr(kind, "tolist") for kind in kinds):
        values = [value.tolist() if hasattr(value, "tolist") else value for value in values]
        kinds = set(map(type, values))
    for kind in kinds:
        if not issubclass(kind, _OF_A_SAMPLE) and (hasattr(kind, "__len__") or hasattr(kind, "shape")):
            raise InputRefused(f"{name} holds a {kind.__name__} where a sample has a value: send an array or a list.")
    return [_text(value, name) for value in values] if bytes in kinds else values


def _text(value: Any, name: str) -> Any:
    try:
        return value.decode() if isinstance(value, bytes) else value
    except UnicodeDecodeError as error:
        raise InputRefused(f"{name} holds bytes that are no text in UTF-8: decode them.") from error


def check_lengths(table: Mapping[str, Sequence[Any]]) -> None:
    """Raise InputRefused unless all columns have a value for each sample."""
    lengths = {name: len(values) for name, values in table.items()}
    if len(set(lengths.values())) > 1:
        said = ", ".join(f"{name} has {length:,}" for name, length in lengths.items())
        raise InputRefused(f"All columns need a value for each sample: {said}.")


def check_order(vectors: Mapping[str, Any]) -> None:
    """Raise InputRefused where two vectors of pandas have the same index in another order.

    Vectors are taken by position, as scikit-learn does; pandas itself would take these by their index.
    """
    indexed = [(name, one.index) for name, one in vectors.items() if hasattr(one, "iloc")]
    for (first, one), (second, other) in combinations(indexed, 2):
        if len(one) == len(other) and not one.equals(other) and one.is_unique and one.isin(other).all():
            raise InputRefused(
                f"{first} and {second} have the same index in another order, so that a row may be of two samples: "
                "bring them into one order, as by .reindex(), or send .to_numpy() if their rows belong together."
            )
