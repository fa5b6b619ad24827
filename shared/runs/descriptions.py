"""What the owner of a run says of it, as it is stored."""

import msgspec

from shared.kit.database.transactions import retry_conflicts
from shared.kit.platform import Platform
from shared.runs import measuring
from shared.runs.errors import RunNotFound
from shared.runs.records import RunDescription, RunRecord

LOCK = "SELECT name, model_name, model_version, tags, notes, positive FROM run WHERE id = $1 FOR UPDATE"

DESCRIBE = """
    UPDATE run SET name = $2, model_name = $3, model_version = $4, tags = $5, notes = $6, positive = $7,
        updated_at = now()
    WHERE id = $1
"""


@retry_conflicts
async def store(platform: Platform, run: RunRecord, description: RunDescription) -> bool:
    """Store a description in place of that of the run; False if somebody has changed that since the run was read.

    Raises RunNotFound.
    """
    async with platform.db.transaction() as connection:
        present = await connection.fetchrow(LOCK, run.id)
        if present is None:
            raise RunNotFound
        if RunDescription(*present) != run.description:
            return False
        await connection.execute(DESCRIBE, run.id, *msgspec.structs.astuple(description))
        await measuring.measure_described(connection, run.id)
    return True
