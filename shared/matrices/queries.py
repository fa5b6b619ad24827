"""Statements about confusion matrices."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
import numpy as np

from shared.evaluation.matrix import ConfusionMatrix
from shared.evaluation.statistics import Summary
from shared.kit.db import Connection
from shared.matrices.counting import Counted

INSERT = """
    INSERT INTO matrix (uid, account_id, version, classes, counts, sample_count, accuracy, precision, recall, f1,
                        actual_codes, predicted_codes)
    VALUES ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9, $10, $11)
"""

# The counts pass through as the text they are: no code of ours looks at them on the way out.
SELECT_FIGURES = """
    SELECT uid, accuracy, precision, recall, f1, counts::text FROM matrix WHERE uid = $1 AND account_id = $2
"""

SELECT_VERSIONS = "SELECT uid, version FROM matrix WHERE uid = ANY($1) AND account_id = $2"

SELECT_COUNTS = """
    SELECT uid, version, classes, counts, accuracy, precision, recall, f1, created_at, updated_at
    FROM matrix WHERE uid = $1 AND account_id = $2
"""

SELECT_UIDS = "SELECT uid FROM matrix WHERE account_id = $1 ORDER BY created_at DESC LIMIT $2"


class Figures(msgspec.Struct, frozen=True):
    """The figures of a matrix; the counts are JSON text."""

    uid: UUID
    accuracy: float | None
    precision: float | None
    recall: float | None
    f1: float | None
    counts: str


class CountedMatrix(msgspec.Struct, frozen=True):
    """A matrix as it was counted, without its labels."""

    uid: UUID
    version: int
    matrix: ConfusionMatrix
    summary: Summary
    created_at: datetime
    updated_at: datetime


async def insert(connection: Connection, uid: UUID, account_id: int, counted: Counted) -> None:
    """Write a new matrix."""
    await connection.execute(INSERT, uid, account_id, *_columns(counted))


async def figures(connection: Connection, account_id: int, uid: UUID) -> Figures | None:
    """The figures of a matrix of the account."""
    record = await connection.fetchrow(SELECT_FIGURES, uid, account_id)
    return Figures(*record) if record else None


async def versions(connection: Connection, account_id: int, uids: list[UUID]) -> dict[UUID, int]:
    """The present versions of those of the matrices that are the account's."""
    return {record["uid"]: record["version"] for record in await connection.fetch(SELECT_VERSIONS, uids, account_id)}


async def counts(connection: Connection, account_id: int, uid: UUID) -> CountedMatrix | None:
    """A matrix of the account with its counts."""
    record = await connection.fetchrow(SELECT_COUNTS, uid, account_id)
    if record is None:
        return None
    return CountedMatrix(
        uid=record["uid"],
        version=record["version"],
        matrix=ConfusionMatrix(tuple(record["classes"]), np.array(record["counts"], dtype=np.int64)),
        summary=Summary(record["accuracy"], record["precision"], record["recall"], record["f1"]),
        created_at=record["created_at"],
        updated_at=record["updated_at"],
    )


async def uids(connection: Connection, account_id: int, limit: int) -> list[UUID]:
    """The newest matrices of the account."""
    return [record["uid"] for record in await connection.fetch(SELECT_UIDS, account_id, limit)]


def _columns(counted: Counted) -> tuple[Any, ...]:
    matrix, summary = counted.matrix, counted.summary
    return (
        list(matrix.classes),
        matrix.counts.tolist(),
        matrix.sample_count,
        summary.accuracy,
        summary.precision,
        summary.recall,
        summary.f1,
        counted.actual_codes,
        counted.predicted_codes,
    )
