"""The members of objects of JSON, each as the text that the file has for it."""

from typing import Any

import msgspec
from msgspec import Raw

from shared.kit.json_keys import repeated_key
from shared.runs.errors import FileUnreadable
from shared.runs.reading.json_files.faults import explained

Record = dict[str, Raw]

_RECORD = msgspec.json.Decoder(Record)
_ROW = msgspec.json.Decoder(list[Raw])


def members_of(text: bytes | Raw, where: str) -> Record:
    """The members of an object; raises FileUnreadable where one of its keys stands twice."""
    members: Record = decoded(_RECORD, text, where)
    if (key := repeated_key(bytes(text), members)) is not None:
        raise repeated(where, key)
    return members


def values_of(text: bytes | Raw, where: str) -> list[Raw]:
    """The values of a list; raises FileUnreadable."""
    values: list[Raw] = decoded(_ROW, text, where)
    return values


def repeated(where: str, key: str) -> FileUnreadable:
    """The error of a key that stands twice in an object."""
    return FileUnreadable(f"{where} has the key “{key[:100]}” twice; write every key once.")


def decoded(decoder: msgspec.json.Decoder[Any], text: bytes | Raw, where: str) -> Any:
    """What a decoder makes of a text; raises FileUnreadable, which begins with `where`."""
    try:
        return decoder.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise FileUnreadable(explained(bytes(text), where, error)) from error
