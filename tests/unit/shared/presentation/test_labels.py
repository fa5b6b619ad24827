from html import escape
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.evaluation.types import Label
from shared.presentation.labels import cut, display_width, label_text, plain_text, short_labels

any_text = st.text(st.characters(exclude_categories=()), max_size=80)


@pytest.mark.parametrize(
    ("label", "text"),
    [
        (1, "1"),
        (-3, "-3"),
        (0.5, "0.5"),
        (1e22, "1e+22"),
        ("1.0", "1.0"),
        ("", "(blank)"),
        ("  ", "(blank × 2)"),
        ("\u200b\ufeff", "(blank × 2)"),
        ("a\nb\tc\x00", "a␊b␉c␀"),
        ("\x7f\x9f\ud800\uffff", "\ufffd" * 4),
        ("\u202egnp.exe\u2066", "\ufffdgnp.exe\ufffd"),
        ("混同 שלום", "混同 שלום"),
    ],
)
def test_a_label_is_one_visible_line(label: Label, text: str) -> None:
    assert label_text(label) == text


@given(any_text)
def test_plain_text_survives_xml_and_utf_8(text: str) -> None:
    plain = plain_text(text)
    assert ET.fromstring(f"<a>{escape(plain)}</a>".encode()).text == (plain or None)


@given(any_text, st.integers(3, 40))
def test_a_cut_text_fits_and_keeps_both_ends(text: str, limit: int) -> None:
    short = cut(text, limit)
    assert display_width(short) <= limit
    if display_width(text) <= limit:
        assert short == text
    else:
        head, tail = short.split("…", 1) if "…" not in text else (short[:1], short[-1:])
        assert text.startswith(head) or head == "…"
        assert text.endswith(tail) or tail == "…"


def test_wide_characters_take_two_columns_and_marks_none() -> None:
    assert [display_width(text) for text in ("ab", "混同", "e\u0301", "\u200d")] == [2, 4, 1, 0]


def test_long_labels_that_differ_only_in_their_middle_are_told_apart_by_position() -> None:
    texts = ["a" * 20 + middle + "z" * 20 for middle in "bc"] + ["short"]
    assert short_labels(texts, 12) == ("aaaa…zzzz #1", "aaaa…zzzz #2", "short")


def test_labels_that_look_alike_as_shown_are_told_apart() -> None:
    assert short_labels(["混同", "行列", "ab"], 20, lambda text: "□□" if len(text) == 2 and text != "ab" else text) == (
        "□□ #1",
        "□□ #2",
        "ab",
    )
