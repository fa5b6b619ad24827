"""The canonical rows of a run, in one file or in the pieces that several workers have made."""

from collections.abc import Sequence
from itertools import zip_longest
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

# The columns of label codes.
_CODED = ("t", "p")


class RowSource:
    """The row groups of one file of any kind that can be read anywhere, or of several, one behind the other.

    A piece has label codes of its own: `codes` has those of the run for each of them, and none for a single file.
    """

    def __init__(self, files: Any, codes: Sequence[Sequence[int]] = ()) -> None:
        opened = [pq.ParquetFile(file) for file in (files if isinstance(files, list) else [files])]
        self._groups: list[tuple[pq.ParquetFile, int, Sequence[int] | None]] = [
            (file, group, None if own is None or _are_same(own) else own)
            for file, own in zip_longest(opened, codes)
            for group in range(file.num_row_groups)
        ]
        self.schema: pa.Schema = opened[0].schema_arrow

    @property
    def group_sizes(self) -> list[int]:
        """The number of rows of each group."""
        return [file.metadata.row_group(group).num_rows for file, group, _ in self._groups]

    def read(self, at: int, columns: Sequence[str] | None = None) -> pa.Table:
        """Some columns of a row group, or all of them."""
        file, group, codes = self._groups[at]
        table = file.read_row_group(group, columns=None if columns is None else list(dict.fromkeys(columns)))
        if codes is None:
            return table
        known = np.array(codes, np.uint16)
        for name in _CODED:
            if (position := table.schema.get_field_index(name)) >= 0:
                table = table.set_column(position, name, pa.array(known[table.column(name).to_numpy()]))
        return table

    def column(self, name: str) -> "pa.ChunkedArray[Any]":
        """A column of all rows."""
        kind = self.schema.field(name).type
        chunks = [chunk for at in range(len(self._groups)) for chunk in self.read(at, [name]).column(name).chunks]
        return pa.chunked_array(chunks, kind)


def _are_same(codes: Sequence[int]) -> bool:
    """Whether the codes of a piece are those of the run, as they are where its labels come in the same order."""
    return all(code == at for at, code in enumerate(codes))
