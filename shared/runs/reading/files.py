"""Opening a file of predictions, whatever its format."""

from pathlib import Path

from shared.runs.reading.columnar import ColumnarFile
from shared.runs.reading.containers import Container
from shared.runs.reading.json_files.file import JsonFile
from shared.runs.reading.npz import NpzFile
from shared.runs.reading.tables import FileTable
from shared.runs.reading.text.arff import ArffFile
from shared.runs.reading.text.delimited import DelimitedFile
from shared.runs.reading.unpacking import plain_file

_COLUMNAR = {Container.PARQUET, Container.ARROW_FILE, Container.ARROW_STREAM}


def open_table(path: Path, scratch: Path, *, max_bytes: int, header: bool | None = None) -> tuple[FileTable, Container]:
    """Open a file as a table; `header` says whether the first row of a text names the columns, None asks the text.

    Unpacked and transcoded copies go into the scratch folder. Raises FormatNotRecognised, FileUnreadable,
    FileTooLarge, ColumnsDuplicated.
    """
    plain, container = plain_file(path, scratch, max_bytes=max_bytes)
    if container in _COLUMNAR:
        return ColumnarFile(plain, container), container
    if container in {Container.JSON, Container.JSON_LINES}:
        return JsonFile(plain, container), container
    if container is Container.ARFF:
        return ArffFile(plain), container
    if container is Container.NPZ:
        return NpzFile(plain), container
    return DelimitedFile(plain, header=header), container
