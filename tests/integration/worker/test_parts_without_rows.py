"""A part of a file may hold no row at all: blank lines, or empty batches. The file counts as one that has none."""

import io

import pyarrow as pa
import pyarrow.ipc
import pytest
from sklearn.metrics import confusion_matrix

from shared.kit.platform import Platform
from tests.actors import Client
from tests.integration.worker.test_ingest_parts import (
    COLUMNS,
    PREDICTED,
    TRUTH,
    attempt,
    begin,
    cut_at,
    finish,
    found,
    lines,
    split,
    text,
)
from worker.runtime import Runtime

BLANK = b"\n" * 400_000


def arrow() -> bytes:
    """The rows in batches of eight hundred, and behind the first ones a hundred that are empty."""
    file, table = io.BytesIO(), pa.table(COLUMNS)
    with pa.ipc.new_file(file, table.schema) as writer:
        for number, batch in enumerate(table.to_batches(max_chunksize=800)):
            writer.write_batch(batch)
            for _ in range(100 if number == 1 else 0):
                writer.write_batch(batch.slice(0, 0))
    return file.getvalue()


def between(body: bytes) -> bytes:
    """The rows with blank lines behind the first two thousand."""
    at = body.index(b"02000")
    start = body.rindex(b"\n", 0, at) + 1
    return body[:start] + BLANK + body[start:]


BODIES = {
    "csv": between(text()),
    "csv at its end": text() + BLANK,
    "json lines": between(lines()),
    "json lines at its end": lines() + BLANK,
    "arrow": arrow(),
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
async def test_the_figures_are_those_of_the_file_in_one_piece(
    alice: Client, runtime: Runtime, platform: Platform, body: bytes
) -> None:
    cut_at(runtime, rows=1200, size_bytes=40_000)
    run_id, job_id = await begin(alice, body)
    await finish(runtime, await split(runtime, platform, job_id), job_id)
    cut_at(runtime, rows=10**9, size_bytes=10**9)
    whole_id, whole_job = await begin(alice, body)
    await attempt(runtime, whole_job)

    answers = await found(alice, run_id)

    assert answers == await found(alice, whole_id)
    matrix = confusion_matrix(TRUTH, PREDICTED).tolist()
    assert (answers["status"], answers["rows"], answers["matrix"]["confusion_matrix"]) == ("ready", 6000, matrix)
