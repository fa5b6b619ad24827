"""From the file that was sent to one that is plain: unpacked, and UTF-8 where it is text."""

import codecs
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from shared.runs.errors import FileTooLarge, FileUnreadable
from shared.runs.reading.containers import Container, container_of, is_utf_16

_PIECE = 2**20
_PACKED = {Container.GZIP: "gzip", Container.ZSTD: "zstd"}


def plain_file(path: Path, scratch: Path, *, max_bytes: int) -> tuple[Path, Container]:
    """Unpack a file into the scratch folder where it is packed; returns the plain file and its format.

    Raises FormatNotRecognised, FileUnreadable, and FileTooLarge beyond `max_bytes`.
    """
    container = container_of(path)
    if packing := _PACKED.get(container):
        unpacked = scratch / "unpacked"
        _write(unpacked, _unpacked(path, packing), max_bytes)
        path, container = unpacked, container_of(unpacked)
        if container in _PACKED:
            raise FileUnreadable("The file is packed twice; pack it once.")
    if container is Container.TEXT and is_utf_16(path):
        text = scratch / "utf-8"
        _write(text, _transcoded(path), max_bytes)
        path, container = text, container_of(text)
    return path, container


def _unpacked(path: Path, packing: str) -> Iterator[bytes]:
    try:
        with pa.OSFile(str(path)) as source, pa.CompressedInputStream(source, packing) as stream:
            while piece := stream.read(_PIECE):
                yield piece
    except OSError as error:
        detail = f"The {packing} data is cut off or damaged; pack the file and send it again."
        raise FileUnreadable(detail) from error


def _transcoded(path: Path) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder("utf-16")()
    try:
        with path.open("rb") as file:
            while piece := file.read(_PIECE):
                yield decoder.decode(piece).encode()
        yield decoder.decode(b"", final=True).encode()
    except UnicodeError as error:
        raise FileUnreadable("The file begins as UTF-16 and is not UTF-16 text; save it as UTF-8.") from error


def _write(target: Path, pieces: Iterator[bytes], max_bytes: int) -> None:
    size = 0
    with target.open("wb") as file:
        for piece in pieces:
            size += len(piece)
            if size > max_bytes:
                raise FileTooLarge(f"The file is larger than {max_bytes:,} bytes once it is unpacked.")
            file.write(piece)
