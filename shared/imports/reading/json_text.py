"""JSON documents of annotations, decoded piece by piece, with the place of what is wrong in them."""

import re
from typing import Any, TypeVar

import msgspec
from msgspec import Raw

from shared.imports.errors import AnnotationsUnreadable
from shared.kit.json_keys import repeated_key, repeated_within

T = TypeVar("T")

_BYTE = re.compile(r"\(byte (\d+)\)")
_MISSING = re.compile(r"Object missing required field `([^`]*)`")
_PATH = re.compile(r" - at `\$(.*)`$")


def decode(name: str, body: bytes, kind: type[T], pointer: str = "") -> T:
    """Decode JSON as a type; raises AnnotationsUnreadable with the file and the line, or the place in the document.

    A key that stands twice in an object is refused where the object is decoded as its members.
    """
    body = body.removeprefix(b"\xef\xbb\xbf")
    try:
        decoded = msgspec.json.decode(body, type=kind)
        if isinstance(decoded, dict):
            _refuse_repeated(name, body, decoded, pointer)
    except msgspec.ValidationError as error:
        raise AnnotationsUnreadable(f"“{name[:200]}”: {_placed(str(error), pointer)}.") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise AnnotationsUnreadable(f"“{name[:200]}”: {_malformed(body, str(error))}.") from error
    return decoded


def convert(name: str, members: dict[str, Any], kind: type[T], pointer: str) -> T:
    """Return decoded members as a type; raises AnnotationsUnreadable with the file and the place in the document.

    A member that is null is left out, and a whole number may have a decimal point: programs write both.
    """
    try:
        return msgspec.convert({key: whole(value) for key, value in members.items() if value is not None}, type=kind)
    except msgspec.ValidationError as error:
        raise AnnotationsUnreadable(f"“{name[:200]}”: {_placed(str(error), pointer)}.") from error


def whole(value: Any) -> Any:
    """Return a float that is a whole number as one, also in lists, and anything else as it is."""
    if isinstance(value, list):
        return list(map(whole, value))
    return int(value) if isinstance(value, float) and value.is_integer() else value


def refuse_repeated(name: str, body: bytes, pointer: str = "") -> None:
    """Raise AnnotationsUnreadable for an object of which a key stands twice, whose values are looked at elsewhere."""
    decode(name, body, dict[str, Raw], pointer)


def _refuse_repeated(name: str, body: bytes, members: dict[str, Any], pointer: str) -> None:
    are_texts = any(isinstance(member, Raw) for member in members.values())
    key = repeated_key(body, members) if are_texts else repeated_within(body, members)
    if key is not None:
        said = f"the key {key[:50]!r} stands twice in an object; write every key once"
        raise AnnotationsUnreadable(f"“{name[:200]}”: {_placed(said, pointer)}.")


def _placed(message: str, pointer: str) -> str:
    match = _PATH.search(message)
    path = re.sub(r"\[(\d+)\]", r".\1", match[1]) if match else ""
    place = f"{pointer.strip('/').replace('/', '.')}{path}".strip(".")
    text = message[: match.start()] if match else message
    text = _MISSING.sub(r"the member “\1” is missing", text)
    return f"{place}: {text}" if place else text


def _malformed(body: bytes, message: str) -> str:
    if (match := _BYTE.search(message)) is None:
        return "this is not complete JSON"
    at = int(match[1])
    line = body.count(b"\n", 0, at) + 1
    near = body[max(0, at - 20) : at + 20].decode(errors="replace")
    reason = "; JSON has no NaN and no Infinity" if re.search("NaN|Infinity", near) else ""
    return f"line {line:,}, byte {at:,}: this is not JSON{reason}"
