"""Columns of arrays: Parquet, Arrow and NumPy, read by their own libraries where these are there."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from typing import Any

from evalserve.errors import InputRefused
from evalserve.verification.cells import text_of

_PARQUET, _ARROW_FILE = b"PAR1", b"ARROW1"
_MATRIX = 2


def from_arrow(content: bytes, filename: str) -> Mapping[str, Sequence[str]]:
    """Read Parquet, an Arrow file or an Arrow stream; raises InputRefused."""
    _require("pyarrow", filename)
    import pyarrow as pa  # noqa: PLC0415 -- optional, and slow to load
    from pyarrow import ipc, parquet  # noqa: PLC0415 -- the same

    source = pa.BufferReader(content)
    try:
        if content.startswith(_PARQUET):
            table = parquet.read_table(source)
        else:
            reader = ipc.open_file(source) if content.startswith(_ARROW_FILE) else ipc.open_stream(source)
            table = reader.read_all()
    except (pa.ArrowException, OSError) as error:
        raise InputRefused(f"{filename} is cut off or damaged.") from error
    return {name: [text_of(cell) for cell in table.column(name).to_pylist()] for name in table.column_names}


def from_npz(content: bytes, filename: str) -> Mapping[str, Sequence[str]]:
    """Read arrays that numpy.savez wrote; a matrix `name` is the columns `name_0`, `name_1`. Raises InputRefused."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            is_npz = all(name.endswith(".npy") for name in archive.namelist())
    except zipfile.BadZipFile as error:
        raise InputRefused(f"{filename} is a zip archive that is cut off or damaged.") from error
    if not is_npz:
        raise InputRefused(f"{filename} is a zip archive of something else than arrays: unpack it.")
    _require("numpy", filename)
    import numpy as np  # noqa: PLC0415 -- optional, and slow to load

    table: dict[str, Sequence[str]] = {}
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            for name in arrays.files:
                table |= _of_array(name, arrays[name])
    except (ValueError, OSError, EOFError) as error:
        raise InputRefused(f"{filename} holds something else than arrays of numbers or texts.") from error
    return table


def unpack_zstd(content: bytes, filename: str) -> bytes:
    """Unpack by pyarrow; raises InputRefused, and OSError where the bytes are damaged."""
    _require("pyarrow", filename)
    import pyarrow as pa  # noqa: PLC0415 -- optional, and slow to load

    with pa.CompressedInputStream(pa.BufferReader(content), "zstd") as stream:
        return bytes(stream.read())


def _of_array(name: str, array: Any) -> dict[str, Sequence[str]]:
    if array.dtype.kind == "S":
        array = array.astype(str)
    if array.ndim == 1:
        return {name: [text_of(value) for value in array.tolist()]}
    if array.ndim == _MATRIX and array.shape[1] == 1:
        return _of_array(name, array[:, 0])
    columns = array.T if array.ndim == _MATRIX else ()
    return {f"{name}_{at}": [text_of(value) for value in column.tolist()] for at, column in enumerate(columns)}


def _require(package: str, filename: str) -> None:
    if not find_spec(package):
        raise InputRefused(f"{filename} cannot be read without {package}: install it.")
