"""Statements about objects of runs that no row refers to."""

# ruff: noqa: S608 -- the texts are put together from the table of states and our own names only

from collections.abc import Sequence

from shared.jobs.lifecycle import Status, status_in
from shared.kit.database.transactions import Connection
from shared.runs import objects

# The run that a key names; of any other key none.
_RUN_OF_KEY = f"""
    run_version.run_id = CASE WHEN key ~ '^{objects.PREFIX}[0-9a-f]{{8}}(-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}}/'
        THEN split_part(key, '/', 2)::uuid END
"""

# Attempts at parts that lost their jobs leave objects in the folder of the run, and parts their counts, which nobody
# needs once it is ready. While the run waits for its parts none of theirs is an orphan, however long that takes.
WITHOUT_VERSION = f"""
    SELECT key FROM unnest($1::text[]) AS key
    WHERE NOT EXISTS (
        SELECT FROM run_version
        WHERE folder = regexp_replace(key, '[^/]*$', '') AND (
            pieces IS NULL OR regexp_replace(key, '^.*/', '') = ANY(pieces || ARRAY{[*objects.BESIDE_ROWS]}::varchar[])
        )
    ) AND NOT EXISTS (
        SELECT FROM run_version JOIN job ON job.id = run_version.job_id
        WHERE {_RUN_OF_KEY} AND run_version.outcome IS NULL AND job.{status_in(Status.QUEUED, Status.RUNNING)}
            AND starts_with(key, '{objects.PREFIX}' || run_version.run_id || '/' || run_version.number || '/')
    )
"""


async def without_version(connection: Connection, keys: Sequence[str]) -> list[str]:
    """Return the keys of objects that no version of a run has, or may have once its job has ended."""
    return [record["key"] for record in await connection.fetch(WITHOUT_VERSION, keys)]
