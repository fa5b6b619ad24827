"""From bytes to text, without guessing an encoding."""

import codecs

from shared.predictions.errors import UnreadablePredictions

_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# The first bytes of files that users mistake for tables.
_CONTAINERS = {
    b"PK\x03\x04": "a workbook or a zip archive; save the sheet as CSV (UTF-8)",
    b"\xd0\xcf\x11\xe0": "an Excel workbook; save the sheet as CSV (UTF-8)",
    b"\x1f\x8b": "compressed with gzip; unpack it first",
    b"\x28\xb5\x2f\xfd": "compressed with zstd; unpack it first",
    b"ARROW1\0\0": "an Arrow file; write the table as CSV",
    b"\x93NUMPY": "a NumPy array; write it as CSV",
}
_PARQUET = b"PAR1"


def decode_text(data: bytes) -> str:
    """UTF-8, with or without its mark, or UTF-16 with its mark; raises UnreadablePredictions with the line at fault.

    No other encoding is tried: bytes read in the wrong one can make two labels out of one, or one of two.
    """
    _refuse_containers(data)
    encoding = "utf-16" if data.startswith(_UTF_16) else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        name = "UTF-16" if encoding == "utf-16" else "UTF-8"
        before = data[: error.start].decode(encoding, errors="ignore")
        detail = f"here are bytes that are not {name} text; save the file as UTF-8 and upload it again."
        raise UnreadablePredictions(detail, line=_line_count(before)) from error
    if (position := text.find("\0")) >= 0:
        detail = "here is a NUL character, so the file is not text; save it as CSV (UTF-8)."
        raise UnreadablePredictions(detail, line=_line_count(text[:position]))
    return text


def _refuse_containers(data: bytes) -> None:
    for magic, description in _CONTAINERS.items():
        if data.startswith(magic):
            raise UnreadablePredictions(f"The file is {description}.")
    if len(data) > len(_PARQUET) and data.startswith(_PARQUET) and data.endswith(_PARQUET):
        raise UnreadablePredictions("The file is a Parquet file; write the table as CSV.")


def _line_count(text: str) -> int:
    return 1 + text.count("\n") + text.count("\r") - text.count("\r\n")
