"""JSON documents of annotations, decoded piece by piece, with the place of what is wrong in them."""

import re
from typing import TypeVar

import msgspec

from shared.imports.errors import AnnotationsUnreadable

T = TypeVar("T")

_BYTE = re.compile(r"\(byte (\d+)\)")
_PATH = re.compile(r" - at `\$(.*)`$")


def decode(name: str, body: bytes, kind: type[T], pointer: str = "") -> T:
    """Decode JSON as a type; raises AnnotationsUnreadable with the file and the line, or the place in the document."""
    body = body.removeprefix(b"\xef\xbb\xbf")
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.ValidationError as error:
        raise AnnotationsUnreadable(f"“{name[:200]}”: {_placed(str(error), pointer)}.") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise AnnotationsUnreadable(f"“{name[:200]}”: {_malformed(body, str(error))}.") from error


def _placed(message: str, pointer: str) -> str:
    match = _PATH.search(message)
    path = re.sub(r"\[(\d+)\]", r".\1", match[1]) if match else ""
    place = f"{pointer.strip('/').replace('/', '.')}{path}".strip(".")
    text = message[: match.start()] if match else message
    return f"{place}: {text}" if place else text


def _malformed(body: bytes, message: str) -> str:
    if (match := _BYTE.search(message)) is None:
        return "this is not complete JSON"
    at = int(match[1])
    line = body.count(b"\n", 0, at) + 1
    near = body[max(0, at - 20) : at + 20].decode(errors="replace")
    reason = "; JSON has no NaN and no Infinity" if re.search("NaN|Infinity", near) else ""
    return f"line {line:,}, byte {at:,}: this is not JSON{reason}"
