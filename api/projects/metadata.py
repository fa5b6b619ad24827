"""The metadata of projects and images: any JSON object, within bounds."""

from typing import Any

import msgspec

from shared.kit.errors import Fault, InvalidInput
from shared.kit.names import is_visible

# Larger values are data, which belongs in a file of its own.
MAX_METADATA_BYTES = 16 * 1024
MAX_KEY_LENGTH = 100

# The parser of every client reads this depth.
MAX_DEPTH = 20

Metadata = dict[str, Any]


def check(metadata: dict[str, Any], pointer: str = "/metadata") -> dict[str, Any]:
    """Return the metadata; raises InvalidInput for an invalid key, or if it is too large or nested too deeply."""
    for key in metadata:
        check_key(key, pointer)
    # Its size first: the search for depth looks at every value.
    is_small = _size(metadata) <= MAX_METADATA_BYTES
    if is_small and _is_deeper(metadata, MAX_DEPTH):
        raise InvalidInput(Fault(pointer, f"metadata: must be nested at most {MAX_DEPTH} levels deep."))
    if not is_small:
        raise InvalidInput(Fault(pointer, f"metadata: must be at most {MAX_METADATA_BYTES:,} bytes of JSON."))
    return metadata


def check_key(key: str, pointer: str) -> None:
    """Raise InvalidInput for a key that metadata cannot have."""
    # A key is a segment of a path: a slash would make it two, and dots none.
    if not is_visible(key) or len(key) > MAX_KEY_LENGTH or "/" in key or key in {".", ".."}:
        shape = f"1 to {MAX_KEY_LENGTH} characters, not all of them invisible, without a slash"
        detail = f"metadata: a key must be {shape}, and not `.` or `..`."
        raise InvalidInput(Fault(pointer, detail))


def _size(metadata: dict[str, Any]) -> int:
    try:
        return len(msgspec.json.encode(metadata))
    except RecursionError:
        # The search for depth ends long before.
        return 0


def _is_deeper(value: Any, levels: int) -> bool:
    if not isinstance(value, dict | list):
        return False
    inner = value.values() if isinstance(value, dict) else value
    return levels == 0 or any(_is_deeper(member, levels - 1) for member in inner)
