import pytest

from api.headers import is_known


@pytest.mark.parametrize(
    ("if_none_match", "known"),
    [
        (None, False),
        ("", False),
        ('"a"', True),
        ('W/"a"', True),
        ('"b", W/"a"', True),
        ('"b","a" ', True),
        ("*", True),
        ('"b"', False),
        ("a", False),
        ('"b", *', False),
    ],
)
@pytest.mark.parametrize("etag", ['"a"', 'W/"a"'])
def test_an_answer_is_known_by_any_of_the_tags_weak_or_strong(etag: str, if_none_match: str, known: bool) -> None:
    assert is_known(etag, if_none_match) is known
