"""Nouns and verbs agree with their counts."""

from shared.kit.plurals import counted, form, there_are


def test_a_noun_has_its_plural_unless_there_is_one() -> None:
    assert [counted(count, "image") for count in (0, 1, 2, 1234)] == ["0 images", "1 image", "2 images", "1,234 images"]
    assert [counted(count, "class", "classes") for count in (1, 3)] == ["1 class", "3 classes"]
    assert [form(count, "is", "are") for count in (0, 1, 1.0, 1.5)] == ["are", "is", "is", "are"]
    assert [there_are(count, "sample") for count in (1, 7)] == ["There is 1 sample", "There are 7 samples"]
