"""Batches of rows in pieces of bounded size."""

from collections.abc import Callable, Iterator

import pyarrow as pa


def pieces(
    batch: pa.RecordBatch, max_bytes: int, bytes_of: Callable[[pa.RecordBatch], int]
) -> Iterator[pa.RecordBatch]:
    """Cut a batch in halves until each has at most so many bytes by `bytes_of`, or one row."""
    if batch.num_rows <= 1 or bytes_of(batch) <= max_bytes:
        yield batch
        return
    half = batch.num_rows // 2
    yield from pieces(batch.slice(0, half), max_bytes, bytes_of)
    yield from pieces(batch.slice(half), max_bytes, bytes_of)
