import time

import pytest

from shared.kit.ids import known_uuid, parse_uuid, uuid7
from shared.matrices.errors import MatrixNotFound


def test_ids_are_version_7_and_carry_their_time() -> None:
    before = time.time_ns() // 1_000_000
    made = uuid7()
    after = time.time_ns() // 1_000_000

    assert (made.version, made.variant) == (7, "specified in RFC 4122")
    assert before <= made.int >> 80 <= after


def test_ids_do_not_repeat() -> None:
    assert len({uuid7() for _ in range(10_000)}) == 10_000


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        "{01a2d7a0-0000-7000-8000-000000000000}",
        "01a2d7a0000070008000000000000000",
        "01a2d7a00-000-7000-8000-000000000000",
        "+1a2d7a0-0000-7000-8000-000000000000",
        "٠1a2d7a0-0000-7000-8000-000000000000",
        "\ud8001a2d7a0-0000-7000-8000-00000000000",
        "urn:uuid:1",
        "\0",
    ],
)
def test_only_the_canonical_spelling_is_an_id(text: str) -> None:
    assert parse_uuid(text) is None


def test_an_id_is_read_in_capitals_too() -> None:
    made = uuid7()

    assert parse_uuid(str(made)) == parse_uuid(str(made).upper()) == made


def test_a_text_that_is_no_id_is_the_id_of_nothing() -> None:
    made = uuid7()

    assert known_uuid(str(made), MatrixNotFound) == made
    with pytest.raises(MatrixNotFound):
        known_uuid("nonsense", MatrixNotFound)
