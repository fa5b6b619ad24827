"""The objects of a run in storage: its rows, in one piece or several, its slice tables, and its top rows."""

import zlib
from collections.abc import Sequence
from uuid import UUID

import msgspec

from shared.runs.summary import SliceTable

PREFIX = "runs/"
ROWS, SLICES, TOP_ROWS = "rows.parquet", "slices.bin", "top-rows.parquet"
# What lies beside the rows, whether these are in one piece or in several.
BESIDE_ROWS = (SLICES, TOP_ROWS)


def folder_of(run_id: UUID, version: int, attempt: int) -> str:
    """The folder of the objects that one attempt at a version makes; no two attempts write to the same."""
    return f"{PREFIX}{run_id}/{version}/{attempt}/"


def piece_of(index: int, attempt: int) -> str:
    """The name of the canonical rows that one attempt at a part makes."""
    return f"rows-{index}-{attempt}.parquet"


def tally_of(index: int, attempt: int) -> str:
    """The name of the counts that one attempt at a part makes; nobody needs them once the run is ready."""
    return f"tally-{index}-{attempt}.bin"


def keys_of(folder: str, pieces: Sequence[str] | None = None) -> list[str]:
    """The keys of the objects in the folder of a version."""
    return [folder + name for name in (*BESIDE_ROWS, *(pieces or [ROWS]))]


def packed_tables(tables: Sequence[SliceTable]) -> bytes:
    """Slice tables as they are stored."""
    return zlib.compress(msgspec.msgpack.encode(tables), level=1)


def unpacked_tables(data: bytes) -> list[SliceTable]:
    """What `packed_tables` made."""
    return msgspec.msgpack.decode(zlib.decompress(data), type=list[SliceTable])
