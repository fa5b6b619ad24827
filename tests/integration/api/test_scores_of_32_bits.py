"""Scores of 32 bits of a Parquet file are counted at a threshold as they were written."""

import io

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.actors import Client
from tests.integration.api.test_runs import read, send

pytestmark = pytest.mark.usefixtures("workers")


async def test_a_score_of_seven_tenths_reaches_a_threshold_of_seven_tenths(alice: Client) -> None:
    columns = {
        "y_true": ["spam", "ham", "spam", "ham"],
        "y_pred": ["spam", "spam", "spam", "ham"],
        "prob_spam": np.array([0.7, 0.7, 0.69, 0.2], np.float32),
    }
    file = io.BytesIO()
    pq.write_table(pa.table(columns), file)
    run = await send(alice, file.getvalue(), name="x.parquet", positive="spam")

    matrix = await read(alice, run, "matrix", threshold=0.7)
    found = await read(alice, run, "metrics", threshold=0.7)
    wrong = await read(alice, run, "errors", threshold=0.7)

    assert matrix["confusion_matrix"] == [[1, 1], [1, 1]]
    assert (found["threshold"], found["classes"][0]["label"]) == (0.7, "spam")
    assert (found["classes"][0]["precision"], found["classes"][0]["recall"]) == (0.5, 0.5)
    assert [(row["row"], row["predicted"]) for row in wrong["items"]] == [(2, "spam"), (3, "ham")]
