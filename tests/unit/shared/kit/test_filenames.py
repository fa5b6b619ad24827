import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from shared.kit.filenames import MAX_LENGTH, clean


@given(st.text(st.characters(codec=None, exclude_categories=()), max_size=400))
def test_a_name_can_always_be_shown_stored_and_saved(name: str) -> None:
    shown = clean(name, "image")

    assert 0 < len(shown) <= MAX_LENGTH
    assert shown.encode().decode() == shown
    assert not {"/", "\\"} & set(shown)
    assert shown.strip(". ") != ""
    assert not any(unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"} for char in shown)
    assert clean(shown, "other") == shown
