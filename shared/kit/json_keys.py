"""Keys that stand twice in an object of JSON: a decoder keeps the last value of such a key, and says nothing."""

import json
from collections.abc import Collection, Mapping
from functools import cache

from msgspec import Raw

_COLON = b":"
# A colon in a key that is written so is none in the text.
_ESCAPED_COLONS = (b"\\u003a", b"\\u003A")


def repeated_key(text: bytes, members: Mapping[str, Raw]) -> str | None:
    """Return a key that stands twice in an object, of which a decoder has made these members; None if there is none.

    Every member has one colon behind its key, so that one more than the members have is that of a lost value.
    """
    in_text = text.count(_COLON)
    if in_text == len(members):
        return None
    colons = len(members) + sum(map(_colons_in, members.items()))
    if in_text == colons and not any(escaped in text for escaped in _ESCAPED_COLONS):
        return None
    return _first_repeated(text, None)


def repeated_within(text: bytes, members: Collection[str]) -> str | None:
    """Return a key that stands twice in an object of these members, or in one within it; None if there is none."""
    # Every member of every object has a colon behind its key.
    if text.count(_COLON) == len(members):
        return None
    found: list[str] = []

    def look(pairs: list[tuple[str, object]]) -> None:
        if (key := _repeated_among(pairs, None)) is not None:
            found.append(key)

    json.loads(text, object_pairs_hook=look, strict=False)
    return found[0] if found else None


def repeated_name(text: bytes, names: tuple[str, ...]) -> str | None:
    """Return one of these names that is twice a key of an object; None if each is at most once.

    For names of ours in objects that may have any number of other members, which take no memory.
    """
    for quoted in _quoted(names):
        if text.count(quoted) > 1:
            return _first_repeated(text, names)
    return None


@cache
def _quoted(names: tuple[str, ...]) -> tuple[bytes, ...]:
    return tuple(f'"{name}"'.encode() for name in names)


def _colons_in(member: tuple[str, Raw]) -> int:
    return member[0].count(":") + bytes(member[1]).count(_COLON)


def _first_repeated(text: bytes, names: Collection[str] | None) -> str | None:
    # Objects become lists of pairs, the outermost of them last.
    pairs: list[tuple[str, object]] = json.loads(text, object_pairs_hook=list, strict=False)
    return _repeated_among(pairs, names)


def _repeated_among(pairs: list[tuple[str, object]], names: Collection[str] | None) -> str | None:
    seen = set[str]()
    for key, _ in pairs:
        if key in seen and (names is None or key in names):
            return key
        seen.add(key)
    return None
