"""Statements about gates and their checks."""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from shared.gates.policy import GatePolicy
from shared.gates.records import CheckedRun, CheckRecord, GateRecord
from shared.gates.results import CheckResult, packed
from shared.jobs.result_status import status_of
from shared.kit.database.transactions import Connection

_GATE = """
    SELECT gate.id, gate.name, gate.version, gate_version.policy, gate.created_at, gate.updated_at
    FROM gate JOIN gate_version ON gate_version.gate_id = gate.id AND gate_version.number = gate.version
"""

FIND = f"{_GATE} WHERE gate.account_id = $1 AND gate.id = $2"

LIST_OWN = f"""
    {_GATE} WHERE gate.account_id = $1 AND ($2::uuid IS NULL OR gate.id < $2) ORDER BY gate.id DESC LIMIT $3
"""

INSERT = """
    WITH added AS (INSERT INTO gate (id, account_id, name, version) VALUES ($1, $2, $3, 1) RETURNING id)
    INSERT INTO gate_version (gate_id, number, policy) SELECT id, 1, $4 FROM added
"""

# Two that replace the policy take turns: each makes a version of its own.
RENUMBER = """
    UPDATE gate SET name = $3, version = version + 1, updated_at = now() WHERE account_id = $1 AND id = $2
    RETURNING version
"""

INSERT_VERSION = "INSERT INTO gate_version (gate_id, number, policy) VALUES ($1, $2, $3)"

DELETE = "DELETE FROM gate WHERE account_id = $1 AND id = $2 RETURNING true"

_CHECK = """
    SELECT gate_check.id, gate_check.gate_id, gate.name, gate_check.gate_version, {policy}, gate_check.job_id,
        {status}, CASE WHEN gate_check.result IS NULL THEN coalesce(job.progress, 0) ELSE 1 END, job.error,
        gate_check.candidate_detection_run_id IS NOT NULL,
        coalesce(gate_check.candidate_run_id, gate_check.candidate_detection_run_id), gate_check.candidate_version,
        gate_check.baseline_run_id, gate_check.baseline_version, gate_check.verdict, {result}, gate_check.created_at
    FROM gate_check JOIN gate ON gate.id = gate_check.gate_id
    JOIN gate_version ON gate_version.gate_id = gate.id AND gate_version.number = gate_check.gate_version
    LEFT JOIN job ON job.id = gate_check.job_id
"""

FIND_CHECK = f"""
    {_CHECK.format(status=status_of("gate_check"), policy="gate_version.policy", result="gate_check.result")}
    WHERE gate.account_id = $1 AND gate_check.id = $2
"""

# Results and policies may have hundreds of kilobytes.
LIST_CHECKS = f"""
    {_CHECK.format(status=status_of("gate_check"), policy="'{}'::jsonb", result="NULL")}
    WHERE gate.account_id = $1 AND gate_check.gate_id = $2 AND ($3::uuid IS NULL OR gate_check.id < $3)
    ORDER BY gate_check.id DESC LIMIT $4
"""

_LATEST_CHECK = f"""
    {_CHECK.format(status=status_of("gate_check"), policy="'{}'::jsonb", result="NULL")}
    WHERE gate.account_id = $1 AND gate_check.gate_id = wanted.gate_id ORDER BY gate_check.id DESC LIMIT 1
"""

LATEST_CHECKS = f"SELECT latest.* FROM unnest($2::uuid[]) AS wanted (gate_id), LATERAL ({_LATEST_CHECK}) AS latest"  # noqa: S608 -- of the parts above only

INSERT_CHECK = """
    INSERT INTO gate_check (id, gate_id, gate_version, job_id, candidate_run_id, candidate_detection_run_id,
        candidate_version, baseline_run_id, baseline_version)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
"""

DELETE_CHECK = """
    DELETE FROM gate_check USING gate
    WHERE gate.id = gate_check.gate_id AND gate.account_id = $1 AND gate_check.id = $2 RETURNING true
"""

CONCLUDE = """
    UPDATE gate_check SET verdict = $3, result = $4 WHERE id = $1 AND job_id = $2 AND result IS NULL RETURNING true
"""


async def find(connection: Connection, account_id: int, gate_id: UUID) -> GateRecord | None:
    """Return a gate of the account, or None."""
    record = await connection.fetchrow(FIND, account_id, gate_id)
    return GateRecord(*record) if record else None


async def list_own(connection: Connection, account_id: int, *, before: UUID | None, limit: int) -> list[GateRecord]:
    """Return gates of the account, newest first."""
    return [GateRecord(*record) for record in await connection.fetch(LIST_OWN, account_id, before, limit)]


async def insert(connection: Connection, gate_id: UUID, account_id: int, name: str, policy: GatePolicy) -> None:
    """Insert a gate with its first version."""
    await connection.execute(INSERT, gate_id, account_id, name, msgspec.to_builtins(policy))


async def replace(connection: Connection, account_id: int, gate_id: UUID, name: str, policy: GatePolicy) -> bool:
    """Add a version to a gate of the account; False if there is none."""
    version = await connection.fetchval(RENUMBER, account_id, gate_id, name)
    if version is None:
        return False
    await connection.execute(INSERT_VERSION, gate_id, version, msgspec.to_builtins(policy))
    return True


async def delete(connection: Connection, account_id: int, gate_id: UUID) -> bool:
    """Delete a gate of the account with its checks; False if there is none."""
    return bool(await connection.fetchval(DELETE, account_id, gate_id))


async def find_check(connection: Connection, account_id: int, check_id: UUID) -> CheckRecord | None:
    """Return a check of the account, or None."""
    record = await connection.fetchrow(FIND_CHECK, account_id, check_id)
    return CheckRecord(*record) if record else None


async def list_checks(
    connection: Connection, account_id: int, gate_id: UUID, *, before: UUID | None, limit: int
) -> list[CheckRecord]:
    """Return checks of a gate without their results, newest first."""
    found = await connection.fetch(LIST_CHECKS, account_id, gate_id, before, limit)
    return [CheckRecord(*record) for record in found]


async def latest_checks(connection: Connection, account_id: int, gate_ids: Sequence[UUID]) -> list[CheckRecord]:
    """Return the newest check of each gate that has one, without their results."""
    return [CheckRecord(*record) for record in await connection.fetch(LATEST_CHECKS, account_id, gate_ids)]


async def insert_check(
    connection: Connection,
    check_id: UUID,
    gate: GateRecord,
    job_id: UUID,
    candidate: CheckedRun,
    baseline: CheckedRun | None,
) -> None:
    """Insert a check, which its job makes."""
    compared = (None, None) if baseline is None else (baseline.id, baseline.version)
    judged = (None, candidate.id) if gate.rules.is_of_detectors else (candidate.id, None)
    values = (gate.id, gate.version, job_id, *judged, candidate.version, *compared)
    await connection.execute(INSERT_CHECK, check_id, *values)


async def delete_check(connection: Connection, account_id: int, check_id: UUID) -> bool:
    """Delete a check of the account; False if there is none."""
    return bool(await connection.fetchval(DELETE_CHECK, account_id, check_id))


async def conclude(connection: Connection, check_id: UUID, job_id: UUID, result: CheckResult) -> bool:
    """Store the result; False if the check is gone or belongs to another job."""
    return bool(await connection.fetchval(CONCLUDE, check_id, job_id, result.verdict, packed(result)))
