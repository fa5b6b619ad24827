"""Pipelines: the programs of an account that make analyses, and their secrets."""

from collections.abc import Sequence

from sqlmodel import col, select

from shared import quotas
from shared.accounts import Caller
from shared.accounts.models import Account
from shared.analyses import events, queries
from shared.analyses.errors import PipelineNotFound
from shared.analyses.models import Pipeline
from shared.analyses.records import QueuedAnalysis
from shared.kit import clock
from shared.kit.database.transactions import note_created
from shared.kit.ids import parse_uuid
from shared.kit.keyring import Keyring
from shared.kit.platform import Platform
from shared.quotas import Quota
from shared.webhooks.errors import SecretJustRotated
from shared.webhooks.secrets import ROTATION_OVERLAP

_PURPOSE = "pipeline"

ROTATE = """
    UPDATE pipeline SET secret_version = secret_version + 1, secret_rotated_at = now()
    WHERE id = $1 AND (secret_rotated_at IS NULL OR secret_rotated_at < now() - $2::interval)
    RETURNING id
"""


async def add(platform: Platform, caller: Caller, *, name: str, models: Sequence[str]) -> Pipeline:
    """Register a pipeline; its secret is derived, so it exists from the start. Raises QuotaReached."""
    pipeline = Pipeline(account_id=caller.account_id, name=name, models=list(models))
    async with platform.db.session() as session:
        await quotas.take_in(session, platform.settings, caller, {Quota.PIPELINES: 1})
        session.add(pipeline)
        note_created("pipeline", pipeline.id)
    return pipeline


async def list_own(platform: Platform, caller: Caller) -> Sequence[Pipeline]:
    """List the caller's pipelines, the oldest first."""
    async with platform.db.session() as session:
        query = select(Pipeline).where(Pipeline.account_id == caller.account_id).order_by(col(Pipeline.id))
        return (await session.exec(query)).all()


async def find(platform: Platform, caller: Caller, pipeline_id: str) -> Pipeline:
    """Return a pipeline of the caller; raises PipelineNotFound."""
    pipeline = await find_any(platform, pipeline_id)
    if pipeline is None or pipeline.account_id != caller.account_id:
        raise PipelineNotFound
    return pipeline


async def find_any(platform: Platform, pipeline_id: str) -> Pipeline | None:
    """Return a pipeline of any active account, for the authentication of its callbacks; None if there is none."""
    query = select(Pipeline).join(Account, col(Account.id) == col(Pipeline.account_id))
    query = query.where(Pipeline.id == parse_uuid(pipeline_id), col(Account.is_active))
    async with platform.db.session() as session:
        return (await session.exec(query)).one_or_none()


async def change(
    platform: Platform, caller: Caller, pipeline_id: str, *, name: str | None, models: Sequence[str] | None
) -> Pipeline:
    """Rename a pipeline or replace its list of models; None keeps the current value. Raises PipelineNotFound."""
    pipeline = await find(platform, caller, pipeline_id)
    async with platform.db.session() as session:
        session.add(pipeline)
        pipeline.name = pipeline.name if name is None else name
        pipeline.models = pipeline.models if models is None else list(models)
    return pipeline


async def remove(platform: Platform, caller: Caller, pipeline_id: str) -> None:
    """Delete a pipeline, and with it its secret; raises PipelineNotFound."""
    pipeline = await find(platform, caller, pipeline_id)
    async with platform.db.session() as session:
        await session.delete(pipeline)


async def rotate(platform: Platform, caller: Caller, pipeline_id: str) -> Pipeline:
    """Rotate the secret of a pipeline; for a day it may sign with either.

    Raises PipelineNotFound, SecretJustRotated.
    """
    pipeline = await find(platform, caller, pipeline_id)
    async with platform.db.connection() as connection:
        if await connection.fetchval(ROTATE, pipeline.id, ROTATION_OVERLAP) is None:
            raise SecretJustRotated
    return await find(platform, caller, pipeline_id)


def secret(keyring: Keyring, pipeline: Pipeline) -> str:
    """Return the pipeline's secret: 64 hexadecimal digits, whose ASCII text is the HMAC key."""
    return keyring.derive(_PURPOSE, str(pipeline.id), pipeline.secret_version).hex()


def accepted_secrets(keyring: Keyring, pipeline: Pipeline) -> list[bytes]:
    """Return every secret that the pipeline may sign with now: the current one first, then expiring ones."""
    secrets = keyring.candidates(_PURPOSE, str(pipeline.id), pipeline.secret_version)
    rotated_at = pipeline.secret_rotated_at
    if rotated_at is not None and clock.now() - rotated_at < ROTATION_OVERLAP:
        secrets += keyring.candidates(_PURPOSE, str(pipeline.id), pipeline.secret_version - 1)
    return [key.hex().encode() for key in secrets]


def present_secrets(keyring: Keyring, pipeline: Pipeline) -> list[bytes]:
    """Return those of the accepted secrets that the present SECRET_KEY derives."""
    versions = (pipeline.secret_version, pipeline.secret_version - 1)
    return [keyring.derive(_PURPOSE, str(pipeline.id), version).hex().encode() for version in versions]


async def queue(platform: Platform, caller: Caller, pipeline_id: str, *, limit: int) -> list[QueuedAnalysis]:
    """List the analyses that wait for a pipeline of the caller, the oldest first, each with its image."""
    pipeline = await find(platform, caller, pipeline_id)
    async with platform.db.connection() as connection:
        rows = await queries.list_queued(connection, caller.account_id, pipeline.models, limit)
    return [events.with_image_link(platform, analysis, image) for analysis, image in rows]
