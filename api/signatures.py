"""Authentication of pipelines: their signatures are verified on the raw body, before it is parsed."""

import re
from typing import Annotated, Any

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.handlers.base import BaseRouteHandler
from litestar.params import HeaderParameter

from api.http.bodies import body_stream
from api.http.dependencies import Injected
from shared.analyses.callbacks.authentication import Signer, authenticate
from shared.analyses.callbacks.signatures import read_signature
from shared.analyses.errors import AnalysesDisabled
from shared.kit.platform import Platform

# The paths of the routes with signed requests, for code that runs before routing.
PATHS = re.compile(r"/api/analyses/[^/]+/(?:status|artifacts/presign|annotations:bulk|finalize)/?")

Signature = Annotated[
    str | None, HeaderParameter(name="X-ML-Signature", description="HMAC-SHA256 of the message, in hexadecimal.")
]
Timestamp = Annotated[
    str | None, HeaderParameter(name="X-ML-Timestamp", description="Seconds since 1970 (UTC), at most 300 from now.")
]
PipelineId = Annotated[
    str | None,
    HeaderParameter(name="X-ML-Pipeline", description="Id of the signing pipeline; omit it for the operator's secret."),
]


async def provide_signer(
    request: Request[Any, Any, Any],
    platform: Injected[Platform],
    signature: Signature = None,
    timestamp: Timestamp = None,
    pipeline_id: PipelineId = None,
) -> Signer:
    """Return the pipeline that signed the request; raises MissingSignature, StaleSignature or InvalidSignature."""

    async def read_body() -> bytes:
        body_stream.accept(request)
        return await body_stream.incoming(request).whole()

    return await authenticate(platform, read_signature(signature, timestamp), pipeline_id, read_body)


async def require_analyses(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
    """Raise AnalysesDisabled if the settings disable analyses."""
    platform: Platform = connection.app.state.platform
    if not platform.settings.ml_analysis_enabled:
        raise AnalysesDisabled
