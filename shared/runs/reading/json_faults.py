"""What is wrong with a text that is no JSON, where programs write what others cannot read."""

import json
import re

from shared.runs.errors import FileUnreadable

# Python writes these for floats that JSON does not have.
_NO_NUMBER = re.compile(rb"(?<=[:\[,\s])-?(?:NaN|Infinity)(?=[\s,\]}])")


def explained(text: bytes, where: str, error: Exception) -> str:
    """Return a sentence about a text that a decoder refused, with the record of a number that JSON does not have."""
    found = _NO_NUMBER.search(text)
    if found is None:
        return f"{where} cannot be read: {error}."
    record = _record_of(text)
    place = where if record is None else f"Record {record:,}"
    return f"{place} holds {found[0].decode()}, which is no number in JSON; write null, or leave the record out."


def refuse_list(text: bytes, where: str) -> None:
    """Raise FileUnreadable for a list where a record should be: nothing names its values."""
    if not text.startswith(b"["):
        return
    if text[1:].lstrip().startswith(b"{"):
        said = "the scores of a sample without its id and its actual label; write a record for each sample, such as "
        raise FileUnreadable(
            f'{where} is a list: {said}{{"y_true": "cat", "scores": [{{"label": "cat", "score": 0.9}}]}}.'
        )
    said = "nothing names its values; write a record for each sample, such as "
    raise FileUnreadable(f'{where} is a list: {said}{{"y_true": "cat", "y_pred": "dog"}}.')


def _record_of(text: bytes) -> int | None:
    """The first record of an array, from 1, that holds such a number; None where the text is no array of records."""
    decoder = json.JSONDecoder(parse_constant=_refuse)
    whole = text.decode("utf-8", "replace")
    if not whole.startswith("["):
        return None
    position, record = 1, 1
    try:
        while True:
            position += len(whole[position : position + 64]) - len(whole[position : position + 64].lstrip(" \t\r\n,"))
            _, position = decoder.raw_decode(whole, position)
            record += 1
    except _ConstantError:
        return record
    except (ValueError, RecursionError):
        return None


class _ConstantError(Exception):
    """A number that JSON does not have."""


def _refuse(_name: str) -> None:
    raise _ConstantError
