import json
import threading
import tracemalloc

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.http.bodies import decoding, json_bodies
from shared.kit.errors import Fault, InvalidInput


class Lenient(msgspec.Struct):
    a: int
    b: int = 0


class Strict(msgspec.Struct, forbid_unknown_fields=True):
    c: int = 0


class Tagged(msgspec.Struct, forbid_unknown_fields=True, tag_field="kind"):
    d: int = 0


MANY = b'{"a": 1, ' + b", ".join(b'"m%d": 1' % number for number in range(50_000)) + b', "b": 2}'


@given(st.text(st.sampled_from('\\u0\0a"')))
def test_the_nul_character_is_found_and_text_about_it_is_not(text: str) -> None:
    assert decoding.holds_nul(json.dumps(text).encode()) is ("\0" in text)


@given(st.lists(st.text(st.sampled_from("\\u0\0")), max_size=5))
def test_the_nul_character_is_found_in_any_member(texts: list[str]) -> None:
    raw = msgspec.Raw(json.dumps(texts).encode())

    assert decoding.holds_nul(raw) is any("\0" in text for text in texts)


def test_only_the_members_that_are_asked_for_are_kept() -> None:
    found = json_bodies.split(b'{"a": 1, "x": [2], "api_key": "k", "c": 3, "d": 4}', Lenient)

    assert {name: bytes(raw) for name, raw in found.items()} == {"a": b"1", "api_key": b'"k"'}


def test_several_structs_ask_for_the_members_of_all_with_their_tag() -> None:
    found = json_bodies.split(b'{"kind": "t", "a": 1, "c": 3, "d": 4}', Lenient, Strict, Tagged)

    assert sorted(found) == ["a", "c", "d", "kind"]


@pytest.mark.parametrize("kinds", [(Strict,), (Lenient, Strict), (Tagged, Lenient)])
def test_a_member_that_a_strict_struct_does_not_know_is_refused_by_name(kinds: tuple[type, ...]) -> None:
    with pytest.raises(InvalidInput) as caught:
        json_bodies.split(b'{"api_key": "k", "nonsense": 3}', *kinds)

    assert caught.value.faults == (Fault("/nonsense", "nonsense: not a field of this object."),)


def test_the_first_of_too_many_members_is_refused_by_a_strict_struct() -> None:
    with pytest.raises(InvalidInput, match="m0: not a field of this object"):
        json_bodies.split(MANY, Strict, Lenient)


@pytest.mark.parametrize(("kinds", "wanted"), [((), []), ((Lenient,), ["a", "b"])])
def test_members_that_nobody_asks_for_take_no_memory(kinds: tuple[type, ...], wanted: list[str]) -> None:
    json_bodies.split(b"{}", *kinds)
    tracemalloc.start()
    try:
        found = json_bodies.split(MANY, *kinds)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert sorted(found) == wanted
    assert peak < 20_000


@pytest.mark.parametrize("body", [b"[]", b"{", b"", b'{"x": ' + b"[" * 100_000, b'{"a": \xff}', b"7"])
def test_what_is_no_object_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidInput):
        json_bodies.split(body, Lenient)


async def test_little_is_done_at_once_and_much_in_a_thread() -> None:
    here = threading.get_ident()

    assert await json_bodies.by_size(json_bodies.INLINE_BYTES, threading.get_ident) == here
    assert await json_bodies.by_size(json_bodies.INLINE_BYTES + 1, threading.get_ident) != here


def test_a_member_that_stands_twice_is_refused_by_name() -> None:
    with pytest.raises(InvalidInput) as raised:
        json_bodies.split(b'{"a": [1], "x": {"b": 2, "b": 3}, "a": [2]}', Lenient)

    assert raised.value.faults == (Fault("/a", "a: stands twice in the body; send it once."),)


def test_the_name_of_a_member_within_another_is_no_repetition() -> None:
    body = b'{"a": ["a", "a"], "x": {"a": [2], "a": 3}, "y": 1, "y": 2}'

    assert json_bodies.split(body, Lenient) == {"a": msgspec.Raw(b'["a", "a"]')}
