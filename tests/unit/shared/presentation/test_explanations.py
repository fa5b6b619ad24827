from collections import Counter

import numpy as np
import pytest

from shared.evaluation.confusion.matrix import ConfusionMatrix
from shared.evaluation.confusion.statistics import statistics
from shared.presentation.explanations import CLASS_GROUPS, OVERALL_GROUPS, Group

_STATISTICS = statistics(ConfusionMatrix((0, 1, 2), np.array([[5, 1, 0], [2, 7, 1], [0, 1, 4]])))


@pytest.mark.parametrize(
    ("groups", "given", "total"),
    [(CLASS_GROUPS, _STATISTICS.per_class, 65), (OVERALL_GROUPS, _STATISTICS.overall, 69)],
)
def test_every_statistic_is_explained_exactly_once(
    groups: tuple[Group, ...], given: dict[str, object], total: int
) -> None:
    explained = Counter(code for group in groups for code in group.statistics)
    assert explained == Counter(given.keys())
    assert explained.total() == total


def test_explanations_are_short_sentences() -> None:
    for group in (*CLASS_GROUPS, *OVERALL_GROUPS):
        for code, about in group.statistics.items():
            assert about.title, code
            assert about.meaning.endswith("."), code
            assert 10 < len(about.meaning) <= 90, code
