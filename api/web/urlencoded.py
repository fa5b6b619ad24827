"""Reading application/x-www-form-urlencoded, in pieces that let other threads run."""

from collections.abc import Iterator
from urllib.parse import unquote_to_bytes

from shared.kit.errors import Fault, InvalidInput

# As many as litestar takes parts of a multipart form.
MAX_FIELDS = 1000

# Decoding so many bytes takes some milliseconds; the standard library decodes a value at once, however long.
PIECE_BYTES = 16 * 1024


def pairs(body: bytes) -> list[tuple[str, str]]:
    """Return the names and values of a form, in order; raises InvalidInput for more than MAX_FIELDS."""
    fields = body.split(b"&", MAX_FIELDS)
    if len(fields) > MAX_FIELDS:
        raise InvalidInput(Fault("", f"The form has more than {MAX_FIELDS:,} fields."))
    return [(_text(name), _text(value)) for name, _, value in (field.partition(b"=") for field in fields if field)]


def _text(encoded: bytes) -> str:
    plain = encoded.replace(b"+", b" ")
    return b"".join(map(unquote_to_bytes, _pieces(plain))).decode(errors="replace")


def _pieces(encoded: bytes) -> Iterator[bytes]:
    """Cut between escapes."""
    start = 0
    while start < len(encoded):
        end = start + PIECE_BYTES
        escape = encoded.rfind(b"%", end - 2, end)
        if escape != -1:
            end = escape
        yield encoded[start:end]
        start = end
