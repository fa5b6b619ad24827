"""What no text of a run may hold: the database stores no NUL, and labels with one stand for something else here."""

from collections.abc import Iterable, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from shared.runs.errors import FileUnreadable
from shared.runs.reading.tables import Batch

NUL = "\0"


def refuse_nul(names: Sequence[str], columns: Sequence[Iterable[str]]) -> None:
    """Raise FileUnreadable for a NUL in the names or in the first texts of the columns."""
    for name, texts in zip(names, columns, strict=True):
        if NUL in name or any(NUL in text for text in texts):
            raise _refused(name)


def refuse_nul_in(batch: Batch, names: Sequence[str]) -> None:
    """Raise FileUnreadable for a NUL in the texts of a batch."""
    for position, array in batch.items():
        texts = array.dictionary if isinstance(array, pa.DictionaryArray) else array
        if pa.types.is_string(texts.type) and pc.any(pc.match_substring(texts, NUL)).as_py():
            raise _refused(names[position])


def _refused(name: str) -> FileUnreadable:
    return FileUnreadable(f"The column “{name.replace(NUL, '')}” holds a NUL character; remove it from the texts.")
