"""Compressed request bodies, inflated piece by piece, so that no more is inflated than a route accepts."""

import sys
import zlib
from http import HTTPStatus

from shared.kit.errors import DomainError, Fault, InvalidInput

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

# Inflating so many bytes takes about a millisecond.
PIECE_BYTES = 256 * 1024

_GZIP_WINDOW = zlib.MAX_WBITS | 16
# 8 MiB, the most that RFC 9659 allows: a larger window takes its memory before a byte is inflated.
_ZSTD_OPTIONS: dict[int, int] = {zstd.DecompressionParameter.window_log_max: 23}


class BodyEncoded(DomainError):
    """The Content-Encoding of the request body is not supported; use gzip, zstd, or none."""

    status, code = HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "body-encoded"


class _Gunzip:
    """Inflates gzip, with the methods of the standard library's other decompressors."""

    def __init__(self) -> None:
        self._inner = zlib.decompressobj(_GZIP_WINDOW)
        self.needs_input = True

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    def decompress(self, data: bytes, max_length: int) -> bytes:
        inflated = self._inner.decompress(self._inner.unconsumed_tail + data, max_length)
        # A full piece may have left some behind, in the input or inside.
        self.needs_input = len(inflated) < max_length
        return inflated


class Inflater:
    """Inflates one body: `feed` it what arrives, and take pieces until one is empty."""

    def __init__(self, encoding: str) -> None:
        self._inner = _Gunzip() if encoding == "gzip" else zstd.ZstdDecompressor(options=_ZSTD_OPTIONS)
        self._encoding = encoding
        self._input = b""

    def feed(self, data: bytes) -> None:
        """Take compressed bytes, after the last piece was empty."""
        self._input = data

    def piece(self) -> bytes:
        """Return at most PIECE_BYTES; raises InvalidInput."""
        if self._inner.eof:
            if self._input or self._inner.unused_data:
                raise self._broken("goes on behind its end")
            return b""
        if self._inner.needs_input and not self._input:
            return b""
        data, self._input = self._input, b""
        try:
            return self._inner.decompress(data, PIECE_BYTES)
        except (zlib.error, zstd.ZstdError) as error:
            raise self._broken("cannot be decompressed") from error

    def end(self) -> None:
        """Raise InvalidInput unless the compressed body is complete."""
        if not self._inner.eof:
            raise self._broken("ends too early")

    def _broken(self, fault: str) -> InvalidInput:
        return InvalidInput(Fault("", f"The body has the Content-Encoding {self._encoding} and {fault}."))


def inflater(encoding: bytes | None) -> Inflater | None:
    """Return what inflates a body of this `Content-Encoding`, None for a plain one; raises BodyEncoded."""
    match (encoding or b"identity").strip().lower():
        case b"identity" | b"":
            return None
        case b"gzip" | b"x-gzip":
            return Inflater("gzip")
        case b"zstd":
            return Inflater("zstd")
        case _:
            raise BodyEncoded
