"""A small table as the bytes of a file in each format."""

import io
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

TABLE = pa.table({"y_true": ["a", "b", "b"], "y_pred": ["a", "a", "b"]})
CSV = b"y_true,y_pred\na,a\nb,a\nb,b\n"


def parquet_bytes(table: pa.Table) -> bytes:
    """A table as Parquet."""
    out = io.BytesIO()
    pq.write_table(table, out)
    return out.getvalue()


def arrow_bytes(table: pa.Table, new: Any) -> bytes:
    """A table in one of Arrow's formats."""
    out = io.BytesIO()
    with new(out, table.schema) as writer:
        writer.write_table(table)
    return out.getvalue()


def npz_bytes(**arrays: Any) -> bytes:
    """Arrays as an archive of NumPy."""
    out = io.BytesIO()
    np.savez(out, **arrays)
    return out.getvalue()


def zstd_bytes(data: bytes) -> bytes:
    """Bytes compressed with zstd."""
    packed: bytes = pa.Codec("zstd").compress(data, asbytes=True)
    return packed
