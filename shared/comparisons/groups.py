"""Columns by which samples come in groups, such as the images of one patient; those of a group are alike.

Every test of a difference takes samples for independent: of groups it finds too much.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from shared.kit.quotes import listed
from shared.predictions.tables.names import tokens


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# What has several samples, in files of predictions.
_GROUPS = _words(
    "patient patients subject subjects participant person user users customer client household author speaker student "
    "driver video clip movie session visit study series scan slide case conversation thread group cluster"
)
_FILLER = _words("id ids no nr number num name key code uuid uid index the of")
# All samples of one value are not told apart by it.
_FEWEST = 2


def is_of_groups(name: str) -> bool:
    """Whether the name of a column says that its values are of groups of samples: `patient`, `userId`, `video_id`."""
    words = frozenset(tokens(name)) - _FILLER
    return bool(words) and words <= _GROUPS


def columns_of_groups(names: Sequence[str], column: Callable[[str], "pa.ChunkedArray[Any]"]) -> Iterator[str]:
    """The columns that are named after groups and in which samples share values; `column` reads one."""
    for name in filter(is_of_groups, names):
        values = column(name)
        if _FEWEST <= len(pc.unique(values)) < len(values):
            yield name


def notices(columns: Sequence[str]) -> list[str]:
    """What to heed of samples that come in groups by these columns, as a sentence; none without columns."""
    said = (
        f"Samples share values of {listed(columns)}, but every test takes them for independent: where those of one "
        "value are alike, as the images of one patient are, P-values are too small and intervals too narrow."
    )
    return [said] if columns else []
