"""The dump of the database and its restore, by Postgres's own programs."""

import os
import subprocess
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit

import asyncpg

from deploy.backup.errors import BackupFailed
from deploy.local import binaries

# The restored database must not be taken for the one that the bucket knows (ADR 20), so the id is left out.
_DUMP = ("pg_dump", "--format=custom", "--no-owner", "--no-privileges", "--exclude-table-data=installation")
# In one transaction: a restore that fails leaves no half of a database.
_RESTORE = ("pg_restore", "--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction")


def dump(url: str, path: Path) -> None:
    """Dump the database as it is at this moment; raises BackupFailed."""
    partial_path = path.with_suffix(".part")
    # Others may read the folder, and the dump holds every account.
    partial_path.touch(mode=0o600)
    _run(url, *_DUMP, f"--file={partial_path}")
    partial_path.replace(path)


# Those of extensions stay: they are not in the dump.
_FUNCTIONS = """
    SELECT oid::regprocedure::text AS signature FROM pg_proc
    WHERE pronamespace = 'public'::regnamespace
        AND NOT EXISTS (
            SELECT FROM pg_depend WHERE classid = 'pg_proc'::regclass AND objid = pg_proc.oid AND deptype = 'e'
        )
"""


async def restore(url: str, path: Path) -> None:
    """Restore a dump into a database without accounts, whose tables and functions it drops; raises BackupFailed."""
    connection = await asyncpg.connect(_plain(url))
    try:
        tables = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        names = [record["tablename"] for record in tables]
        if "account" in names and await connection.fetchval("SELECT EXISTS (SELECT FROM account)"):
            raise BackupFailed("The database is in use: it has accounts. Restore into an empty one.")
        for name in names:
            await connection.execute(f'DROP TABLE IF EXISTS "{name}" CASCADE')
        for record in await connection.fetch(_FUNCTIONS):
            await connection.execute(f"DROP FUNCTION {record['signature']} CASCADE")
    finally:
        await connection.close()
    _run(url, *_RESTORE, str(path))


def _run(url: str, program: str, *arguments: str) -> None:
    parts = urlsplit(_plain(url))
    # Every user of the machine can read a command line, and only this one the environment.
    address = parts._replace(netloc=f"{parts.username}@{parts.netloc.rpartition('@')[2]}")
    command = [str(binaries.postgres(program)), f"--dbname={urlunsplit(address)}", *arguments]
    environment = {**os.environ, "PGPASSWORD": unquote(parts.password or "")}
    result = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        raise BackupFailed(f"{program} failed: {result.stderr.strip()}")


def _plain(url: str) -> str:
    return f"postgresql://{url.partition('://')[2]}"
