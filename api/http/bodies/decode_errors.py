"""Messages of the JSON decoder, translated to sentences that say what to change."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
from msgspec import inspect

from shared.kit.errors import Fault, InvalidInput
from shared.kit.names import VISIBLE

_PATH = re.compile(r"(?P<message>.*?)(?: - at `(?P<path>[^`]*)`)?", re.DOTALL)
_FIELD = re.compile(r"Object (?:missing required|contains unknown) field `(?P<name>[^`]*)`")
_LENGTH = re.compile(r"Expected `(?P<kind>str|array|object)` of length (?P<bound>[<>]=) (?P<count>\d+)")
_INVISIBLE = repr(VISIBLE)
_STEP = re.compile(r"\.(?P<name>[^.\[]+)|\[(?P<index>\d+|\.\.\.)\]")

_WORDS = {
    "int": "a whole number",
    "float": "a number",
    "str": "text",
    "bool": "true or false",
    "array": "a list",
    "object": "an object",
    "null": "null",
    "datetime": "a time",
}

_SENTENCES = {
    "Invalid RFC3339 encoded datetime": "write the time in RFC 3339, such as 2026-06-30T12:00:00Z",
    "Expected `datetime` with a timezone component": "include the time zone, such as 2026-06-30T12:00:00Z",
    "Invalid UUID": "not a valid id",
}


def invalid(error: Exception, pointer: str = "", kind: Any = None, *, before: int = 0) -> InvalidInput:
    """Convert a decoder's error to an InvalidInput.

    `pointer` is the position of the decoded part, `kind` its type. Of a list that is decoded in pieces, `before`
    elements came before this one.
    """
    if isinstance(error, RecursionError):
        return InvalidInput(Fault(pointer, "The JSON is nested too deeply."))
    if not isinstance(error, msgspec.ValidationError):
        return InvalidInput(Fault(pointer, f"{_name(pointer, 'The body')} is not valid JSON: {_malformed(error)}."))
    match = _PATH.fullmatch(str(error))
    assert match is not None, "the pattern takes any text"
    steps = _steps(match["path"] or "")
    if before and steps:
        steps[0] = str(int(steps[0]) + before)
    position = pointer + "".join(f"/{_escape(step)}" for step in steps)
    if field := _FIELD.fullmatch(match["message"]):
        position += f"/{_escape(field['name'])}"
    message = match["message"]
    if message.startswith("Invalid") and (values := _accepted_values(kind, steps)):
        message = among(values)
    if message.startswith("Object contains") and (names := _fields(kind, steps)):
        return InvalidInput(Fault(position, f"{_name(position)}: {plain(message)}, which has {', '.join(names)}."))
    return InvalidInput(Fault(position, f"{_name(position)}: {plain(message)}."))


def among(values: Sequence[Any]) -> str:
    """Return the message for a field that accepts these values only."""
    return f"expected {' or '.join(map(str, values))}"


def _malformed(error: Exception) -> str:
    # Also the error of an empty body, where a client forgot to send one.
    return "it ends too early" if str(error) == "Input data was truncated" else str(error)


def _steps(path: str) -> list[str]:
    steps = [step["name"] or step["index"] for step in _STEP.finditer(path.removeprefix("$"))]
    # The decoder does not name keys of a mapping; the position is then the mapping itself.
    return steps[: steps.index("...")] if "..." in steps else steps


def _escape(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")


def _name(pointer: str, whole: str = "body") -> str:
    return pointer.strip("/").replace("/", ".") or whole


def plain(message: str) -> str:
    """Translate a decoder's message to words that follow the name of a field."""
    if message.startswith("Object missing"):
        return "this field is required"
    if message.startswith("Object contains"):
        return "not a field of this object"
    if _INVISIBLE in message:
        return "must contain a visible character; spaces and control characters alone are not enough"
    if message in _SENTENCES:
        return _SENTENCES[message]
    if length := _LENGTH.fullmatch(message):
        return _length(length)
    text = re.sub(r"`([^`]*)`", lambda quoted: _words(quoted[1]), message)
    return text[0].lower() + text[1:]


def _length(match: re.Match[str]) -> str:
    is_text, bound = match["kind"] == "str", "most" if match["bound"] == "<=" else "least"
    if is_text and bound == "least" and match["count"] == "1":
        return "must not be empty"
    return f"send at {bound} {int(match['count']):,} {'characters' if is_text else 'of them'}"


def _words(types: str) -> str:
    return " or ".join(_WORDS.get(part, part) for part in types.split(" | "))


def _accepted_values(kind: Any, steps: Sequence[str]) -> list[str]:
    """Return the values that a type accepts at a path inside it; empty if they cannot be listed."""
    types = [inspect.type_info(kind)]
    for step in steps:
        structs = [member for member in _members(types) if isinstance(member, inspect.StructType)]
        tags = [str(struct.tag) for struct in structs if struct.tag_field == step]
        if tags:
            return tags
        types = [inner for member in _members(types) for inner in _inner_types(member, step)]
    return list(dict.fromkeys(str(value) for member in _members(types) for value in _values(member)))


def _fields(kind: Any, steps: Sequence[str]) -> list[str]:
    """Return the fields of the only object that a type has at a path inside it; empty if it may be one of several."""
    types = [inspect.type_info(kind)]
    for step in steps:
        types = [inner for member in _members(types) for inner in _inner_types(member, step)]
    structs = [member for member in _members(types) if isinstance(member, inspect.StructType)]
    return [field.encode_name for field in structs[0].fields] if len(structs) == 1 else []


def _members(types: Sequence[inspect.Type]) -> Iterator[inspect.Type]:
    """Yield the types with unions and metadata resolved."""
    for member in types:
        match member:
            case inspect.UnionType():
                yield from _members(member.types)
            case inspect.Metadata():
                yield from _members([member.type])
            case _:
                yield member


def _inner_types(kind: inspect.Type, step: str) -> Iterator[inspect.Type]:
    match kind:
        case inspect.StructType():
            yield from (field.type for field in kind.fields if field.encode_name == step)
        case inspect.ListType() | inspect.VarTupleType():
            yield kind.item_type
        case inspect.DictType():
            yield kind.value_type


def _values(kind: inspect.Type) -> Sequence[Any]:
    match kind:
        case inspect.LiteralType():
            return kind.values
        case inspect.EnumType():
            return [member.value for member in kind.cls]
    return ()
