"""From what a decoder says to what a person has to change."""

import re
from collections.abc import Sequence
from typing import Any

import msgspec

from api.http.accepted_values import choices
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


def invalid(error: Exception, pointer: str = "", kind: Any = None) -> InvalidInput:
    """The decoder's complaint as an invalid input; `pointer` is where what was decoded, to this kind, begins."""
    if isinstance(error, RecursionError):
        return InvalidInput(Fault(pointer, "The JSON is nested too deeply."))
    if not isinstance(error, msgspec.ValidationError):
        return InvalidInput(Fault(pointer, f"{_name(pointer, 'The body')} is not valid JSON: {_malformed(error)}."))
    match = _PATH.fullmatch(str(error))
    assert match is not None, "the pattern takes any text"
    steps = _steps(match["path"] or "")
    place = pointer + "".join(f"/{_escape(step)}" for step in steps)
    if field := _FIELD.fullmatch(match["message"]):
        place += f"/{_escape(field['name'])}"
    message = match["message"]
    if message.startswith("Invalid") and (known := choices(kind, steps)):
        message = among(known)
    return InvalidInput(Fault(place, f"{_name(place)}: {plain(message)}."))


def among(choices: Sequence[Any]) -> str:
    """What was expected where only some values are."""
    return f"expected {' or '.join(map(str, choices))}"


def _malformed(error: Exception) -> str:
    # Also said of nothing at all, which is what comes where a client forgot it.
    return "it ends too early" if str(error) == "Input data was truncated" else str(error)


def _steps(path: str) -> list[str]:
    steps = [step["name"] or step["index"] for step in _STEP.finditer(path.removeprefix("$"))]
    # A decoder does not know where in a mapping it is; what holds it is the place then.
    return steps[: steps.index("...")] if "..." in steps else steps


def _escape(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")


def _name(pointer: str, whole: str = "body") -> str:
    return pointer.strip("/").replace("/", ".") or whole


def plain(message: str) -> str:
    """A decoder's message in words, to stand behind the name of a field."""
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


def _length(found: re.Match[str]) -> str:
    is_text, bound = found["kind"] == "str", "most" if found["bound"] == "<=" else "least"
    if is_text and bound == "least" and found["count"] == "1":
        return "must not be empty"
    return f"send at {bound} {int(found['count']):,} {'characters' if is_text else 'of them'}"


def _words(types: str) -> str:
    return " or ".join(_WORDS.get(part, part) for part in types.split(" | "))
