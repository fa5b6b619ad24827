"""Authentication of callbacks."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import NamedTuple

from shared.accounts import former_secrets
from shared.analyses import pipelines
from shared.analyses.callbacks.signatures import CallbackSignature, Scheme, verify
from shared.analyses.errors import InvalidSignature
from shared.analyses.models import Pipeline
from shared.kit import clock
from shared.kit.platform import Platform

# Smaller bodies are verified in less time than handing them to a thread takes.
INLINE_BYTES = 16 * 1024

ReadBody = Callable[[], Awaitable[bytes]]


class Signer(NamedTuple):
    """An authenticated pipeline; without an account it is the operator's, and works for all accounts."""

    account_id: int | None


async def authenticate(
    platform: Platform, signature: CallbackSignature, pipeline_id: str | None, read_body: ReadBody
) -> Signer:
    """Verify a callback against the secrets of the named pipeline, or the operator's if none is named.

    The body is read only if a secret and a scheme are accepted. Raises InvalidSignature, also for an unknown pipeline.
    """
    signer, secrets, pipeline = await _candidate(platform, pipeline_id)
    schemes = [scheme for scheme in signature.schemes if scheme in platform.settings.ml_signature_schemes]
    if not secrets or not schemes:
        raise InvalidSignature
    body = await read_body()
    if len(body) <= INLINE_BYTES:
        verify(signature, body, secrets, schemes)
    else:
        await asyncio.to_thread(verify, signature, body, secrets, schemes)
    if pipeline is not None and platform.settings.secret_key_fallbacks:
        await _note_former_secret(platform, pipeline, signature, body, schemes)
    return signer


async def _note_former_secret(
    platform: Platform, pipeline: Pipeline, signature: CallbackSignature, body: bytes, schemes: list[Scheme]
) -> None:
    try:
        present = pipelines.present_secrets(platform.keyring, pipeline)
        await asyncio.to_thread(verify, signature, body, present, schemes)
    except InvalidSignature:
        async with platform.db.connection() as connection:
            uses = {str(pipeline.id): clock.now()}
            await former_secrets.note(connection, former_secrets.PIPELINE, uses)


async def _candidate(platform: Platform, pipeline_id: str | None) -> tuple[Signer, list[bytes], Pipeline | None]:
    if pipeline_id is None:
        secrets = platform.settings.ml_callback_hmac_secret
        return Signer(None), [secret.get_secret_value().encode() for secret in secrets], None
    pipeline = await pipelines.find_any(platform, pipeline_id)
    if pipeline is None:
        raise InvalidSignature
    return Signer(pipeline.account_id), pipelines.accepted_secrets(platform.keyring, pipeline), pipeline
