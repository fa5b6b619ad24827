"""The choice of the parts that make a file, from what storage lists and what their sender reports; pure."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from shared.kit.storage.parts import Part, ReceivedPart
from shared.uploads.records import AnnouncedPart, UploadRecord


class PartChoice(NamedTuple):
    """The parts of a file in order, or the numbers of those that are missing or sent more than once."""

    parts: list[Part]
    missing: list[int]
    ambiguous: list[int]


def choose(
    upload: UploadRecord, announced: Mapping[int, AnnouncedPart], received: Sequence[ReceivedPart]
) -> PartChoice:
    """Choose the parts of a file.

    Some storages list a part that was sent again once for every time, in no fixed order. The ETag that the sender
    reports decides; without one, the newest part, unless two with different ETags are equally new: times are in
    seconds.
    """
    choice = PartChoice([], [], [])
    by_number = group(upload, received)
    for number in range(1, upload.part_count + 1):
        known, candidates = announced.get(number), by_number.get(number, [])
        if known is not None and known.etag is not None:
            candidates = [part for part in candidates if part.etag == known.etag]
        if known is None or not candidates:
            choice.missing.append(number)
        elif len({part.etag for part in newest(candidates)}) > 1:
            choice.ambiguous.append(number)
        else:
            choice.parts.append(Part(number, newest(candidates)[0].etag, known.sha256))
    return choice


def group(upload: UploadRecord, received: Sequence[ReceivedPart]) -> dict[int, list[ReceivedPart]]:
    """Return the parts of the right size by number, in the order of the numbers."""
    parts: dict[int, list[ReceivedPart]] = {}
    for part in sorted(received, key=lambda part: part.number):
        if 1 <= part.number <= upload.part_count and part.size_bytes == upload.bytes_of(part.number):
            parts.setdefault(part.number, []).append(part)
    return parts


def newest(parts: Sequence[ReceivedPart]) -> list[ReceivedPart]:
    """Return those of the parts that arrived last."""
    last = max(part.received_at for part in parts)
    return [part for part in parts if part.received_at == last]
