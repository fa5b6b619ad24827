"""Large JSON is split and cut at the places where the decoder would."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.http.bodies import json_pieces
from api.http.bodies.json_pieces import Pieces
from shared.kit.errors import Fault, InvalidInput

PIECE = 24

texts = st.text(st.sampled_from('a,[]{}"\\ é\n1'), max_size=6)
labels = st.one_of(texts, st.integers(-9, 99), st.floats(allow_nan=False, allow_infinity=False, width=16))
objects = st.dictionaries(texts, st.one_of(labels, st.lists(labels, max_size=3), st.dictionaries(texts, labels)))
lists = st.one_of(
    st.lists(objects, max_size=30),
    st.lists(labels, max_size=60),
    st.lists(st.lists(labels, max_size=4), max_size=30),
    st.lists(st.lists(st.integers(0, 1), min_size=2, max_size=2), max_size=30),
)
values = st.one_of(lists, labels.filter(lambda value: len(str(value)) < PIECE // 4))


@pytest.fixture(autouse=True, scope="module")
def _small_pieces() -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_pieces, "PIECE_BYTES", PIECE)
        yield


def _read(pieces: Pieces) -> list[Any]:
    parts: list[list[Any]] = [msgspec.json.decode(pieces.piece(number)) for number in range(len(pieces.ends))]
    assert all(parts) or len(parts) == 1
    return [element for part in parts for element in part]


def _joined(body: bytes) -> dict[str, Any]:
    text, large = json_pieces.split(body)
    small: dict[str, Any] = msgspec.json.decode(text)
    return small | {name: _read(pieces) for name, pieces in large.items()}


@given(st.dictionaries(texts, values, max_size=4), st.sampled_from([None, 2]), st.booleans())
def test_the_parts_together_are_the_whole(content: dict[str, Any], indent: int | None, ascii_only: bool) -> None:
    body = json.dumps(content, indent=indent, ensure_ascii=ascii_only).encode()

    assert _joined(body) == content


@given(st.lists(st.integers(0, 9), min_size=200, max_size=300))
def test_no_piece_is_much_larger_than_the_limit(numbers: list[int]) -> None:
    _, large = json_pieces.split(json.dumps({"a": numbers}).encode())

    assert max(len(large["a"].piece(number)) for number in range(len(large["a"].ends))) <= PIECE + 1


LONG = b"1," * PIECE + b"1"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[" + LONG + b"]",
        b'{"a": [' + LONG,
        b'{"a": [' + LONG + b"]",
        b'{"a": [' + LONG + b"]} x",
        b'{"a": [' + LONG + b"] 1}",
        b'{"a": 1,}',
        b'{"a": [[' + b"[" * 10_000,
        b"{" + b'"a":1,' * json_pieces.MAX_MEMBERS + b'"a":1}',
        b'{"a": ["' + b"x" * 2 * json_pieces.MAX_ELEMENT_BYTES + b'"]}',
    ],
    ids=range(10),
)
def test_what_is_no_object_of_lists_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidInput, match="The body is not a JSON object"):
        json_pieces.split(body)


@pytest.mark.parametrize(
    "body",
    [b'{"n": 1, "a": "' + b"x" * PIECE + b'"}', b'{"n": 1, "a": {"b": [' + LONG + b"]}}"],
    ids=["text", "object"],
)
def test_a_large_member_that_is_no_list_is_named_with_the_way_out(body: bytes) -> None:
    with pytest.raises(InvalidInput) as caught:
        json_pieces.split(body)

    said = f"a: this is no JSON, or has more than {json_pieces.PIECE_BYTES:,} bytes; in a large body only lists may "
    assert caught.value.faults == (Fault("/a", f"{said}have more. Send a list, or upload the data as a file."),)
