from collections.abc import Callable

import numpy as np
import pytest

from shared.evaluation.confusion.matrix import ConfusionMatrix
from shared.evaluation.types import Label

HOSTILE: tuple[Label, ...] = (
    "<script>alert(1)</script>",
    "</style><img src=x onerror=alert(1)>",
    '" onmouseover="alert(1)',
    "$bad$ $\\frac{1}{0}$",
    "{{7*7}}{% raw %}",
    "&lt;b&gt;",
    "x" * 500,
    "שלום עולם",
    "مرحبا",
    "混同行列の分類ラベルでとても長いもの",
    "\u202egnihsihp",
    "line\nbreak\x00\x1b\ud800",
    "😀 ]]>",
    "   ",
    1,
    0.5,
)


@pytest.fixture
def hostile() -> tuple[Label, ...]:
    return HOSTILE


@pytest.fixture
def random_matrix() -> Callable[[tuple[Label, ...]], ConfusionMatrix]:
    def make(classes: tuple[Label, ...]) -> ConfusionMatrix:
        size = len(classes)
        random = np.random.default_rng(size)
        counts = random.integers(0, 3, (size, size)) + np.diag(random.integers(5, 40, size))
        return ConfusionMatrix(classes, counts)

    return make
