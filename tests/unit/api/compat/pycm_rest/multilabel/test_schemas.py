import pytest

from api.compat.pycm_rest.multilabel.schemas import check_size
from shared.kit.errors import InvalidInput


@pytest.mark.parametrize(("samples", "classes"), [(100, 0), (90, 1), (50, 10), (1, 990)])
def test_a_sample_counts_as_ten_cells_more_than_it_has_classes(samples: int, classes: int) -> None:
    check_size(samples, classes, 1000)

    with pytest.raises(InvalidInput, match=f"{samples + 1} samples exceed the maximum of {samples} "):
        check_size(samples + 1, classes, 1000)
