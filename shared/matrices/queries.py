"""Statements about confusion matrices."""

from typing import Any
from uuid import UUID

import msgspec

from shared.evaluation.confusion.statistics import Summary
from shared.jobs import Reference
from shared.kit.database.transactions import Connection, Record
from shared.matrices import stored_counts
from shared.matrices.counting import CountedSamples
from shared.matrices.records import CountedMatrix, Description, ListedMatrix, MatrixMetrics, Samples

INSERT = """
    INSERT INTO matrix (uid, account_id, version, classes, counts, sample_count, accuracy, precision, recall, f1,
                        actual_codes, predicted_codes, name, tags, model_name, model_version, data_set)
    VALUES ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
"""

UPDATE = """
    UPDATE matrix
    SET version = version + 1, updated_at = now(), classes = $3, counts = $4, sample_count = $5, accuracy = $6,
        precision = $7, recall = $8, f1 = $9, actual_codes = $10, predicted_codes = $11
    WHERE uid = $1 AND account_id = $2 RETURNING true
"""

LOCK_DESCRIPTION = """
    SELECT name, tags, model_name, model_version, data_set FROM matrix WHERE uid = $1 AND account_id = $2 FOR UPDATE
"""

DESCRIBE = """
    UPDATE matrix
    SET updated_at = now(), name = $3, tags = $4, model_name = $5, model_version = $6,
        data_set = $7
    WHERE uid = $1 AND account_id = $2
"""

DELETE = "DELETE FROM matrix WHERE uid = $1 AND account_id = $2 RETURNING true"

# The counts pass through as the text they are: no code of ours looks at them on the way out.
SELECT_METRICS = """
    SELECT uid, accuracy, precision, recall, f1, counts::text FROM matrix WHERE uid = $1 AND account_id = $2
"""

SELECT_ALL_METRICS = """
    SELECT uid, accuracy, precision, recall, f1, counts::text FROM matrix ORDER BY uid OFFSET $1 LIMIT $2
"""

SELECT_VERSIONS = "SELECT uid, version, updated_at FROM matrix WHERE uid = ANY($1) AND account_id = $2"

SELECT_COUNTS = """
    SELECT uid, version, classes, counts, sample_count, accuracy, precision, recall, f1, name, tags, model_name,
           model_version, data_set, created_at, updated_at
    FROM matrix WHERE uid = $1 AND account_id = $2
"""

SELECT_SAMPLES = """
    SELECT classes, sample_count, actual_codes, predicted_codes FROM matrix WHERE uid = $1 AND account_id = $2
"""

SELECT_UIDS = "SELECT uid FROM matrix WHERE account_id = $1 ORDER BY uid DESC LIMIT $2"

SELECT_UIDS_OF_MANY = """
    SELECT account.id, array(SELECT uid FROM matrix WHERE account_id = account.id ORDER BY uid DESC LIMIT $2) AS uids
    FROM unnest($1::bigint[]) AS account(id)
"""

LIST_OWN = """
    SELECT uid, version, sample_count, jsonb_array_length(classes) AS class_count, accuracy, precision, recall, f1,
           name, tags, model_name, model_version, data_set, created_at, updated_at
    FROM matrix
    WHERE account_id = $1 AND ($2::uuid IS NULL OR uid < $2)
        AND ($3::text IS NULL OR strpos(lower(name), lower($3)) > 0)
        AND ($4::text IS NULL OR tags @> ARRAY[$4::varchar])
    ORDER BY uid DESC LIMIT $5
"""


async def insert(
    connection: Connection, uid: UUID, account_id: int, counted_samples: CountedSamples, description: Description
) -> None:
    """Write a new matrix."""
    await connection.execute(INSERT, uid, account_id, *_columns(counted_samples), *msgspec.structs.astuple(description))


async def update(connection: Connection, uid: UUID, account_id: int, counted_samples: CountedSamples) -> bool:
    """Replace the counts of a matrix of the account, as its next version; False when there is none."""
    return bool(await connection.fetchval(UPDATE, uid, account_id, *_columns(counted_samples)))


async def lock_description(connection: Connection, uid: UUID, account_id: int) -> Description | None:
    """The description of a matrix of the account, locked until the transaction ends."""
    record = await connection.fetchrow(LOCK_DESCRIPTION, uid, account_id)
    return _description(record) if record else None


async def describe(connection: Connection, uid: UUID, account_id: int, description: Description) -> None:
    """Update the description of a matrix of the account."""
    await connection.execute(DESCRIBE, uid, account_id, *msgspec.structs.astuple(description))


async def delete(connection: Connection, account_id: int, uid: UUID) -> bool:
    """Delete a matrix of the account; False when there is none."""
    return bool(await connection.fetchval(DELETE, uid, account_id))


async def metrics(connection: Connection, account_id: int, uid: UUID) -> MatrixMetrics | None:
    """The headline metrics and counts of a matrix of the account."""
    record = await connection.fetchrow(SELECT_METRICS, uid, account_id)
    return MatrixMetrics(*record) if record else None


async def all_metrics(connection: Connection, *, skip: int, limit: int) -> list[MatrixMetrics]:
    """The headline metrics and counts of the matrices of all accounts, oldest first."""
    return [MatrixMetrics(*record) for record in await connection.fetch(SELECT_ALL_METRICS, skip, limit)]


async def references(connection: Connection, account_id: int, uids: list[UUID]) -> list[Reference]:
    """Those of the matrices that are the account's, in their present versions."""
    records = await connection.fetch(SELECT_VERSIONS, uids, account_id)
    return [Reference("matrix", str(record["uid"]), record["version"], record["updated_at"]) for record in records]


async def counts(connection: Connection, account_id: int, uid: UUID) -> CountedMatrix | None:
    """A matrix of the account with its counts."""
    record = await connection.fetchrow(SELECT_COUNTS, uid, account_id)
    if record is None:
        return None
    classes = tuple(record["classes"])
    return CountedMatrix(
        uid=record["uid"],
        version=record["version"],
        matrix=stored_counts.unpacked(classes, record["counts"]),
        sample_count=record["sample_count"],
        summary=_summary(record),
        description=_description(record),
        created_at=record["created_at"],
        updated_at=record["updated_at"],
    )


async def samples(connection: Connection, account_id: int, uid: UUID) -> Samples | None:
    """The codes of a matrix of the account."""
    record = await connection.fetchrow(SELECT_SAMPLES, uid, account_id)
    return Samples(*record) if record else None


async def uids(connection: Connection, account_id: int, limit: int) -> list[UUID]:
    """The newest matrices of the account."""
    return [record["uid"] for record in await connection.fetch(SELECT_UIDS, account_id, limit)]


async def uids_of_many(connection: Connection, account_ids: list[int], limit: int) -> dict[int, list[UUID]]:
    """The newest matrices of each of the accounts."""
    return {record["id"]: record["uids"] for record in await connection.fetch(SELECT_UIDS_OF_MANY, account_ids, limit)}


async def list_own(
    connection: Connection, account_id: int, *, before: UUID | None, name: str | None, tag: str | None, limit: int
) -> list[ListedMatrix]:
    """Matrices of the account without their counts, newest first."""
    records = await connection.fetch(LIST_OWN, account_id, before, name, tag, limit)
    return [
        ListedMatrix(
            uid=record["uid"],
            version=record["version"],
            sample_count=record["sample_count"],
            class_count=record["class_count"],
            summary=_summary(record),
            description=_description(record),
            created_at=record["created_at"],
            updated_at=record["updated_at"],
        )
        for record in records
    ]


def _summary(record: Record) -> Summary:
    return Summary(record["accuracy"], record["precision"], record["recall"], record["f1"])


def _description(record: Record) -> Description:
    return Description(*(record[name] for name in Description.__struct_fields__))


def _columns(counted_samples: CountedSamples) -> tuple[Any, ...]:
    matrix, summary = counted_samples.matrix, counted_samples.summary
    return (
        list(matrix.classes),
        stored_counts.packed(matrix),
        counted_samples.sample_count,
        summary.accuracy,
        summary.precision,
        summary.recall,
        summary.f1,
        counted_samples.actual_codes,
        counted_samples.predicted_codes,
    )
