import re
import sys
import unicodedata

import msgspec
import pytest

from shared.kit.names import VISIBLE_PUBLISHED, Name, is_visible


def test_what_unicode_calls_space_control_or_format_is_not_seen() -> None:
    characters = map(chr, [*range(0xD800), *range(0xE000, sys.maxunicode + 1)])
    unseen = [text for text in characters if unicodedata.category(text) in {"Cc", "Cf", "Zs", "Zl", "Zp"}]

    assert len(unseen) > 200
    assert not is_visible("".join(unseen))


def test_letters_digits_signs_and_emoji_are_seen() -> None:
    seen = [text for text in map(chr, range(0x21, sys.maxunicode)) if unicodedata.category(text)[0] in "NP"]

    assert [text for text in seen if not is_visible(text)] == []
    assert all(map(is_visible, ["\u200b\u4e2d", "👩‍🔬", " -"]))


@pytest.mark.parametrize(
    "text",
    ["", " ", "\t\r\n", "\u200b\u200d\ufeff", "\x1b\x7f", "\u3164", "\u2800\u00a0", "\U000e0100", "\U000e0041\ufe0f"],
)
def test_a_name_that_shows_nothing_is_refused(text: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(text, Name)


def test_what_is_published_is_true_of_every_name_that_is_taken() -> None:
    characters = map(chr, [*range(0xD800), *range(0xE000, sys.maxunicode + 1)])

    assert all(re.search(VISIBLE_PUBLISHED, text) for text in characters if is_visible(text))
