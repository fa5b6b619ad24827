"""The file of a matrix is the same JSON whatever the number of its pieces."""

import asyncio
from datetime import UTC, datetime
from uuid import UUID

import msgspec
import numpy as np
import pytest

from shared.account_exports import matrix_files
from shared.account_exports.matrix_files import matrix_pieces
from shared.evaluation.confusion.matrix import ConfusionMatrix
from shared.evaluation.confusion.statistics import summary
from shared.evaluation.inputs.label_codes import encode
from shared.matrices.records import CountedMatrix, Description, Samples

NOW = datetime(2026, 1, 1, tzinfo=UTC)
MATRIX = ConfusionMatrix(('a"', "b\n"), np.array([[2, 1], [0, 2]]))
COUNTED = CountedMatrix(UUID(int=1), 1, MATRIX, 5, summary(MATRIX), Description("m"), NOW, NOW)
ACTUAL, PREDICTED = [0, 0, 0, 1, 1], [0, 1, 0, 1, 1]


async def _file(kept: Samples | None) -> bytes:
    return b"".join([piece async for piece in matrix_pieces(COUNTED, kept)])


@pytest.mark.parametrize("size", [1, 2, 5, 100])
def test_all_labels_are_written_in_their_order(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matrix_files, "_PIECE", size)
    codes = [encode(np.array(side, np.uint8)) for side in (ACTUAL, PREDICTED)]
    found = msgspec.json.decode(asyncio.run(_file(Samples(list(MATRIX.classes), 5, *codes))))

    assert found["classes"] == ['a"', "b\n"]
    assert found["counts"] == [[2, 1], [0, 2]]
    assert found["actual"] == [MATRIX.classes[code] for code in ACTUAL]
    assert found["predicted"] == [MATRIX.classes[code] for code in PREDICTED]


def test_a_matrix_made_of_counts_has_no_labels() -> None:
    found = msgspec.json.decode(asyncio.run(_file(Samples(list(MATRIX.classes), 5, None, None))))

    assert "actual" not in found
    assert found["description"]["name"] == "m"
