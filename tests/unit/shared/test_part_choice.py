"""Which of the parts that storage lists make the file."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kit.storage.parts import Part, ReceivedPart
from shared.uploads.files import MAX_PARTS, PART_BYTES, part_size
from shared.uploads.models import UploadStatus
from shared.uploads.part_choice import PartChoice, choose
from shared.uploads.records import AnnouncedPart, UploadRecord

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
LATER = NOON + timedelta(seconds=1)

# Two parts, of 10 and 5 bytes.
UPLOAD = UploadRecord(
    id=UUID(int=0),
    account_id=1,
    status=UploadStatus.PENDING,
    filename="a.csv",
    content_type="text/csv",
    size_bytes=15,
    part_size_bytes=10,
    announced_sha256=None,
    sha256=None,
    key="files/0",
    storage_upload_id="0",
    created_at=NOON,
    completed_at=None,
    expires_at=LATER,
)

ANNOUNCED = {1: AnnouncedPart(1, "one", None), 2: AnnouncedPart(2, "two", None)}
SECOND = ReceivedPart(2, '"b"', 5, NOON)


def _first(etag: str, received_at: datetime = NOON, size_bytes: int = 10) -> ReceivedPart:
    return ReceivedPart(1, f'"{etag}"', size_bytes, received_at)


def _chosen(etag: str) -> PartChoice:
    return PartChoice([Part(1, f'"{etag}"', "one"), Part(2, '"b"', "two")], [], [])


@pytest.mark.parametrize(
    ("received", "choice"),
    [
        ([_first("a"), SECOND], _chosen("a")),
        ([SECOND, _first("a")], _chosen("a")),
        ([_first("old"), SECOND, _first("new", LATER)], _chosen("new")),
        ([_first("new", LATER), SECOND, _first("old")], _chosen("new")),
        ([_first("a"), _first("a"), SECOND], _chosen("a")),
        ([_first("a"), _first("other"), SECOND], PartChoice([Part(2, '"b"', "two")], [], [1])),
        ([_first("a")], PartChoice([Part(1, '"a"', "one")], [2], [])),
        ([_first("a", size_bytes=9), SECOND], PartChoice([Part(2, '"b"', "two")], [1], [])),
        ([ReceivedPart(3, '"c"', 5, NOON)], PartChoice([], [1, 2], [])),
        ([], PartChoice([], [1, 2], [])),
    ],
)
def test_the_newest_content_of_each_part_is_chosen_unless_two_are_equally_new(
    received: list[ReceivedPart], choice: PartChoice
) -> None:
    assert choose(UPLOAD, ANNOUNCED, received) == choice


def test_the_etag_that_the_sender_reports_decides_whatever_is_newer() -> None:
    reported = ANNOUNCED | {1: AnnouncedPart(1, "one", '"a"')}

    chosen = choose(UPLOAD, reported, [_first("other", LATER), _first("a"), _first("other"), SECOND])
    unknown = choose(UPLOAD, reported, [_first("other"), SECOND])

    assert chosen == _chosen("a")
    assert unknown.missing == [1]


def test_a_part_whose_sha256_nobody_told_is_missing() -> None:
    assert choose(UPLOAD, {1: ANNOUNCED[1]}, [_first("a"), SECOND]).missing == [2]


@given(st.integers(1, 2**50))
def test_a_file_of_any_size_has_at_most_a_thousand_parts_that_sum_to_it(size_bytes: int) -> None:
    size = part_size(size_bytes)
    count = -(-size_bytes // size)

    assert 1 <= count <= MAX_PARTS
    assert size % PART_BYTES == 0
    assert size == PART_BYTES or -(-size_bytes // (size // 2)) > MAX_PARTS
    assert (count - 1) * size < size_bytes <= count * size
