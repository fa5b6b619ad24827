"""Uses of what a former SECRET_KEY derives, by which one sees when its rotation is finished."""

from collections.abc import Mapping
from datetime import datetime

from shared.kit.database.transactions import Connection

KEY, PIPELINE = "key", "pipeline"

# In the order of the key, so that two processes that write the same never wait for each other in a circle.
NOTE = """
    INSERT INTO former_secret_use (kind, owner, used_at)
    SELECT $1, use.owner, use.at FROM unnest($2::text[], $3::timestamptz[]) AS use (owner, at) ORDER BY use.owner
    ON CONFLICT (kind, owner) DO UPDATE SET used_at = greatest(former_secret_use.used_at, excluded.used_at)
"""


async def note(connection: Connection, kind: str, uses: Mapping[str, datetime]) -> None:
    """Write when keys or pipelines, by their ids, last used a form that a former SECRET_KEY derives."""
    await connection.execute(NOTE, kind, list(uses), list(uses.values()))
