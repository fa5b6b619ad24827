import pytest

from api.http.paging import Page, cut


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([], Page([], None)),
        ([1, 2], Page([1, 2], None)),
        ([1, 2, 3], Page([1, 2, 3], None)),
        ([1, 2, 3, 4], Page([1, 2, 3], "after 3")),
    ],
)
def test_a_page_is_followed_by_one_behind_its_last_row_only_if_there_is_a_row_for_it(
    rows: list[int], expected: Page[int, str]
) -> None:
    assert cut(rows, 3, lambda row: f"after {row}") == expected
