"""Gates: policies by which a candidate may take the place of a baseline, or may not."""

from collections.abc import Sequence
from uuid import UUID

from shared import detection_runs, jobs, quotas, runs
from shared.accounts import Caller
from shared.detection_runs import queries as detection_queries
from shared.gates import policy, queries
from shared.gates.errors import CheckNotFound, GateNotFound
from shared.gates.kinds.gate_check import GateCheck
from shared.gates.policy import GatePolicy
from shared.gates.records import CheckedRun, CheckRecord, GateRecord
from shared.jobs import JobRequest, Reference
from shared.kit import clock
from shared.kit.database.transactions import Connection, note_created, retry_conflicts
from shared.kit.errors import Fault, InvalidInput
from shared.kit.ids import known_uuid, uuid7
from shared.kit.platform import Platform
from shared.quotas import Quota
from shared.runs import queries as run_queries

# Two runs of some thousand samples are compared within this time.
RETRY_AFTER_S = 1


@retry_conflicts
async def create(platform: Platform, caller: Caller, name: str, rules: GatePolicy) -> GateRecord:
    """Create a gate.

    Raises InvalidInput, QuotaReached, and RunNotFound or DetectionRunNotFound for the run of its baseline.
    """
    await _check(platform, caller, rules)
    gate_id = uuid7()
    async with platform.db.transaction() as connection:
        await quotas.take(connection, platform.settings, caller, {Quota.GATES: 1})
        await queries.insert(connection, gate_id, caller.account_id, name, rules)
        note_created("gate", gate_id)
    return await get(platform, caller, str(gate_id))


async def get(platform: Platform, caller: Caller, gate_id: str) -> GateRecord:
    """Return a gate of the caller; raises GateNotFound."""
    async with platform.db.connection() as connection:
        gate = await queries.find(connection, caller.account_id, known_uuid(gate_id, GateNotFound))
    if gate is None:
        raise GateNotFound
    return gate


async def list_own(platform: Platform, caller: Caller, *, before: UUID | None, limit: int) -> list[GateRecord]:
    """List gates of the caller, newest first, older than `before`."""
    async with platform.db.connection() as connection:
        return await queries.list_own(connection, caller.account_id, before=before, limit=limit)


@retry_conflicts
async def replace(platform: Platform, caller: Caller, gate_id: str, name: str, rules: GatePolicy) -> GateRecord:
    """Replace name and policy of a gate, which makes a new version; raises what `create` does, and GateNotFound."""
    known = known_uuid(gate_id, GateNotFound)
    await _check(platform, caller, rules)
    async with platform.db.transaction() as connection:
        if not await queries.replace(connection, caller.account_id, known, name, rules):
            raise GateNotFound
    return await get(platform, caller, gate_id)


@retry_conflicts
async def delete(platform: Platform, caller: Caller, gate_id: str) -> None:
    """Delete a gate of the caller with its checks and their jobs; raises GateNotFound."""
    known = known_uuid(gate_id, GateNotFound)
    async with platform.db.transaction() as connection:
        if not await queries.delete(connection, caller.account_id, known):
            raise GateNotFound
        await jobs.delete_dependents(platform, connection, caller.account_id, str(known))


@retry_conflicts
async def create_check(platform: Platform, caller: Caller, gate_id: str, candidate: str) -> CheckRecord:
    """Create a check of a run, and the job that makes it.

    Raises GateNotFound, RunNotFound, RunNotReady, of detectors DetectionRunNotFound and DetectionRunNotReady,
    QueueFull, QuotaReached, and InvalidInput for the baseline itself.
    """
    gate = await get(platform, caller, gate_id)
    run = await _candidate(platform, caller, gate.rules, candidate)
    if gate.rules.baseline.run_id == run.id:
        raise InvalidInput(Fault("/candidate", "candidate: this run is the baseline of the gate; send another."))
    check_id, now = uuid7(), clock.now()
    # The job goes with the check's gate and candidate.
    references = [
        Reference("gate_check", str(check_id), 1, now),
        Reference("gate", str(gate.id), gate.version, now),
        Reference("detection_run" if gate.rules.is_of_detectors else "run", str(run.id), run.version, now),
    ]
    request = JobRequest(caller, GateCheck(check_id=str(check_id)), references)
    async with platform.db.transaction() as connection:
        await quotas.take(connection, platform.settings, caller, jobs.ROOM)
        baseline = await _baseline(connection, caller, gate.rules, run.id)
        queued = await jobs.enqueue(platform, connection, request)
        await queries.insert_check(connection, check_id, gate, queued.job.id, run, baseline)
        note_created("gate_check", check_id)
    await jobs.dispatch(platform, queued)
    return await get_check(platform, caller, str(check_id))


async def get_check(platform: Platform, caller: Caller, check_id: str) -> CheckRecord:
    """Return a check of the caller; raises CheckNotFound."""
    async with platform.db.connection() as connection:
        check = await queries.find_check(connection, caller.account_id, known_uuid(check_id, CheckNotFound))
    if check is None:
        raise CheckNotFound
    return check


@retry_conflicts
async def delete_check(platform: Platform, caller: Caller, check_id: str) -> None:
    """Delete a check of the caller and its job; raises CheckNotFound."""
    known = known_uuid(check_id, CheckNotFound)
    async with platform.db.transaction() as connection:
        if not await queries.delete_check(connection, caller.account_id, known):
            raise CheckNotFound
        await jobs.delete_dependents(platform, connection, caller.account_id, str(known))


async def list_checks(
    platform: Platform, caller: Caller, gate_id: str, *, before: UUID | None, limit: int
) -> list[CheckRecord]:
    """List checks of a gate of the caller without their results, newest first; raises GateNotFound."""
    gate = await get(platform, caller, gate_id)
    async with platform.db.connection() as connection:
        return await queries.list_checks(connection, caller.account_id, gate.id, before=before, limit=limit)


async def latest_checks(platform: Platform, caller: Caller, gate_ids: Sequence[UUID]) -> dict[UUID, CheckRecord]:
    """Return the newest check of each of the caller's gates that has one, without their results, by gate."""
    async with platform.db.connection() as connection:
        checks = await queries.latest_checks(connection, caller.account_id, gate_ids)
    return {check.gate_id: check for check in checks}


async def _check(platform: Platform, caller: Caller, rules: GatePolicy) -> None:
    policy.check(rules)
    if rules.baseline.run_id is not None:
        find = detection_runs.get if rules.is_of_detectors else runs.get
        await find(platform, caller, str(rules.baseline.run_id))


async def _candidate(platform: Platform, caller: Caller, rules: GatePolicy, candidate: str) -> CheckedRun:
    """The run that is to be checked, once it is ready."""
    if rules.is_of_detectors:
        return CheckedRun((await detection_runs.get_ready(platform, caller, candidate)).id, 1)
    run = await runs.get_ready(platform, caller, candidate, runs.ANY_TASK, heeds_weights=True)
    return CheckedRun(run.id, run.version)


async def _baseline(connection: Connection, caller: Caller, rules: GatePolicy, candidate: UUID) -> CheckedRun | None:
    """The run that the gate compares with now; None if there is none that is ready."""
    wanted = rules.baseline
    if rules.is_of_detectors:
        latest = await detection_queries.latest_ready(
            connection,
            caller.account_id,
            detection_run_id=wanted.run_id,
            tag=wanted.tag,
            model_name=wanted.model_name,
            other_than=candidate,
        )
        return None if latest is None else CheckedRun(latest, 1)
    found = await run_queries.latest_ready(
        connection,
        caller.account_id,
        run_id=wanted.run_id,
        tag=wanted.tag,
        model_name=wanted.model_name,
        other_than=candidate,
    )
    return None if found is None else CheckedRun(*found)
