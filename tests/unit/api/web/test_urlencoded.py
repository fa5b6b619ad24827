"""Forms are read as the standard library reads them, in pieces, and not without a bound."""

from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.web import urlencoded
from shared.kit.errors import InvalidInput


@given(st.lists(st.tuples(st.text(), st.text())))
def test_what_was_encoded_is_read_again(fields: list[tuple[str, str]]) -> None:
    fields = [
        (name.encode(errors="replace").decode(), value.encode(errors="replace").decode()) for name, value in fields
    ]

    assert urlencoded.pairs(urlencode(fields).encode()) == fields


@given(st.text(alphabet="a%+=&4f1zé", max_size=60))
def test_every_text_is_read_as_the_standard_library_reads_it(text: str) -> None:
    assert urlencoded.pairs(text.encode()) == parse_qsl(text, keep_blank_values=True)


@pytest.mark.parametrize("before", range(4))
def test_no_escape_is_cut(before: int) -> None:
    value = "x" * before + "é" * urlencoded.PIECE_BYTES

    assert urlencoded.pairs(b"text=" + urlencode({"": value}).encode()[1:]) == [("text", value)]


def test_a_form_of_more_fields_than_pages_have_is_refused() -> None:
    body = b"&".join([b"a=1"] * urlencoded.MAX_FIELDS)
    assert len(urlencoded.pairs(body)) == urlencoded.MAX_FIELDS

    with pytest.raises(InvalidInput, match="more than 1,000 fields"):
        urlencoded.pairs(body + b"&a=1")
