from uuid import UUID

import pytest

from api.http.paging import following


@pytest.mark.parametrize(("found", "expected"), [([], None), ([1, 2], None), ([1, 2, 3], str(UUID(int=3)))])
def test_a_full_page_is_followed_by_one_behind_its_last_thing(found: list[int], expected: str | None) -> None:
    assert following(found, 3, lambda one: UUID(int=one)) == expected
