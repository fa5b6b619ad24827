"""Who has signed a callback."""

import asyncio
from typing import NamedTuple

from shared.analyses import pipelines
from shared.analyses.errors import InvalidSignature, MissingSignature
from shared.analyses.signing import Scheme, Signed, verify
from shared.jobs import Platform

# Smaller bodies are verified in less time than handing them to a thread takes.
INLINE_BYTES = 16 * 1024


class Signer(NamedTuple):
    """A pipeline that has proved who it is: without an account it is the operator's, and works for all of them."""

    account_id: int | None


async def authenticate(platform: Platform, message: Signed, pipeline_id: str | None) -> Signer:
    """Whose secret signed a message: the named pipeline's, or the operator's where none is named.

    Raises MissingSignature, StaleSignature, InvalidSignature; the last also for a pipeline that is not there.
    """
    if not message.signature:
        raise MissingSignature
    if pipeline_id is None:
        secrets = [secret.get_secret_value().encode() for secret in platform.settings.ml_callback_hmac_secret]
        await _verify(platform, message, secrets)
        return Signer(None)
    pipeline = await pipelines.find_any(platform.db, pipeline_id)
    if pipeline is None:
        raise InvalidSignature
    await _verify(platform, message, pipelines.accepted_secrets(platform.keyring, pipeline))
    return Signer(pipeline.account_id)


async def _verify(platform: Platform, message: Signed, secrets: list[bytes]) -> None:
    schemes = [Scheme(name) for name in platform.settings.ml_signature_schemes]
    if len(message.body) <= INLINE_BYTES:
        verify(message, secrets, schemes)
    else:
        await asyncio.to_thread(verify, message, secrets, schemes)
