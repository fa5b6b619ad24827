"""What is wrong with a text that is no JSON, where programs write what others cannot read."""

import json
import re
from collections.abc import Collection, Mapping, Sequence

from msgspec import Raw

from shared.predictions.tables.names import kind_of
from shared.runs.errors import FileUnreadable
from shared.runs.reading.json_files.scores import spread

# Python writes these for floats that JSON does not have.
_NO_NUMBER = re.compile(rb"(?<=[:\[,\s])-?(?:NaN|Infinity)(?=[\s,\]}])")


def explained(text: bytes, where: str, error: Exception) -> str:
    """Return a sentence about a text that a decoder refused, with the record of a number that JSON does not have."""
    found = _NO_NUMBER.search(text)
    if found is None and "trailing characters" in str(error):
        said = "goes on behind its end; write one array, or every record in a line of its own, as jq -c does."
        return f"{where} {said}"
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


def refuse_batch(record: Mapping[str, Raw], where: str) -> None:
    """Raise FileUnreadable for a record that holds several of them, which are the samples."""
    lists = {name: bytes(raw) for name, raw in record.items() if bytes(raw).startswith(b"[")}
    batches = [name for name, text in lists.items() if _is_of_records(text) and spread(name, text) is None]
    others = {kind_of(name) for name in record if name not in lists}
    if batches and not others & {"truth", "prediction", "label", "score"}:
        said = "write each of these by itself, with a label and a prediction of its own."
        raise FileUnreadable(f"{where} holds a list of records in “{batches[0]}”; {said}")


def refuse_annotations(names: Collection[str]) -> None:
    """Raise FileUnreadable for COCO's file of annotations."""
    if {"images", "annotations"} <= {*names}:
        said = (
            "The document holds images and annotations, as COCO's files do; import it into a project of images, where "
        )
        raise FileUnreadable(f"{said}detectors are evaluated.")


def refuse_matrix(names: Sequence[str]) -> None:
    """Raise FileUnreadable for a matrix in place of samples, by the first of these names."""
    if names:
        said = "is a matrix of counts, and a run needs a record for each sample; send `counts` to POST /v1/matrices."
        raise FileUnreadable(f"“{names[0]}” {said}")


def refuse_several(names: Sequence[str]) -> None:
    """Raise FileUnreadable for lists of records of which nothing says that they are of the same samples."""
    said = "send the records of one of them, as an array, with a label and a prediction each."
    listed = ", ".join(f"“{name[:40]}”" for name in names)
    raise FileUnreadable(f"The document holds several lists of records, {listed}; {said}")


def refuse_unnamed(name: str, values: Sequence[Raw]) -> None:
    """Raise FileUnreadable for lists of values without names, which are all that there is."""
    if values and bytes(values[0]).startswith(b"["):
        refuse_list(bytes(values[0]), f"Row 1 of “{name}”")


def _is_of_records(text: bytes) -> bool:
    return text[1:].lstrip().startswith(b"{")


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
