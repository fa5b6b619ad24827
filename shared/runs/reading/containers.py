"""What a file is, by its first bytes; its name and its declared type say nothing."""

import re
import zipfile
from enum import StrEnum
from pathlib import Path

from shared.runs.errors import FileUnreadable, FormatNotRecognised


class Container(StrEnum):
    """The formats that are read."""

    TEXT = "csv"
    JSON = "json"
    JSON_LINES = "jsonl"
    PARQUET = "parquet"
    ARROW_FILE = "arrow-file"
    ARROW_STREAM = "arrow-stream"
    ARFF = "arff"
    NPZ = "npz"
    GZIP = "gzip"
    ZSTD = "zstd"


HEAD_BYTES = 64 * 1024

_MAGIC = (
    (b"PAR1", Container.PARQUET),
    (b"ARROW1\0\0", Container.ARROW_FILE),
    (b"\xff\xff\xff\xff", Container.ARROW_STREAM),
    (b"\x1f\x8b", Container.GZIP),
    (b"\x28\xb5\x2f\xfd", Container.ZSTD),
    # What pzstd writes before each frame.
    (b"\x50\x2a\x4d\x18", Container.ZSTD),
)
_REFUSED = (
    (re.compile(rb"\x80[\x02-\x05]"), "a Python pickle, which is never opened; write the table as Parquet or CSV"),
    (re.compile(rb"\xd0\xcf\x11\xe0"), "an Excel workbook; save the sheet as CSV (UTF-8)"),
    (re.compile(rb"\x93NUMPY"), "a single NumPy array; save y_true, y_pred and y_prob together with numpy.savez"),
    (re.compile(rb"\x89HDF\r\n"), "an HDF5 file; write the table as Parquet or CSV"),
    (re.compile(rb"SQLite format 3\0"), "an SQLite database; export the table as CSV"),
    (re.compile(rb"ORC"), "an ORC file; write the table as Parquet"),
    (re.compile(rb"Obj\x01"), "an Avro file; write the table as Parquet"),
    (re.compile(rb"FEA1"), "a Feather file of version 1; write version 2, or Parquet"),
    (re.compile(rb"%PDF-"), "a PDF document; export the table as CSV"),
    (re.compile(rb"BZh[1-9]"), "compressed with bzip2; unpack it, or use gzip or zstd"),
    (re.compile(rb"\xfd7zXZ\0"), "compressed with xz; unpack it, or use gzip or zstd"),
    (re.compile(rb"\x04\x22\x4d\x18"), "compressed with lz4; unpack it, or use gzip or zstd"),
    (re.compile(rb"[^\0]{1,100}[\0-\x7f]{156,256}ustar"), "a tar archive; send the table in it by itself"),
    (re.compile(rb"\s*<(!doctype|html|\?xml)", re.IGNORECASE), "a web page or XML; export the table as CSV"),
)  # fmt: skip
_ZIP = b"PK\x03\x04"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_ARFF = re.compile(rb"(?:[ \t]*(?:%[^\r\n]*)?(?:\r\n|\r|\n))*[ \t]*@relation\b", re.IGNORECASE)


def container_of(path: Path) -> Container:
    """Tell the format of a file; raises FormatNotRecognised with what it is, and FileUnreadable for an empty one."""
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if not head:
        raise FileUnreadable("The file is empty; it needs a row for each sample.")
    if head.startswith(_ZIP):
        return _of_zip(path)
    for pattern, what in _REFUSED:
        if pattern.match(head):
            raise FormatNotRecognised(f"The file is {what}.")
    for magic, container in _MAGIC:
        if head.startswith(magic):
            return container
    return _of_text(head)


def is_utf_16(path: Path) -> bool:
    """Tell whether a text begins with the mark of UTF-16."""
    with path.open("rb") as file:
        return file.read(2) in _UTF_16


def _of_zip(path: Path) -> Container:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except zipfile.BadZipFile as error:
        raise FileUnreadable("The file is a zip archive that is cut off or damaged; send it again.") from error
    if any(name.startswith("xl/") for name in names):
        raise FormatNotRecognised("The file is an Excel workbook; save the sheet as CSV (UTF-8).")
    if names and all(name.endswith(".npy") for name in names):
        return Container.NPZ
    if any(name.endswith((".pkl", ".pickle")) for name in names):
        raise FormatNotRecognised("The archive holds a Python pickle, which is never opened; write Parquet or CSV.")
    raise FormatNotRecognised("The file is a zip archive; send the table in it by itself, or compressed with gzip.")


def _of_text(head: bytes) -> Container:
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n")
    if _ARFF.match(head.removeprefix(b"\xef\xbb\xbf")):
        return Container.ARFF
    if text.startswith(b"["):
        return Container.JSON
    if text.startswith(b"{"):
        return Container.JSON_LINES if _begins_with_a_record(text) else Container.JSON
    return Container.TEXT


def _begins_with_a_record(text: bytes) -> bool:
    """Whether the first line is an object of its own, as in JSON Lines; a document goes on behind it, or is all."""
    line, _, rest = text.partition(b"\n")
    return line.rstrip().endswith(b"}") and rest.lstrip().startswith(b"{")
